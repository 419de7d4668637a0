// The jobs of the queue that scarbond has restored: each has again what it had asked for, so that
// the promise in its AdminComment (core/decision/admin_comment.h) no longer counts. The mark stays
// as it is, because only Slurm's administrators may change an AdminComment.
//
// A restore has two steps, because scarbond may be killed at any moment: it is asked for (Ask, to
// be kept on the disk before slurmctld is asked), and it is done (Done). Where the second is
// missing, the next look decides by the job's own begin, partition, and time limit.
//
// A lost entry does little harm. Its job is watched by its promise once more. If the job's
// partition is another one, or its begin is in the future, the watch leaves it alone
// (core/decision/watch.h). Otherwise it may be restored once more, to what it has already.
//
// Pure; not thread-safe.
#ifndef CORE_DECISION_RESTORED_JOBS_H_
#define CORE_DECISION_RESTORED_JOBS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/decision/watch.h"

namespace carbon {

struct RestoredJob {
  // Once it is done, only the job's id, newest_task, and the decision's id are kept.
  JobRestore restore;
  absl::Time asked_at;
  bool is_done = false;  // false: whether slurmctld did it is not known yet
};

// A job of the queue with the mark of a decision, as it is now.
struct MarkedJobState {
  uint32_t job_id = 0;
  std::string decision_id;
  std::string partitions;  // in Slurm's words, separated by commas
  absl::Time begin;
  absl::Duration limit;
  bool waits = false;
  absl::Time started;  // if it no longer waits
};

class RestoredJobs {
 public:
  // Takes what was kept. If there are several entries for one job, the last counts.
  explicit RestoredJobs(std::vector<RestoredJob> jobs = {});

  // Whether a job of this decision was restored or may have been: IsRestored and Note need to know
  // the states of such jobs only.
  bool Knows(absl::string_view decision_id) const;

  // Whether the job has been restored. A task of an array counts as restored with the array if it
  // was split off later. If the restore was asked for and not answered: whether the job is as the
  // restore would have made it.
  bool IsRestored(const MarkedJobState& job) const;

  // Takes the states of all jobs of the queue whose decisions it knows. Settles restores that were
  // asked for, and returns those that turn out to be done. Forgets jobs that are gone or were not
  // restored.
  std::vector<RestoredJob> Note(const std::vector<MarkedJobState>& jobs);

  void Ask(JobRestore restore, absl::Time now);
  // slurmctld has done what was asked for, or refused it.
  void Done(const JobRestore& restore);
  void Refused(const JobRestore& restore);

  // In order of decision and job.
  std::vector<RestoredJob> All() const;
  // The number of changes so far.
  uint64_t version() const { return version_; }

 private:
  using Key = std::pair<std::string, uint32_t>;  // decision, job

  const RestoredJob* Find(const MarkedJobState& job) const;
  void Settle(RestoredJob* job);

  std::map<Key, RestoredJob> jobs_;
  uint64_t version_ = 0;
};

}  // namespace carbon

#endif  // CORE_DECISION_RESTORED_JOBS_H_
