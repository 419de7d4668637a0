// The forecast for a zone with a season or more of history: linear regressions of each of the next
// days, hour by hour, on the days before, the weekday and the time of year. The mean of several
// that differ in what they call the usual level: none, or the mean of so many days at that hour.
//
// Each regression is a ridge regression (Hoerl and Kennard, Technometrics 12, 1970) with one set of
// weights for every hour ahead, fitted on all origins of the history that lie a whole number of
// days before its end. What the members have in common with the models that forecast electricity
// prices best, lagged days and an average over calibration windows, is told by Lago et al., Applied
// Energy 293, 2021. How its constants were chosen: docs/forecast.md.
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

  // None where the history is too short, or too full of holes.
  static std::optional<RidgeForecast> Fit(const HourlyHistory& history, int days_ahead);

  // The hours from history.end() on, in gCO2e/kWh, days_ahead days of them; never negative, and
  // never far outside what the history has seen. `history` need not be the one that was fitted, but
  // is of the same zone, ends at the same time of day, and has a week or more.
  std::vector<double> Forecast(const HourlyHistory& history) const;

 private:
  struct Member {
    size_t level_days;  // how many days are averaged for the level that all is relative to; 0: none
    std::vector<double> mean;     // of each feature, over the origins fitted
    std::vector<double> scale;    // what a feature less its mean is multiplied with
    std::vector<double> weights;  // feature by feature, each for all hours ahead; last the constant
  };

  static std::optional<Member> FitMember(const HourlyHistory& history, size_t level_days,
                                         int days_ahead);

  int days_ahead_ = 0;
  double least_ = 0;  // bounds of what is believed, gCO2e/kWh
  double greatest_ = 0;
  std::vector<Member> members_;
};

}  // namespace carbon

#endif  // FORECAST_OWN_RIDGE_FORECAST_H_
