// NodeUses counts, node by node, what is free at once. Free devices on several nodes are not a
// whole node, and the amounts of jobs do not say which jobs share a node. Pure. For the sources of
// this folder only.
#ifndef CORE_CLUSTER_NODE_USES_H_
#define CORE_CLUSTER_NODE_USES_H_

#include <cstdint>
#include <vector>

#include "core/cluster/cluster_state.h"
#include "core/cluster/cluster_view.h"
#include "core/cluster/node_groups.h"

namespace carbon {

// What a job or a reservation uses of one node.
struct NodeUse {
  TimeInterval when;
  bool is_whole = false;         // all of it
  std::vector<int64_t> devices;  // by the node's types
  int64_t untyped_devices = 0;   // of any type
  int64_t device_shares = 0;     // shards, MPS
};

class NodeUses {
 public:
  // Both arguments must outlive the object.
  NodeUses(const ClusterView& view, const NodeGroups& groups);

  void Add(int node, NodeUse use);

  // Returns uses without a job, group by group and in order of time, from the view's time on: the
  // `nodes` on which something runs, the parts of nodes whose devices are not all free, and the
  // devices that are allocated in shares.
  std::vector<QueuedUse> Uses() &&;

 private:
  const ClusterView& view_;
  const NodeGroups& groups_;
  std::vector<std::vector<NodeUse>> uses_;  // by node
};

}  // namespace carbon

#endif  // CORE_CLUSTER_NODE_USES_H_
