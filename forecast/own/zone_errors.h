// Computes how a zone's forecast errs from its past errors: the archived ones of its source if
// there are enough, otherwise those of our own method. If neither is known, the zone's spread is
// used. Pure: no I/O, no clock.
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

// The forecast of a source at an instant of the past.
struct PastForecast {
  absl::Time at;  // whole hours
  IntensitySeries series;
};

// `past` are the source's forecasts that were in force at the hour of `now` on earlier days, in
// order. `actuals` are the actual values. `own` is our forecast, or null.
//
//   - A source's forecast that stands alone has its own past errors.
//   - A forecast that ours continues has the errors of its past forecasts, each continued by ours
//     of that day.
//   - If fewer than kMinPastForecasts of either are known, and if the forecast is ours, it has the
//     errors of ours. For a source that is not known yet, these say how far history alone would be
//     off. That is more than the error of a source that knows the weather, and less than that of a
//     source that is worse than history. Which of the two it is, is known only once its own errors
//     are.
//
// FailedPrecondition if too little is known.
absl::StatusOr<ErrorFactors> FitZoneErrors(const ZoneForecast& forecast,
                                           const std::vector<PastForecast>& past,
                                           const HourlyHistory& actuals, const OwnForecast* own,
                                           absl::Time now);

}  // namespace carbon

#endif  // FORECAST_OWN_ZONE_ERRORS_H_
