// What past errors of a zone's forecasts say about the next one's: calibrated error scenarios, as
// the few factors that a snapshot carries (core/grid/error_factors.h).
//
// The past errors are pairs of forecast and outcome: archived ones where there are enough, else
// those that our own forecast would have made over the last half-year of the history. Their
// principal components over lead time are the factors (few tell most: errors of neighbouring hours
// go together), the days' coordinates in them are the scores. Pure: no I/O, no clock.
#ifndef FORECAST_OWN_FORECAST_ERROR_H_
#define FORECAST_OWN_FORECAST_ERROR_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/grid/error_factors.h"
#include "forecast/own/evaluation.h"
#include "forecast/own/history_forecast.h"
#include "forecast/own/hourly_history.h"

namespace carbon {

// Fewer past forecasts than this say too little.
inline constexpr size_t kMinPastForecasts = 40;
// Older ones than this many are left out: errors differ from year to year.
inline constexpr size_t kMaxPastForecasts = 180;

// The factors of `forecast`, hourly from `origin` on, in gCO2e/kWh. `past` are forecasts of the
// same zone made the same way, at the same time of day and at least as long, in order of their
// origins, a day apart; ones of which a quarter or more of the outcomes within the forecast's
// length is unknown are left out.
//
// Zones whose factors are fitted for the same `now`, which is shortly after `origin`, share their
// scenarios: past forecasts made within half a day of each other count as made on the same day.
//
// What is given is sound (CheckErrorFactors); of a forecast longer than 28 days those factors are
// of the first 28. FailedPrecondition where fewer than kMinPastForecasts are left;
// InvalidArgument for a forecast of no hours, and for values that give no finite factors.
absl::StatusOr<ErrorFactors> FitErrorFactors(const std::vector<ForecastPair>& past,
                                             const std::vector<double>& forecast, absl::Time origin,
                                             absl::Time now);

// What `method` would have forecast in the past half-year: at each of the last days at the time of
// day at which the history ends, with what was known by then. A regression is fitted anew every 60
// days only, as all of them are to take a fraction of a second.
std::vector<ForecastPair> PastForecasts(const HourlyHistory& history, ForecastMethod method,
                                        int days_ahead);

// The mean of the forecast over the hours [from, from + hours) in each scenario, gCO2e/kWh,
// ascending.
std::vector<double> WindowScenarios(const std::vector<ErrorDraws>& draws,
                                    const ErrorFactors& factors,
                                    const std::vector<double>& forecast, size_t from, size_t hours);

// The interval that `share` of the scenarios lie within, symmetric in probability. Between the
// order statistics at share x (n + 1), so that one more draw of the same kind lies within with just
// that probability.
struct IntensityRange {
  GramsPerKilowattHour low;
  GramsPerKilowattHour high;
};
IntensityRange CentralRange(const std::vector<double>& ascending, double share);

}  // namespace carbon

#endif  // FORECAST_OWN_FORECAST_ERROR_H_
