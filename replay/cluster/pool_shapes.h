// How large the pools are that a replay simulates: nodes of one kind, each with so many devices and
// CPUs. Pure.
#ifndef REPLAY_CLUSTER_POOL_SHAPES_H_
#define REPLAY_CLUSTER_POOL_SHAPES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/config/placement_config.h"
#include "replay/trace/trace.h"

namespace carbon {

struct PoolShape {
  int64_t nodes = 0;  // 0: nothing is known, and the pool takes no part
  int64_t devices_per_node = 0;
  int64_t cpus_per_node = 0;
  // Where `nodes` comes from: "option", "carbon.json", or "peak", the most that the history had in
  // use at once. A peak is a lower bound: a machine that was never full is taken for a smaller one.
  std::string source;
};

// "16", "16x8" or "16x8x128": nodes, devices and CPUs of each; what is left out is zero, and found
// out elsewhere. InvalidArgument, quoting the text.
absl::StatusOr<PoolShape> ParsePoolShape(absl::string_view text);

// The pool that a job of the trace asked for: the first of its partition, or of the partitions that
// it names, whose gres_type is the device type asked for, where both are given. -1: none.
int FindPool(const Trace& trace, const TraceJob& job, const std::vector<PoolConfig>& pools);

// The shape of each of `pools`. `given` are those that the user states, by pool; nodes that it does
// not state are the pool's size in carbon.json, or else the trace's peak, by the recorded starts.
// Devices and CPUs of a node that are not stated are the most that a job of the trace had on each
// of its nodes; for a pool that no job of the trace ran in, those of the largest other pool with
// the same hardware.
std::vector<PoolShape> FindPoolShapes(const Trace& trace, const std::vector<PoolConfig>& pools,
                                      const std::map<std::string, PoolShape>& given);

}  // namespace carbon

#endif  // REPLAY_CLUSTER_POOL_SHAPES_H_
