// Nodes that pools have but slurmctld does not show, or not as nodes that take jobs: hidden ones,
// FUTURE ones, and those that only carbon.json knows of. Pure.
#ifndef CORE_CLUSTER_UNSEEN_NODES_H_
#define CORE_CLUSTER_UNSEEN_NODES_H_

#include <vector>

#include "core/base/finding.h"
#include "core/cluster/cluster_view.h"
#include "core/config/placement_config.h"

namespace carbon {

// Adds nodes to each pool that states its size until it has so many, not counting FUTURE ones and
// those that are not known: with the pool's features and in its nodelist, asleep, each as small as
// the smallest of those that it has (of its FUTURE ones where it has no other), and waking up in
// the longest time that one of them or of the partition's takes. None where it has neither.
//
// Pools that have a node in common share what is added, as far as they lack nodes: a node that
// Slurm hides of two partitions is one node. If in truth they share fewer, they have more together
// than is counted.
void AddStatedNodes(const std::vector<PoolConfig>& pools, ClusterView* view);

// One finding for each pool and fact, its subject "pool NAME". A warning is something to be set; a
// note is good to know.
std::vector<Finding> DescribeUnseenNodes(const std::vector<PoolConfig>& pools,
                                         const ClusterView& view);

}  // namespace carbon

#endif  // CORE_CLUSTER_UNSEEN_NODES_H_
