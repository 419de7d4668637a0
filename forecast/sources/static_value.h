// A static value is the last resort: one value for all times, for example the zone's mean of a
// year. It decides where a job runs, but never when. Pure; no I/O.
#ifndef FORECAST_SOURCES_STATIC_VALUE_H_
#define FORECAST_SOURCES_STATIC_VALUE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "forecast/providers/provider.h"

namespace carbon {

// Returns `value` from the start of the hour of `now` for as far as forecasts reach, without a time
// of issue. InvalidArgument for a value that a series may not have.
absl::StatusOr<ProviderForecast> StaticForecast(SignalKind kind, GramsPerKilowattHour value,
                                                absl::Time now);

}  // namespace carbon

#endif  // FORECAST_SOURCES_STATIC_VALUE_H_
