// Merges a zone's past from several replies and sources by the hour. A forecast needs only hours
// (forecast/own/hourly_history.h), and a year of five-minute values then takes a twelfth of the
// space. Pure; no I/O.
#ifndef FORECAST_OWN_HOURLY_INTERVALS_H_
#define FORECAST_OWN_HOURLY_INTERVALS_H_

#include "absl/time/time.h"
#include "core/grid/intensity_history.h"

namespace carbon {

// Longer intervals say nothing about an hour.
inline constexpr absl::Duration kMaxHourlyInterval = absl::Hours(3);

// Returns, for each whole hour (UTC) from `from` on of which half or more is known, the
// time-weighted mean of the known part. Intervals above kMaxHourlyInterval are ignored.
IntensityHistory ByHour(const IntensityHistory& history, absl::Time from = absl::InfinitePast());

// Returns for each hour the value of `preferred`, or else that of `other`. Both must be ByHour.
IntensityHistory MergeHours(const IntensityHistory& preferred, const IntensityHistory& other);

}  // namespace carbon

#endif  // FORECAST_OWN_HOURLY_INTERVALS_H_
