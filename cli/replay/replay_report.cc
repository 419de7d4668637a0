#include "cli/replay/replay_report.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "cli/replay/report_text.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/base/mass_text.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

using Json = nlohmann::ordered_json;

// Limits that are this many times the runtimes are worth a note.
constexpr double kMuchLongerLimits = 3;

// Device-hours where there are any, else CPU-hours.
double HoursOf(const RowCount& count, bool by_devices) {
  return by_devices ? count.device_hours : count.cpu_hours;
}

// The replayed jobs that no sum of energy or CO2e counts.
struct UnscoredJobs {
  int64_t without_units = 0;
  int64_t without_grid = 0;
  std::set<std::string> zones;  // of the latter

  int64_t all() const { return without_units + without_grid; }
};

UnscoredJobs FindUnscored(const ReplayReport& report) {
  const std::vector<PoolConfig>& pools = report.config.pools;
  UnscoredJobs found;
  for (const ReplayedJob& job : report.result.jobs) {
    if (job.home.unscored == Unscored::kNoUnits || job.enforced.unscored == Unscored::kNoUnits) {
      ++found.without_units;
      continue;
    }
    bool is_without_grid = false;
    for (const ReplayedRun* run : {&job.home, &job.enforced}) {
      if (run->unscored != Unscored::kNoGrid) continue;
      is_without_grid = true;
      for (const SiteConfig& site : report.config.sites) {
        if (site.name == pools[run->pool].site) found.zones.insert(site.zone);
      }
    }
    found.without_grid += is_without_grid ? 1 : 0;
  }
  return found;
}

std::string Jobs(int64_t count) {
  return absl::StrCat(Count(count), count == 1 ? " job" : " jobs");
}

// The zones of the pools' sites, each with the kind of its intensities: "ES average-lifecycle, …".
// Empty if all are of one kind.
std::string DifferentKinds(const PlacementConfig& config) {
  std::map<std::string, SignalKind> kinds;
  std::set<SignalKind> different;
  for (const PoolConfig& pool : config.pools) {
    for (const SiteConfig& site : config.sites) {
      if (site.name != pool.site) continue;
      for (const GridZone& zone : config.zones) {
        if (zone.name != site.zone) continue;
        kinds.emplace(zone.name, zone.kind);
        different.insert(zone.kind);
      }
    }
  }
  if (different.size() < 2) return "";
  return absl::StrJoin(kinds, ", ", [](std::string* out, const auto& zone) {
    absl::StrAppend(out, Printable(zone.first), " ", SignalKindName(zone.second));
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

// If the history has no device at all although pools have: what to do about it.
void NoteMissingDevices(const ReplayReport& report, std::vector<std::string>* notes) {
  const auto has_devices = [&report](const ReplayedJob& job) {
    return report.trace.jobs[job.job].devices > 0;
  };
  const auto is_of_devices = [&report](const PoolConfig& pool) {
    const auto hardware = report.config.hardware.find(pool.hardware);
    return hardware != report.config.hardware.end() &&
           hardware->second.unit == AllocationUnit::kDevice;
  };
  const std::vector<PoolConfig>& pools = report.config.pools;
  if (std::none_of(pools.begin(), pools.end(), is_of_devices)) return;
  const std::vector<ReplayedJob>& jobs = report.result.jobs;
  if (std::any_of(jobs.begin(), jobs.end(), has_devices)) return;
  notes->push_back(
      "no job of the history has a GPU; sacct shows those of a job only if AccountingStorageTRES "
      "in slurm.conf had gres/gpu when it ran");
}

// If time limits are so far above runtimes that delays save little: what to do about it.
void NoteLongLimits(const ReplayReport& report, std::vector<std::string>* notes) {
  const std::vector<Policy>& policies = report.config.policies;
  const bool may_wait = std::any_of(policies.begin(), policies.end(), [](const Policy& policy) {
    return policy.mode != Mode::kOff && policy.may_change_time;
  });
  const LimitReport limits = SummarizeLimits(report.trace, report.result);
  if (!may_wait || limits.ratio < kMuchLongerLimits) return;
  std::string note = absl::StrFormat(
      "the time limits of the jobs that policies place are %.1f times their runtimes",
      limits.ratio);
  if (limits.planned_by_limit > 0) {
    absl::StrAppend(&note, "; ", Jobs(limits.planned_by_limit),
                    " were planned as if they ran until it: see --compare-runtimes and "
                    "learnt_runtime in carbon.json(5)");
  }
  absl::StrAppend(&note,
                  "; nodes are booked until the limit, so jobs that wait for a cleaner hour keep "
                  "others away: ask for shorter limits, and compare with a shorter max_delay and "
                  "with a policy that may change the site only (scarbon policy what-if); see "
                  "replay.md, Time limits");
  notes->push_back(std::move(note));
}

// The pools that are smaller than what the history used at once.
void NoteSmallPools(const ReplayReport& report, std::vector<std::string>* notes) {
  for (size_t i = 0; i < report.config.pools.size(); ++i) {
    const PoolShape& shape = report.result.shapes[i];
    if (shape.nodes == 0 || shape.recorded_peak.value_or(0) <= shape.nodes) continue;
    const std::string pool = Printable(report.config.pools[i].name);
    const bool is_option = shape.source == "option";
    notes->push_back(absl::StrCat("pool ", pool, ": the history used ", Count(*shape.recorded_peak),
                                  " nodes of this shape at once, and ",
                                  is_option ? "--pool" : "its size in carbon.json", " says ",
                                  Count(shape.nodes),
                                  ": the simulated cluster is too small, and jobs wait longer "
                                  "in it than they did"));
  }
}

}  // namespace

std::vector<std::string> ReplayNotes(const ReplayReport& report) {
  std::vector<std::string> notes;
  if (report.forecasts == "oracle") {
    notes.push_back("the forecasts are the actual values, which no site could have known");
  }
  if (report.moved_weeks != 0) {
    const absl::Time first = report.trace.jobs[report.result.jobs.front().job].submit;
    notes.push_back(absl::StrCat("the history is moved to ", FormatTimestamp(first), ", ",
                                 Count(std::abs(report.moved_weeks)),
                                 report.moved_weeks < 0 ? " weeks back" : " weeks on",
                                 ": jobs of one time are replayed with the grids of another"));
  }
  if (report.runtimes == RuntimeKnowledge::kExact) {
    notes.push_back("the real runtimes were known, which no site could have known");
  }
  const UnscoredJobs unscored = FindUnscored(report);
  if (unscored.without_units > 0) {
    notes.push_back(absl::StrCat(
        Jobs(unscored.without_units),
        " ran but are in no sum of energy or CO2e: of what they ask for, such as CPUs without a "
        "GPU, the profile of their pool's hardware does not say the watts"));
  }
  if (unscored.without_grid > 0) {
    notes.push_back(absl::StrCat(Jobs(unscored.without_grid),
                                 " ran but are in no sum of energy or CO2e: what was measured in ",
                                 Printable(absl::StrJoin(unscored.zones, ", ")),
                                 " does not reach from the begin to the end of their runs; "
                                 "--move-to replays the history at another time"));
  }
  NoteMissingDevices(report, &notes);
  if (report.result.report.lacks_command_lines) {
    notes.push_back(
        "without the column SubmitLine each job counts as one that named its partition; most "
        "policies do not move those");
  }
  if (const std::string kinds = DifferentKinds(report.config); !kinds.empty()) {
    notes.push_back(absl::StrCat("the sums add intensities of different kinds: ", kinds));
  }
  for (const std::string& pool : UnknownPools(report)) {
    notes.push_back(absl::StrCat("pool ", Printable(pool),
                                 ": is not used, because its size is not known; state it with "
                                 "--pool ",
                                 Printable(pool), "=NODESxDEVICESxCPUS"));
  }
  NoteLongLimits(report, &notes);
  NoteSmallPools(report, &notes);
  if (!report.not_followed.empty()) {
    notes.push_back(absl::StrCat("--scheduler-parameters: the simulated scheduler does not follow ",
                                 Printable(absl::StrJoin(report.not_followed, ", "))));
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
                                 ": has no pool; ", Count(count.rows),
                                 count.rows == 1 ? " row" : " rows"));
  }
  return notes;
}

std::string ReplayedRowsText(const ReplayReport& report) {
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

namespace {

std::string SavingsText(const ReplayReport& report, GroupBy by) {
  const bool moves = by == GroupBy::kSite || by == GroupBy::kPool;
  std::vector<TableColumn> columns = {{absl::AsciiStrToUpper(GroupByName(by))},
                                      {"JOBS", true},
                                      {"HOME KWH", true},
                                      {"KWH", true},
                                      {"HOME CO2E", true},
                                      {"CO2E", true},
                                      {"SAVED", true},
                                      {"(95%)", true},
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
        SavedText(row.home.gross, row.enforced.gross),
        IntervalText(row),
        HasConsequential(row) ? SavedText(row.home.consequential, row.enforced.consequential)
                              : "-"};
    if (moves) cells.insert(cells.begin() + 1, Count(row.home.jobs));
    table.AddRow(std::move(cells));
  }
  return table.Format(Table::Style::kAligned, true);
}

GramsCo2e SavedOf(const SavingsRow& row) { return row.home.gross - row.enforced.gross; }

// Returns what share of the saving with exact runtimes the row has; absent: that saves nothing.
std::optional<double> KeptShare(const ReplayReport& report, const RuntimesRow& row) {
  const GramsCo2e exact = SavedOf(report.by_runtimes.back().total);
  if (exact <= GramsCo2e(0)) return std::nullopt;
  return SavedOf(row.total) / exact;
}

std::string RuntimesText(const ReplayReport& report) {
  if (report.by_runtimes.empty()) return "";
  Table table({{"RUNTIMES"},
               {"CO2E", true},
               {"SAVED", true},
               {"(95%)", true},
               {"CONSEQUENTIAL", true},
               {"OF KNOWN", true}});
  for (const RuntimesRow& row : report.by_runtimes) {
    const SavingsRow& total = row.total;
    const std::optional<double> kept = KeptShare(report, row);
    table.AddRow({std::string(RuntimeKnowledgeName(row.runtimes)), FormatMass(total.enforced.gross),
                  SavedText(total.home.gross, total.enforced.gross), IntervalText(total),
                  HasConsequential(total)
                      ? SavedText(total.home.consequential, total.enforced.consequential)
                      : "-",
                  kept.has_value() ? Percent(*kept) : "-"});
  }
  return absl::StrCat("\n", table.Format(Table::Style::kAligned, true));
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
  std::string text = table.Format(Table::Style::kAligned, true);
  if (waits.recorded_jobs > 0) {
    absl::StrAppend(&text, "as recorded: by the starts that the history states, of ",
                    Jobs(waits.recorded_jobs), "; the other two are simulated\n");
  }
  return absl::StrCat(
      text, DelaysText(waits, static_cast<int64_t>(report.result.jobs.size()), "at home"));
}

std::string PoolsText(const ReplayReport& report) {
  Table table({{"POOL"},
               {"NODES", true},
               {"DEVICES", true},
               {"CPUS", true},
               {"SIZE FROM"},
               {"IN USE AT HOME", true},
               {"ENFORCED", true},
               {"IDLE KWH AT HOME", true},
               {"ENFORCED", true}});
  const auto idle = [](const std::optional<KilowattHours>& energy) {
    return energy.has_value() ? Thousands(energy->value(), 1) : "-";
  };
  const std::vector<PoolUtilisation> used = Utilisation(report.trace, report.config, report.result);
  for (size_t i = 0; i < report.config.pools.size(); ++i) {
    const PoolShape& shape = report.result.shapes[i];
    if (shape.nodes == 0) continue;
    table.AddRow({Printable(report.config.pools[i].name), Count(shape.nodes),
                  Count(shape.nodes * shape.devices_per_node),
                  Count(shape.nodes * shape.cpus_per_node), shape.source, Percent(used[i].home),
                  Percent(used[i].enforced), idle(used[i].idle_home), idle(used[i].idle_enforced)});
  }
  return table.Format(Table::Style::kAligned, true);
}

std::string HoursText(const ReplayReport& report) {
  const HourlyProfile profile = ProfileByHour(report.result, report.zone);
  Table table({{"HOUR"}, {"HOME KWH", true}, {"KWH", true}, {"CHANGE", true}});
  for (size_t hour = 0; hour < profile.home.size(); ++hour) {
    const double home = profile.home[hour].value(), enforced = profile.enforced[hour].value();
    if (home == 0 && enforced == 0) continue;
    table.AddRow({absl::StrFormat("%02d", hour), Thousands(home, 1), Thousands(enforced, 1),
                  PercentOf(enforced - home, home)});
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

Json EnergyJson(const std::optional<KilowattHours>& energy) {
  return energy.has_value() ? Json(energy->value()) : Json();
}

}  // namespace

std::string ReplayText(const ReplayReport& report) {
  const ReplayResult& result = report.result;
  const TraceJob& first = report.trace.jobs[result.jobs.front().job];
  const TraceJob& last = report.trace.jobs[result.jobs.back().job];
  std::string text = absl::StrCat(
      "history     ", Printable(report.file), ", ", Count(result.report.Total().rows), " rows\n",
      "submitted   ", FormatTimestamp(first.submit), " to ", FormatTimestamp(last.submit), "\n",
      "forecasts   ", report.forecasts, "\n", "runtimes    ", RuntimeKnowledgeName(report.runtimes),
      "\n", "decided by  ", report.decided_by, "\n", "decisions   ", Count(result.decisions),
      " for ", Jobs(static_cast<int64_t>(result.jobs.size())),
      " (tasks of an array share one, and so do runs of a requeued job), on ", Count(result.looks),
      " looks at the queue\n\n", ReplayedRowsText(report));
  for (const GroupBy by : report.groupings) absl::StrAppend(&text, "\n", SavingsText(report, by));
  absl::StrAppend(&text, RuntimesText(report));
  absl::StrAppend(&text, "\n", WaitsText(report), "\n", PoolsText(report), "\n", HoursText(report),
                  LeftAloneText(report));
  const std::vector<std::string> notes = ReplayNotes(report);
  if (!notes.empty()) absl::StrAppend(&text, "\n");
  for (const std::string& note : notes) absl::StrAppend(&text, "note: ", note, "\n");
  return text;
}

std::string ReplayJson(const ReplayReport& report) {
  const ReplayResult& result = report.result;
  Json json;
  json["history"] = report.file;
  json["forecasts"] = report.forecasts;
  json["runtimes"] = RuntimeKnowledgeName(report.runtimes);
  json["decided_by"] = report.decided_by;
  json["from"] = FormatTimestamp(report.trace.jobs[result.jobs.front().job].submit);
  json["to"] = FormatTimestamp(report.trace.jobs[result.jobs.back().job].submit);
  json["moved_weeks"] = report.moved_weeks;
  json["jobs"] = result.jobs.size();
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
  json["unscored_jobs"] = FindUnscored(report).all();
  Json groups = Json::array();
  for (const GroupBy by : report.groupings) {
    for (const SavingsRow& row : SumSavings(report.trace, report.config, result, by)) {
      const bool known = HasConsequential(row);
      groups.push_back({{"group_by", GroupByName(by)},
                        {"name", row.name},
                        {"home", SumsJson(row.home, known)},
                        {"enforced", SumsJson(row.enforced, known)},
                        {"saved_share_95", IntervalJson(row)}});
    }
  }
  json["groups"] = std::move(groups);
  json["by_runtimes"] = Json::array();
  for (const RuntimesRow& row : report.by_runtimes) {
    const bool known = HasConsequential(row.total);
    const std::optional<double> kept = KeptShare(report, row);
    json["by_runtimes"].push_back({{"runtimes", RuntimeKnowledgeName(row.runtimes)},
                                   {"home", SumsJson(row.total.home, known)},
                                   {"enforced", SumsJson(row.total.enforced, known)},
                                   {"saved_share_95", IntervalJson(row.total)},
                                   {"share_of_known", kept.has_value() ? Json(*kept) : Json()}});
  }
  const WaitReport waits = SummarizeWaits(report.trace, result);
  json["waits"] = {{"home", WaitJson(waits.home)},
                   {"enforced", WaitJson(waits.enforced)},
                   {"recorded", waits.recorded_jobs > 0 ? WaitJson(waits.recorded) : Json()}};
  if (waits.recorded_jobs > 0) json["waits"]["recorded"]["jobs"] = waits.recorded_jobs;
  json["waits"].update(DelaysJson(waits));
  const std::vector<PoolUtilisation> used = Utilisation(report.trace, report.config, result);
  Json pools = Json::array();
  for (size_t i = 0; i < report.config.pools.size(); ++i) {
    const PoolShape& shape = result.shapes[i];
    pools.push_back({{"pool", report.config.pools[i].name},
                     {"nodes", shape.nodes},
                     {"devices_per_node", shape.devices_per_node},
                     {"cpus_per_node", shape.cpus_per_node},
                     {"size_from", shape.source},
                     {"recorded_peak_nodes",
                      shape.recorded_peak.has_value() ? Json(*shape.recorded_peak) : Json()},
                     {"in_use_home", used[i].home},
                     {"in_use_enforced", used[i].enforced},
                     {"idle_kwh_home", EnergyJson(used[i].idle_home)},
                     {"idle_kwh_enforced", EnergyJson(used[i].idle_enforced)}});
  }
  json["pools"] = std::move(pools);
  const HourlyProfile profile = ProfileByHour(result, report.zone);
  json["hours"] = Json::array();
  for (size_t hour = 0; hour < profile.home.size(); ++hour) {
    json["hours"].push_back({{"hour", hour},
                             {"energy_kwh_home", profile.home[hour].value()},
                             {"energy_kwh_enforced", profile.enforced[hour].value()}});
  }
  json["left_alone"] = Json::object();
  for (const auto& [reason, count] : result.left_alone) json["left_alone"][reason] = count;
  json["notes"] = ReplayNotes(report);
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace carbon
