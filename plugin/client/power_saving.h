// Which nodes Slurm powers down when they have no jobs, and how long they take to wake up: such a
// node draws nothing once a job has left it, and any other what a free node draws. No I/O. For the
// sources of this folder.
#ifndef PLUGIN_CLIENT_POWER_SAVING_H_
#define PLUGIN_CLIENT_POWER_SAVING_H_

#include <slurm/slurm.h>

#include <optional>
#include <vector>

#include "absl/time/time.h"

namespace carbon {

// A node that waits longer than this before it is powered down counts as staying powered: the hours
// that a job leaves are then mostly past.
inline constexpr absl::Duration kSoonPoweredDown = absl::Hours(1);

// For each node, how likely it is to stay powered without jobs: 0 or 1, or between where a number
// of a set is exempt (SuspendExcNodes=a[1-10]:4). Absent where that is not known: SuspendExcNodes
// names something else than nodes, such as a node set.
//
// As slurmctld's power_save.c has it, a node is powered down where SuspendProgram and ResumeProgram
// are set and its SuspendTime is at most kSoonPoweredDown (of a CLOUD node, whatever it is, but not
// INFINITE): its own, else the longest of its partitions', else the cluster's. SuspendExcNodes,
// SuspendExcParts, and the states of SuspendExcStates that last (CLOUD, DYNAMIC_NORM, by their
// whole names), exempt nodes. PowerDownOnIdle powers down the nodes of its partition at once,
// whatever exempts them. A program that slurmctld does not accept is not noticed here.
std::vector<std::optional<double>> StaysPowered(const slurm_conf_t& conf,
                                                const partition_info_msg_t& partitions,
                                                const node_info_msg_t& nodes);

// How long a job waits for a node that sleeps, at most. Zero: it is awake and is never powered
// down.
struct SleepTimes {
  absl::Duration fall_asleep;  // first, where it is just being powered down
  absl::Duration wake_up;      // from then on, or from the job's start
};

// For each node SuspendTimeout and ResumeTimeout: the longest of its partitions', or the cluster's
// where they have none; kMaxWakeUp for an infinite one.
std::vector<SleepTimes> ReadSleepTimes(const slurm_conf_t& conf,
                                       const partition_info_msg_t& partitions,
                                       const node_info_msg_t& nodes);
inline constexpr absl::Duration kMaxWakeUp = absl::Hours(24);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_POWER_SAVING_H_
