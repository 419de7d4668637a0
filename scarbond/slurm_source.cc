#include "scarbond/slurm_source.h"

#include "plugin/client/group_members.h"

namespace carbon {

absl::StatusOr<ClusterLook> SlurmSource::Look(const std::vector<PoolConfig>& pools,
                                              absl::Duration down_after, absl::Time now,
                                              const RestoredJobs& restored) {
  return LookAtCluster(pools, down_after, now, restored, &memory_);
}

absl::Status SlurmSource::RefreshAdmission(absl::Time now, absl::Duration max_age) {
  return admission_.Refresh(now, max_age, &memory_.hidden_nodes);
}

std::optional<bool> SlurmSource::IsInAnyGroup(uint32_t user_id,
                                              const std::vector<std::string>& groups) {
  return carbon::IsInAnyGroup(user_id, groups);
}

absl::Status SlurmSource::RestoreJob(const JobRestore& restore) {
  return carbon::RestoreJob(restore);
}

}  // namespace carbon
