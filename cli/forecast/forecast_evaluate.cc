#include "cli/forecast/forecast_evaluate.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "cli/forecast/forecast_report.h"
#include "core/base/timestamp.h"
#include "forecast/own/evaluation.h"
#include "forecast/own/forecast_error.h"
#include "forecast/own/hourly_intervals.h"
#include "forecast/own/interval_coverage.h"
#include "forecast/plausibility/judged_history.h"
#include "forecast/sources/csv.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxBytes = 256 << 20;
constexpr int kWarmUpDays = 61;
// Intervals rest on the errors of forecasts that were made before the first evaluated one.
constexpr absl::Duration kRunIn = absl::Hours(24 * (kDaysEvaluated + int64_t{kMaxPastForecasts}));

struct Options {
  std::vector<std::string> files;
  std::string from;
  std::string to;
  std::vector<std::string> models;
  bool json = false;
  bool no_header = false;
};

// Returns "de" for "data/de.csv".
std::string ZoneOfFile(const std::string& file) {
  const size_t slash = file.rfind('/');
  std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  return absl::EndsWith(name, ".csv") ? name.substr(0, name.size() - 4) : name;
}

// Parses "2021-07-01", which means midnight UTC, or a whole timestamp.
absl::StatusOr<absl::Time> ParseDay(const std::string& text) {
  absl::CivilDay day;
  if (text.size() == 10 && absl::ParseCivilTime(text, &day)) {
    return absl::FromCivil(day, absl::UTCTimeZone());
  }
  return ParseTimestamp(text);
}

absl::StatusOr<HourlyHistory> ReadHistory(const std::string& file, absl::Time until) {
  absl::StatusOr<std::string> text = ReadFile(file, kMaxBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<IntensityHistory> history = ParseHistoryCsv(*text);
  if (!history.ok()) {
    return absl::Status(history.status().code(),
                        absl::StrCat(file, ": ", history.status().message()));
  }
  if (history->intervals().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": has no values"));
  }
  // scarbond judges the history in the same way.
  const JudgedHistory judged = JudgeHistory(ByHour(*history), PlausibilityConfig());
  return HourlyHistory::From(judged.hours, std::min(until, history->intervals().back().end));
}

ForecastReport Evaluate(const HourlyHistory& history, std::string zone, ForecastMethod method,
                        absl::Time from) {
  EvaluationPlan plan;
  plan.to = history.end();
  plan.days_ahead = kDaysEvaluated;
  plan.from = from - kRunIn;
  while (plan.from < history.begin()) plan.from += plan.every;
  const std::vector<ForecastPair> all = RollingForecasts(history, method, plan);
  ForecastReport report{std::move(zone), ForecastMethodName(method)};
  report.hits = CountHits(all, from, report.zone);
  const auto first = std::find_if(all.begin(), all.end(),
                                  [from](const ForecastPair& pair) { return pair.origin >= from; });
  const std::vector<ForecastPair> pairs(first, all.end());
  report.forecasts = pairs.size();
  for (int day = 0; day < kDaysEvaluated; ++day) {
    report.days[static_cast<size_t>(day)] = AccuracyOfDay(pairs, day);
  }
  for (size_t s = 0; s < kSlacks.size(); ++s) {
    for (size_t r = 0; r < kRuntimes.size(); ++r) {
      report.captured[s][r] =
          SavingCaptured(pairs, absl::Hours(kRuntimes[r]), absl::Hours(kSlacks[s]));
    }
  }
  return report;
}

int Fail(const absl::Status& status) {
  std::cerr << "scarbon: " << status.message() << "\n";
  return 1;
}

int Run(const Options& options) {
  absl::StatusOr<absl::Time> from = absl::InfinitePast();
  absl::StatusOr<absl::Time> to = absl::InfiniteFuture();
  if (!options.from.empty()) from = ParseDay(options.from);
  if (!options.to.empty()) to = ParseDay(options.to);
  for (const absl::StatusOr<absl::Time>& time : {from, to}) {
    if (time.ok()) continue;
    Fail(time.status());
    return 2;
  }
  std::vector<ForecastMethod> methods;
  for (const std::string& name : options.models) {
    absl::StatusOr<ForecastMethod> method = ParseForecastMethod(name);
    if (!method.ok()) {
      Fail(method.status());
      return 2;
    }
    methods.push_back(*method);
  }
  std::vector<ForecastReport> reports;
  for (const std::string& file : options.files) {
    absl::StatusOr<HourlyHistory> history = ReadHistory(file, *to);
    if (!history.ok()) return Fail(history.status());
    // By default the first forecast is at midnight, with two months of history before it.
    absl::Time first = *from;
    if (options.from.empty()) {
      const absl::CivilDay day =
          absl::ToCivilDay(history->begin(), absl::UTCTimeZone()) + kWarmUpDays;
      first = absl::FromCivil(day, absl::UTCTimeZone());
    }
    for (const ForecastMethod method : methods) {
      reports.push_back(Evaluate(*history, ZoneOfFile(file), method, first));
      if (reports.back().forecasts == 0) {
        return Fail(absl::FailedPreconditionError(absl::StrCat(
            file, ": holds no ", kDaysEvaluated, " days from ", FormatTimestamp(first),
            " on with enough history before them for model ", ForecastMethodName(method))));
      }
    }
  }
  std::cout << (options.json ? ReportJson(reports) : ReportTables(reports, !options.no_header));
  return 0;
}

}  // namespace

void AddForecastEvaluate(CLI::App& forecast, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* evaluate = forecast.add_subcommand(
      "evaluate", "How good forecasts from history alone would have been, day after day");
  evaluate
      ->add_option("--history", options->files, "CSV files, time,value in gCO2e/kWh; one a zone")
      ->type_name("FILE")
      ->required();
  evaluate
      ->add_option("--from", options->from,
                   "Day or time of the first forecast; default: two months into each history")
      ->type_name("TIME");
  evaluate->add_option("--to", options->to, "What came from here on is not looked at")
      ->type_name("TIME");
  evaluate
      ->add_option("--model", options->models,
                   "ridge, profile, yesterday, persistence; default all")
      ->type_name("NAME");
  evaluate->add_flag("--json", options->json, "Print JSON");
  evaluate->add_flag("-n,--noheader", options->no_header, "No header");
  evaluate->footer(
      "A forecast is made once a day from what was known by then, and held against what came.\n"
      "Savings are in percent of those of an oracle that knows the future; intervals rest on the\n"
      "errors of the forecasts made before.");
  evaluate->callback([options, exit_code] {
    if (options->models.empty()) options->models = {"ridge", "profile", "yesterday", "persistence"};
    *exit_code = Run(*options);
  });
}

}  // namespace carbon
