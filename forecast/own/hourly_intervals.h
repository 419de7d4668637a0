// A zone's past as it is put together from several replies and sources: by the hour, which is all
// that a forecast looks at (forecast/own/hourly_history.h), so that a year of five-minute values
// takes a twelfth of the room. Pure; no I/O.
#ifndef FORECAST_OWN_HOURLY_INTERVALS_H_
#define FORECAST_OWN_HOURLY_INTERVALS_H_

#include "absl/time/time.h"
#include "core/grid/intensity_history.h"

namespace carbon {

// Of each whole hour (UTC) from `from` on of which half or more is known, the time-weighted mean of
// what is. Intervals longer than three hours say nothing of an hour and are passed over.
IntensityHistory ByHour(const IntensityHistory& history, absl::Time from = absl::InfinitePast());

// Of each hour what `preferred` says, or else `other`. Both are ByHour.
IntensityHistory MergeHours(const IntensityHistory& preferred, const IntensityHistory& other);

}  // namespace carbon

#endif  // FORECAST_OWN_HOURLY_INTERVALS_H_
