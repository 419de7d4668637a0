// The node groups of a cluster: the sets of nodes to which pools and partitions confine jobs, and
// what is needed to count capacity in them though they overlap (core/cluster/group_calendars.h says
// how it is counted, and why that is right). Pure.
#ifndef CORE_CLUSTER_NODE_GROUPS_H_
#define CORE_CLUSTER_NODE_GROUPS_H_

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "core/cluster/cluster_state.h"
#include "core/cluster/cluster_view.h"
#include "core/config/placement_config.h"

namespace carbon {

// A place is a pool's nodes, with all their devices or those of its type ("gpu:h100"), or another
// partition on nodes that a pool has. Groups are made of
//   - each place, those with the same nodes and devices sharing one, named after the pools' places
//     ("h100+debug");
//   - the unions of places that overlap ("h100+debug" too), of different devices with all that
//     their nodes have, since they share CPUs and memory: beyond kMaxUnions of them in one
//     cluster, only that of all places that hang together, and the count is no longer exact;
//   - the devices that lie in the same places, and the nodes whose devices do, to count what runs
//     there ("h100&debug", "only h100");
//   - what other devices a place's nodes have ("beside gpu:h100").
// Nodes that no pool has are in no group.
struct NodeGroups {
  static constexpr size_t kMaxUnions = 256;

  // All devices of one type on a node; a node without devices is one such, of none.
  struct Member {
    int node;    // index into ClusterView::nodes
    int device;  // index into its devices; -1: it has none

    friend auto operator<=>(const Member&, const Member&) = default;
  };

  std::vector<NodeGroup> groups;  // names, `within` and `beside`; the totals are left zero
  std::vector<std::vector<Member>> members;  // of each group, in order
  std::vector<int> of_pool;                  // index of its group; -1: its partition is not there
  // The smallest group that has it, with all its devices, or with one of its devices; -1: none.
  std::vector<int> of_node;
  std::vector<std::vector<int>> of_device;  // by node, then as ClusterNode::devices
  // Of those that have nodes of a pool, or are one.
  std::map<std::string, int> of_partition;
};

// Whether the node, an index into the view's, is one of the pool's if it is of its partition: it
// has the pool's features, is in its nodelist and has devices of its gres_type.
bool IsInPool(const ClusterView& view, int node, const PoolConfig& pool);

NodeGroups FindNodeGroups(const ClusterView& view, const std::vector<PoolConfig>& pools);

}  // namespace carbon

#endif  // CORE_CLUSTER_NODE_GROUPS_H_
