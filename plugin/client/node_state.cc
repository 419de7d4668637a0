#include "plugin/client/node_state.h"

#include <slurm/slurm.h>

namespace carbon {

NodeAvailability UseOf(uint32_t node_state) {
  const auto has = [node_state](uint32_t flag) { return (node_state & flag) != 0; };
  if (has(NODE_STATE_FAIL | NODE_STATE_INVALID_REG | NODE_STATE_DYNAMIC_FUTURE)) {
    return NodeAvailability::kAway;
  }
  // Slurm ends the drain of a node that it powers down ("scontrol update state=power_down_asap").
  if (has(NODE_STATE_DRAIN) && !has(NODE_STATE_POWER_DOWN)) return NodeAvailability::kAway;
  switch (node_state & NODE_STATE_BASE) {
    case NODE_STATE_UNKNOWN:
      // The state lasts until the node's slurmd has answered a slurmctld that started.
      return NodeAvailability::kSilent;
    case NODE_STATE_IDLE:
    case NODE_STATE_ALLOCATED:
    case NODE_STATE_MIXED:
      // A node that sleeps does not respond.
      return has(NODE_STATE_NO_RESPOND) && !IsAsleep(node_state) ? NodeAvailability::kSilent
                                                                 : NodeAvailability::kUsable;
    default:
      return NodeAvailability::kAway;
  }
}

bool IsAsleep(uint32_t node_state) {
  return (node_state & (NODE_STATE_POWERED_DOWN | NODE_STATE_POWERING_DOWN | NODE_STATE_POWER_DOWN |
                        NODE_STATE_POWERING_UP)) != 0;
}

}  // namespace carbon
