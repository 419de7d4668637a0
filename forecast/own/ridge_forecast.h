// RidgeForecast is the forecast for a zone with a season or more of history: linear regressions of
// each of the next days, hour by hour, on the days before, the weekday and the time of year. It is
// the mean of several regressions that differ in the level that their values are relative to: none,
// or the mean of a number of days at that hour.
//
// Each regression is a ridge regression (Hoerl and Kennard, Technometrics 12, 1970) with one set of
// weights for every hour ahead. It is fitted on all origins of the history that lie a whole number
// of days before its end. Lagged days and an average over calibration windows are also used by the
// models that forecast electricity prices best: Lago et al., Applied Energy 293, 2021.
// docs/forecast.md says how the constants were chosen.
//
// Pure: no I/O, no clock, the same bits for the same input. Immutable; safe to share between
// threads.
#ifndef FORECAST_OWN_RIDGE_FORECAST_H_
#define FORECAST_OWN_RIDGE_FORECAST_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "forecast/own/hourly_history.h"

namespace carbon {

class RidgeForecast {
 public:
  // With fewer known days than this, other methods do better.
  static constexpr size_t kMinDays = 60;
  static constexpr int kMaxDaysAhead = 28;

  // Returns nullopt if the history is too short, or has too many holes.
  static std::optional<RidgeForecast> Fit(const HourlyHistory& history, int days_ahead);

  // Returns the hours from history.end() on, in gCO2e/kWh, days_ahead days of them. They are never
  // negative, and never far outside the range of the history. `history` need not be the one that
  // was fitted, but it must be of the same zone, end at the same time of day, and have a week or
  // more.
  std::vector<double> Forecast(const HourlyHistory& history) const;

 private:
  struct Member {
    size_t level_days;          // days averaged for the level that values are relative to; 0: none
    std::vector<double> mean;   // of each feature, over the origins fitted
    std::vector<double> scale;  // what a feature less its mean is multiplied with
    std::vector<double> weights;  // feature by feature, each for all hours ahead; last the constant
  };

  static std::optional<Member> FitMember(const HourlyHistory& history, size_t level_days,
                                         int days_ahead);

  int days_ahead_ = 0;
  double least_ = 0;  // bounds of the result, gCO2e/kWh
  double greatest_ = 0;
  std::vector<Member> members_;
};

}  // namespace carbon

#endif  // FORECAST_OWN_RIDGE_FORECAST_H_
