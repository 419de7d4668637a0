#include "cli/log/outcome_fields.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/outcome/outcome_json.h"
#include "cli/text/slurm_time.h"
#include "core/base/mass_text.h"

namespace carbon {
namespace {

using D = LoggedDecision;
using Number = std::optional<double>;
using Emission = ShownOutcome::Emission;

// Returns the text of what `get` returns of an outcome; empty if there is none.
template <class Get, class Text>
std::string TextOf(const D& decision, Get get, Text text) {
  if (decision.came == nullptr) return "";
  const auto value = get(*decision.came);
  return value.has_value() ? text(*value) : std::string();
}
template <class Get, class ToNumber>
Number NumberOf(const D& decision, Get get, ToNumber number) {
  if (decision.came == nullptr) return std::nullopt;
  const auto value = get(*decision.came);
  return value.has_value() ? Number(number(*value)) : std::nullopt;
}

std::string DurationText(absl::Duration duration) { return FormatSlurmDuration(duration); }
std::string TimeText(absl::Time time) { return FormatSlurmTime(time, absl::LocalTimeZone()); }
double InSeconds(absl::Duration duration) { return absl::ToDoubleSeconds(duration); }
std::string MassText(GramsCo2e mass) { return FormatMass(mass); }
double Grams(GramsCo2e mass) { return mass.value(); }
template <class Q>
std::string FigureText(Q quantity) {
  return absl::StrFormat("%.4g", quantity.value());
}
template <class Q>
double Value(Q quantity) {
  return quantity.value();
}
double Itself(double number) { return number; }

Number ShareOf(const Emission& emission) {
  if (!emission.saved.has_value() || !emission.at_home.has_value()) return std::nullopt;
  const double home = emission.at_home->value();
  if (home == 0) return std::nullopt;
  return emission.saved->value() / home;
}

Number Saved(const ShownOutcome& came) { return ShareOf(came.attributional); }
Number ConsequentialSaved(const ShownOutcome& came) { return ShareOf(came.consequential); }

std::string BoundsText(Number low, Number high) {
  if (!low.has_value() || !high.has_value()) return "";
  return absl::StrCat("(", std::llround(*low * 100), *low < 0 ? " to " : "-", PercentText(*high),
                      ")");
}

std::string IntervalText(const D& decision) {
  if (decision.came == nullptr) return "";
  const Emission& emission = decision.came->attributional;
  return BoundsText(emission.share_low, emission.share_high);
}

std::string SignedPercent(double share) { return absl::StrFormat("%+.0f%%", 100 * share); }

std::optional<absl::Duration> TaskRuntime(const D& decision) {
  const std::optional<PlanSummary>& chosen = decision.chosen();
  if (!chosen.has_value() || chosen->task_runtime == absl::InfiniteDuration()) return std::nullopt;
  return chosen->task_runtime;
}

constexpr auto kStartOf = [](const ShownOutcome& came) { return came.start; };
constexpr auto kRanOf = [](const ShownOutcome& came) { return came.ran; };
constexpr auto kWaitOf = [](const ShownOutcome& came) { return came.wait; };
constexpr auto kEnergyOf = [](const ShownOutcome& came) { return came.energy; };
constexpr auto kIntensityOf = [](const ShownOutcome& came) { return came.intensity; };
constexpr auto kErrorOf = [](const ShownOutcome& came) { return came.forecast_error; };
constexpr auto kActualOf = [](const ShownOutcome& came) { return came.attributional.actual; };
constexpr auto kHomeOf = [](const ShownOutcome& came) { return came.attributional.at_home; };
constexpr auto kSavedOf = [](const ShownOutcome& came) { return came.attributional.saved; };
constexpr auto kAddedOf = [](const ShownOutcome& came) { return came.consequential.actual; };
constexpr auto kAddedHomeOf = [](const ShownOutcome& came) { return came.consequential.at_home; };
constexpr auto kAddedSavedOf = [](const ShownOutcome& came) { return came.consequential.saved; };

constexpr LogField kFields[] = {
    {"taskruntime", "TASK RUNTIME", true,
     [](const D& d) {
       const std::optional<absl::Duration> runtime = TaskRuntime(d);
       return runtime.has_value() ? DurationText(*runtime) : std::string();
     },
     [](const D& d) -> Number {
       const std::optional<absl::Duration> runtime = TaskRuntime(d);
       return runtime.has_value() ? Number(InSeconds(*runtime)) : std::nullopt;
     }},
    {"ran", "RAN", true, [](const D& d) { return TextOf(d, kRanOf, DurationText); },
     [](const D& d) -> Number { return NumberOf(d, kRanOf, InSeconds); }},
    {"actualstart", "ACTUAL START", false, [](const D& d) { return TextOf(d, kStartOf, TimeText); },
     [](const D& d) -> Number {
       return NumberOf(d, kStartOf,
                       [](absl::Time time) { return InSeconds(time - absl::UnixEpoch()); });
     }},
    {"wait", "WAIT", true, [](const D& d) { return TextOf(d, kWaitOf, DurationText); },
     [](const D& d) -> Number { return NumberOf(d, kWaitOf, InSeconds); }},
    {"actualkwh", "ACTUAL KWH", true,
     [](const D& d) { return TextOf(d, kEnergyOf, FigureText<KilowattHours>); },
     [](const D& d) -> Number { return NumberOf(d, kEnergyOf, Value<KilowattHours>); }},
    {"energyby", "ENERGY BY", false,
     [](const D& d) { return d.came != nullptr ? d.came->energy_by : std::string(); }},
    {"actualintensity", "ACTUAL G/KWH", true,
     [](const D& d) { return TextOf(d, kIntensityOf, FigureText<GramsPerKilowattHour>); },
     [](const D& d) -> Number { return NumberOf(d, kIntensityOf, Value<GramsPerKilowattHour>); }},
    {"forecasterror", "FORECAST ERROR", true,
     [](const D& d) { return TextOf(d, kErrorOf, SignedPercent); },
     [](const D& d) -> Number { return NumberOf(d, kErrorOf, Itself); }},
    {"actualco2e", "ACTUAL CO2E", true, [](const D& d) { return TextOf(d, kActualOf, MassText); },
     [](const D& d) -> Number { return NumberOf(d, kActualOf, Grams); }},
    {"actualhome", "ACTUAL HOME CO2E", true,
     [](const D& d) { return TextOf(d, kHomeOf, MassText); },
     [](const D& d) -> Number { return NumberOf(d, kHomeOf, Grams); }},
    {"actualsaved", "ACTUAL SAVED", true, [](const D& d) { return TextOf(d, Saved, PercentText); },
     [](const D& d) -> Number { return NumberOf(d, Saved, Itself); }},
    {"actualsavedco2e", "ACTUAL SAVED CO2E", true,
     [](const D& d) { return TextOf(d, kSavedOf, MassText); },
     [](const D& d) -> Number { return NumberOf(d, kSavedOf, Grams); }},
    {"actualinterval", "ACTUAL (90%)", true, IntervalText},
    {"actualconsequential", "ACTUAL CONSEQUENTIAL", true,
     [](const D& d) { return TextOf(d, ConsequentialSaved, PercentText); },
     [](const D& d) -> Number { return NumberOf(d, ConsequentialSaved, Itself); }},
    {"actualconsequentialco2e", "ACTUAL CONSEQUENTIAL CO2E", true,
     [](const D& d) { return TextOf(d, kAddedOf, MassText); },
     [](const D& d) -> Number { return NumberOf(d, kAddedOf, Grams); }},
    {"actualconsequentialhome", "ACTUAL HOME CONSEQUENTIAL CO2E", true,
     [](const D& d) { return TextOf(d, kAddedHomeOf, MassText); },
     [](const D& d) -> Number { return NumberOf(d, kAddedHomeOf, Grams); }},
    {"actualconsequentialsaved", "ACTUAL SAVED CONSEQUENTIAL CO2E", true,
     [](const D& d) { return TextOf(d, kAddedSavedOf, MassText); },
     [](const D& d) -> Number { return NumberOf(d, kAddedSavedOf, Grams); }},
    {"unknown", "UNKNOWN", false,
     [](const D& d) { return d.came != nullptr ? d.came->unknown : std::string(); }},
};

Emission ShownOf(const EmissionOutcome& emission) {
  Emission shown;
  if (emission.actual.has_value()) shown.actual = emission.actual->value;
  if (emission.at_home.has_value()) shown.at_home = emission.at_home->value;
  if (emission.saved.has_value()) {
    shown.saved = emission.saved->value;
    if (const auto share = ShareInterval90(*emission.saved, *emission.at_home)) {
      shown.share_low = share->low;
      shown.share_high = share->high;
    }
  }
  return shown;
}

// "there are no actual values for a part of the time (NO: 5 of 8 hours are known)".
std::string UnknownText(const JobOutcome& outcome) {
  const Known<Estimated<GramsCo2e>>& saved = outcome.attributional.saved;
  if (saved.has_value()) return "";
  std::string text(WhyUnknownText(saved.why()));
  if (saved.why() != WhyUnknown::kActualsMissing && saved.why() != WhyUnknown::kNoActuals) {
    return text;
  }
  std::vector<std::string> zones;
  for (const ActualsUsed& used : outcome.actuals) {
    if (used.known >= used.needed) continue;
    zones.push_back(absl::StrFormat("%s: %.3g of %.3g hours are known", used.zone,
                                    absl::ToDoubleHours(used.known),
                                    absl::ToDoubleHours(used.needed)));
  }
  if (!zones.empty()) absl::StrAppend(&text, " (", absl::StrJoin(zones, "; "), ")");
  return text;
}

std::string EmissionText(const OutcomeTotals::EmissionSum& sum) {
  const Estimated<GramsCo2e>& saved = sum.saved;
  std::string text =
      absl::StrCat(FormatMass(sum.actual.value), " CO2e, at home ", FormatMass(sum.at_home.value),
                   ": saved ", FormatMass(saved.value));
  if (const double home = sum.at_home.value.value(); home > 0) {
    absl::StrAppend(&text, " (", PercentText(saved.value.value() / home));
    if (const auto share = ShareInterval90(saved, sum.at_home)) {
      absl::StrAppend(&text, ", 90%: ", PercentText(share->low), " to ", PercentText(share->high));
    }
    absl::StrAppend(&text, ")");
  }
  absl::StrAppend(&text, "; predicted ", FormatMass(sum.predicted), ", at home ",
                  FormatMass(sum.predicted_home), ": saving ", FormatMass(sum.predicted_saving()));
  return text;
}

}  // namespace

absl::Span<const LogField> OutcomeFields() { return kFields; }

ShownOutcome ShownOf(const JobOutcome& outcome, bool with_json) {
  ShownOutcome shown;
  if (outcome.ran.has_value()) {
    shown.start = outcome.ran->start;
    shown.ran = outcome.ran->longest;
  }
  shown.wait = outcome.wait.value();
  if (outcome.energy.has_value()) {
    shown.energy = outcome.energy->at_meter.value;
    shown.energy_by = outcome.energy->method == EnergyMethod::kMeasured
                          ? outcome.energy->by
                          : std::string(EnergyMethodName(outcome.energy->method));
  }
  const IntensityOutcome& intensity = outcome.intensity;
  shown.intensity = intensity.actual.value();
  if (intensity.predicted.has_value() && intensity.actual_as_planned.has_value() &&
      intensity.actual_as_planned->value() > 0) {
    shown.forecast_error = *intensity.predicted / *intensity.actual_as_planned - 1;
  }
  shown.attributional = ShownOf(outcome.attributional);
  shown.consequential = ShownOf(outcome.consequential);
  shown.unknown = UnknownText(outcome);
  if (with_json) shown.json = OutcomeJson(outcome);
  return shown;
}

std::string OutcomeText(const OutcomeTotals& totals) {
  const int64_t known = totals.attributional.decisions;
  std::string text = absl::StrCat("came: known of ", known, " of ", totals.decisions,
                                  totals.decisions == 1 ? " decision" : " decisions");
  if (totals.with_energy > 0) {
    absl::StrAppend(&text,
                    absl::StrFormat("; energy of %d: %.4g kWh (%.4g to %.4g), predicted %.4g kWh; "
                                    "%d measured, %d modelled",
                                    totals.with_energy, totals.energy.value.value(),
                                    totals.energy.low().value(), totals.energy.high().value(),
                                    totals.predicted_energy.value(), totals.measured,
                                    totals.with_energy - totals.measured));
  }
  if (known > 0) absl::StrAppend(&text, "\ncame: ", EmissionText(totals.attributional));
  if (totals.consequential.decisions > 0) {
    absl::StrAppend(&text, "\ncame, consequential (known of ", totals.consequential.decisions,
                    " of ", known, "): ", EmissionText(totals.consequential));
  }
  if (totals.attributional.in_shadow > 0) {
    absl::StrAppend(&text, "\n", totals.attributional.in_shadow, " in shadow would have saved ",
                    FormatMass(totals.attributional.shadow_saving.value));
  }
  for (const auto& [why, decisions] : totals.unknown) {
    absl::StrAppend(&text, "\nunknown of ", decisions, ": ", WhyUnknownText(why));
  }
  return text;
}

void OutcomeGroups::Add(const LoggedDecision& decision, const JobOutcome& outcome) {
  std::vector<std::string> names;
  names.reserve(fields_.size());
  for (const LogField* field : fields_) names.push_back(field->text(decision));
  by_names_[std::move(names)].Add(outcome);
}

Table OutcomeGroups::ToTable() const {
  using Named = std::pair<const std::vector<std::string>, OutcomeTotals>;
  std::vector<const Named*> groups;
  for (const Named& group : by_names_) groups.push_back(&group);
  std::stable_sort(groups.begin(), groups.end(), [](const Named* a, const Named* b) {
    return a->second.attributional.saved.value > b->second.attributional.saved.value;
  });
  std::vector<TableColumn> columns;
  for (const LogField* field : fields_) columns.push_back({field->title});
  for (const char* title : {"DECISIONS", "KNOWN", "KWH", "ACTUAL KWH", "HOME CO2E", "CO2E",
                            "SAVED CO2E", "ACTUAL HOME CO2E", "ACTUAL CO2E", "ACTUAL SAVED CO2E",
                            "ACTUAL SAVED", "ACTUAL (90%)", "ACTUAL SAVED CONSEQUENTIAL CO2E"}) {
    columns.push_back({title, true});
  }
  Table table(std::move(columns));
  for (const Named* named : groups) {
    std::vector<std::string> cells = named->first;
    const OutcomeTotals& totals = named->second;
    const OutcomeTotals::EmissionSum& sum = totals.attributional;
    const auto unless_none = [](int64_t decisions, const std::string& text) {
      return decisions > 0 ? text : std::string();
    };
    const auto add_mass = [&](GramsCo2e mass) {
      cells.push_back(unless_none(sum.decisions, FormatMass(mass)));
    };
    cells.push_back(absl::StrCat(totals.decisions));
    cells.push_back(absl::StrCat(sum.decisions));
    cells.push_back(unless_none(totals.with_energy, FigureText(totals.predicted_energy)));
    cells.push_back(unless_none(totals.with_energy, FigureText(totals.energy.value)));
    add_mass(sum.predicted_home);
    add_mass(sum.predicted);
    add_mass(sum.predicted_saving());
    add_mass(sum.at_home.value);
    add_mass(sum.actual.value);
    add_mass(sum.saved.value);
    const double home = sum.at_home.value.value();
    const bool has_share = sum.decisions > 0 && home > 0;
    cells.push_back(has_share ? PercentText(sum.saved.value.value() / home) : "");
    const std::optional<Interval90> share =
        has_share ? ShareInterval90(sum.saved, sum.at_home) : std::nullopt;
    cells.push_back(share.has_value() ? BoundsText(share->low, share->high) : "");
    // Of a part of the decisions it would be taken for the whole.
    const OutcomeTotals::EmissionSum& added = totals.consequential;
    cells.push_back(added.decisions > 0 && added.decisions == sum.decisions
                        ? FormatMass(added.saved.value)
                        : "");
    table.AddRow(std::move(cells));
  }
  return table;
}

}  // namespace carbon
