// scarbond's view of the cluster, asked of slurmctld through libslurm. No Slurm type leaves the
// .cc.
#ifndef PLUGIN_SLURM_CLIENT_H_
#define PLUGIN_SLURM_CLIENT_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config.h"
#include "core/snapshot.h"
#include "core/watch.h"
#include "plugin/outages.h"

namespace carbon {

// Reads slurm.conf, once per process and before anything else here. libslurm ends the process with
// a message of its own where it finds no usable configuration.
void InitSlurmClient();

struct ClusterLook {
  CapacityState capacity;           // for decisions
  CapacityState lasting;            // the same without outages that may last moments only
  std::vector<WatchedJob> watched;  // jobs that wait where and when they were placed
  bool may_update = false;          // this process's user may give them back: root or SlurmUser
};

// Partitions, nodes, reservations and queue as the pools see them; plugin/cluster_view.h says how.
// Five requests to slurmctld, each of which blocks for at most Slurm's MessageTimeout: never call
// it inside slurmctld. Unavailable, with Slurm's own words, where slurmctld does not answer.
// `outages` is what the looks before this one showed; one that lasts for less than `down_after` may
// be over at once.
absl::StatusOr<ClusterLook> LookAtCluster(const std::vector<PoolConfig>& pools,
                                          absl::Duration down_after, absl::Time now,
                                          Outages* outages);

// Gives the job back: its partitions and begin are set, and its admin_comment says so. One request
// to slurmctld. Where the pool's partition is not accepted behind those asked for, these alone are.
// With Slurm's own words: FailedPrecondition where the job waits no longer, PermissionDenied,
// Unavailable, or Internal for any other refusal.
absl::Status GiveBack(const JobReturn& given_back, absl::Time now);

}  // namespace carbon

#endif  // PLUGIN_SLURM_CLIENT_H_
