// Whether a history of jobs lies on hours of which carbon intensities were measured, and by how
// many weeks it is moved so that it does. Pure.
#ifndef CLI_REPLAY_MEASURED_HOURS_H_
#define CLI_REPLAY_MEASURED_HOURS_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace carbon {

inline constexpr absl::Duration kWeek = absl::Hours(7 * 24);

// Half-open.
struct TimeSpan {
  absl::Time begin = absl::InfiniteFuture();
  absl::Time end = absl::InfinitePast();

  bool Overlaps(const TimeSpan& other) const { return begin < other.end && other.begin < end; }
};

// Returns by how many weeks to move a history whose first job is submitted at `first`, so that this
// is at `to` or less than a week later. Weekdays and hours of the day stay as they are.
int64_t WeeksTo(absl::Time first, absl::Time to);

// Returns the number of weeks nearest to zero by which `jobs` moves into `measured`, two months
// after its begin, which a forecast learns from, or else a day. A multiple of 52, which keeps the
// season, is preferred. Absent: `measured` is too short.
std::optional<int64_t> WeeksInto(const TimeSpan& jobs, const TimeSpan& measured);

}  // namespace carbon

#endif  // CLI_REPLAY_MEASURED_HOURS_H_
