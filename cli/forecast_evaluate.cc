#include "cli/forecast_evaluate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "cli/table.h"
#include "core/file.h"
#include "forecast/csv.h"
#include "forecast/evaluation.h"
#include "forecast/forecast_error.h"
#include "forecast/interval_coverage.h"
#include "forecast/timestamp.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

constexpr int64_t kMostBytes = 256 << 20;
constexpr int kWarmUpDays = 61;
// A job of 72 h with 72 h of slack needs six; the tables show the first four.
constexpr int kDaysAhead = 6;
constexpr int kDaysShown = 4;
constexpr std::array<int, 5> kRuntimes = {1, 4, 12, 24, 72};
constexpr std::array<int, 2> kSlacks = {24, 72};
// Intervals rest on the errors of forecasts made before the first that is evaluated.
constexpr absl::Duration kRunIn = absl::Hours(24 * (kDaysAhead + 365));

struct Options {
  std::vector<std::string> files;
  std::string from;
  std::string to;
  std::vector<std::string> models;
  bool json = false;
  bool no_header = false;
};

struct Report {
  std::string zone;
  absl::string_view model;
  size_t forecasts = 0;
  std::array<DayAccuracy, kDaysAhead> days;
  std::array<std::array<double, kRuntimes.size()>, kSlacks.size()> captured{};
  std::vector<IntervalHits> hits;
};

// "de" for "data/de.csv".
std::string ZoneOfFile(const std::string& file) {
  const size_t slash = file.rfind('/');
  std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  return absl::EndsWith(name, ".csv") ? name.substr(0, name.size() - 4) : name;
}

// "2021-07-01", midnight UTC, or a whole timestamp.
absl::StatusOr<absl::Time> ParseDay(const std::string& text) {
  absl::CivilDay day;
  if (text.size() == 10 && absl::ParseCivilTime(text, &day)) {
    return absl::FromCivil(day, absl::UTCTimeZone());
  }
  return ParseTimestamp(text);
}

absl::StatusOr<HourlyHistory> ReadHistory(const std::string& file, absl::Time until) {
  absl::StatusOr<std::string> text = ReadFile(file, kMostBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<IntensityHistory> history = ParseHistoryCsv(*text);
  if (!history.ok()) {
    return absl::Status(history.status().code(),
                        absl::StrCat(file, ": ", history.status().message()));
  }
  if (history->intervals().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": has no values"));
  }
  return HourlyHistory::From(*history, std::min(until, history->intervals().back().end));
}

Report Evaluate(const HourlyHistory& history, std::string zone, ForecastMethod method,
                absl::Time from) {
  EvaluationPlan plan;
  plan.to = history.end();
  plan.days_ahead = kDaysAhead;
  plan.from = from - kRunIn;
  while (plan.from < history.begin()) plan.from += plan.every;
  const std::vector<ForecastPair> all = RollingForecasts(history, method, plan);
  Report report{std::move(zone), ForecastMethodName(method)};
  report.hits = CountHits(all, from, report.zone);
  const auto first = std::find_if(all.begin(), all.end(),
                                  [from](const ForecastPair& pair) { return pair.origin >= from; });
  const std::vector<ForecastPair> pairs(first, all.end());
  report.forecasts = pairs.size();
  for (int day = 0; day < kDaysAhead; ++day) {
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

// "9.4/13.1/14.5/15.3": a ratio in percent.
std::string Percent(double ratio, int digits) {
  return std::isnan(ratio) ? "-" : absl::StrFormat("%.*f", digits, 100 * ratio);
}

template <class Number>
std::string DaysCell(const Report& report, Number number) {
  std::vector<std::string> days;
  for (int day = 0; day < kDaysShown; ++day) {
    days.push_back(number(report.days[static_cast<size_t>(day)]));
  }
  return absl::StrJoin(days, "/");
}

void PrintForPeople(const std::vector<Report>& reports, bool with_header) {
  Table accuracy({{"ZONE"},
                  {"MODEL"},
                  {"FORECASTS", true},
                  {"MAPE % DAY 1/2/3/4"},
                  {"MAE/MEAN % DAY 1/2/3/4"},
                  {"RANK CORRELATION DAY 1/2/3/4"}});
  Table saving({{"ZONE"},
                {"MODEL"},
                {"% OF SAVING, SLACK 24H, RUNS 1/4/12/24/72H"},
                {"% OF SAVING, SLACK 72H, RUNS 1/4/12/24/72H"}});
  Table coverage({{"ZONE"},
                  {"MODEL"},
                  {"IN 80% INTERVAL, % OF 1/6/24/72H MEANS"},
                  {"IN 95% INTERVAL, % OF 1/6/24/72H MEANS"}});
  std::map<absl::string_view, std::vector<IntervalHits>> pooled;
  for (const Report& report : reports) {
    const std::string model(report.model);
    accuracy.AddRow(
        {report.zone, model, absl::StrCat(report.forecasts),
         DaysCell(report, [](const DayAccuracy& day) { return Percent(day.mape, 1); }),
         DaysCell(report, [](const DayAccuracy& day) { return Percent(day.normalised_mae, 1); }),
         DaysCell(report, [](const DayAccuracy& day) {
           return absl::StrFormat("%.2f", day.rank_correlation);
         })});
    std::vector<std::string> saving_row = {report.zone, model};
    for (const auto& shares : report.captured) {
      saving_row.push_back(absl::StrJoin(shares, "/", [](std::string* out, double share) {
        absl::StrAppend(out, Percent(share, 0));
      }));
    }
    saving.AddRow(std::move(saving_row));
    std::vector<IntervalHits>& all = pooled[report.model];
    all.insert(all.end(), report.hits.begin(), report.hits.end());
    std::vector<std::string> row = {report.zone, model};
    for (size_t nominal = 0; nominal < kNominalShares.size(); ++nominal) {
      std::vector<std::string> cells;
      for (size_t window = 0; window < kWindowHours.size(); ++window) {
        const Coverage one = PooledCoverage(report.hits, nominal, window);
        cells.push_back(one.windows == 0 ? "-" : Percent(one.share, 1));
      }
      row.push_back(absl::StrJoin(cells, "/"));
    }
    coverage.AddRow(std::move(row));
  }
  for (const auto& [model, hits] : pooled) {
    std::vector<std::string> row = {"all", std::string(model)};
    for (size_t nominal = 0; nominal < kNominalShares.size(); ++nominal) {
      std::vector<std::string> cells;
      for (size_t window = 0; window < kWindowHours.size(); ++window) {
        const Coverage one = PooledCoverage(hits, nominal, window);
        cells.push_back(one.windows == 0
                            ? "-"
                            : absl::StrCat(Percent(one.share, 1), " (", Percent(one.low, 1), "-",
                                           Percent(one.high, 1), ")"));
      }
      row.push_back(absl::StrJoin(cells, " "));
    }
    coverage.AddRow(std::move(row));
  }
  std::cout << accuracy.Format(Table::Style::kAligned, with_header) << "\n"
            << saving.Format(Table::Style::kAligned, with_header) << "\n"
            << coverage.Format(Table::Style::kAligned, with_header);
}

nlohmann::ordered_json Number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
}

nlohmann::ordered_json CoverageJson(const std::vector<IntervalHits>& hits) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (size_t nominal = 0; nominal < kNominalShares.size(); ++nominal) {
    for (size_t window = 0; window < kWindowHours.size(); ++window) {
      const Coverage one = PooledCoverage(hits, nominal, window);
      if (one.windows == 0) continue;
      list.push_back({{"nominal", kNominalShares[nominal]},
                      {"window_hours", kWindowHours[window]},
                      {"covered", one.share},
                      {"bootstrap_low", one.low},
                      {"bootstrap_high", one.high},
                      {"windows", one.windows}});
    }
  }
  return list;
}

void PrintJson(const std::vector<Report>& reports) {
  using Json = nlohmann::ordered_json;
  Json zones = Json::array();
  std::map<absl::string_view, std::vector<IntervalHits>> pooled;
  for (const Report& report : reports) {
    Json days = Json::array();
    for (size_t day = 0; day < report.days.size(); ++day) {
      days.push_back({{"day", day + 1},
                      {"mape", Number(report.days[day].mape)},
                      {"normalised_mae", Number(report.days[day].normalised_mae)},
                      {"rank_correlation", Number(report.days[day].rank_correlation)},
                      {"hours", report.days[day].hours}});
    }
    Json savings = Json::array();
    for (size_t s = 0; s < kSlacks.size(); ++s) {
      for (size_t r = 0; r < kRuntimes.size(); ++r) {
        savings.push_back({{"runtime_hours", kRuntimes[r]},
                           {"slack_hours", kSlacks[s]},
                           {"captured", Number(report.captured[s][r])}});
      }
    }
    std::vector<IntervalHits>& all = pooled[report.model];
    all.insert(all.end(), report.hits.begin(), report.hits.end());
    zones.push_back({{"zone", report.zone},
                     {"model", std::string(report.model)},
                     {"forecasts", report.forecasts},
                     {"days", std::move(days)},
                     {"savings", std::move(savings)},
                     {"coverage", CoverageJson(report.hits)}});
  }
  Json all = Json::object();
  for (const auto& [model, hits] : pooled) all[std::string(model)] = CoverageJson(hits);
  const Json result = {{"zones", std::move(zones)}, {"pooled_coverage", std::move(all)}};
  std::cout << result.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
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
  std::vector<Report> reports;
  for (const std::string& file : options.files) {
    absl::StatusOr<HourlyHistory> history = ReadHistory(file, *to);
    if (!history.ok()) return Fail(history.status());
    // Midnight, and two months of history before it, where nothing else was asked for.
    absl::Time first = *from;
    if (options.from.empty()) {
      const absl::CivilDay day =
          absl::ToCivilDay(history->begin(), absl::UTCTimeZone()) + kWarmUpDays;
      first = absl::FromCivil(day, absl::UTCTimeZone());
    }
    for (const ForecastMethod method : methods) {
      reports.push_back(Evaluate(*history, ZoneOfFile(file), method, first));
    }
  }
  if (options.json) {
    PrintJson(reports);
  } else {
    PrintForPeople(reports, !options.no_header);
  }
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
