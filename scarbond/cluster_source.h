// ClusterSource is the cluster as scarbond sees it and acts on it: slurmctld
// (scarbond/slurm_source.h), or a cluster that a test simulates. One thread.
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
#include "core/decision/seal.h"
#include "core/decision/watch.h"

namespace carbon {

class ClusterSource {
 public:
  virtual ~ClusterSource() = default;

  // Returns partitions, nodes, reservations and queue as the pools see them. An outage that has
  // lasted for less than `down_after` may be over at once. The promises of the jobs in `restored`
  // do not count. Unavailable if the cluster does not answer.
  virtual absl::StatusOr<ClusterLook> Look(const std::vector<PoolConfig>& pools,
                                           absl::Duration down_after, absl::Time now,
                                           const RestoredJobs& restored) = 0;

  // Reads the admission rules again if they are older than `max_age` or if a partition changed.
  // Unavailable if something could not be read; admission() is valid either way.
  virtual absl::Status RefreshAdmission(absl::Time now, absl::Duration max_age) = 0;
  virtual const AdmissionRules& admission() const = 0;
  // Counts the changes of `admission`.
  virtual uint64_t admission_version() const = 0;

  // The cluster's seal, as the last look found it; nullptr: there is none.
  virtual const Seal* seal() const = 0;

  // Returns whether the user is in one of the groups; absent if that cannot be found out.
  virtual std::optional<bool> IsInAnyGroup(uint32_t user_id,
                                           const std::vector<std::string>& groups) = 0;

  // Restores what the job had asked for. FailedPrecondition if it waits no longer;
  // PermissionDenied; Unavailable if the cluster does not answer: it may or may not have changed
  // the job then; Internal for any other refusal.
  virtual absl::Status RestoreJob(const JobRestore& restore) = 0;

  // Takes from the capacity that the previous process published which jobs were placed.
  virtual void RememberPublished(const CapacityState& published) = 0;
};

}  // namespace carbon

#endif  // SCARBOND_CLUSTER_SOURCE_H_
