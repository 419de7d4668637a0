// How good forecasts from history are: rolling-origin evaluation. A forecast is made once a day
// from what was known at that instant and held against what came. Pure: no I/O, no clock.
#ifndef FORECAST_OWN_EVALUATION_H_
#define FORECAST_OWN_EVALUATION_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/own/history_forecast.h"
#include "forecast/own/hourly_history.h"

namespace carbon {

// A forecast and what came, hour by hour from its origin on, gCO2e/kWh. Both are as long; where
// nothing is known of what came, `actual` is NaN.
struct ForecastPair {
  absl::Time origin;
  std::vector<double> forecast;
  std::vector<double> actual;
};

struct EvaluationPlan {
  absl::Time from;  // the first origin
  absl::Time to;    // all hours that are forecast lie before it
  absl::Duration every = absl::Hours(24);
  // How often a regression is fitted: at every origin, or less often, its weights then serving the
  // origins that follow, of which those are left out whose last hour is unknown.
  absl::Duration refit_every = absl::ZeroDuration();
  int days_ahead = 4;
};

// The forecasts of `method` at each origin of the plan, each made from history.Until(origin).
// Origins at which the history does not suffice, or ends more than a day earlier, are left out.
std::vector<ForecastPair> RollingForecasts(const HourlyHistory& history, ForecastMethod method,
                                           const EvaluationPlan& plan);

// Of the hours of one day ahead, over all pairs, where the actual value is known.
struct DayAccuracy {
  double mape = 0;            // mean of |forecast - actual| / actual, hours of zero left out
  double normalised_mae = 0;  // mean of |forecast - actual|, over the mean of actual
  // Mean over the pairs of Spearman's rank correlation between the day's 24 forecast and actual
  // values, ties ranked by their mean. Days are left out that are not all known, or where actual
  // values are all equal; forecasts that are all equal have 0, since they order nothing.
  double rank_correlation = 0;
  int64_t hours = 0;
};
// `day` counts from 0.
DayAccuracy AccuracyOfDay(const std::vector<ForecastPair>& pairs, int day);

// Of what an oracle that knows the future would save against running at once, the share that the
// forecast's choice saves: the sum over all pairs of the one over the sum of the other. A job of
// `runtime` at constant power may start at any whole hour from the origin to `slack` after it, and
// starts at the earliest of the best. Whole hours; pairs that are too short, or not all known up to
// slack + runtime, are left out. NaN where there was nothing to save.
double SavingCaptured(const std::vector<ForecastPair>& pairs, absl::Duration runtime,
                      absl::Duration slack);

}  // namespace carbon

#endif  // FORECAST_OWN_EVALUATION_H_
