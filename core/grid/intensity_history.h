// What is known of a zone's past carbon intensity: intervals, half-open, each with its value. Other
// than a series it may have gaps, and whoever needs what lies in one must say what to put there.
// Immutable; safe to share between threads. No I/O.
#ifndef CORE_GRID_INTENSITY_HISTORY_H_
#define CORE_GRID_INTENSITY_HISTORY_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/grid/intensity.h"

namespace carbon {

class IntensityHistory {
 public:
  struct Interval {
    absl::Time start;
    absl::Time end;
    GramsPerKilowattHour value;
    // The provider says that it reckoned this value from others, and may well correct it.
    bool is_estimated = false;

    friend bool operator==(const Interval&, const Interval&) = default;
  };

  // `intervals` in any order. Of equal ones one is kept; none at all is a history too.
  //
  // InvalidArgument, naming the interval, where a start or an end is not a whole second, an end is
  // not after its start or more than 31 days after it, a value is negative, not finite or above
  // IntensitySeries::kMaxValue, or two intervals overlap without being equal.
  static absl::StatusOr<IntensityHistory> Create(std::vector<Interval> intervals);

  // In order of time, disjoint. Two that touch end and start at the same instant.
  const std::vector<Interval>& intervals() const { return intervals_; }

  // The same as a series. InvalidArgument where there is nothing, and where there is a gap, naming
  // its start and end: absent data is never bridged by the value before it.
  absl::StatusOr<IntensitySeries> ToSeries() const;

 private:
  explicit IntensityHistory(std::vector<Interval> intervals) : intervals_(std::move(intervals)) {}

  std::vector<Interval> intervals_;
};

}  // namespace carbon

#endif  // CORE_GRID_INTENSITY_HISTORY_H_
