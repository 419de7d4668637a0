// Carries out what the watch over placed jobs finds (core/decision/watch.h): restores jobs through
// slurmctld, and records each in the placement log and in a file beside the snapshot
// (store/restored_jobs_file.h). Logs what it does and what keeps it from doing it. Blocks on
// slurmctld and on the disk. One thread.
//
// It may be killed at any moment. That it is about to restore a job is on the disk before slurmctld
// is asked, so that a process after it looks at the job and completes the records. A record may
// then be in the log twice, but is never missing. Where the file cannot be written, jobs are
// restored all the same.
#ifndef SCARBOND_DELAY_WATCH_H_
#define SCARBOND_DELAY_WATCH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/config/config.h"
#include "core/decision/restored_jobs.h"
#include "core/record/record_chain.h"
#include "scarbond/cluster_source.h"
#include "store/append_file.h"

namespace carbon {

class DelayWatch {
 public:
  explicit DelayWatch(ClusterSource* cluster);  // which outlives it

  // Reads which jobs a process before this one has restored. Logs why they are not known, if so.
  void Load(const std::string& snapshot_folder);
  // For the next look.
  const RestoredJobs& restored() const { return restored_; }

  // Looks at every job of the look and restores those that must be. Returns when that was done,
  // which is the look's time; absent where it could not have been, for lack of permission or
  // because slurmctld did not answer. `period` is how long it is until the next look.
  std::optional<absl::Time> Act(const ClusterLook& look, const Config& config, absl::Time now,
                                absl::Duration period);

 private:
  // The jobs, with the first look at each one's obstacle.
  std::vector<WatchedJob> NoteObstacles(std::vector<WatchedJob> jobs, absl::Time now);
  JobRestore WithoutOthersGroups(JobRestore restore) const;
  // Those of `found` that leave the job a partition that its user may have.
  std::vector<JobRestore> Allowed(std::vector<JobRestore> found);
  absl::Status Restore(const JobRestore& restore, absl::Time now);
  void Record(const JobRestore& restore, absl::Time now, const std::string& error);
  // Where it differs from what the folder has.
  void WriteRestored(const std::string& snapshot_folder, uint32_t slurm_user);
  void WriteRecords(const std::string& path);

  ClusterSource* cluster_;
  std::string boot_;
  uint64_t sequence_ = 0;
  RecordChain chain_;
  std::map<uint32_t, Obstacle> obstacles_;  // by job, as first seen
  std::map<uint32_t, std::string> failed_;  // jobs that slurmctld refused to change, and why
  std::string lines_;                       // records that are not in the log yet
  std::unique_ptr<AppendFile> log_;
  std::string log_trouble_;
  RestoredJobs restored_;
  std::string restored_folder_;  // that has restored_'s version restored_version_
  uint64_t restored_version_ = 0;
  std::string restored_trouble_;
  std::string said_may_not_;
};

}  // namespace carbon

#endif  // SCARBOND_DELAY_WATCH_H_
