// The policies to compare with, as their papers run them and in the simulated cluster, on measured
// grids; bounds; bursts. Prints Markdown.
//
//   policies_bench --data DIR                all of it
//   policies_bench --data DIR --only gaia    one of gaia, year, lets-wait-awhile, training, bounds,
//                                            bursts
//
// DIR/grid/electricity_maps_lca_2021_2023/ZONE.csv    hourly, of US-CAL-CISO, ES and NO
// DIR/grid/lets_wait_awhile_2020/DE.csv, GB_30min.csv, and FR.csv where there is one
// DIR/grid/ensembleci_direct_2019_2022/ZONE.csv       hourly, of CISO, ERCO, PJM and ISNE
// DIR/jobs/gaia_pai_1k.csv, gaia_pai-100k.csv         see bench/placement/arrivals.h
//
// Exit code 0; 1 where data cannot be read or something fails; 2 for a wrong option.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "bench/placement/arrivals.h"
#include "bench/policies/crowd_study.h"
#include "bench/policies/policy_study.h"
#include "bench/policies/workloads.h"
#include "core/base/timestamp.h"
#include "forecast/sources/csv.h"
#include "replay/forecasts/known_forecasts.h"
#include "replay/forecasts/zone_record.h"
#include "replay/policies/policy_library.h"
#include "replay/trace/csv_trace.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxFileBytes = 64 << 20;
constexpr char kTraceGrid[] = "/grid/electricity_maps_lca_2021_2023/";
constexpr char kLetsWaitAwhileGrid[] = "/grid/lets_wait_awhile_2020/";
constexpr char kFederationGrid[] = "/grid/ensembleci_direct_2019_2022";
const std::vector<std::string> kTraceZones = {"US-CAL-CISO", "ES", "NO"};
const std::vector<std::string> kFederation = {"CISO", "ERCO", "PJM", "ISNE"};
const absl::Time k2022 = absl::FromCivil(absl::CivilDay(2022, 1, 1), absl::UTCTimeZone());
constexpr uint32_t kWorkloadSeeds = 5;
constexpr uint32_t kErrorSeeds = 10;

struct Options {
  std::string data;
  std::string only;
  std::string training;
  std::string lets_wait_awhile_jobs;
  std::string cache = "build/placement-cache";
  int seconds = 60;
};

class Markdown {
 public:
  Markdown(const std::string& title, const std::vector<std::string>& columns) {
    std::printf("\n## %s\n\n", title.c_str());
    Row(columns);
    std::printf("|---|");
    for (size_t i = 1; i < columns.size(); ++i) std::printf("--:|");
    std::printf("\n");
  }
  void Row(const std::vector<std::string>& cells) {
    std::printf("| %s |\n", absl::StrJoin(cells, " | ").c_str());
    std::fflush(stdout);
  }
};

std::string Hours(absl::Duration duration) {
  return absl::StrFormat("%.1f", absl::ToDoubleHours(duration));
}

absl::StatusOr<IntensitySeries> ReadSeries(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxFileBytes);
  if (!text.ok()) return text.status();
  const absl::StatusOr<IntensityHistory> history = ParseHistoryCsv(*text);
  if (!history.ok())
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", history.status().message()));
  // A series spans 400 days at most.
  std::vector<IntensitySeries::Step> steps;
  const absl::Time to = k2022 + absl::Hours(24 * 390);
  absl::Time end = absl::InfinitePast();
  for (const IntensityHistory::Interval& interval : history->intervals()) {
    if (interval.start >= to) break;
    if (interval.start < k2022 && history->intervals().back().end > k2022) continue;
    steps.push_back({interval.start, interval.value});
    end = interval.end;
  }
  return IntensitySeries::Create(steps, end);
}

absl::StatusOr<std::vector<GaiaJob>> ReadGaia(const std::string& path, absl::Duration unit) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxFileBytes);
  if (!text.ok()) return text.status();
  return ParseTrace(*text, unit);
}

// A policy as a row of a table, with the published figure of each zone where there is one.
struct PolicyRow {
  const char* policy;
  LengthKnowledge knowledge;
  const char* title;
  std::vector<const char*> published;
};

absl::Status PrintPolicies(const std::string& title, const std::vector<PolicyRow>& rows,
                           const std::vector<std::pair<std::string, IntensitySeries>>& zones,
                           const std::vector<StudyJob>& jobs) {
  std::vector<std::string> columns = {"policy"};
  for (const auto& [zone, series] : zones) {
    columns.push_back(zone);
    if (!rows.front().published.empty()) columns.push_back("published");
  }
  columns.insert(columns.end(), {"mean wait, h", "longest, h", "suspensions a job"});
  Markdown table(title, columns);
  for (const PolicyRow& row : rows) {
    const auto policy = MakePolicy(row.policy);
    if (!policy.ok()) return policy.status();
    std::vector<std::string> cells = {row.title};
    absl::Duration mean, longest;
    int64_t suspensions = 0;
    for (size_t i = 0; i < zones.size(); ++i) {
      const IntensitySeries& series = zones[i].second;
      const StudyZone zone = {&series, &series, *series.Mean(series.begin(), series.end())};
      const absl::StatusOr<StudyOutcome> outcome = RunPolicy(jobs, zone, **policy, row.knowledge);
      if (!outcome.ok()) return outcome.status();
      cells.push_back(absl::StrFormat("%.3f", outcome->relative));
      if (!rows.front().published.empty()) {
        cells.push_back(i < row.published.size() ? row.published[i] : "-");
      }
      mean += outcome->mean_wait / static_cast<int64_t>(zones.size());
      longest = std::max(longest, outcome->max_wait);
      suspensions += outcome->suspensions;
    }
    cells.push_back(Hours(mean));
    cells.push_back(Hours(longest));
    cells.push_back(absl::StrFormat("%.2f", static_cast<double>(suspensions) /
                                                static_cast<double>(jobs.size() * zones.size())));
    table.Row(cells);
  }
  for (const bool suspended : {false, true}) {
    std::vector<std::string> cells = {suspended ? "bound: clairvoyant, suspends"
                                                : "bound: clairvoyant, one run"};
    for (const auto& [zone, series] : zones) {
      const absl::StatusOr<double> least = LeastPossible(jobs, series, suspended);
      if (!least.ok()) return least.status();
      cells.push_back(absl::StrFormat("%.3f", *least));
      if (!rows.front().published.empty()) cells.push_back("-");
    }
    cells.insert(cells.end(), {"-", "-", "-"});
    table.Row(cells);
  }
  return absl::OkStatus();
}

const std::vector<PolicyRow> kGaiaRows = {
    {"run-now", LengthKnowledge::kTrue, "run now", {"1", "1", "1"}},
    {"lowest-slot", LengthKnowledge::kTrue, "Lowest-Slot", {".866", ".891", ".925"}},
    {"lowest-window",
     LengthKnowledge::kMeanOfClass,
     "Lowest-Window, mean length",
     {".791", ".850", ".898"}},
    {"lowest-window",
     LengthKnowledge::kTrue,
     "Lowest-Window, true length",
     {".772", ".815", ".861"}},
    {"carbon-time",
     LengthKnowledge::kMeanOfClass,
     "Carbon-Time, mean length",
     {".799", ".857", ".900"}},
    {"ecovisor", LengthKnowledge::kTrue, "Ecovisor", {".781", ".858", ".906"}},
    {"wait-awhile", LengthKnowledge::kTrue, "Wait Awhile, true length", {".730", ".791", ".832"}},
    {"cats", LengthKnowledge::kTrue, "CATS, true length", {}},
    {"threshold", LengthKnowledge::kTrue, "threshold at the mean", {}},
};

absl::StatusOr<std::vector<std::pair<std::string, IntensitySeries>>> ReadTraceZones(
    const Options& options) {
  std::vector<std::pair<std::string, IntensitySeries>> zones;
  for (const std::string& zone : kTraceZones) {
    absl::StatusOr<IntensitySeries> series =
        ReadSeries(absl::StrCat(options.data, kTraceGrid, zone, ".csv"));
    if (!series.ok()) return series.status();
    zones.emplace_back(zone, *std::move(series));
  }
  return zones;
}

absl::Status RunGaia(const Options& options) {
  auto zones = ReadTraceZones(options);
  if (!zones.ok()) return zones.status();
  const auto jobs = ReadGaia(options.data + "/jobs/gaia_pai_1k.csv", absl::Seconds(1));
  if (!jobs.ok()) return jobs.status();
  // The experiment's window: its policies see no further.
  const absl::Time begin = k2022 + absl::Hours(7000);
  for (auto& [zone, series] : *zones) {
    const absl::StatusOr<IntensitySeries> window = Cut(series, begin, begin + absl::Hours(720));
    if (!window.ok()) return window.status();
    series = *window;
  }
  return PrintPolicies(
      "GAIA's pai_1k, 30 days from hour 7000 of 2022: emissions relative to no wait", kGaiaRows,
      *zones, GaiaWorkload(*jobs, begin));
}

// GAIA's larger trace over a year. No figure is published for these zones.
absl::Status RunYear(const Options& options) {
  const auto zones = ReadTraceZones(options);
  if (!zones.ok()) return zones.status();
  const auto jobs = ReadGaia(options.data + "/jobs/gaia_pai-100k.csv", absl::Hours(1));
  if (!jobs.ok()) return jobs.status();
  absl::Duration least = absl::InfiniteDuration(), sum;
  for (const GaiaJob& job : *jobs) {
    least = std::min(least, job.length);
    sum += job.length;
  }
  std::printf(
      "\npai-100k: %zu jobs; taken as hours its arrivals span %.1f days, the shortest job takes "
      "%d s, the mean %.2f h\n",
      jobs->size(), absl::ToDoubleHours(jobs->back().arrival) / 24,
      static_cast<int>(absl::ToInt64Seconds(least)),
      absl::ToDoubleHours(sum) / static_cast<double>(jobs->size()));
  std::vector<PolicyRow> rows = kGaiaRows;
  for (PolicyRow& row : rows) row.published.clear();
  return PrintPolicies("GAIA's pai-100k, 2022: emissions relative to no wait", rows, *zones,
                       GaiaWorkload(*jobs, k2022));
}

struct LetsWaitAwhileRow {
  const char* title;
  const char* policy;
  double error;
  std::vector<const char*> published;  // DE, GB, FR
};
const std::vector<LetsWaitAwhileRow> kLetsWaitAwhileRows = {
    {"next workday, oracle", "next-workday", 0, {"5.92", "6.66", "4.87"}},
    {"next workday, oracle, suspends", "next-workday-interruptible", 0, {"8.04", "9.23", "6.26"}},
    {"next workday, 5% error", "next-workday", 0.05, {"5.91", "6.56", "4.77"}},
    {"next workday, 5% error, suspends",
     "next-workday-interruptible",
     0.05,
     {"7.93", "9.03", "5.92"}},
    {"semi-weekly, oracle", "semi-weekly", 0, {"14.15", "14.85", "11.25"}},
    {"semi-weekly, oracle, suspends", "semi-weekly-interruptible", 0, {"18.48", "20.09", "13.95"}},
};

// Percent saved: the mean over the errors' seeds.
absl::StatusOr<double> Saved(const std::vector<StudyJob>& jobs, const IntensitySeries& actual,
                             const ComparisonPolicy& policy, double error) {
  const uint32_t seeds = error > 0 ? kErrorSeeds : 1;
  double saved = 0;
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    const IntensitySeries forecast = error > 0 ? WithNoise(actual, error, seed) : actual;
    const absl::StatusOr<StudyOutcome> outcome = RunPolicy(
        jobs, {&actual, &forecast, GramsPerKilowattHour(0)}, policy, LengthKnowledge::kTrue);
    if (!outcome.ok()) return outcome.status();
    saved += 100 * (1 - outcome->relative) / seeds;
  }
  return saved;
}

absl::Status RunLetsWaitAwhile(const Options& options) {
  std::vector<std::pair<std::string, IntensitySeries>> zones;
  for (const auto& [zone, file] :
       {std::pair("DE", "DE.csv"), std::pair("GB", "GB_30min.csv"), std::pair("FR", "FR.csv")}) {
    const absl::StatusOr<IntensitySeries> series =
        ReadSeries(absl::StrCat(options.data, kLetsWaitAwhileGrid, file));
    if (!series.ok() && std::string(zone) == "FR") {
      std::printf("\nFR is left out: %s\n", std::string(series.status().message()).c_str());
      continue;
    }
    if (!series.ok()) return series.status();
    const absl::StatusOr<IntensitySeries> half_hours = AtHalfHours(*series);
    if (!half_hours.ok()) return half_hours.status();
    zones.emplace_back(zone, *half_hours);
  }
  std::vector<std::vector<StudyJob>> workloads;
  if (options.lets_wait_awhile_jobs.empty()) {
    for (uint32_t seed = 1; seed <= kWorkloadSeeds; ++seed) {
      workloads.push_back(LetsWaitAwhileWorkload(seed));
    }
  } else {
    const auto jobs = ReadGaia(options.lets_wait_awhile_jobs, absl::Seconds(1));
    if (!jobs.ok()) return jobs.status();
    workloads.emplace_back();
    for (const GaiaJob& job : *jobs) {
      workloads.back().push_back(
          {.arrival =
               absl::FromCivil(absl::CivilDay(2020, 1, 1), absl::UTCTimeZone()) + job.arrival,
           .length = job.length,
           .mean_length = job.length,
           .max_delay = absl::InfiniteDuration()});
    }
  }
  std::vector<std::string> columns = {"policy"};
  for (const auto& [zone, series] : zones) {
    columns.insert(columns.end(), {zone, "least to most", "published"});
  }
  Markdown table(absl::StrCat("Let's Wait Awhile, scenario II: % saved, ",
                              options.lets_wait_awhile_jobs.empty()
                                  ? absl::StrCat("mean of ", workloads.size(), " draws of the jobs")
                                  : "the jobs of " + options.lets_wait_awhile_jobs),
                 columns);
  for (const LetsWaitAwhileRow& row : kLetsWaitAwhileRows) {
    const auto policy = MakePolicy(row.policy);
    if (!policy.ok()) return policy.status();
    std::vector<std::string> cells = {row.title};
    for (size_t i = 0; i < zones.size(); ++i) {
      double mean = 0, least = 100, most = -100;
      for (const std::vector<StudyJob>& jobs : workloads) {
        const absl::StatusOr<double> saved = Saved(jobs, zones[i].second, **policy, row.error);
        if (!saved.ok()) return saved.status();
        mean += *saved / static_cast<double>(workloads.size());
        least = std::min(least, *saved);
        most = std::max(most, *saved);
      }
      const size_t published = zones[i].first == "DE" ? 0 : zones[i].first == "GB" ? 1 : 2;
      cells.insert(cells.end(),
                   {absl::StrFormat("%.2f", mean), absl::StrFormat("%.2f-%.2f", least, most),
                    row.published[published]});
    }
    table.Row(cells);
  }
  return absl::OkStatus();
}

// The invented training jobs, as scripts/synthetic-trace makes them.
absl::Status RunTraining(const Options& options) {
  if (options.training.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> text = ReadFile(options.training, kMaxFileBytes);
  if (!text.ok()) return text.status();
  const absl::StatusOr<Trace> trace = ParseCsvTrace(*text, {});
  if (!trace.ok()) return trace.status();
  const auto zones = ReadTraceZones(options);
  if (!zones.ok()) return zones.status();
  if (trace->jobs.empty()) return absl::InvalidArgumentError("the training trace has no job");
  absl::Duration sum;
  for (const TraceJob& job : trace->jobs) sum += job.elapsed;
  const absl::Duration mean =
      absl::Trunc(sum / static_cast<int64_t>(trace->jobs.size()), absl::Seconds(1));
  std::vector<PolicyRow> rows = kGaiaRows;
  for (PolicyRow& row : rows) row.published.clear();
  for (const absl::Duration delay : {absl::Hours(24), absl::Hours(72)}) {
    std::vector<StudyJob> jobs;
    for (const TraceJob& job : trace->jobs) {
      StudyJob one = {.arrival = job.submit,
                      .length = job.elapsed,
                      .mean_length = mean,
                      .max_delay = delay,
                      .weight = static_cast<double>(job.devices)};
      if (job.deadline.has_value()) {
        one.max_delay = std::clamp(*job.deadline - job.submit - job.limit.value_or(job.elapsed),
                                   absl::ZeroDuration(), delay);
      }
      jobs.push_back(one);
    }
    const absl::Status status =
        PrintPolicies(absl::StrCat("Synthetic training jobs, waits of ", absl::ToInt64Hours(delay),
                                   " h at most: emissions relative to no wait"),
                      rows, *zones, jobs);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The four zones with pools, and what comes with them.
struct Federation4 {
  std::vector<ZoneConfig> configs;
  std::vector<ZoneRecord> records;
  std::vector<ZoneActuals> actuals;
};

absl::Status ReadFederation(const Options& options, Federation4* federation) {
  for (const std::string& zone : kFederation) {
    absl::StatusOr<ZoneRecord> record = ReadZoneRecord(options.data + kFederationGrid, zone);
    if (!record.ok()) return record.status();
    federation->records.push_back(*std::move(record));
    ZoneConfig config;
    config.name = zone;
    config.kind = SignalKind::kAverageDirect;
    federation->configs.push_back(config);
  }
  for (size_t i = 0; i < kFederation.size(); ++i) {
    federation->actuals.push_back({&federation->configs[i], &federation->records[i]});
  }
  return absl::OkStatus();
}

std::string Gap(double emitted, double bound) {
  return absl::StrFormat("%.1f", 100 * (emitted / bound - 1));
}

std::string SavedOf(double emitted, double home) {
  return absl::StrFormat("%.1f", 100 * (1 - emitted / home));
}

void AddBounds(const CrowdBounds& bounds, Markdown* table) {
  table->Row({bounds.is_optimal ? "joint assignment (optimal)" : "joint assignment (best found)",
              SavedOf(bounds.joint, bounds.home), Gap(bounds.joint, bounds.capacity),
              Gap(bounds.joint, bounds.no_capacity), "-", "-"});
  table->Row({"bound: clairvoyant, with capacity", SavedOf(bounds.capacity, bounds.home), "0.0",
              Gap(bounds.capacity, bounds.no_capacity), "-", "-"});
  table->Row({"bound: clairvoyant, without capacity", SavedOf(bounds.no_capacity, bounds.home), "-",
              "0.0", "-", "-"});
}

absl::Status PrintCrowd(const std::string& title, const Options& options, const CrowdPlan& plan,
                        const Federation4& federation, KnownForecasts* forecasts) {
  const Crowd crowd = MakeCrowd(plan);
  const absl::StatusOr<CrowdResult> result =
      RunCrowd(crowd, federation.actuals,
               {"run-now", "static-best", "lowest-slot", "lowest-window", "carbon-time", "cats",
                "threshold", "placer"},
               forecasts, absl::Seconds(options.seconds));
  if (!result.ok()) return result.status();
  Markdown table(title, {"who decides", "saved, %", "above the bound with capacity, %",
                         "above the bound without, %", "mean wait, h", "later than allowed"});
  for (const CrowdOutcome& outcome : result->outcomes) {
    table.Row({outcome.name, SavedOf(outcome.emitted, result->bounds.home),
               Gap(outcome.emitted, result->bounds.capacity),
               Gap(outcome.emitted, result->bounds.no_capacity), Hours(outcome.mean_wait),
               absl::StrCat(outcome.later)});
  }
  AddBounds(result->bounds, &table);
  return absl::OkStatus();
}

absl::Status RunBounds(const Options& options) {
  Federation4 federation;
  if (absl::Status status = ReadFederation(options, &federation); !status.ok()) return status;
  CrowdPlan plan;
  plan.zones = kFederation;
  plan.from = absl::FromCivil(absl::CivilDay(2021, 5, 3), absl::UTCTimeZone());
  plan.over = absl::Hours(7 * 24);
  plan.jobs = 150;
  for (const int64_t nodes : {6, 12, 24}) {
    plan.nodes = nodes;
    const std::string size =
        absl::StrCat("150 jobs in a week of May 2021, ", nodes, " nodes in each of 4 zones");
    if (absl::Status status = PrintCrowd(size + ", forecasts that know what comes", options, plan,
                                         federation, nullptr);
        !status.ok()) {
      return status;
    }
    OwnForecasts own(federation.actuals, options.cache);
    if (absl::Status status =
            PrintCrowd(size + ", our own forecasts", options, plan, federation, &own);
        !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status RunBursts(const Options& options) {
  Federation4 federation;
  if (absl::Status status = ReadFederation(options, &federation); !status.ok()) return status;
  Markdown table("Bursts of jobs at one instant, forecasts that know what comes",
                 {"jobs", "nodes a pool", "one by one saves, %", "jointly, %", "bound, %",
                  "one by one above joint, %", "proven optimal"});
  for (const int jobs : {20, 50, 100, 200}) {
    for (const int64_t nodes : {jobs / 8, jobs / 4, jobs / 2}) {
      CrowdPlan plan;
      plan.zones = kFederation;
      plan.from = absl::FromCivil(absl::CivilHour(2021, 5, 5, 9), absl::UTCTimeZone());
      plan.jobs = jobs;
      plan.nodes = std::max<int64_t>(4, nodes);
      const absl::StatusOr<CrowdResult> result = RunCrowd(
          MakeCrowd(plan), federation.actuals, {"placer"}, nullptr, absl::Seconds(options.seconds));
      if (!result.ok()) return result.status();
      const CrowdBounds& bounds = result->bounds;
      const double placer = result->outcomes[0].emitted;
      table.Row({absl::StrCat(jobs), absl::StrCat(plan.nodes), SavedOf(placer, bounds.home),
                 SavedOf(bounds.joint, bounds.home), SavedOf(bounds.capacity, bounds.home),
                 Gap(placer, bounds.joint), bounds.is_optimal ? "yes" : "no"});
    }
  }
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  const std::vector<std::pair<std::string, absl::Status (*)(const Options&)>> studies = {
      {"gaia", RunGaia},         {"year", RunYear},     {"lets-wait-awhile", RunLetsWaitAwhile},
      {"training", RunTraining}, {"bounds", RunBounds}, {"bursts", RunBursts}};
  for (const auto& [name, run] : studies) {
    if (!options.only.empty() && options.only != name) continue;
    if (absl::Status status = run(options); !status.ok()) return status;
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("The policies of papers, bounds and bursts on measured grids.");
  app.add_option("--data", options.data, "Folder with grid/ and jobs/")
      ->required()
      ->envname("SLURM_CARBON_DATA");
  app.add_option("--only", options.only, "One of the studies")
      ->check(CLI::IsMember({"gaia", "year", "lets-wait-awhile", "training", "bounds", "bursts"}));
  app.add_option("--training", options.training, "CSV of training jobs; the last one given")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option("--lets-wait-awhile-jobs", options.lets_wait_awhile_jobs,
                 "CSV of the paper's own jobs, in seconds of 2020; default: drawn anew");
  app.add_option("--cache", options.cache, "Folder where forecasts are kept; the last one given")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "Of processor time for each joint assignment")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (const absl::Status status = Run(options); !status.ok()) {
    std::fprintf(stderr, "policies_bench: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) { return carbon::Main(argc, argv); }
