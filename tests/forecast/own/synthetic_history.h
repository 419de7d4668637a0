// Histories of our own making, for tests: hourly values by a rule.
#ifndef TESTS_FORECAST_OWN_SYNTHETIC_HISTORY_H_
#define TESTS_FORECAST_OWN_SYNTHETIC_HISTORY_H_

#include <cmath>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/base/standard_draws.h"
#include "core/grid/intensity_history.h"

namespace carbon {

// A Wednesday.
inline absl::Time HistoryStart() {
  return absl::FromCivil(absl::CivilDay(2025, 1, 1), absl::UTCTimeZone());
}

inline absl::Time AtHour(int64_t hour) { return HistoryStart() + absl::Hours(hour); }

// `value` of each hour in [first, end); hours of negative values are holes.
inline IntensityHistory MakeHistory(int64_t first, int64_t end,
                                    const std::function<double(int64_t)>& value) {
  std::vector<IntensityHistory::Interval> intervals;
  for (int64_t hour = first; hour < end; ++hour) {
    const double grams = value(hour);
    if (grams < 0) continue;
    intervals.push_back({AtHour(hour), AtHour(hour + 1), GramsPerKilowattHour(grams)});
  }
  return *IntensityHistory::Create(std::move(intervals));
}

// A day's wave around 300 g/kWh, with weekends lower by 60.
inline double WeekWave(int64_t hour) {
  const bool weekend = (hour / 24 + 2) % 7 >= 5;
  return 300 + 100 * std::sin(2 * M_PI * static_cast<double>(hour % 24) / 24) - (weekend ? 60 : 0);
}

// The same with independent noise of this standard deviation.
inline double NoisyWave(int64_t hour, double deviation) {
  return WeekWave(hour) + deviation * StandardDraw(DrawKey("noise"), static_cast<uint64_t>(hour));
}

}  // namespace carbon

#endif  // TESTS_FORECAST_OWN_SYNTHETIC_HISTORY_H_
