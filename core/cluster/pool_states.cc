#include "core/cluster/pool_states.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace carbon {
namespace {

using Members = std::vector<NodeGroups::Member>;

Resources Least(Resources a, const Resources& b) {
  for (const auto what : kDimensions) a.*what = std::min(a.*what, b.*what);
  return a;
}

// Returns the mean over the usable nodes. Absent if one of their values is unknown, or if no node
// is usable.
std::optional<double> StaysPowered(const ClusterView& view, const Members& members) {
  double sum = 0;
  int usable = 0, last = -1;
  for (const NodeGroups::Member& member : members) {
    if (std::exchange(last, member.node) == member.node) continue;
    const ClusterNode& node = view.nodes[member.node];
    if (!node.usable) continue;
    if (!node.stays_powered.has_value()) return std::nullopt;
    sum += *node.stays_powered;
    ++usable;
  }
  return usable > 0 ? std::optional(sum / usable) : std::nullopt;
}

// Sets the pool's wake-up time and the share of it that is asleep.
void DescribeSleep(const ClusterView& view, const Members& members, PoolState* pool) {
  int idle = 0, asleep = 0, last = -1;
  for (const NodeGroups::Member& member : members) {
    if (std::exchange(last, member.node) == member.node) continue;
    const ClusterNode& node = view.nodes[member.node];
    if (!node.usable) continue;
    pool->wake_up = std::max(pool->wake_up, node.fall_asleep + node.wake_up);
    if (!node.is_idle) continue;
    ++idle;
    if (node.is_asleep) ++asleep;
  }
  if (idle > 0) pool->asleep = static_cast<double>(asleep) / idle;
}

// Returns true if the partition has nodes that are in none of its pools and on which the jobs of
// pools[index] might run: nodes with devices, or any nodes if the pool's own nodes have no devices.
bool HasOthers(const ClusterView& view, const std::vector<PoolConfig>& pools,
               const NodeGroups& found, const ClusterPartition& partition, size_t index) {
  if (pools[index].features.empty() && pools[index].nodelist.empty()) return false;
  std::set<int> in_pools;
  bool has_devices = false;
  for (size_t i = 0; i < pools.size(); ++i) {
    if (pools[i].partition != partition.name || found.of_pool[i] < 0) continue;
    for (const NodeGroups::Member& member : found.members[found.of_pool[i]]) {
      in_pools.insert(member.node);
      if (i == index) has_devices = has_devices || member.device >= 0;
    }
  }
  return std::any_of(partition.nodes.begin(), partition.nodes.end(), [&](int n) {
    const ClusterNode& node = view.nodes[n];
    // A node that Slurm does not show may have devices.
    const bool may_run = !has_devices || !node.devices.empty() || node.name.empty();
    return !in_pools.contains(n) && !node.is_future && may_run;
  });
}

}  // namespace

void CountTotals(const ClusterView& view, const NodeGroups& found, std::vector<NodeGroup>* groups) {
  for (size_t i = 0; i < groups->size(); ++i) {
    NodeGroup& group = (*groups)[i];
    std::set<int64_t> devices;  // numbers of devices of one type on a node
    bool has_several = false;   // some node has several types
    const Members& members = found.members[i];
    for (auto member = members.begin(); member != members.end();) {
      const int index = member->node;
      const ClusterNode& node = view.nodes[index];
      Resources has = view.Counted(node.resources);
      has.devices = 0;
      const auto first = member;
      for (; member != members.end() && member->node == index; ++member) {
        if (member->device >= 0) has.devices += node.devices[member->device].count;
      }
      if (!node.usable) continue;
      has_several = has_several || member - first > 1;
      devices.insert(has.devices);
      group.per_node = group.total.nodes == 0 ? has : Least(group.per_node, has);
      group.total += has;
      group.total += NodePartsOf(has.devices, has.devices);
    }
    // A half or quarter of one node is not the same as that of another.
    if (has_several || devices.size() > 1) {
      for (const auto part : kNodeParts) group.total.*part = Resources::kUnlimited;
    }
    if (view.counts_memory) continue;
    group.total.memory_mib = Resources::kUnlimited;
    group.per_node.memory_mib = Resources::kUnlimited;
  }
}

std::vector<PoolState> PoolStatesOf(const ClusterView& view, const std::vector<PoolConfig>& pools,
                                    const NodeGroups& found, const std::vector<NodeGroup>& groups) {
  std::vector<PoolState> states;
  for (size_t i = 0; i < pools.size(); ++i) {
    const auto partition =
        std::find_if(view.partitions.begin(), view.partitions.end(),
                     [&](const ClusterPartition& p) { return p.name == pools[i].partition; });
    if (found.of_pool[i] < 0 || partition == view.partitions.end()) continue;
    const NodeGroup& group = groups[found.of_pool[i]];
    const Members& members = found.members[found.of_pool[i]];
    states.push_back({.pool = pools[i].name,
                      .group = group.name,
                      .up = partition->up && group.total.nodes > 0,
                      .is_default = partition->is_default,
                      .max_time = partition->max_time,
                      .default_time = partition->default_time,
                      .max_nodes = partition->max_nodes,
                      .has_others = HasOthers(view, pools, found, *partition, i),
                      .defaults = partition->defaults,
                      .stays_powered = StaysPowered(view, members)});
    DescribeSleep(view, members, &states.back());
  }
  return states;
}

}  // namespace carbon
