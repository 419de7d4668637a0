// The cluster as scarbond sees it and acts on it. Behind this interface is slurmctld
// (scarbond/slurm_source.h), or a cluster that a test or a replay simulates. One thread.
#ifndef SCARBOND_CLUSTER_SOURCE_H_
#define SCARBOND_CLUSTER_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/admission/admission.h"
#include "core/cluster/cluster_state.h"
#include "core/config/placement_config.h"
#include "core/decision/cluster_look.h"
#include "core/decision/watch.h"

namespace carbon {

class ClusterSource {
 public:
  virtual ~ClusterSource() = default;

  // Partitions, nodes, reservations and queue as the pools see them. An outage that lasts for less
  // than `down_after` may be over at once. The promises of the jobs in `restored` do not count.
  // Unavailable where the cluster does not answer.
  virtual absl::StatusOr<ClusterLook> Look(const std::vector<PoolConfig>& pools,
                                           absl::Duration down_after, absl::Time now,
                                           const RestoredJobs& restored) = 0;

  // Reads the admission rules again where they are older than `max_age` or a partition changed.
  // Unavailable for what could not be read; the rules are valid either way.
  virtual absl::Status RefreshAdmission(absl::Time now, absl::Duration max_age) = 0;
  virtual const AdmissionRules& admission() const = 0;
  // Counts the changes of `admission`.
  virtual uint64_t admission_version() const = 0;

  // Whether the user is in one of the groups; absent where that cannot be found out.
  virtual std::optional<bool> IsInAnyGroup(uint32_t user_id,
                                           const std::vector<std::string>& groups) = 0;

  // Gives the job what it had asked for. FailedPrecondition where it waits no longer;
  // PermissionDenied; Unavailable where the cluster does not answer, which may or may not have
  // changed the job; or Internal for any other refusal.
  virtual absl::Status RestoreJob(const JobRestore& restore) = 0;

  // Learns from the capacity that was published before this process which jobs were placed.
  virtual void RememberPublished(const CapacityState& published) = 0;
};

}  // namespace carbon

#endif  // SCARBOND_CLUSTER_SOURCE_H_
