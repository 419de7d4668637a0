// The node groups of a cluster: the sets of nodes to which pools and partitions confine jobs, and
// the further sets that are needed to count capacity although these sets overlap.
// core/cluster/group_calendars.h says how capacity is counted, and why that is right. Pure.
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
// partition on nodes that a pool has. The groups are
//   - each place. Places with the same nodes and devices share one group, which has the names of
//     the pools' places ("h100+debug").
//   - the unions of overlapping places (also "h100+debug"). If their devices differ, the union has
//     everything on their nodes, since the places share CPUs and memory. Beyond kMaxUnions in one
//     cluster only the union of all connected places is a group, and the count is no longer exact.
//   - the devices that are in the same places, and the nodes whose devices are, to count what runs
//     there ("h100&debug", "only h100").
//   - the other devices on a place's nodes ("beside gpu:h100").
// Nodes of no pool are in no group.
struct NodeGroups {
  static constexpr size_t kMaxUnions = 256;

  // All devices of one type on a node. A node without devices has one member, without a device.
  struct Member {
    int node;    // index into ClusterView::nodes
    int device;  // index into its devices; -1: it has none

    friend auto operator<=>(const Member&, const Member&) = default;
  };

  std::vector<NodeGroup> groups;             // names, `within` and `beside`; the totals stay zero
  std::vector<std::vector<Member>> members;  // of each group, in order
  std::vector<int> of_pool;  // index of the pool's group; -1: its partition does not exist
  // The smallest group that contains the node with all its devices, or with one of its devices. -1:
  // none.
  std::vector<int> of_node;
  std::vector<std::vector<int>> of_device;  // by node, then by index into ClusterNode::devices
  // Contains only partitions that are places.
  std::map<std::string, int> of_partition;
};

// Returns true if the pool contains the node (an index into the view's nodes), given that the node
// is in the pool's partition: the node has the pool's features, is in its nodelist and has devices
// of its gres_type.
bool IsInPool(const ClusterView& view, int node, const PoolConfig& pool);

NodeGroups FindNodeGroups(const ClusterView& view, const std::vector<PoolConfig>& pools);

}  // namespace carbon

#endif  // CORE_CLUSTER_NODE_GROUPS_H_
