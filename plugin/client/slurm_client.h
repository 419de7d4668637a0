// Reads the state of the cluster for scarbond, from slurmctld through libslurm. No Slurm type
// leaves the .cc.
#ifndef PLUGIN_CLIENT_SLURM_CLIENT_H_
#define PLUGIN_CLIENT_SLURM_CLIENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/cluster/outages.h"
#include "core/cluster/wake_ups.h"
#include "core/config/placement_config.h"
#include "core/decision/cluster_look.h"
#include "core/decision/promise_book.h"
#include "core/decision/restored_jobs.h"
#include "core/decision/seal.h"
#include "core/decision/watch.h"
#include "core/snapshot/snapshot.h"
#include "plugin/client/hidden_nodes.h"
#include "plugin/client/own_right.h"

namespace carbon {

// Reads slurm.conf, once per process and before anything else here. If libslurm finds no usable
// configuration, it ends the process with a message of its own.
void InitSlurmClient();

// What a look at the cluster remembers of earlier looks.
struct ClusterMemory {
  Outages outages;
  HiddenNodes hidden_nodes;
  WakeUps wake_ups;
  OwnRight own_right;
  std::optional<Seal> seal;  // the last one that could be read
  PromiseBook promises;
};

// Returns partitions, nodes, reservations and queue as the pools see them;
// core/cluster/cluster_view.h says how. It makes five requests to slurmctld, one for each hidden
// node that is due, and one a minute for this process's right if that is neither root's nor
// SlurmUser's. Each blocks for at most Slurm's MessageTimeout: never call it inside slurmctld.
// Unavailable, with Slurm's own words, if slurmctld does not answer. An outage that lasts for less
// than `down_after` is treated as one that may be over at once. The promises of the jobs in
// `restored` do not count.
absl::StatusOr<ClusterLook> LookAtCluster(const std::vector<PoolConfig>& pools,
                                          absl::Duration down_after, absl::Time now,
                                          const RestoredJobs& restored, ClusterMemory* memory);

// Restores the job: sets its partitions, its begin and, if they had changed, its time limits. One
// request to slurmctld, which a user who is Slurm's operator may make. If slurmctld does not accept
// the pool's partition after the ones asked for, a second one sets only these. Errors with Slurm's
// own words: FailedPrecondition if the job waits no longer; PermissionDenied; Unavailable if
// slurmctld does not answer, and then it may or may not have changed the job; Internal for any
// other refusal.
absl::Status RestoreJob(const JobRestore& restore);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_SLURM_CLIENT_H_
