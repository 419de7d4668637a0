// How far off a source's forecasts of a day ahead turned out to be of late. Pure: no I/O, no clock.
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
  int64_t hours = 0;  // that both are known of; with 0 the others are 0 too
};

// How long before an hour the forecast of it was made, at least, and over how many hours.
inline constexpr absl::Duration kRealisedLead = absl::Hours(24);
inline constexpr absl::Duration kRealisedSpan = absl::Hours(24 * 7);

// Of each whole hour of the last seven days that is known: the forecast made last of those made 24
// hours before its start or earlier, but not more than another day earlier. `forecasts` in order of
// when they were made, from nine days before now on.
RealisedError MeasureRealisedError(const std::vector<ArchivedForecast>& forecasts,
                                   const IntensityHistory& actuals, absl::Time now);

}  // namespace carbon

#endif  // FORECAST_OWN_REALISED_ERROR_H_
