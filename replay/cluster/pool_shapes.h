// Finds the sizes of the pools that a replay simulates: a number of equal nodes, and the devices
// and CPUs of each. Pure.
#ifndef REPLAY_CLUSTER_POOL_SHAPES_H_
#define REPLAY_CLUSTER_POOL_SHAPES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/config/placement_config.h"
#include "replay/trace/trace.h"

namespace carbon {

struct PoolShape {
  int64_t nodes = 0;  // 0: unknown, and the pool is not used
  int64_t devices_per_node = 0;
  int64_t cpus_per_node = 0;
  // Where `nodes` comes from: "option", "carbon.json", or "peak", the most nodes that the history
  // used at once. A peak is a lower bound: a machine that was never full seems smaller than it is.
  std::string source;
  // The most nodes of this shape that the history used at once, by its recorded starts, whatever
  // `nodes` is. Absent if the history has no job of this pool, or does not state each one's start.
  std::optional<int64_t> recorded_peak = {};
};

// Parses "16", "16x8" or "16x8x128": nodes, devices and CPUs of each. Numbers that are left out are
// zero, and FindPoolShapes determines them. Returns InvalidArgument, quoting the text.
absl::StatusOr<PoolShape> ParsePoolShape(absl::string_view text);

// Returns the index of the pool that a job of the trace asked for: the first pool of its partition
// or partitions whose gres_type is the device type asked for, if both are given. -1: none.
int FindPool(const Trace& trace, const TraceJob& job, const std::vector<PoolConfig>& pools);

// Returns the shape of each of `pools`. `given` has the shapes that the user states, by pool.
// Otherwise the number of nodes is the pool's size in carbon.json, or else the trace's peak by the
// recorded starts. Devices and CPUs of a node that are not stated are the most that a job of the
// trace had on each of its nodes. If no job of the trace ran in a pool, they are those of the
// largest other pool with the same hardware.
std::vector<PoolShape> FindPoolShapes(const Trace& trace, const std::vector<PoolConfig>& pools,
                                      const std::map<std::string, PoolShape>& given);

}  // namespace carbon

#endif  // REPLAY_CLUSTER_POOL_SHAPES_H_
