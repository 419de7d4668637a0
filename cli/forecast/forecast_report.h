// Formats the results of scarbon forecast evaluate, as tables for people and as JSON.
#ifndef CLI_FORECAST_FORECAST_REPORT_H_
#define CLI_FORECAST_FORECAST_REPORT_H_

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "forecast/own/evaluation.h"
#include "forecast/own/interval_coverage.h"

namespace carbon {

// A job of 72 h with 72 h of slack needs six days; the tables show the first four.
inline constexpr int kDaysEvaluated = 6;
// The runtimes of the jobs whose savings are shown; hours.
inline constexpr std::array<int, 5> kRuntimes = {1, 4, 12, 24, 72};
inline constexpr std::array<int, 2> kSlacks = {24, 72};

// How good the forecasts of one model for one zone were.
struct ForecastReport {
  std::string zone;
  absl::string_view model;
  size_t forecasts = 0;
  std::array<DayAccuracy, kDaysEvaluated> days;
  std::array<std::array<double, kRuntimes.size()>, kSlacks.size()> captured{};
  std::vector<IntervalHits> hits;
};

// Returns tables of accuracy, savings and intervals, by zone and model, and over all zones. Each
// line has its newline.
std::string ReportTables(const std::vector<ForecastReport>& zones, bool with_header);
// Returns the same and more, as an object with `zones` and `all_zones`.
std::string ReportJson(const std::vector<ForecastReport>& zones);

}  // namespace carbon

#endif  // CLI_FORECAST_FORECAST_REPORT_H_
