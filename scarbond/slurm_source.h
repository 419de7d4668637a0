// SlurmSource is a Slurm cluster: it asks slurmctld through libslurm. Blocks on slurmctld, for at
// most Slurm's MessageTimeout per request, and on the name service. Call InitSlurmClient() first.
#ifndef SCARBOND_SLURM_SOURCE_H_
#define SCARBOND_SLURM_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/client/admission_client.h"
#include "plugin/client/slurm_client.h"
#include "scarbond/cluster_source.h"

namespace carbon {

class SlurmSource : public ClusterSource {
 public:
  absl::StatusOr<ClusterLook> Look(const std::vector<PoolConfig>& pools, absl::Duration down_after,
                                   absl::Time now, const RestoredJobs& restored) override;
  absl::Status RefreshAdmission(absl::Time now, absl::Duration max_age) override;
  const AdmissionRules& admission() const override { return admission_.rules(); }
  uint64_t admission_version() const override { return admission_.version(); }
  const Seal* seal() const override { return memory_.seal.has_value() ? &*memory_.seal : nullptr; }
  std::optional<bool> IsInAnyGroup(uint32_t user_id,
                                   const std::vector<std::string>& groups) override;
  absl::Status RestoreJob(const JobRestore& restore) override;
  void RememberPublished(const CapacityState& published) override {
    memory_.promises.Restore(published);
  }

 private:
  ClusterMemory memory_;
  AdmissionClient admission_;
};

}  // namespace carbon

#endif  // SCARBOND_SLURM_SOURCE_H_
