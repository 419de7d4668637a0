// Measures how often the truth lies within the intervals of error scenarios: for a good 80%
// interval, 80 times in 100. Pure: no I/O, no clock.
#ifndef FORECAST_OWN_INTERVAL_COVERAGE_H_
#define FORECAST_OWN_INTERVAL_COVERAGE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forecast/own/evaluation.h"

namespace carbon {

inline constexpr std::array<double, 2> kNominalShares = {0.80, 0.95};
// The lengths of the windows whose means are tested. Windows lie next to each other from the origin
// on, to four days after it or as far as the forecasts reach, whichever is less. Windows with an
// unknown hour are left out.
inline constexpr std::array<size_t, 4> kWindowHours = {1, 6, 24, 72};

// The result for one forecast of one zone.
struct IntervalHits {
  absl::Time origin;
  std::array<int64_t, kWindowHours.size()> windows{};
  // Windows within the interval, by nominal share.
  std::array<std::array<int64_t, kWindowHours.size()>, kNominalShares.size()> hits{};
};

// Tests each forecast from `from` on. Its intervals come from the errors that were known at its
// origin: only earlier forecasts whose last hour lay before it count. `pairs` are in order, a day
// apart, equally long. A forecast with fewer than kMinPastForecasts before it is left out.
std::vector<IntervalHits> CountHits(const std::vector<ForecastPair>& pairs, absl::Time from,
                                    absl::string_view zone);

// A share of all windows, with the interval within which 95% of bootstrap samples lie. A sample
// draws blocks of 14 days with replacement, all zones together, because neighbouring days and zones
// are not independent. 1000 samples of a fixed seed.
struct Coverage {
  double share = 0;
  double low = 0;
  double high = 0;
  int64_t windows = 0;
};
// `nominal` and `window` index the arrays above.
Coverage PooledCoverage(const std::vector<IntervalHits>& hits, size_t nominal, size_t window);

}  // namespace carbon

#endif  // FORECAST_OWN_INTERVAL_COVERAGE_H_
