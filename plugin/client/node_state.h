// Converts the state of a node (node_info_t::node_state) into what it means for the jobs that may
// run on it. Pure; for the sources of this folder.
#ifndef PLUGIN_CLIENT_NODE_STATE_H_
#define PLUGIN_CLIENT_NODE_STATE_H_

#include <cstdint>

namespace carbon {

enum class NodeAvailability {
  kUsable,  // Slurm starts jobs on it, now or when it has woken up
  kSilent,  // its slurmd has not answered, since slurmctld started or for a while
  kAway,    // down, drained, or not there yet
};

// Returns the availability. A node that sleeps is usable: it wakes up for a job. One that did not
// wake up in time is DOWN.
NodeAvailability UseOf(uint32_t node_state);

// Returns whether the node sleeps, is about to, or is waking up.
bool IsAsleep(uint32_t node_state);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_NODE_STATE_H_
