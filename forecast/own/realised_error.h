// Measures the recent error of a source's forecasts of a day ahead. Pure: no I/O, no clock.
#ifndef FORECAST_OWN_REALISED_ERROR_H_
#define FORECAST_OWN_REALISED_ERROR_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/intensity_history.h"
#include "forecast/archive/archive.h"

namespace carbon {

struct RealisedError {
  double mape = 0;    // mean of |forecast - actual| / actual, hours of zero left out; a ratio
  double bias = 0;    // mean of forecast - actual, over the mean of actual; a ratio
  int64_t hours = 0;  // for which both are known; if 0, the others are 0 too
};

// The minimum lead time of the forecasts, and the number of hours that are compared.
inline constexpr absl::Duration kRealisedLead = absl::Hours(24);
inline constexpr absl::Duration kRealisedSpan = absl::Hours(24 * 7);

// Compares, for each known whole hour of the last seven days, the last forecast that was made at
// least 24 hours before its start, but not more than another day earlier. `forecasts` are in order
// of when they were made, from nine days before now on.
RealisedError MeasureRealisedError(const std::vector<ArchivedForecast>& forecasts,
                                   const IntensityHistory& actuals, absl::Time now);

}  // namespace carbon

#endif  // FORECAST_OWN_REALISED_ERROR_H_
