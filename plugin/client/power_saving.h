// Finds which nodes Slurm powers down when they have no jobs, and how long they take to wake up.
// Such a node draws nothing once a job has left it; any other node then draws what a free node
// draws. No I/O. For the sources of this folder.
#ifndef PLUGIN_CLIENT_POWER_SAVING_H_
#define PLUGIN_CLIENT_POWER_SAVING_H_

#include <slurm/slurm.h>

#include <optional>
#include <vector>

#include "absl/time/time.h"

namespace carbon {

// A node that waits longer than this before it is powered down counts as staying powered: by then
// the hours that a job leaves are mostly over.
inline constexpr absl::Duration kSoonPoweredDown = absl::Hours(1);

// Returns, for each node, how likely it is to stay powered without jobs: 0 or 1, or a value between
// if a number of a set is exempt (SuspendExcNodes=a[1-10]:4). Absent if that is not known because
// SuspendExcNodes names something other than nodes, such as a node set.
//
// The rules are those of slurmctld's power_save.c. A node is powered down if SuspendProgram and
// ResumeProgram are set and its SuspendTime is at most kSoonPoweredDown (for a CLOUD node any value
// except INFINITE). The SuspendTime is its own, otherwise the longest of its partitions', otherwise
// the cluster's. SuspendExcNodes, SuspendExcParts, and the lasting states of SuspendExcStates
// (CLOUD, DYNAMIC_NORM, also abbreviated as slurmctld accepts it) exempt nodes. PowerDownOnIdle
// powers down the nodes of its partition at once, even exempt ones. A program that slurmctld does
// not accept is not noticed here.
std::vector<std::optional<double>> StaysPowered(const slurm_conf_t& conf,
                                                const partition_info_msg_t& partitions,
                                                const node_info_msg_t& nodes);

// How long a job waits at most for a node that sleeps. Zero: the node is awake and is never powered
// down.
struct SleepTimes {
  absl::Duration fall_asleep;  // comes first, if the node is just being powered down
  absl::Duration wake_up;      // from then on, or from the job's start
};

// Returns for each node SuspendTimeout and ResumeTimeout: the longest of its partitions', or the
// cluster's if they have none; kMaxWakeUp for an infinite one.
std::vector<SleepTimes> ReadSleepTimes(const slurm_conf_t& conf,
                                       const partition_info_msg_t& partitions,
                                       const node_info_msg_t& nodes);
inline constexpr absl::Duration kMaxWakeUp = absl::Hours(24);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_POWER_SAVING_H_
