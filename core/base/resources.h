// Amounts of what Slurm allocates, and spans of time. Pure.
#ifndef CORE_BASE_RESOURCES_H_
#define CORE_BASE_RESOURCES_H_

#include <compare>
#include <cstdint>

#include "absl/time/time.h"

namespace carbon {

// An amount of each thing that is allocated. A dimension that a job does not ask for is zero; one
// that a group does not model is kUnlimited there.
//
// Devices that are free here and there hold no job that needs all those of a node. So nodes are
// counted as well by how many of their devices are free at once. (What one job takes of a node:
// AddNodeParts.)
struct Resources {
  static constexpr int64_t kUnlimited = int64_t{1} << 52;

  int64_t nodes = 0;  // that nothing else runs on
  int64_t devices = 0;
  int64_t cpus = 0;
  int64_t memory_mib = 0;
  int64_t full_nodes = 0;     // with all devices
  int64_t half_nodes = 0;     // with half of them at least
  int64_t quarter_nodes = 0;  // with a quarter of them at least
  int64_t halves = 0;         // of which a node has two
  int64_t quarters = 0;
  // Nodes that a run's halves or quarters must lie on, one on each. Of them it takes only those
  // parts, so that other runs may have the rest: no dimension, and not added up.
  int64_t apart = 0;

  friend auto operator<=>(const Resources&, const Resources&) = default;
  bool Covers(const Resources& demand) const;
  Resources& operator+=(const Resources& other);
  Resources& operator-=(const Resources& other);
  friend Resources operator+(Resources a, const Resources& b) { return a += b; }
  friend Resources operator-(Resources a, const Resources& b) { return a -= b; }
};

// Every dimension, for what does the same with each.
inline constexpr int64_t Resources::* kDimensions[] = {
    &Resources::nodes,         &Resources::devices,    &Resources::cpus,
    &Resources::memory_mib,    &Resources::full_nodes, &Resources::half_nodes,
    &Resources::quarter_nodes, &Resources::halves,     &Resources::quarters};

// Those that count parts of nodes.
inline constexpr int64_t Resources::* kNodeParts[] = {
    &Resources::full_nodes, &Resources::half_nodes, &Resources::quarter_nodes, &Resources::halves,
    &Resources::quarters};

// Saturates at kUnlimited. Neither is negative. `apart` stays as it is.
Resources Times(const Resources& amount, int64_t factor);

// What is free at once on a node where `free` of its `has` devices are: the five parts. All zero
// where it has none.
Resources NodePartsOf(int64_t has, int64_t free);

// All of so many nodes like `node`, with their parts.
Resources TotalOf(int64_t nodes, const Resources& node);

// Adds to `amount` the parts of nodes that a task takes which spreads over `nodes` nodes, `each` of
// the `has` devices on each: all of each node where no second such task fits on it, else a half or
// a quarter where no more of them fit; less is counted by its sum alone. So no fewer tasks are
// taken to fit on an empty node than do.
void AddNodeParts(int64_t nodes, int64_t each, int64_t has, Resources* amount);

// [start, end), whole seconds.
struct TimeInterval {
  absl::Time start;
  absl::Time end;

  friend bool operator==(const TimeInterval&, const TimeInterval&) = default;
};

}  // namespace carbon

#endif  // CORE_BASE_RESOURCES_H_
