// DelayWatch restores the jobs for which the watch over placed jobs asks (core/decision/watch.h).
// It restores them through slurmctld, and records each in the placement log and in a file beside
// the snapshot (store/restored_jobs_file.h). Logs what it does, and what prevents it. Blocks on
// slurmctld and on the disk. One thread.
//
// The process may be killed at any moment. Before slurmctld is asked to restore a job, the disk has
// that this is about to happen. The next process then looks at the job and completes the records. A
// record may be in the log twice, but it is never missing. If the file cannot be written, jobs are
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
  // `cluster` must outlive this object.
  explicit DelayWatch(ClusterSource* cluster);

  // Reads which jobs earlier processes have restored. If that cannot be read, logs why.
  void Load(const std::string& snapshot_folder);
  // The jobs that were restored, for the next look.
  const RestoredJobs& restored() const { return restored_; }

  // Checks every job of the look, and restores those that must be restored. Returns the time at
  // which all were watched over, which is the look's time. Absent if that was not possible, because
  // a right is missing or because slurmctld did not answer. `period` is the time to the next look.
  std::optional<absl::Time> Act(const ClusterLook& look, const Config& config, absl::Time now,
                                absl::Duration period);

 private:
  // Returns the jobs, each with the time since when its obstacle has been seen.
  std::vector<WatchedJob> NoteObstacles(std::vector<WatchedJob> jobs, absl::Time now);
  JobRestore WithoutOthersGroups(JobRestore restore) const;
  // Returns those of `found` that leave the job a partition that its user may use.
  std::vector<JobRestore> Allowed(std::vector<JobRestore> found);
  absl::Status Restore(const JobRestore& restore, absl::Time now);
  void Record(const JobRestore& restore, absl::Time now, const std::string& error);
  // Writes the file of restored jobs if it differs from what the folder has.
  void WriteRestored(const std::string& snapshot_folder, uint32_t slurm_user);
  void WriteRecords(const std::string& path);

  ClusterSource* cluster_;
  std::string boot_;
  uint64_t sequence_ = 0;
  RecordChain chain_;
  std::map<uint32_t, Obstacle> obstacles_;  // by job, as first seen
  std::map<uint32_t, std::string> failed_;  // jobs that slurmctld refused to change, and why
  std::string lines_;                       // records that are yet to be appended to the log
  std::unique_ptr<AppendFile> log_;
  std::string log_trouble_;
  RestoredJobs restored_;
  // The folder that has the file of restored jobs, and the version of restored_ that it has.
  std::string restored_folder_;
  uint64_t restored_version_ = 0;
  std::string restored_trouble_;
  std::string said_may_not_;
};

}  // namespace carbon

#endif  // SCARBOND_DELAY_WATCH_H_
