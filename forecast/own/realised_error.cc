#include "forecast/own/realised_error.h"

#include <algorithm>
#include <cmath>

#include "forecast/own/hourly_intervals.h"

namespace carbon {

RealisedError MeasureRealisedError(const std::vector<ArchivedForecast>& forecasts,
                                   const IntensityHistory& actuals, absl::Time now) {
  RealisedError error;
  double relative = 0, difference = 0, level = 0;
  int64_t relative_hours = 0;
  const IntensityHistory hours = ByHour(actuals, now - kRealisedSpan);
  for (const IntensityHistory::Interval& hour : hours.intervals()) {
    if (hour.end > now) continue;
    const absl::Time latest = hour.start - kRealisedLead;
    const auto after = std::upper_bound(
        forecasts.begin(), forecasts.end(), latest,
        [](absl::Time time, const ArchivedForecast& other) { return time < other.made_at(); });
    if (after == forecasts.begin()) continue;
    const ArchivedForecast& forecast = *std::prev(after);
    if (forecast.made_at() < latest - absl::Hours(24)) continue;
    const absl::StatusOr<GramsPerKilowattHour> value = forecast.series.Mean(hour.start, hour.end);
    if (!value.ok()) continue;
    const double off = value->value() - hour.value.value();
    ++error.hours;
    difference += off;
    level += hour.value.value();
    if (hour.value.value() > 0) {
      relative += std::abs(off) / hour.value.value();
      ++relative_hours;
    }
  }
  if (relative_hours > 0) error.mape = relative / static_cast<double>(relative_hours);
  if (level > 0) error.bias = difference / level;
  return error;
}

}  // namespace carbon
