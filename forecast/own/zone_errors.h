// How a zone's forecast errs, by what is known of its past errors: the archived ones of its source
// where there are enough, else those of our own method. What is not known for either is left to the
// zone's spread. Pure: no I/O, no clock.
#ifndef FORECAST_OWN_ZONE_ERRORS_H_
#define FORECAST_OWN_ZONE_ERRORS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/grid/error_factors.h"
#include "core/grid/zone_forecast.h"
#include "forecast/own/hourly_history.h"
#include "forecast/own/own_forecast.h"

namespace carbon {

// What a source's forecast was at an instant of the past.
struct PastForecast {
  absl::Time at;  // whole hours
  IntensitySeries series;
};

// `past` are the source's forecasts that were in force at the hour of `now` on earlier days, in
// order; `actuals` what came; `own` ours, or null.
//
//   - A source's forecast that stands alone: its own past errors.
//   - One that ours carries on: its past forecasts, each carried on by ours of that day.
//   - Where fewer than kMinPastForecasts of either are known, and where the forecast is ours:
//     the errors of ours. For a source that is not known yet that says how far history alone would
//     be off, which is more than the error of a source that knows the weather, and less than that
//     of one that is worse than history; it is only known once its own errors are.
//
// FailedPrecondition where too little is known.
absl::StatusOr<ErrorFactors> FitZoneErrors(const ZoneForecast& forecast,
                                           const std::vector<PastForecast>& past,
                                           const HourlyHistory& actuals, const OwnForecast* own,
                                           absl::Time now);

}  // namespace carbon

#endif  // FORECAST_OWN_ZONE_ERRORS_H_
