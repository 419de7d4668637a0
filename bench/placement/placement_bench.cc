// Measures how much of the saving of a perfect forecast the real decisions reach, on measured
// grids.
//
//   placement_bench --data DIR                    2021, the defaults
//   placement_bench --data DIR --every 10         a tenth of the arrivals
//   placement_bench --data DIR --from 2022-01-01 --to 2023-01-01
//   placement_bench --data DIR --kept-fits --every 7
//                          what replay's kept fits change, at 214 random hours
//
// DIR/grid/ensembleci_direct_2019_2022/ZONE.csv             hourly, of CISO, ERCO, PJM, ISNE, DE, …
// DIR/grid/electricity_maps_lca_2021_2023/ZONE.csv          hourly, of US-CAL-CISO, ES and NO
// DIR/jobs/federation_arrivals_2021.csv, gaia_pai_1k.csv    see arrivals.h
//
// Exit code 0; 1 if the data cannot be read or a decision fails; 2 for a wrong option.
#include <cstddef>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "bench/placement/arrivals.h"
#include "bench/placement/kept_fits.h"
#include "bench/placement/report.h"
#include "bench/placement/study.h"
#include "bench/placement/trace_study.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxFileBytes = 16 << 20;
constexpr char kGrid[] = "/grid/ensembleci_direct_2019_2022";
constexpr char kTraceGrid[] = "/grid/electricity_maps_lca_2021_2023";

// The rules that are compared.
const std::vector<Rule> kRules = {{"no gate", -1e9, 0},
                                  {"old rule", 0.05, 0.8, /*is_rule_1=*/true},
                                  {"new rule", Policy{}.saving_floor, Policy{}.confidence}};
constexpr size_t kNewRule = 2;
// These rules show, in addition, the effect of more confidence on time shifting alone.
const std::vector<Rule> kConfidences = {{"confidence .8", Policy{}.saving_floor, 0.8},
                                        {"confidence .95", Policy{}.saving_floor, 0.95}};
const std::vector<std::string> kFederations = {"CISO ERCO PJM ISNE", "DE ES NL PL",
                                               "ERCO PJM ISNE DE", "SE DE NL PL"};
const std::vector<std::string> kTraceZones = {"US-CAL-CISO", "ES", "NO"};
// Hour 7000 of 2022, as in GAIA's experiment.
const absl::Time kTraceBegin =
    absl::FromCivil(absl::CivilHour(2022, 1, 1), absl::UTCTimeZone()) + absl::Hours(7000);

struct Options {
  std::string data;
  std::string cache = "build/placement-cache";
  std::string from = "2021-01-01";
  std::string to = "2022-01-01";
  std::vector<std::string> federations = kFederations;  // each with its zones' names
  std::vector<Rule> rules = kRules;
  int every = 1;
  bool trace = true;
  bool kept_fits = false;  // only this
};

std::vector<absl::Duration> HoursOf(const std::vector<int>& hours) {
  std::vector<absl::Duration> durations;
  for (const int count : hours) durations.push_back(absl::Hours(count));
  return durations;
}

// Parses "careful=0.05,0.9": a name, the saving floor and the confidence of its policy.
absl::StatusOr<Rule> ParseRule(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("=,"));
  Rule rule;
  if (parts.size() != 3 || !absl::SimpleAtod(parts[1], &rule.saving_floor) ||
      !absl::SimpleAtod(parts[2], &rule.confidence)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not NAME=FLOOR,CONFIDENCE: careful=0.05,0.9"));
  }
  rule.name = parts[0];
  return rule;
}

absl::StatusOr<absl::Time> ParseDay(const std::string& text) {
  absl::CivilDay day;
  if (absl::ParseCivilTime(text, &day)) return absl::FromCivil(day, absl::UTCTimeZone());
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a day: 2021-07-01"));
}

absl::StatusOr<ZoneRecords> ReadRecords(const std::string& folder,
                                        const std::set<std::string>& zones) {
  ZoneRecords records;
  for (const std::string& zone : zones) {
    absl::StatusOr<ZoneRecord> record = ReadZoneRecord(folder, zone);
    if (!record.ok()) return record.status();
    records.emplace(zone, *std::move(record));
  }
  return records;
}

void Print(absl::string_view title, const std::string& text) {
  std::printf("\n## %s\n\n%s", std::string(title).c_str(), text.c_str());
  std::fflush(stdout);
}

void PrintProgress(absl::string_view line) {
  std::fprintf(stderr, "%s\n", std::string(line).c_str());
}

absl::Status RunFederations(const Options& options, const ZoneRecords& records,
                            const StudyPlan& common) {
  StudyPlan plan = common;
  for (const std::string& zones : options.federations) {
    plan.federations.push_back(absl::StrSplit(zones, ' '));
  }
  plan.runtimes = HoursOf({6, 24, 72});
  plan.slacks = HoursOf({24, 72});
  plan.rules = options.rules;
  const absl::StatusOr<StudyResult> study = RunStudy(plan, records, options.cache);
  if (!study.ok()) return study.status();
  if (study->cells.empty()) {
    return absl::FailedPreconditionError(absl::StrJoin(study->left_out, "; "));
  }
  Print("Saved against running at once at home, %; in brackets the share of what the oracle adds",
        SavingTable(plan, *study) + Notes(plan, *study));
  Print("Beyond the static best site, points", DifferenceTable(plan, *study));
  Print("Mean share and harm, %", MeanShareTable(plan, *study));
  Print("Calibration in federations, points", CalibrationTable(plan, *study));
  return absl::OkStatus();
}

absl::Status RunZones(const Options& options, const ZoneRecords& records, const StudyPlan& common) {
  StudyPlan plan = common;
  for (const auto& [zone, record] : records) plan.federations.push_back({zone});
  plan.runtimes = HoursOf({1, 6, 24});
  plan.slacks = HoursOf({24});
  plan.rules = options.rules;
  plan.rules.insert(plan.rules.begin() + kNewRule + 1, kConfidences.begin(), kConfidences.end());
  const absl::StatusOr<StudyResult> study = RunStudy(plan, records, options.cache);
  if (!study.ok()) return study.status();
  if (study->cells.empty()) {
    return absl::FailedPreconditionError(absl::StrJoin(study->left_out, "; "));
  }
  Print("Time shifting alone, 24 h slack: share of what the oracle saves, %",
        ZoneTable(plan, *study) + Notes(plan, *study));
  Print("Time shifting alone: jobs that end worse than at home, %", WorseTable(plan, *study));
  Print("Calibration of time shifting alone, points", CalibrationTable(plan, *study));
  Print("The same by zone, " + plan.rules[kNewRule].name,
        CalibrationByFederation(plan, *study, kNewRule));
  return absl::OkStatus();
}

absl::Status RunTraces(const Options& options) {
  const absl::StatusOr<std::string> text =
      ReadFile(options.data + "/jobs/gaia_pai_1k.csv", kMaxFileBytes);
  if (!text.ok()) return text.status();
  const absl::StatusOr<std::vector<GaiaJob>> jobs = ParseTrace(*text);
  if (!jobs.ok()) return jobs.status();
  const absl::StatusOr<ZoneRecords> records =
      ReadRecords(options.data + kTraceGrid, {kTraceZones.begin(), kTraceZones.end()});
  if (!records.ok()) return records.status();
  std::vector<TraceRow> rows;
  for (const std::string& zone : kTraceZones) {
    absl::StatusOr<TraceResult> result =
        RunTrace(*jobs, kTraceBegin, records->at(zone), options.rules, options.cache);
    if (!result.ok()) return result.status();
    rows.push_back({zone, *std::move(result)});
  }
  Print("GAIA's pai_1k: emissions relative to no wait", TraceTable(options.rules, rows));
  return absl::OkStatus();
}

absl::Status RunKeptFits(const Options& options, const ZoneRecords& records,
                         const StudyPlan& common) {
  StudyPlan plan = common;
  for (const std::string& zones : options.federations) {
    plan.federations.push_back(absl::StrSplit(zones, ' '));
  }
  plan.runtimes = HoursOf({6, 24, 72});
  plan.slacks = HoursOf({24});
  plan.rules = {kRules[kNewRule]};
  const absl::StatusOr<KeptFitsComparison> comparison = CompareKeptFits(plan, records);
  if (!comparison.ok()) return comparison.status();
  Print("Share of the oracle by published forecasts and by those of a replay, %",
        KeptFitsTable(plan, *comparison));
  std::printf("\n%lld of %lld decisions differ; %lld forecasts differ by %.2f%% in the mean.\n",
              static_cast<long long>(comparison->different),
              static_cast<long long>(comparison->decisions),
              static_cast<long long>(comparison->forecasts), 100 * comparison->mean_difference);
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  const absl::StatusOr<absl::Time> from = ParseDay(options.from), to = ParseDay(options.to);
  if (!from.ok()) return from.status();
  if (!to.ok()) return to.status();
  const absl::StatusOr<std::string> text =
      ReadFile(options.data + "/jobs/federation_arrivals_2021.csv", kMaxFileBytes);
  if (!text.ok()) return text.status();
  const absl::StatusOr<std::vector<absl::Time>> arrivals = ParseArrivals(*text);
  if (!arrivals.ok()) return arrivals.status();
  std::set<std::string> zones;
  for (const std::string& federation : options.federations) {
    const std::vector<std::string> members = absl::StrSplit(federation, ' ');
    zones.insert(members.begin(), members.end());
  }
  const absl::StatusOr<ZoneRecords> records = ReadRecords(options.data + kGrid, zones);
  if (!records.ok()) return records.status();

  StudyPlan common;
  common.period = {*from, *to};
  common.arrivals = ArrivalsWithin(*arrivals, common.period, options.every);
  std::printf("%zu arrivals from %s to %s\n", common.arrivals.size(), options.from.c_str(),
              options.to.c_str());
  if (options.kept_fits) return RunKeptFits(options, *records, common);
  if (absl::Status status = MakeForecasts(*records, common.arrivals, options.cache, PrintProgress);
      !status.ok()) {
    return status;
  }
  if (absl::Status status = RunFederations(options, *records, common); !status.ok()) return status;
  if (absl::Status status = RunZones(options, *records, common); !status.ok()) return status;
  return options.trace ? RunTraces(options) : absl::OkStatus();
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("How much of what a perfect forecast would save the decisions save.");
  app.add_option("--data", options.data, "Folder with grid/ and jobs/")
      ->required()
      ->envname("SLURM_CARBON_DATA");
  app.add_option("--cache", options.cache, "Folder where forecasts are kept; the last one given")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->capture_default_str();
  const auto is_day = [](const std::string& text) {
    return std::string(ParseDay(text).status().message());
  };
  app.add_option("--from", options.from, "First day of arrivals")
      ->check(is_day)
      ->capture_default_str();
  app.add_option("--to", options.to, "Day after the last")->check(is_day)->capture_default_str();
  app.add_option("--federation", options.federations,
                 "Zones of a federation, in quotes; may be given several times")
      ->capture_default_str();
  std::vector<std::string> rules;
  app.add_option("--rule", rules,
                 "NAME=FLOOR,CONFIDENCE: one more rule; may be given several times");
  app.add_option("--every", options.every, "Take one arrival in so many")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("!--no-trace", options.trace, "Leave GAIA's trace out");
  app.add_flag("--kept-fits", options.kept_fits,
               "Compare replay's forecasts with published ones, and nothing else");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  for (const std::string& text : rules) {
    absl::StatusOr<Rule> rule = ParseRule(text);
    if (!rule.ok()) {
      std::fprintf(stderr, "placement_bench: %s\n", std::string(rule.status().message()).c_str());
      return 2;
    }
    options.rules.push_back(*std::move(rule));
  }
  if (const absl::Status status = Run(options); !status.ok()) {
    std::fprintf(stderr, "placement_bench: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) { return carbon::Main(argc, argv); }
