// IntensityHistory is what is known of a zone's past carbon intensity: intervals, half-open, each
// with its value. Unlike a series it may have gaps, and code that needs a value in a gap must say
// what to put there. Immutable; safe to share between threads. No I/O.
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
    // True if the provider says that it computed this value from others; it may well correct it
    // later.
    bool is_estimated = false;

    friend bool operator==(const Interval&, const Interval&) = default;
  };

  // `intervals` may be in any order. Of equal ones one is kept. A history without intervals is
  // allowed.
  //
  // Returns InvalidArgument, naming the interval, if a start or an end is not a whole second, an
  // end is not after its start or more than 31 days after it, a value is negative, not finite or
  // above IntensitySeries::kMaxValue, or two intervals overlap without being equal.
  static absl::StatusOr<IntensityHistory> Create(std::vector<Interval> intervals);

  // Returns the intervals in order of time, disjoint. Two that touch end and start at the same
  // instant.
  const std::vector<Interval>& intervals() const { return intervals_; }

  // Returns the same as a series. InvalidArgument if there is no interval, and if there is a gap,
  // naming its start and end: the value before a gap never bridges it.
  absl::StatusOr<IntensitySeries> ToSeries() const;

 private:
  explicit IntensityHistory(std::vector<Interval> intervals) : intervals_(std::move(intervals)) {}

  std::vector<Interval> intervals_;
};

}  // namespace carbon

#endif  // CORE_GRID_INTENSITY_HISTORY_H_
