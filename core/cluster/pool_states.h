// What the pools and the groups of their nodes have, whatever the queue uses of it: the part of the
// capacity that follows from nodes and partitions alone. Pure.
#ifndef CORE_CLUSTER_POOL_STATES_H_
#define CORE_CLUSTER_POOL_STATES_H_

#include <vector>

#include "core/cluster/cluster_state.h"
#include "core/cluster/cluster_view.h"
#include "core/cluster/node_groups.h"
#include "core/config/placement_config.h"

namespace carbon {

// Sets `total` and `per_node` of each group. `groups` are those of `found`, in the same order.
// Totals count usable nodes only. Memory is Resources::kUnlimited where it is not consumed, and so
// are the parts of nodes where the nodes of a group have different numbers of devices in it.
void CountTotals(const ClusterView& view, const NodeGroups& found, std::vector<NodeGroup>* groups);

// The states of those pools whose partition the cluster has, in the order of `pools`. `groups` have
// their totals.
std::vector<PoolState> PoolStatesOf(const ClusterView& view, const std::vector<PoolConfig>& pools,
                                    const NodeGroups& found, const std::vector<NodeGroup>& groups);

}  // namespace carbon

#endif  // CORE_CLUSTER_POOL_STATES_H_
