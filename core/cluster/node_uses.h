// What of each node is free at once. Devices that are free on several nodes are no whole node, and
// which jobs lie together on one does not follow from their amounts: it is counted here, node by
// node. Pure. For the sources of this folder.
#ifndef CORE_CLUSTER_NODE_USES_H_
#define CORE_CLUSTER_NODE_USES_H_

#include <cstdint>
#include <vector>

#include "core/cluster/cluster_state.h"
#include "core/cluster/cluster_view.h"
#include "core/cluster/node_groups.h"

namespace carbon {

// What a job, or a reservation, has of one node.
struct NodeUse {
  TimeInterval when;
  bool is_whole = false;         // all of it
  std::vector<int64_t> devices;  // by the node's types
  int64_t untyped_devices = 0;   // of whichever type
  int64_t device_shares = 0;     // shards, MPS
};

class NodeUses {
 public:
  // Both must outlive it.
  NodeUses(const ClusterView& view, const NodeGroups& groups);

  void Add(int node, NodeUse use);

  // By group, one use after another, without a job: `nodes` that something runs on, the parts of
  // nodes whose devices are not free, and the devices whose shares are lent. From the time of the
  // view on.
  std::vector<QueuedUse> Uses() &&;

 private:
  const ClusterView& view_;
  const NodeGroups& groups_;
  std::vector<std::vector<NodeUse>> uses_;  // by node
};

}  // namespace carbon

#endif  // CORE_CLUSTER_NODE_USES_H_
