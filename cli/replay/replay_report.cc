#include "cli/replay/replay_report.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/base/mass_text.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

std::string Percent(double share) { return absl::StrFormat("%.1f%%", 100 * share); }

// The whole may be zero.
std::string PercentOf(double part, double whole) { return whole > 0 ? Percent(part / whole) : "-"; }

// 12345.6 is written as "12,345.6".
std::string Thousands(double value, int digits) {
  std::string text = absl::StrFormat("%.*f", digits, value);
  const size_t point = std::min(text.size(), text.find('.'));
  const size_t first = text[0] == '-' ? 1 : 0;
  for (size_t at = point; at > first + 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string Count(int64_t count) { return Thousands(static_cast<double>(count), 0); }

std::string Saved(GramsCo2e home, GramsCo2e enforced) {
  return PercentOf((home - enforced).value(), home.value());
}

// Returns true if the consequential figure is known for every job, so that it can be summed.
bool HasConsequential(const SavingsRow& row) {
  return row.home.consequential_jobs == row.home.jobs &&
         row.enforced.consequential_jobs == row.enforced.jobs;
}

// Returns device-hours if there are any, otherwise CPU-hours.
double HoursOf(const RowCount& count, bool by_devices) {
  return by_devices ? count.device_hours : count.cpu_hours;
}

// Counts the replayed jobs whose emission is unknown.
int64_t Unscored(const ReplayResult& result) {
  return std::count_if(result.jobs.begin(), result.jobs.end(), [](const ReplayedJob& job) {
    return !job.home.footprint.has_value() || !job.enforced.footprint.has_value();
  });
}

// Returns the pools in which no job can run, because their size is unknown.
std::vector<std::string> UnknownPools(const ReplayReport& report) {
  std::vector<std::string> names;
  for (size_t i = 0; i < report.config.pools.size(); ++i) {
    if (report.result.shapes[i].nodes == 0) names.push_back(report.config.pools[i].name);
  }
  return names;
}

std::vector<std::string> NotesOf(const ReplayReport& report) {
  std::vector<std::string> notes;
  if (report.forecasts == "oracle") {
    notes.push_back(
        "the forecasts are the actual values: this is a bound that no site could have reached");
  }
  if (const int64_t unscored = Unscored(report.result); unscored > 0) {
    notes.push_back(
        absl::StrCat(Count(unscored),
                     " jobs ran but are in no sum of energy or CO2e: their grid data or the watts "
                     "of their hardware are not known"));
  }
  for (const std::string& pool : UnknownPools(report)) {
    notes.push_back(absl::StrCat("pool ", Printable(pool),
                                 ": is not used, because its size is not known; state it with "
                                 "--pool ",
                                 Printable(pool), "=NODESxDEVICESxCPUS"));
  }
  for (size_t i = 0; i < report.config.pools.size(); ++i) {
    if (report.result.shapes[i].source != "peak" || report.result.shapes[i].nodes == 0) continue;
    notes.push_back(
        "a size from the peak is the most that was in use; if a machine was never full, state its "
        "size with --pool");
    break;
  }
  if (report.trace.report.ambiguous_times > 0) {
    notes.push_back(
        absl::StrCat(Count(report.trace.report.ambiguous_times),
                     " rows have a local time that occurred twice; the first was taken"));
  }
  for (const auto& [partition, count] : report.result.unknown_partitions) {
    notes.push_back(absl::StrCat("partition ", partition.empty() ? "\"\"" : Printable(partition),
                                 ": has no pool; ", Count(count.rows), " rows"));
  }
  return notes;
}

std::string RowsText(const ReplayReport& report) {
  const TraceReport& rows = report.result.report;
  const RowCount total = rows.Total();
  const bool by_devices = total.device_hours > 0;
  Table table({{"ROWS", true},
               {by_devices ? "DEVICE-H" : "CPU-H", true},
               {"SHARE", true},
               {"WHAT BECAME OF THEM"}});
  const auto add = [&](const RowCount& count, absl::string_view what) {
    const double hours = HoursOf(count, by_devices);
    table.AddRow({Count(count.rows), Thousands(hours, 1),
                  PercentOf(hours, HoursOf(total, by_devices)), std::string(what)});
  };
  add(rows.read, "replayed");
  for (size_t i = 0; i < kRowReasons; ++i) {
    if (rows.left_out[i].rows == 0) continue;
    add(rows.left_out[i], absl::StrCat("left out: ", RowReasonName(static_cast<RowReason>(i))));
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string SavingsText(const ReplayReport& report, GroupBy by) {
  const bool moves = by == GroupBy::kSite || by == GroupBy::kPool;
  std::vector<TableColumn> columns = {{absl::AsciiStrToUpper(GroupByName(by))},
                                      {"JOBS", true},
                                      {"HOME KWH", true},
                                      {"KWH", true},
                                      {"HOME CO2E", true},
                                      {"CO2E", true},
                                      {"SAVED", true},
                                      {"CONSEQUENTIAL", true}};
  if (moves) columns.insert(columns.begin() + 1, {"HOME JOBS", true});
  Table table(std::move(columns));
  for (const SavingsRow& row : SumSavings(report.trace, report.config, report.result, by)) {
    std::vector<std::string> cells = {
        Printable(row.name),
        Count(row.enforced.jobs),
        Thousands(row.home.energy.value(), 1),
        Thousands(row.enforced.energy.value(), 1),
        FormatMass(row.home.gross),
        FormatMass(row.enforced.gross),
        Saved(row.home.gross, row.enforced.gross),
        HasConsequential(row) ? Saved(row.home.consequential, row.enforced.consequential) : "-"};
    if (moves) cells.insert(cells.begin() + 1, Count(row.home.jobs));
    table.AddRow(std::move(cells));
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string WaitsText(const ReplayReport& report) {
  const WaitReport waits = SummarizeWaits(report.trace, report.result);
  Table table({{"WAIT"}, {"MEAN", true}, {"95%", true}, {"LONGEST", true}});
  const auto add = [&table](std::string name, const WaitSummary& wait) {
    table.AddRow({std::move(name), FormatSlurmDuration(wait.mean), FormatSlurmDuration(wait.p95),
                  FormatSlurmDuration(wait.max)});
  };
  if (waits.recorded_jobs > 0) add("as recorded", waits.recorded);
  add("at home", waits.home);
  add("enforced", waits.enforced);
  const auto jobs = static_cast<double>(report.result.jobs.size());
  return absl::StrCat(
      table.Format(Table::Style::kAligned, true), "delayed on purpose: ", Count(waits.delayed),
      " jobs (", PercentOf(static_cast<double>(waits.delayed), jobs), "), on average ",
      FormatSlurmDuration(waits.delayed_mean), ", at most ", FormatSlurmDuration(waits.delayed_max),
      "\nharmed (later than at home, and than planned): ", Count(waits.harmed), " jobs (",
      PercentOf(static_cast<double>(waits.harmed), jobs), "), on average ",
      FormatSlurmDuration(waits.harmed_mean), ", at most ", FormatSlurmDuration(waits.harmed_max),
      "\n");
}

std::string PoolsText(const ReplayReport& report) {
  Table table({{"POOL"},
               {"NODES", true},
               {"DEVICES", true},
               {"CPUS", true},
               {"SIZE FROM"},
               {"IN USE AT HOME", true},
               {"ENFORCED", true}});
  const std::vector<PoolUtilisation> used = Utilisation(report.trace, report.config, report.result);
  for (size_t i = 0; i < report.config.pools.size(); ++i) {
    const PoolShape& shape = report.result.shapes[i];
    if (shape.nodes == 0) continue;
    table.AddRow({Printable(report.config.pools[i].name), Count(shape.nodes),
                  Count(shape.nodes * shape.devices_per_node),
                  Count(shape.nodes * shape.cpus_per_node), shape.source, Percent(used[i].home),
                  Percent(used[i].enforced)});
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string LeftAloneText(const ReplayReport& report) {
  std::vector<std::pair<int64_t, std::string>> reasons;
  for (const auto& [reason, count] : report.result.left_alone) reasons.emplace_back(-count, reason);
  if (reasons.empty()) return "";
  std::sort(reasons.begin(), reasons.end());
  Table table({{"DECISIONS", true}, {"LEFT ALONE"}});
  for (const auto& [count, reason] : reasons) table.AddRow({Count(-count), Printable(reason)});
  return absl::StrCat("\n", table.Format(Table::Style::kAligned, true));
}

Json CountJson(const RowCount& count) {
  return {
      {"rows", count.rows}, {"device_hours", count.device_hours}, {"cpu_hours", count.cpu_hours}};
}

Json SumsJson(const RunSums& sums, bool has_consequential) {
  Json json = {{"jobs", sums.jobs},
               {"energy_kwh", sums.energy.value()},
               {"co2e_g", sums.gross.value()},
               {"consequential_g", nullptr}};
  if (has_consequential) json["consequential_g"] = sums.consequential.value();
  return json;
}

Json WaitJson(const WaitSummary& wait) {
  return {{"mean_s", absl::ToInt64Seconds(wait.mean)},
          {"p95_s", absl::ToInt64Seconds(wait.p95)},
          {"max_s", absl::ToInt64Seconds(wait.max)}};
}

// Quotes a field by RFC 4180.
std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == text.npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace

std::string ReplayText(const ReplayReport& report) {
  const ReplayResult& result = report.result;
  const TraceJob& first = report.trace.jobs[result.jobs.front().job];
  const TraceJob& last = report.trace.jobs[result.jobs.back().job];
  std::string text = absl::StrCat(
      "history     ", Printable(report.file), ", ", Count(result.report.Total().rows), " rows\n",
      "submitted   ", FormatTimestamp(first.submit), " to ", FormatTimestamp(last.submit), "\n",
      "forecasts   ", report.forecasts, "\n", "decisions   ", Count(result.decisions), ", on ",
      Count(result.looks), " looks at the queue\n\n", RowsText(report));
  for (const GroupBy by : report.groupings) absl::StrAppend(&text, "\n", SavingsText(report, by));
  absl::StrAppend(&text, "\n", WaitsText(report), "\n", PoolsText(report), LeftAloneText(report));
  const std::vector<std::string> notes = NotesOf(report);
  if (!notes.empty()) absl::StrAppend(&text, "\n");
  for (const std::string& note : notes) absl::StrAppend(&text, "note: ", note, "\n");
  return text;
}

std::string ReplayJson(const ReplayReport& report) {
  const ReplayResult& result = report.result;
  Json json;
  json["history"] = report.file;
  json["forecasts"] = report.forecasts;
  json["from"] = FormatTimestamp(report.trace.jobs[result.jobs.front().job].submit);
  json["to"] = FormatTimestamp(report.trace.jobs[result.jobs.back().job].submit);
  json["decisions"] = result.decisions;
  json["looks"] = result.looks;
  Json rows = {{"replayed", CountJson(result.report.read)}, {"left_out", Json::array()}};
  for (size_t i = 0; i < kRowReasons; ++i) {
    if (result.report.left_out[i].rows == 0) continue;
    Json one = CountJson(result.report.left_out[i]);
    one["reason"] = RowReasonName(static_cast<RowReason>(i));
    rows["left_out"].push_back(std::move(one));
  }
  json["rows"] = std::move(rows);
  json["unscored_jobs"] = Unscored(result);
  Json groups = Json::array();
  for (const GroupBy by : report.groupings) {
    for (const SavingsRow& row : SumSavings(report.trace, report.config, result, by)) {
      const bool known = HasConsequential(row);
      groups.push_back({{"group_by", GroupByName(by)},
                        {"name", row.name},
                        {"home", SumsJson(row.home, known)},
                        {"enforced", SumsJson(row.enforced, known)}});
    }
  }
  json["groups"] = std::move(groups);
  const WaitReport waits = SummarizeWaits(report.trace, result);
  json["waits"] = {{"home", WaitJson(waits.home)},
                   {"enforced", WaitJson(waits.enforced)},
                   {"recorded", waits.recorded_jobs > 0 ? WaitJson(waits.recorded) : Json()},
                   {"delayed",
                    {{"jobs", waits.delayed},
                     {"mean_s", absl::ToInt64Seconds(waits.delayed_mean)},
                     {"max_s", absl::ToInt64Seconds(waits.delayed_max)}}},
                   {"harmed",
                    {{"jobs", waits.harmed},
                     {"mean_s", absl::ToInt64Seconds(waits.harmed_mean)},
                     {"max_s", absl::ToInt64Seconds(waits.harmed_max)}}}};
  const std::vector<PoolUtilisation> used = Utilisation(report.trace, report.config, result);
  Json pools = Json::array();
  for (size_t i = 0; i < report.config.pools.size(); ++i) {
    const PoolShape& shape = result.shapes[i];
    pools.push_back({{"pool", report.config.pools[i].name},
                     {"nodes", shape.nodes},
                     {"devices_per_node", shape.devices_per_node},
                     {"cpus_per_node", shape.cpus_per_node},
                     {"size_from", shape.source},
                     {"in_use_home", used[i].home},
                     {"in_use_enforced", used[i].enforced}});
  }
  json["pools"] = std::move(pools);
  json["left_alone"] = Json::object();
  for (const auto& [reason, count] : result.left_alone) json["left_alone"][reason] = count;
  json["notes"] = NotesOf(report);
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::string ReplayCsv(const ReplayReport& report) {
  std::string csv =
      "group_by,name,home_jobs,jobs,home_kwh,kwh,home_co2e_g,co2e_g,home_consequential_g,"
      "consequential_g\n";
  for (const GroupBy by : report.groupings) {
    for (const SavingsRow& row : SumSavings(report.trace, report.config, report.result, by)) {
      absl::StrAppend(&csv, GroupByName(by), ",", CsvField(row.name), ",", row.home.jobs, ",",
                      row.enforced.jobs);
      for (const double value : {row.home.energy.value(), row.enforced.energy.value(),
                                 row.home.gross.value(), row.enforced.gross.value()}) {
        absl::StrAppend(&csv, ",", absl::StrFormat("%.10g", value));
      }
      for (const GramsCo2e mass : {row.home.consequential, row.enforced.consequential}) {
        absl::StrAppend(&csv, ",",
                        HasConsequential(row) ? absl::StrFormat("%.10g", mass.value()) : "");
      }
      absl::StrAppend(&csv, "\n");
    }
  }
  return csv;
}

}  // namespace carbon
