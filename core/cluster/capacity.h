// A calendar of what is free in one node group. That groups overlap is the business of
// core/cluster/group_calendars.h. Booked runs are half-open intervals; at the instant one ends, its
// resources are free. Not thread-safe for writing; no I/O.
//
//   CapacityCalendar calendar({.nodes = 4, .devices = 32});
//   calendar.Book({t0, t1}, {.nodes = 1, .devices = 8});
//   calendar.FeasibleStarts({t0, t2}, absl::Hours(3), {.nodes = 4});   // [t1, t2]
#ifndef CORE_CLUSTER_CAPACITY_H_
#define CORE_CLUSTER_CAPACITY_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "core/base/resources.h"

namespace carbon {

struct CapacityUse {
  TimeInterval when;
  Resources amount;
};

class CapacityCalendar {
 public:
  explicit CapacityCalendar(Resources total) : total_(total) {}
  // As if each of the uses had been booked, in any order, but in n log n where booking them one by
  // one is quadratic: a queue may show a hundred thousand.
  CapacityCalendar(Resources total, const std::vector<CapacityUse>& uses);

  const Resources& total() const { return total_; }

  // Adds a use over `when`. Booking beyond the total is allowed: the queue is what it is, and the
  // calendar must show a full group, not refuse the fact. An empty interval does nothing.
  void Book(TimeInterval when, const Resources& amount);

  // Every start s in [window.start, window.end], both ends included, at which `demand` is free
  // throughout [s, s + runtime): disjoint closed intervals of whole seconds, in order. Empty when
  // nothing fits or the window is inverted. A zero runtime needs no capacity in time, only that the
  // total covers the demand.
  std::vector<TimeInterval> FeasibleStarts(TimeInterval window, absl::Duration runtime,
                                           const Resources& demand) const;

  // The first of them; absent: there is none. Cheaper, since it looks no further.
  std::optional<absl::Time> FirstStart(TimeInterval window, absl::Duration runtime,
                                       const Resources& demand) const;

  // What is in use at `when`.
  Resources UsedAt(absl::Time when) const;

 private:
  // Use is kept as its changes, so that a booking touches its two ends only, however much happens
  // in between.
  struct Change {
    int64_t at;  // Unix seconds; until then the use is what the changes before have added up to
    Resources by;
  };
  // Neighbouring changes, and what the use comes to within them, counted from their beginning:
  // where the block as a whole leaves room, or leaves none, it is passed over in one test.
  struct Block {
    std::vector<Change> changes;  // in order, none of nothing; never empty
    int64_t begin = 0;            // of the first change
    Resources sum;
    Resources least;  // after any of the changes, by dimension
    Resources most;

    void Summarize();
  };

  // Calls `emit(from, to)` with each interval of feasible starts, in Unix seconds. With kFirstOnly
  // once at most, with a `to` that means nothing.
  template <bool kFirstOnly, class Emit>
  void ForEachStart(TimeInterval window, absl::Duration runtime, const Resources& demand,
                    Emit emit) const;

  void Add(int64_t at, const Resources& by);
  // The block that holds the last change at or before `at`; the first where there is none.
  size_t BlockOf(int64_t at) const;

  Resources total_;
  std::vector<Block> blocks_;
};

}  // namespace carbon

#endif  // CORE_CLUSTER_CAPACITY_H_
