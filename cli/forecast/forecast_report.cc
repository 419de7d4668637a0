#include "cli/forecast/forecast_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/text/table.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

constexpr int kDaysShown = 4;

// Returns the mean over the zones of each model's figures, in the order of the models; their
// intervals are pooled.
std::vector<ForecastReport> OverAllZones(const std::vector<ForecastReport>& reports) {
  std::vector<ForecastReport> all;
  for (const ForecastReport& report : reports) {
    auto sum = std::find_if(all.begin(), all.end(), [&report](const ForecastReport& earlier) {
      return earlier.model == report.model;
    });
    if (sum == all.end()) sum = all.insert(all.end(), ForecastReport{"all", report.model});
    const double zones = static_cast<double>(std::count_if(
        reports.begin(), reports.end(),
        [&report](const ForecastReport& other) { return other.model == report.model; }));
    sum->forecasts += report.forecasts;
    for (size_t day = 0; day < report.days.size(); ++day) {
      sum->days[day].mape += report.days[day].mape / zones;
      sum->days[day].normalised_mae += report.days[day].normalised_mae / zones;
      sum->days[day].rank_correlation += report.days[day].rank_correlation / zones;
      sum->days[day].hours += report.days[day].hours;
    }
    for (size_t s = 0; s < kSlacks.size(); ++s) {
      for (size_t r = 0; r < kRuntimes.size(); ++r) {
        sum->captured[s][r] += report.captured[s][r] / zones;
      }
    }
    sum->hits.insert(sum->hits.end(), report.hits.begin(), report.hits.end());
  }
  return all;
}

std::string Percent(double ratio, int digits) {
  return std::isnan(ratio) ? "-" : absl::StrFormat("%.*f", digits, 100 * ratio);
}

// Returns "9.4/13.1/14.5/15.3".
template <class Number>
std::string DaysCell(const ForecastReport& report, Number number) {
  std::vector<std::string> days;
  for (int day = 0; day < kDaysShown; ++day) {
    days.push_back(number(report.days[static_cast<size_t>(day)]));
  }
  return absl::StrJoin(days, "/");
}

// Returns "80.1 (78.3-82.0) …" if `pooled`, for several zones, with the bootstrap's interval;
// otherwise "80.1/…".
std::string CoverageCell(const std::vector<IntervalHits>& hits, size_t nominal, bool pooled) {
  std::vector<std::string> cells;
  for (size_t window = 0; window < kWindowHours.size(); ++window) {
    const Coverage one = PooledCoverage(hits, nominal, window);
    std::string cell = one.windows == 0 ? "-" : Percent(one.share, 1);
    if (pooled && one.windows > 0) {
      absl::StrAppend(&cell, " (", Percent(one.low, 1), "-", Percent(one.high, 1), ")");
    }
    cells.push_back(std::move(cell));
  }
  return absl::StrJoin(cells, pooled ? " " : "/");
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

nlohmann::ordered_json ZoneJson(const ForecastReport& report) {
  using Json = nlohmann::ordered_json;
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
  return {{"zone", report.zone},           {"model", std::string(report.model)},
          {"forecasts", report.forecasts}, {"days", std::move(days)},
          {"savings", std::move(savings)}, {"coverage", CoverageJson(report.hits)}};
}

}  // namespace

std::string ReportTables(const std::vector<ForecastReport>& zones, bool with_header) {
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
                  {"% IN 80% INTERVAL, MEANS OF 1/6/24/72H"},
                  {"% IN 95% INTERVAL, MEANS OF 1/6/24/72H"}});
  const auto add = [&](const ForecastReport& report, bool pooled) {
    const std::string model(report.model);
    accuracy.AddRow(
        {report.zone, model, absl::StrCat(report.forecasts),
         DaysCell(report, [](const DayAccuracy& day) { return Percent(day.mape, 1); }),
         DaysCell(report, [](const DayAccuracy& day) { return Percent(day.normalised_mae, 1); }),
         DaysCell(report, [](const DayAccuracy& day) {
           return std::isnan(day.rank_correlation) ? std::string("-")
                                                   : absl::StrFormat("%.2f", day.rank_correlation);
         })});
    std::vector<std::string> shares = {report.zone, model};
    for (const auto& captured : report.captured) {
      shares.push_back(absl::StrJoin(captured, "/", [](std::string* out, double share) {
        absl::StrAppend(out, Percent(share, 0));
      }));
    }
    saving.AddRow(std::move(shares));
    std::vector<std::string> covered = {report.zone, model};
    for (size_t nominal = 0; nominal < kNominalShares.size(); ++nominal) {
      covered.push_back(CoverageCell(report.hits, nominal, pooled));
    }
    coverage.AddRow(std::move(covered));
  };
  for (const ForecastReport& report : zones) add(report, /*pooled=*/false);
  for (const ForecastReport& report : OverAllZones(zones)) add(report, /*pooled=*/true);
  return absl::StrCat(accuracy.Format(Table::Style::kAligned, with_header), "\n",
                      saving.Format(Table::Style::kAligned, with_header), "\n",
                      coverage.Format(Table::Style::kAligned, with_header));
}

std::string ReportJson(const std::vector<ForecastReport>& zones) {
  nlohmann::ordered_json result = {{"zones", nlohmann::ordered_json::array()},
                                   {"all_zones", nlohmann::ordered_json::array()}};
  for (const ForecastReport& report : zones) result["zones"].push_back(ZoneJson(report));
  for (const ForecastReport& report : OverAllZones(zones)) {
    nlohmann::ordered_json entry = ZoneJson(report);
    entry.erase("zone");
    result["all_zones"].push_back(std::move(entry));
  }
  return absl::StrCat(result.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
                      "\n");
}

}  // namespace carbon
