// scarbond's view of the cluster, asked of slurmctld through libslurm. No Slurm type leaves the
// .cc.
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
#include "core/decision/seal.h"
#include "core/decision/watch.h"
#include "core/snapshot/snapshot.h"
#include "plugin/client/hidden_nodes.h"

namespace carbon {

// Reads slurm.conf, once per process and before anything else here. libslurm ends the process with
// a message of its own where it finds no usable configuration.
void InitSlurmClient();

// What looks at the cluster remember of those before them.
struct ClusterMemory {
  Outages outages;
  HiddenNodes hidden_nodes;
  WakeUps wake_ups;
  std::optional<Seal> seal;  // the last that could be read
  PromiseBook promises;
};

// Partitions, nodes, reservations and queue as the pools see them; core/cluster/cluster_view.h says
// how. Five requests to slurmctld, and one for each of the hidden nodes that are due; each blocks
// for at most Slurm's MessageTimeout: never call it inside slurmctld. Unavailable, with Slurm's own
// words, where slurmctld does not answer. An outage that lasts for less than `down_after` may be
// over at once.
absl::StatusOr<ClusterLook> LookAtCluster(const std::vector<PoolConfig>& pools,
                                          absl::Duration down_after, absl::Time now,
                                          ClusterMemory* memory);

// Gives the job back: its partitions and begin are set, and its admin_comment says so. One request
// to slurmctld. Where the pool's partition is not accepted behind those asked for, these alone are.
// With Slurm's own words: FailedPrecondition where the job waits no longer, PermissionDenied,
// Unavailable, or Internal for any other refusal.
absl::Status GiveBack(const JobReturn& given_back, absl::Time now);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_SLURM_CLIENT_H_
