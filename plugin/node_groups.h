// The node groups of a cluster: the sets of nodes to which pools and partitions confine jobs, and
// what is needed to count capacity in them though they overlap (core/group_calendars.h says how it
// is counted, and why that is right). Pure.
#ifndef PLUGIN_NODE_GROUPS_H_
#define PLUGIN_NODE_GROUPS_H_

#include <map>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/snapshot.h"
#include "plugin/cluster_view.h"

namespace carbon {

// A place is a pool's partition, or a part of it with one type of device ("gpu:h100"), or another
// partition on nodes that a pool has. Groups are made of
//   - each place, those with the same nodes sharing one, named after the pools' places
//   ("h100+debug");
//   - the unions of places that overlap ("h100+debug" too): beyond kMostUnions of them in one
//     cluster, only that of all places that hang together, and the count is no longer exact;
//   - the nodes that lie in the same places, to count what runs on them ("h100&debug", "only
//   h100").
// Nodes that no pool has are in no group.
struct NodeGroups {
  static constexpr size_t kMostUnions = 256;

  std::vector<NodeGroup> groups;            // names and `within`; the totals are left zero
  std::vector<std::vector<int>> nodes;      // of each group, indices into ClusterView::nodes
  std::vector<int> of_pool;                 // index of its group; -1: its partition is not there
  std::vector<int> of_node;                 // the smallest group that has it; -1: none
  std::map<std::string, int> of_partition;  // of those that have nodes of a pool, or are one
};

NodeGroups FindNodeGroups(const ClusterView& view, const std::vector<PoolConfig>& pools);

}  // namespace carbon

#endif  // PLUGIN_NODE_GROUPS_H_
