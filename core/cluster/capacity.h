// A CapacityCalendar records what is free in one node group over time.
// core/cluster/group_calendars.h handles groups that overlap. Booked runs are half-open intervals:
// a run's resources are free at the instant at which it ends. Not thread-safe for writing; no I/O.
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
  // Equals a calendar in which each of the uses was booked, in any order. It takes n log n, whereas
  // booking one by one is quadratic: a queue may show a hundred thousand uses.
  CapacityCalendar(Resources total, const std::vector<CapacityUse>& uses);

  const Resources& total() const { return total_; }

  // Adds a use over `when`. Booking beyond the total is allowed: a queue can hold more than the
  // group has, and the calendar must then show a full group. An empty interval does nothing.
  void Book(TimeInterval when, const Resources& amount);

  // Returns every start s in [window.start, window.end], both ends included, at which `demand` is
  // free throughout [s, s + runtime). The result is a list of disjoint closed intervals of whole
  // seconds, in order. It is empty if nothing fits or the window is inverted. A zero runtime needs
  // no capacity in time; then the total must cover the demand.
  std::vector<TimeInterval> FeasibleStarts(TimeInterval window, absl::Duration runtime,
                                           const Resources& demand) const;

  // Returns the first of these starts, or nullopt if there is none. It costs less, because it stops
  // there.
  std::optional<absl::Time> FirstStart(TimeInterval window, absl::Duration runtime,
                                       const Resources& demand) const;

  // Returns what is in use at `when`.
  Resources UsedAt(absl::Time when) const;

 private:
  // The use is stored as its changes. So a booking touches only its two ends, however much happens
  // between them.
  struct Change {
    // Unix seconds. Until then the use is the sum of the changes before.
    int64_t at;
    Resources by;
  };
  // Neighbouring changes and the use that they sum up to, counted from the block's beginning. If
  // the whole block leaves enough room, or never does, one test is enough to pass over it.
  struct Block {
    std::vector<Change> changes;  // in order; none is zero; never empty
    int64_t begin = 0;            // time of the first change
    Resources sum;
    // Bounds of the use after any of the changes, in each dimension. They are exact after
    // Summarize.
    Resources least;
    Resources most;
    int loosened = 0;  // how often since then

    void Summarize();
    // Takes in a change that was added or increased, other than a new first one. Costs less than
    // Summarize, which it calls now and then, so that the bounds do not become useless.
    void Loosen(const Resources& by);
  };

  // Calls `emit(from, to)` with each interval of feasible starts, in Unix seconds. With kFirstOnly
  // it calls it at most once, and `to` then has no meaning.
  template <bool kFirstOnly, class Emit>
  void ForEachStart(TimeInterval window, absl::Duration runtime, const Resources& demand,
                    Emit emit) const;

  void Add(int64_t at, const Resources& by);
  // Returns the block that contains the last change at or before `at`, or the first block if there
  // is no such change.
  size_t BlockOf(int64_t at) const;

  Resources total_;
  std::vector<Block> blocks_;
};

}  // namespace carbon

#endif  // CORE_CLUSTER_CAPACITY_H_
