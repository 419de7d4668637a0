// Measures how good forecasts from history are, by rolling-origin evaluation: a forecast is made
// once a day from what was known at that instant, and compared with what came. Pure: no I/O, no
// clock.
#ifndef FORECAST_OWN_EVALUATION_H_
#define FORECAST_OWN_EVALUATION_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/own/history_forecast.h"
#include "forecast/own/hourly_history.h"

namespace carbon {

// A forecast and the actual values, hour by hour from its origin on, gCO2e/kWh. Both have the same
// length. `actual` is NaN if the value is unknown.
struct ForecastPair {
  absl::Time origin;
  std::vector<double> forecast;
  std::vector<double> actual;
};

struct EvaluationPlan {
  absl::Time from;  // the first origin
  absl::Time to;    // all hours that are forecast lie before it
  absl::Duration every = absl::Hours(24);
  // How often a regression is fitted. Zero means at every origin. If it is fitted less often, its
  // weights are used for the origins that follow, and origins whose last hour is unknown are left
  // out of these.
  absl::Duration refit_every = absl::ZeroDuration();
  int days_ahead = 4;
};

// Returns the forecasts of `method` at each origin of the plan, each made from
// history.Until(origin). An origin is left out if the history is too short there, or ends more than
// a day earlier.
std::vector<ForecastPair> RollingForecasts(const HourlyHistory& history, ForecastMethod method,
                                           const EvaluationPlan& plan);

// The accuracy for the hours of one day ahead, over all pairs, where the actual value is known.
struct DayAccuracy {
  double mape = 0;            // mean of |forecast - actual| / actual, hours of zero left out
  double normalised_mae = 0;  // mean of |forecast - actual|, over the mean of actual
  // Mean over the pairs of Spearman's rank correlation between the day's 24 forecast and actual
  // values, ties ranked by their mean. A day is left out if not all of it is known, or if all
  // actual values are equal. A forecast whose values are all equal has 0, because it orders
  // nothing.
  double rank_correlation = 0;
  int64_t hours = 0;
};
// `day` counts from 0.
DayAccuracy AccuracyOfDay(const std::vector<ForecastPair>& pairs, int day);

// Returns the share of an oracle's saving that the forecast's choice achieves. The oracle knows the
// future; both savings are against running at once, and are summed over all pairs before they are
// divided. A job of `runtime` at constant power may start at any whole hour from the origin to
// `slack` after it, and starts at the earliest of the best hours. The durations are whole hours.
// Pairs that are too short, or not all known up to slack + runtime, are left out. Returns NaN if
// there was nothing to save.
double SavingCaptured(const std::vector<ForecastPair>& pairs, absl::Duration runtime,
                      absl::Duration slack);

}  // namespace carbon

#endif  // FORECAST_OWN_EVALUATION_H_
