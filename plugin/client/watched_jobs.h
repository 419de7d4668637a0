// Reads the jobs of the watch from slurmctld's queue. Includes Slurm's headers; other code sees
// only core/decision/watch.h.
#ifndef PLUGIN_CLIENT_WATCHED_JOBS_H_
#define PLUGIN_CLIENT_WATCHED_JOBS_H_

#include <slurm/slurm.h>

#include <optional>

#include "core/decision/admin_comment.h"
#include "core/decision/restored_jobs.h"
#include "core/decision/watch.h"

namespace carbon {

// Returns the job with the `mark` in its AdminComment, as the watch sees it. Absent if it does not
// wait, if the mark does not say that it was placed, and if somebody holds it or it depends on
// something. A job that slurmctld itself holds for its obstacle is returned. `limit` is its time
// limit. newest_task is left at 0.
std::optional<WatchedJob> ReadWatchedJob(const slurm_job_info_t& job, const CarbonMark& mark,
                                         absl::Duration limit);

// Returns the state of the same job by which core/decision/restored_jobs.h recognises whether it
// has been restored.
MarkedJobState ReadMarkedJobState(const slurm_job_info_t& job, const CarbonMark& mark,
                                  absl::Duration limit);

// Returns what the job waits for, by Slurm's job_state_reason; absent if that is not an obstacle.
std::optional<Obstacle> ObstacleOf(uint32_t state_reason);

// Returns whether the job, by Slurm's job_state_reason, cannot start before somebody changes it or
// a limit: it asks for more than its partition, QOS or association gives to any one job. Limits
// that other jobs use up do not count, because they pass.
bool CannotStart(uint32_t state_reason);

// Returns whether its user gave it a nice value above zero: it waits behind others.
inline bool IsNice(const slurm_job_info_t& job) {
  return job.nice != NO_VAL && job.nice > NICE_OFFSET;
}

// Returns whether the job waits for its turn, rather than for somebody to release it or for other
// jobs.
bool IsInLine(const slurm_job_info_t& job);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_WATCHED_JOBS_H_
