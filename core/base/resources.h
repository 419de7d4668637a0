// Amounts of what Slurm allocates, and intervals of time. Pure.
#ifndef CORE_BASE_RESOURCES_H_
#define CORE_BASE_RESOURCES_H_

#include <compare>
#include <cstdint>
#include <iterator>

#include "absl/time/time.h"

namespace carbon {

// Resources is an amount of each thing that is allocated. A dimension that a job does not ask for
// is zero. A dimension that a group does not model is kUnlimited there.
//
// Devices that are free on several nodes cannot run a job that needs all devices of one node. So
// nodes are also counted by how many of their devices are free at once. (AddNodeParts says what one
// job takes of a node.)
struct Resources {
  static constexpr int64_t kUnlimited = int64_t{1} << 52;

  int64_t nodes = 0;  // on which nothing else runs
  int64_t devices = 0;
  int64_t cpus = 0;
  int64_t memory_mib = 0;
  int64_t full_nodes = 0;     // with all devices
  int64_t half_nodes = 0;     // with at least half of them
  int64_t quarter_nodes = 0;  // with at least a quarter of them
  int64_t halves = 0;         // a node has two of them
  int64_t quarters = 0;
  // The number of nodes on which a run's halves or quarters must lie, one on each. The run takes
  // only these parts of the nodes, so other runs may have the rest. This is not a dimension, and is
  // not added up.
  int64_t apart = 0;

  friend auto operator<=>(const Resources&, const Resources&) = default;
  // Returns whether it has at least as much of each dimension: no remainder is negative. Amounts
  // are below 2^62, so no difference overflows.
  bool Covers(const Resources& demand) const {
    const int64_t left = (nodes - demand.nodes) | (devices - demand.devices) |
                         (cpus - demand.cpus) | (memory_mib - demand.memory_mib) |
                         (full_nodes - demand.full_nodes) | (half_nodes - demand.half_nodes) |
                         (quarter_nodes - demand.quarter_nodes) | (halves - demand.halves) |
                         (quarters - demand.quarters);
    return left >= 0;
  }
  // Returns whether no dimension is negative.
  bool IsNotNegative() const {
    return (nodes | devices | cpus | memory_mib | full_nodes | half_nodes | quarter_nodes | halves |
            quarters) >= 0;
  }
  // Written out: compilers vectorise this, but not a loop over kDimensions.
  Resources& operator+=(const Resources& other) {
    nodes += other.nodes;
    devices += other.devices;
    cpus += other.cpus;
    memory_mib += other.memory_mib;
    full_nodes += other.full_nodes;
    half_nodes += other.half_nodes;
    quarter_nodes += other.quarter_nodes;
    halves += other.halves;
    quarters += other.quarters;
    return *this;
  }
  Resources& operator-=(const Resources& other) {
    nodes -= other.nodes;
    devices -= other.devices;
    cpus -= other.cpus;
    memory_mib -= other.memory_mib;
    full_nodes -= other.full_nodes;
    half_nodes -= other.half_nodes;
    quarter_nodes -= other.quarter_nodes;
    halves -= other.halves;
    quarters -= other.quarters;
    return *this;
  }
  friend Resources operator+(Resources a, const Resources& b) { return a += b; }
  friend Resources operator-(Resources a, const Resources& b) { return a -= b; }
};

// Every dimension, for code that treats all of them alike.
inline constexpr int64_t Resources::* kDimensions[] = {
    &Resources::nodes,         &Resources::devices,    &Resources::cpus,
    &Resources::memory_mib,    &Resources::full_nodes, &Resources::half_nodes,
    &Resources::quarter_nodes, &Resources::halves,     &Resources::quarters};
static_assert(std::size(kDimensions) == 9, "Covers() and the operators name each dimension");

// The dimensions that count parts of nodes.
inline constexpr int64_t Resources::* kNodeParts[] = {
    &Resources::full_nodes, &Resources::half_nodes, &Resources::quarter_nodes, &Resources::halves,
    &Resources::quarters};

// Multiplies, and saturates at kUnlimited. Neither argument may be negative. `apart` stays as it
// is.
Resources Times(const Resources& amount, int64_t factor);

// Returns what is free at once on a node if `free` of its `has` devices are: the five parts. All
// are zero if it has no devices.
Resources NodePartsOf(int64_t has, int64_t free);

// Returns the total of this many nodes like `node`, with their parts.
Resources TotalOf(int64_t nodes, const Resources& node);

// Adds to `amount` the parts of nodes that a task takes if it spreads over `nodes` nodes, with
// `each` of the `has` devices on each. It takes all of each node if no second such task fits on the
// node; otherwise a half or a quarter, if no more of them fit. Less than a quarter is counted by
// its sum alone. So an empty node is never assumed to fit fewer tasks than it does.
void AddNodeParts(int64_t nodes, int64_t each, int64_t has, Resources* amount);

// The interval [start, end), in whole seconds.
struct TimeInterval {
  absl::Time start;
  absl::Time end;

  friend bool operator==(const TimeInterval&, const TimeInterval&) = default;
};

}  // namespace carbon

#endif  // CORE_BASE_RESOURCES_H_
