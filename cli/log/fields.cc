#include "cli/log/fields.h"

#include <pwd.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "cli/log/outcome_fields.h"
#include "cli/text/slurm_time.h"
#include "core/base/mass_text.h"
#include "core/base/nearest_word.h"

namespace carbon {
namespace {

using D = LoggedDecision;
using Number = std::optional<double>;

// A cell is empty if the record does not have the value. Of several runs it has each name once:
// "oslo,lyon".
std::string TextIn(const std::optional<PlanSummary>& plan, std::string PlanSummary::* text) {
  return plan.has_value() ? (*plan).*text : std::string();
}

// Returns where the job would have run without us.
std::string HomePartition(const LoggedDecision& decision) {
  const std::string home = TextIn(decision.home(), &PlanSummary::partition);
  return home.empty() ? decision.summary.partitions : home;
}

std::string Move(const LoggedDecision& decision) {
  const std::string home = HomePartition(decision);
  const std::string chosen = TextIn(decision.chosen(), &PlanSummary::pool);
  if (chosen.empty() || chosen == TextIn(decision.home(), &PlanSummary::pool)) return home;
  return absl::StrCat(home, "->", chosen);
}

std::string TimeText(absl::Time time) {
  if (time == absl::InfinitePast()) return "";
  return FormatSlurmTime(time, absl::LocalTimeZone());
}

std::string SlurmDuration(absl::Duration duration) {
  const bool is_known = absl::AbsDuration(duration) != absl::InfiniteDuration();
  return is_known ? FormatSlurmDuration(duration) : std::string();
}

std::string MassText(const std::optional<GramsCo2e>& mass) {
  return mass.has_value() && std::isfinite(mass->value()) ? FormatMass(*mass) : std::string();
}
template <class Mass>
std::string MassIn(const std::optional<PlanSummary>& plan, Mass PlanSummary::* mass) {
  return plan.has_value() ? MassText((*plan).*mass) : std::string();
}

std::string FigureText(double number) {
  return std::isfinite(number) ? absl::StrFormat("%.4g", number) : std::string();
}

// A restored job saves nothing. If a decision is not counted, its saving is unknown.
bool SavesNothing(const LoggedDecision& decision) {
  return decision.returned.has_value() || WhyNotCounted(decision).has_value();
}

std::string IntervalText(const LoggedDecision& decision) {
  const std::optional<SavingSummary>& saving = decision.summary.saving;
  if (SavesNothing(decision) || !saving.has_value()) return "";
  const double low = saving->share_low, high = saving->share_high;
  if (!std::isfinite(low) || !std::isfinite(high)) return "";
  return absl::StrCat("(", std::llround(low * 100), low < 0 ? " to " : "-", PercentText(high), ")");
}

std::string SavedShare(const LoggedDecision& decision, const std::optional<SavingSummary>& saving) {
  if (SavesNothing(decision) || !saving.has_value() || !std::isfinite(saving->share)) return "";
  return PercentText(saving->share);
}

std::string SavedMass(const LoggedDecision& decision, const std::optional<SavingSummary>& saving) {
  return SavesNothing(decision) || !saving.has_value() ? "" : MassText(saving->mean);
}

std::string DelayText(const LoggedDecision& decision) {
  const std::optional<PlanSummary>& home = decision.home();
  const std::optional<PlanSummary>& chosen = decision.chosen();
  if (!home.has_value() || !chosen.has_value()) return "";
  return SlurmDuration(chosen->start - home->start);
}

std::string OutcomeText(const LoggedDecision& decision) {
  if (const auto why = WhyNotCounted(decision)) return std::string(NotCountedName(*why));
  if (decision.returned.has_value()) return "given-back";
  return std::string(OutcomeName(decision.summary.outcome));
}

std::string CountText(const std::optional<int64_t>& count) {
  return count.has_value() ? absl::StrCat(*count) : std::string();
}

Number Finite(double number) { return std::isfinite(number) ? Number(number) : std::nullopt; }
Number Seconds(absl::Duration duration) { return Finite(absl::ToDoubleSeconds(duration)); }
Number Seconds(absl::Time time) { return Seconds(time - absl::UnixEpoch()); }
template <class Mass>
Number GramsIn(const std::optional<PlanSummary>& plan, Mass PlanSummary::* mass) {
  if (!plan.has_value()) return std::nullopt;
  const std::optional<GramsCo2e> grams = (*plan).*mass;
  return grams.has_value() ? Finite(grams->value()) : std::nullopt;
}
Number SavedShareOf(const D& decision, const std::optional<SavingSummary>& saving) {
  if (SavesNothing(decision) || !saving.has_value()) return std::nullopt;
  return Finite(saving->share);
}
Number SavedGramsOf(const D& decision, const std::optional<SavingSummary>& saving) {
  if (SavesNothing(decision) || !saving.has_value()) return std::nullopt;
  return Finite(saving->mean.value());
}
Number CountOf(const std::optional<int64_t>& count) {
  return count.has_value() ? Number(static_cast<double>(*count)) : std::nullopt;
}
Number DelayOf(const D& decision) {
  if (!decision.home().has_value() || !decision.chosen().has_value()) return std::nullopt;
  return Seconds(decision.chosen()->start - decision.home()->start);
}

constexpr LogField kFields[] = {
    {"id", "ID", false, [](const D& d) { return DecisionId(d.summary.id); }},
    {"jobid", "JOBID", true, [](const D& d) { return d.job_id ? absl::StrCat(*d.job_id) : ""; },
     [](const D& d) -> Number { return d.job_id ? Number(*d.job_id) : std::nullopt; }},
    {"time", "TIME", false, [](const D& d) { return TimeText(d.summary.time); },
     [](const D& d) -> Number { return Seconds(d.summary.time); }},
    {"user", "USER", false, [](const D& d) { return UserName(d.summary.user_id); }, nullptr,
     "user_id"},
    {"uid", "UID", true,
     [](const D& d) {
       const uint32_t uid = d.summary.user_id;
       return uid == kNoUser ? "" : absl::StrCat(uid);
     },
     [](const D& d) -> Number {
       const uint32_t uid = d.summary.user_id;
       return uid == kNoUser ? std::nullopt : Number(uid);
     }},
    {"account", "ACCOUNT", false, [](const D& d) { return d.summary.account; }, nullptr, "account"},
    {"qos", "QOS", false, [](const D& d) { return d.summary.qos; }, nullptr, "qos"},
    {"job", "JOB", false, [](const D& d) { return d.summary.job_name; }},
    {"comment", "COMMENT", false, [](const D& d) { return d.summary.comment; }},
    {"timelimit", "TIMELIMIT", true,
     [](const D& d) {
       return SlurmDuration(d.summary.time_limit.value_or(absl::InfiniteDuration()));
     },
     [](const D& d) -> Number {
       return Seconds(d.summary.time_limit.value_or(absl::InfiniteDuration()));
     }},
    {"deadline", "DEADLINE", false,
     [](const D& d) { return TimeText(d.summary.deadline.value_or(absl::InfinitePast())); },
     [](const D& d) -> Number {
       return Seconds(d.summary.deadline.value_or(absl::InfinitePast()));
     }},
    {"nodes", "NODES", true, [](const D& d) { return CountText(d.summary.nodes); },
     [](const D& d) -> Number { return CountOf(d.summary.nodes); }},
    {"devices", "DEVICES", true, [](const D& d) { return CountText(d.summary.devices); },
     [](const D& d) -> Number { return CountOf(d.summary.devices); }},
    {"tasks", "TASKS", true, [](const D& d) { return CountText(d.summary.array_tasks); },
     [](const D& d) -> Number { return CountOf(d.summary.array_tasks); }},
    {"partition", "PARTITION", false, HomePartition, nullptr, "has_home,home_partition,partitions"},
    {"pool", "POOL", false, [](const D& d) { return TextIn(d.chosen(), &PlanSummary::pool); },
     nullptr, "chosen_pool"},
    {"move", "PARTITION->POOL", false, Move},
    {"site", "SITE", false, [](const D& d) { return TextIn(d.chosen(), &PlanSummary::site); },
     nullptr, "chosen_site"},
    {"homesite", "HOMESITE", false, [](const D& d) { return TextIn(d.home(), &PlanSummary::site); },
     nullptr, "home_site"},
    {"zone", "ZONE", false, [](const D& d) { return TextIn(d.chosen(), &PlanSummary::zone); },
     nullptr, "chosen_zone"},
    {"hardware", "HARDWARE", false,
     [](const D& d) { return TextIn(d.chosen(), &PlanSummary::hardware); }, nullptr,
     "chosen_hardware"},
    {"start", "START", false,
     [](const D& d) { return d.chosen() ? TimeText(d.chosen()->start) : std::string(); },
     [](const D& d) -> Number { return d.chosen() ? Seconds(d.chosen()->start) : std::nullopt; }},
    {"delay", "DELAY", true, DelayText, [](const D& d) -> Number { return DelayOf(d); }},
    {"runtime", "RUNTIME", true,
     [](const D& d) { return d.chosen() ? SlurmDuration(d.chosen()->runtime) : std::string(); },
     [](const D& d) -> Number { return d.chosen() ? Seconds(d.chosen()->runtime) : std::nullopt; }},
    {"runtimesource", "RUNTIMESOURCE", false, [](const D& d) { return d.summary.runtime_source; }},
    {"kwh", "KWH", true,
     [](const D& d) { return d.chosen() ? FigureText(d.chosen()->energy.value()) : ""; },
     [](const D& d) -> Number {
       return d.chosen() ? Finite(d.chosen()->energy.value()) : std::nullopt;
     }},
    {"intensity", "G/KWH", true,
     [](const D& d) { return d.chosen() ? FigureText(d.chosen()->intensity.value()) : ""; },
     [](const D& d) -> Number {
       return d.chosen() ? Finite(d.chosen()->intensity.value()) : std::nullopt;
     }},
    {"co2e", "CO2E", true, [](const D& d) { return MassIn(d.chosen(), &PlanSummary::gross); },
     [](const D& d) -> Number { return GramsIn(d.chosen(), &PlanSummary::gross); }},
    {"net", "NET", true, [](const D& d) { return MassIn(d.chosen(), &PlanSummary::net); },
     [](const D& d) -> Number { return GramsIn(d.chosen(), &PlanSummary::net); }},
    {"embodied", "EMBODIED", true,
     [](const D& d) { return MassIn(d.chosen(), &PlanSummary::embodied); },
     [](const D& d) -> Number { return GramsIn(d.chosen(), &PlanSummary::embodied); }},
    {"home", "HOME CO2E", true, [](const D& d) { return MassIn(d.home(), &PlanSummary::gross); },
     [](const D& d) -> Number { return GramsIn(d.home(), &PlanSummary::gross); }},
    {"static", "STATIC CO2E", true, [](const D& d) { return MassText(d.summary.static_gross); },
     [](const D& d) -> Number {
       return d.summary.static_gross ? Finite(d.summary.static_gross->value()) : std::nullopt;
     }},
    {"saved", "SAVED", true, [](const D& d) { return SavedShare(d, d.summary.saving); },
     [](const D& d) -> Number { return SavedShareOf(d, d.summary.saving); }},
    {"savedco2e", "SAVED CO2E", true, [](const D& d) { return SavedMass(d, d.summary.saving); },
     [](const D& d) -> Number { return SavedGramsOf(d, d.summary.saving); }},
    {"interval", "(90%)", true, IntervalText},
    {"consequential", "CONSEQUENTIAL", true,
     [](const D& d) { return SavedShare(d, d.summary.consequential_saving); },
     [](const D& d) -> Number { return SavedShareOf(d, d.summary.consequential_saving); }},
    {"consequentialco2e", "CONSEQUENTIAL CO2E", true,
     [](const D& d) { return MassIn(d.chosen(), &PlanSummary::consequential); },
     [](const D& d) -> Number { return GramsIn(d.chosen(), &PlanSummary::consequential); }},
    {"consequentialhome", "HOME CONSEQUENTIAL CO2E", true,
     [](const D& d) { return MassIn(d.home(), &PlanSummary::consequential); },
     [](const D& d) -> Number { return GramsIn(d.home(), &PlanSummary::consequential); }},
    {"consequentialsaved", "SAVED CONSEQUENTIAL CO2E", true,
     [](const D& d) { return SavedMass(d, d.summary.consequential_saving); },
     [](const D& d) -> Number { return SavedGramsOf(d, d.summary.consequential_saving); }},
    {"minimised", "MINIMISED", false,
     [](const D& d) {
       return d.chosen() ? std::string(FigureName(d.summary.minimised)) : std::string();
     },
     nullptr, "minimised"},
    {"outcome", "OUTCOME", false, OutcomeText, nullptr, "outcome"},
    {"arm", "ARM", false,
     [](const D& d) {
       return d.summary.arm ? std::string(ArmName(*d.summary.arm)) : std::string();
     },
     nullptr, "arm"},
    {"mode", "MODE", false,
     [](const D& d) {
       return d.summary.mode ? std::string(ModeName(*d.summary.mode)) : std::string();
     },
     nullptr, "mode"},
    {"policy", "POLICY", false, [](const D& d) { return d.summary.policy; }, nullptr, "policy"},
    {"reason", "REASON", false,
     [](const D& d) { return d.returned ? d.returned->reason : d.summary.reason; }, nullptr,
     "reason,returned_reason"},
};

const LogField* FindField(absl::string_view name) {
  const auto is_named = [&](const LogField& field) { return name == field.name; };
  for (const absl::Span<const LogField> fields : {absl::MakeSpan(kFields), OutcomeFields()}) {
    const auto field = std::find_if(fields.begin(), fields.end(), is_named);
    if (field != fields.end()) return &*field;
  }
  return nullptr;
}

std::string UnknownField(absl::string_view item, absl::string_view name) {
  std::vector<std::string> known;
  for (const LogField& field : kFields) known.push_back(field.name);
  for (const LogField& field : OutcomeFields()) known.push_back(field.name);
  const std::string nearest = NearestWord(std::string(name), known);
  return absl::StrCat("field \"", item, "\": is not known",
                      nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"),
                      " (--helpformat lists all)");
}

}  // namespace

std::string UserName(uint32_t uid) {
  static std::map<uint32_t, std::string> names;
  if (uid == kNoUser) return "";
  std::string& name = names[uid];
  if (name.empty()) {
    const passwd* entry = getpwuid(uid);
    name = entry != nullptr ? entry->pw_name : absl::StrCat(uid);
  }
  return name;
}

std::string PercentText(double share) { return absl::StrCat(std::llround(share * 100), "%"); }

std::optional<std::vector<LogColumn>> ParseLogFormat(const std::string& format,
                                                     std::string* error) {
  std::vector<LogColumn> chosen;
  for (absl::string_view item : absl::StrSplit(format, ',')) {
    const size_t percent = item.find('%');
    const std::string name = absl::AsciiStrToLower(item.substr(0, percent));
    const LogField* const field = FindField(name);
    if (field == nullptr) {
      *error = UnknownField(item, name);
      return std::nullopt;
    }
    TableColumn column = {field->title, field->right, 0};
    if (percent != absl::string_view::npos) {
      int width = 0;
      if (!absl::SimpleAtoi(item.substr(percent + 1), &width) || width == 0 || width < -10000 ||
          width > 10000) {
        *error =
            absl::StrCat("field \"", item,
                         "\": the width must be a whole number from -10000 to 10000, except 0");
        return std::nullopt;
      }
      column.right = width > 0;
      column.width = std::abs(width);
    }
    chosen.push_back({field, column});
  }
  return chosen;
}

std::optional<std::vector<LogOrder>> ParseLogOrder(const std::string& order, std::string* error) {
  std::vector<LogOrder> chosen;
  for (absl::string_view item : absl::StrSplit(order, ',')) {
    const bool falls = absl::StartsWith(item, "-");
    const std::string name = absl::AsciiStrToLower(item.substr(falls ? 1 : 0));
    const LogField* const field = FindField(name);
    if (field == nullptr) {
      *error = UnknownField(item, name);
      return std::nullopt;
    }
    chosen.push_back({field, falls});
  }
  return chosen;
}

void SortDecisions(const std::vector<LogOrder>& order, std::vector<LoggedDecision>* decisions) {
  // From the last field to the first: a stable sort keeps what the one before it has sorted.
  for (auto by = order.rbegin(); by != order.rend(); ++by) {
    struct Key {
      Number number;
      std::string text;
      size_t index;
    };
    std::vector<Key> keys;
    keys.reserve(decisions->size());
    for (size_t i = 0; i < decisions->size(); ++i) {
      const LoggedDecision& decision = (*decisions)[i];
      const bool is_text = by->field->number == nullptr;
      keys.push_back({is_text ? std::nullopt : by->field->number(decision),
                      is_text ? by->field->text(decision) : std::string(), i});
    }
    std::stable_sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
      const bool has_a = a.number.has_value() || !a.text.empty();
      const bool has_b = b.number.has_value() || !b.text.empty();
      if (!has_a || !has_b) return has_a && !has_b;
      const auto& [first, second] = by->falls ? std::tie(b, a) : std::tie(a, b);
      return std::tie(first.number, first.text) < std::tie(second.number, second.text);
    });
    std::vector<LoggedDecision> sorted;
    sorted.reserve(decisions->size());
    for (const Key& key : keys) sorted.push_back(std::move((*decisions)[key.index]));
    *decisions = std::move(sorted);
  }
}

std::optional<std::vector<const LogField*>> ParseLogGroups(const std::string& fields,
                                                           std::string* error) {
  std::vector<const LogField*> chosen;
  for (absl::string_view item : absl::StrSplit(fields, ',')) {
    const std::string name = absl::AsciiStrToLower(item);
    const LogField* const field = FindField(name);
    if (field == nullptr || field->columns == nullptr) {
      std::vector<absl::string_view> groups;
      for (const LogField& other : kFields) {
        if (other.columns != nullptr) groups.push_back(other.name);
      }
      *error = absl::StrCat("field \"", item, "\": is not one of ", absl::StrJoin(groups, ", "));
      return std::nullopt;
    }
    chosen.push_back(field);
  }
  return chosen;
}

bool IsOfOutcome(const LogField& field) {
  const absl::Span<const LogField> fields = OutcomeFields();
  return &field >= fields.data() && &field < fields.data() + fields.size();
}

std::string ListLogFields() {
  std::string list;
  const auto append = [&list](absl::Span<const LogField> fields, int width, int columns) {
    int column = 0;
    for (const LogField& field : fields) {
      absl::StrAppendFormat(&list, "%-*s%s", width, field.name,
                            ++column % columns == 0 ? "\n" : "");
    }
    if (column % columns != 0) list.push_back('\n');
  };
  append(kFields, 20, 4);
  list += "with --outcome:\n";
  append(OutcomeFields(), 27, 3);
  return list;
}

}  // namespace carbon
