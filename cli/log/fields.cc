#include "cli/log/fields.h"

#include <pwd.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/text/slurm_time.h"
#include "core/base/mass_text.h"
#include "core/base/nearest_word.h"
#include "core/config/config.h"
#include "core/record/record.h"

namespace carbon {
namespace {

// Where the job would have run without us.
std::string HomePartition(const LogRecord& record) {
  const std::string home = record.Text({"home", "partition"});
  return home.empty() ? absl::StrJoin(record.Texts({"job", "partitions"}), ",") : home;
}

std::string Move(const LogRecord& record) {
  const std::string home = HomePartition(record);
  const std::string chosen = record.Text({"chosen", "pool"});
  if (chosen.empty() || chosen == record.Text({"home", "pool"})) return home;
  return absl::StrCat(home, "->", chosen);
}

std::string TimeText(const std::optional<absl::Time>& time) {
  return time.has_value() ? FormatSlurmTime(*time, absl::LocalTimeZone()) : std::string();
}

std::string MassText(const std::optional<double>& grams) {
  return grams.has_value() ? FormatMass(GramsCo2e(*grams)) : std::string();
}

std::string SecondsText(const std::optional<double>& seconds) {
  return seconds.has_value() ? FormatSlurmDuration(absl::Seconds(*seconds)) : std::string();
}

std::string FigureText(const std::optional<double>& number) {
  return number.has_value() ? absl::StrFormat("%.4g", *number) : std::string();
}

std::string CountText(const std::optional<double>& number) {
  // What no integer holds was written by somebody else.
  if (!number.has_value() || std::fabs(*number) > 1e15) return FigureText(number);
  return absl::StrCat(static_cast<int64_t>(*number));
}

bool SavesNothing(const LogRecord& record) {
  return record.Has({"returned"}) || !WhyNotCounted(record).empty();
}

std::string IntervalText(const LogRecord& record) {
  if (SavesNothing(record)) return "";
  const std::optional<double> low = record.Number({"saving", "share", "low"});
  const std::optional<double> high = record.Number({"saving", "share", "high"});
  if (!low.has_value() || !high.has_value()) return "";
  return absl::StrCat("(", std::llround(*low * 100), *low < 0 ? " to " : "-", PercentText(*high),
                      ")");
}

std::string SavedText(const LogRecord& record, const char* share_of) {
  if (SavesNothing(record)) return "";
  const std::optional<double> share = record.Number({"saving", share_of, "mean"});
  return share.has_value() ? PercentText(*share) : std::string();
}

std::string DelayText(const LogRecord& record) {
  const auto home = record.Time({"home", "start"});
  const auto chosen = record.Time({"chosen", "start"});
  return home && chosen ? FormatSlurmDuration(*chosen - *home) : std::string();
}

constexpr LogField kFields[] = {
    {"id", "ID", false, [](const LogRecord& r) { return r.Text({"id"}); }},
    {"jobid", "JOBID", true, [](const LogRecord& r) { return CountText(r.Number({"job_id"})); }},
    {"time", "TIME", false, [](const LogRecord& r) { return TimeText(r.Time({"time"})); }},
    {"user", "USER", false, [](const LogRecord& r) { return UserName(r); }},
    {"uid", "UID", true,
     [](const LogRecord& r) { return CountText(r.Number({"job", "user_id"})); }},
    {"account", "ACCOUNT", false, [](const LogRecord& r) { return r.Text({"job", "account"}); }},
    {"qos", "QOS", false, [](const LogRecord& r) { return r.Text({"job", "qos"}); }},
    {"job", "JOB", false, [](const LogRecord& r) { return r.Text({"job", "name"}); }},
    {"comment", "COMMENT", false, [](const LogRecord& r) { return r.Text({"job", "comment"}); }},
    {"timelimit", "TIMELIMIT", true,
     [](const LogRecord& r) { return SecondsText(r.Number({"job", "time_limit_s"})); }},
    {"deadline", "DEADLINE", false,
     [](const LogRecord& r) { return TimeText(r.Time({"job", "deadline"})); }},
    {"nodes", "NODES", true,
     [](const LogRecord& r) { return CountText(r.Number({"job", "demand", "nodes"})); }},
    {"devices", "DEVICES", true,
     [](const LogRecord& r) { return CountText(r.Number({"job", "demand", "devices"})); }},
    {"tasks", "TASKS", true,
     [](const LogRecord& r) { return CountText(r.Number({"job", "array_tasks"})); }},
    {"partition", "PARTITION", false, HomePartition},
    {"pool", "POOL", false, [](const LogRecord& r) { return r.Text({"chosen", "pool"}); }},
    {"move", "PARTITION->POOL", false, Move},
    {"site", "SITE", false, [](const LogRecord& r) { return r.Text({"chosen", "site"}); }},
    {"homesite", "HOMESITE", false, [](const LogRecord& r) { return r.Text({"home", "site"}); }},
    {"zone", "ZONE", false, [](const LogRecord& r) { return r.Text({"chosen", "zone"}); }},
    {"hardware", "HARDWARE", false,
     [](const LogRecord& r) { return r.Text({"chosen", "hardware"}); }},
    {"start", "START", false,
     [](const LogRecord& r) { return TimeText(r.Time({"chosen", "start"})); }},
    {"delay", "DELAY", true, DelayText},
    {"runtime", "RUNTIME", true,
     [](const LogRecord& r) { return SecondsText(r.Number({"chosen", "runtime_s"})); }},
    {"runtimesource", "RUNTIMESOURCE", false,
     [](const LogRecord& r) { return r.Text({"runtime_source"}); }},
    {"kwh", "KWH", true,
     [](const LogRecord& r) { return FigureText(r.Number({"chosen", "energy_kwh"})); }},
    {"intensity", "G/KWH", true,
     [](const LogRecord& r) { return FigureText(r.Number({"chosen", "intensity_g_per_kwh"})); }},
    {"co2e", "CO2E", true,
     [](const LogRecord& r) { return MassText(r.Number({"chosen", "gross_g"})); }},
    {"net", "NET", true,
     [](const LogRecord& r) { return MassText(r.Number({"chosen", "net_g"})); }},
    {"embodied", "EMBODIED", true,
     [](const LogRecord& r) { return MassText(r.Number({"chosen", "embodied_g"})); }},
    {"home", "HOME CO2E", true,
     [](const LogRecord& r) { return MassText(r.Number({"home", "gross_g"})); }},
    {"static", "STATIC CO2E", true,
     [](const LogRecord& r) { return MassText(r.Number({"static_best", "gross_g"})); }},
    {"saved", "SAVED", true, [](const LogRecord& r) { return SavedText(r, "share"); }},
    {"savedco2e", "SAVED CO2E", true,
     [](const LogRecord& r) {
       return SavesNothing(r) ? "" : MassText(r.Number({"saving", "gross_g", "mean"}));
     }},
    {"interval", "(90%)", true, IntervalText},
    {"consequential", "CONSEQUENTIAL", true,
     [](const LogRecord& r) { return SavedText(r, "consequential_share"); }},
    {"consequentialco2e", "CONSEQUENTIAL CO2E", true,
     [](const LogRecord& r) { return MassText(r.Number({"chosen", "consequential_g"})); }},
    {"consequentialhome", "HOME CONSEQUENTIAL CO2E", true,
     [](const LogRecord& r) { return MassText(r.Number({"home", "consequential_g"})); }},
    {"consequentialsaved", "SAVED CONSEQUENTIAL CO2E", true,
     [](const LogRecord& r) {
       return SavesNothing(r) ? "" : MassText(r.Number({"saving", "consequential_g", "mean"}));
     }},
    {"minimised", "MINIMISED", false, [](const LogRecord& r) { return r.Text({"minimised"}); }},
    {"outcome", "OUTCOME", false,
     [](const LogRecord& r) {
       const std::string not_counted = WhyNotCounted(r);
       if (!not_counted.empty()) return not_counted;
       return r.Has({"returned"}) ? std::string("given-back") : r.Text({"outcome"});
     }},
    {"mode", "MODE", false, [](const LogRecord& r) { return r.Text({"mode"}); }},
    {"policy", "POLICY", false, [](const LogRecord& r) { return r.Text({"policy"}); }},
    {"reason", "REASON", false,
     [](const LogRecord& r) {
       return r.Has({"returned"}) ? r.Text({"returned", "reason"}) : r.Text({"reason"});
     }},
};

}  // namespace

std::string UserName(const LogRecord& record) {
  return UserName(record.Number({"job", "user_id"}));
}

std::string UserName(std::optional<double> uid) {
  static std::map<int64_t, std::string> names;
  if (!uid.has_value() || *uid < 0 || *uid > std::numeric_limits<uid_t>::max()) {
    return CountText(uid);
  }
  std::string& name = names[static_cast<int64_t>(*uid)];
  if (name.empty()) {
    const passwd* entry = getpwuid(static_cast<uid_t>(*uid));
    name = entry != nullptr ? entry->pw_name : absl::StrCat(static_cast<int64_t>(*uid));
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
    const auto field = std::find_if(std::begin(kFields), std::end(kFields),
                                    [&](const LogField& f) { return name == f.name; });
    if (field == std::end(kFields)) {
      std::vector<std::string> known;
      for (const LogField& f : kFields) known.push_back(f.name);
      const std::string nearest = NearestWord(name, known);
      *error =
          absl::StrCat("field \"", item, "\": is not known",
                       nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"),
                       " (--helpformat lists all)");
      return std::nullopt;
    }
    TableColumn column = {field->title, field->right, 0};
    if (percent != absl::string_view::npos) {
      int width = 0;
      if (!absl::SimpleAtoi(item.substr(percent + 1), &width) || width == 0 || width < -10000 ||
          width > 10000) {
        *error = absl::StrCat("field \"", item, "\": its width is not a whole number but 0");
        return std::nullopt;
      }
      column.right = width > 0;
      column.width = std::abs(width);
    }
    chosen.push_back({field, column});
  }
  return chosen;
}

std::string ListLogFields() {
  std::string list;
  int column = 0;
  for (const LogField& field : kFields) {
    absl::StrAppendFormat(&list, "%-20s%s", field.name, ++column % 4 == 0 ? "\n" : "");
  }
  if (column % 4 != 0) list.push_back('\n');
  return list;
}

}  // namespace carbon
