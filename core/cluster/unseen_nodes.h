// Handles nodes that belong to pools but that slurmctld does not show, or does not show as nodes
// that take jobs: hidden nodes, FUTURE nodes, and nodes that only carbon.json states. Pure.
#ifndef CORE_CLUSTER_UNSEEN_NODES_H_
#define CORE_CLUSTER_UNSEEN_NODES_H_

#include <vector>

#include "core/cluster/cluster_view.h"
#include "core/config/placement_config.h"
#include "core/finding/finding.h"

namespace carbon {

// Adds nodes to each pool that states its size until the pool has this many. FUTURE and unknown
// nodes do not count. An added node has the pool's features, is in its nodelist and is asleep. It
// is as small as the smallest node that the pool has (or the smallest of its FUTURE nodes if it has
// no others). Its wake-up time is the longest of any of these and of the partition. If the pool has
// no nodes of either kind, none are added.
//
// Pools that have a node in common share the added nodes, as far as each of them lacks nodes: a
// node that Slurm hides of two partitions is one node. If the pools in fact share fewer nodes, they
// have more nodes together than are counted.
void AddStatedNodes(const std::vector<PoolConfig>& pools, ClusterView* view);

// Returns one finding for each pool and fact, with the subject "pool NAME". A warning asks the
// administrator to set something; a note only informs.
std::vector<Finding> DescribeUnseenNodes(const std::vector<PoolConfig>& pools,
                                         const ClusterView& view);

}  // namespace carbon

#endif  // CORE_CLUSTER_UNSEEN_NODES_H_
