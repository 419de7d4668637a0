// The jobs that the watch looks at, read from slurmctld's queue, and given back to it. Includes
// Slurm's headers; everything beyond sees core/decision/watch.h only.
#ifndef PLUGIN_CLIENT_WATCHED_JOBS_H_
#define PLUGIN_CLIENT_WATCHED_JOBS_H_

#include <slurm/slurm.h>

#include <optional>

#include "core/decision/admin_comment.h"
#include "core/decision/watch.h"

namespace carbon {

// The job with the `mark` in its AdminComment, as the watch sees it; absent where it does not wait,
// where the mark promises nothing, and where somebody holds it or it depends on something. One that
// slurmctld itself holds for its obstacle is there. `limit` is its time limit.
std::optional<WatchedJob> ReadWatchedJob(const slurm_job_info_t& job, const CarbonMark& mark,
                                         absl::Duration limit);

// What the job waits for, by Slurm's job_state_reason; absent where that is no obstacle.
std::optional<Obstacle> ObstacleOf(uint32_t state_reason);

// Whether the job cannot start, by Slurm's job_state_reason, before somebody changes it or a limit:
// it asks for more than its partition, QOS or association gives to any one job. Limits that other
// jobs use up as well pass.
bool CannotStart(uint32_t state_reason);

// Whether its user gave it a nice value above zero: it waits behind others.
inline bool IsNice(const slurm_job_info_t& job) {
  return job.nice != NO_VAL && job.nice > NICE_OFFSET;
}

// Whether the job waits for its turn, rather than for somebody to release it or for other jobs.
bool IsInLine(const slurm_job_info_t& job);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_WATCHED_JOBS_H_
