// Computes the part of the capacity that depends only on nodes and partitions, not on the queue:
// the totals of groups and the states of pools. Pure.
#ifndef CORE_CLUSTER_POOL_STATES_H_
#define CORE_CLUSTER_POOL_STATES_H_

#include <vector>

#include "core/cluster/cluster_state.h"
#include "core/cluster/cluster_view.h"
#include "core/cluster/node_groups.h"
#include "core/config/placement_config.h"

namespace carbon {

// Sets `total` and `per_node` of each group. `groups` are those of `found`, in the same order.
// Totals count only usable nodes. Memory is Resources::kUnlimited if it is not consumable. The
// parts of nodes are Resources::kUnlimited if a group's nodes have different numbers of its
// devices.
void CountTotals(const ClusterView& view, const NodeGroups& found, std::vector<NodeGroup>* groups);

// Returns the states of the pools whose partition the cluster has, in the order of `pools`. The
// totals of `groups` must be set.
std::vector<PoolState> PoolStatesOf(const ClusterView& view, const std::vector<PoolConfig>& pools,
                                    const NodeGroups& found, const std::vector<NodeGroup>& groups);

}  // namespace carbon

#endif  // CORE_CLUSTER_POOL_STATES_H_
