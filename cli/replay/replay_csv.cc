#include "cli/replay/replay_csv.h"

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "cli/replay/report_text.h"
#include "core/base/quantities.h"
#include "replay/block_bootstrap.h"
#include "replay/savings.h"

namespace carbon {
namespace {

// RFC 4180.
std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == text.npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::optional<double> Number(double value, bool is_known = true) {
  return is_known ? std::optional(value) : std::nullopt;
}

// The columns of waits, each after a comma.
std::string WaitsCsv(const ReplayReport& report) {
  const WaitReport waits = SummarizeWaits(report.trace, report.result);
  std::string csv;
  for (const absl::Duration wait : {waits.home.mean, waits.enforced.mean, waits.home.p95,
                                    waits.enforced.p95, waits.home.max, waits.enforced.max}) {
    absl::StrAppend(&csv, ",", absl::ToInt64Seconds(wait));
  }
  absl::StrAppend(&csv, ",", waits.harmed, ",", absl::ToInt64Seconds(waits.harmed_mean), ",",
                  waits.dearer, ",", absl::StrFormat("%.10g", waits.dearer_by.value()));
  return csv;
}

// The columns of a pool, each after a comma.
std::string PoolCsv(const ReplayReport& report, const std::vector<PoolUtilisation>& used,
                    const std::string& name) {
  for (size_t i = 0; i < report.config.pools.size(); ++i) {
    if (report.config.pools[i].name != name) continue;
    std::string csv = absl::StrFormat(",%.10g,%.10g", used[i].home, used[i].enforced);
    for (const std::optional<KilowattHours>& idle : {used[i].idle_home, used[i].idle_enforced}) {
      absl::StrAppend(&csv, ",", idle.has_value() ? absl::StrFormat("%.10g", idle->value()) : "");
    }
    return csv;
  }
  return ",,,,";
}

}  // namespace

std::string ReplayCsv(const ReplayReport& report) {
  std::string csv =
      "group_by,name,home_jobs,jobs,home_kwh,kwh,home_co2e_g,co2e_g,home_consequential_g,"
      "consequential_g,saved_share,saved_share_low,saved_share_high,home_wait_mean_s,wait_mean_s,"
      "home_wait_p95_s,wait_p95_s,home_wait_max_s,wait_max_s,harmed_jobs,harmed_mean_s,dearer_jobs,"
      "dearer_g,home_in_use,in_use,home_idle_kwh,idle_kwh\n";
  const std::vector<PoolUtilisation> used = Utilisation(report.trace, report.config, report.result);
  for (const GroupBy by : report.groupings) {
    for (const SavingsRow& row : SumSavings(report.trace, report.config, report.result, by)) {
      absl::StrAppend(&csv, GroupByName(by), ",", CsvField(row.name), ",", row.home.jobs, ",",
                      row.enforced.jobs);
      const bool has_consequential = HasConsequential(row);
      const bool saves = row.home.gross.value() > 0;
      for (const std::optional<double>& value :
           {Number(row.home.energy.value()), Number(row.enforced.energy.value()),
            Number(row.home.gross.value()), Number(row.enforced.gross.value()),
            Number(row.home.consequential.value(), has_consequential),
            Number(row.enforced.consequential.value(), has_consequential),
            Number(saves ? 1 - row.enforced.gross / row.home.gross : 0, saves),
            Number(row.saved_share.value_or(BootstrapInterval()).low, row.saved_share.has_value()),
            Number(row.saved_share.value_or(BootstrapInterval()).high,
                   row.saved_share.has_value())}) {
        absl::StrAppend(&csv, ",", value.has_value() ? absl::StrFormat("%.10g", *value) : "");
      }
      absl::StrAppend(&csv, by == GroupBy::kTotal ? WaitsCsv(report) : ",,,,,,,,,,",
                      by == GroupBy::kPool ? PoolCsv(report, used, row.name) : ",,,,", "\n");
    }
  }
  const HourlyProfile profile = ProfileByHour(report.result, report.zone);
  for (size_t hour = 0; hour < profile.home.size(); ++hour) {
    absl::StrAppendFormat(&csv, "hour,%02d,,,%.10g,%.10g%s\n", hour, profile.home[hour].value(),
                          profile.enforced[hour].value(), std::string(21, ','));
  }
  return csv;
}

}  // namespace carbon
