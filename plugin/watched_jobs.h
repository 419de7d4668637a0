// The jobs that the watch looks at, read from slurmctld's queue, and given back to it. Includes
// Slurm's headers; everything beyond sees core/watch.h only.
#ifndef PLUGIN_WATCHED_JOBS_H_
#define PLUGIN_WATCHED_JOBS_H_

#include <slurm/slurm.h>

#include <optional>

#include "core/watch.h"

namespace carbon {

// The job as the watch sees it; absent where it does not wait, or without a promise of ours.
// `limit` is its time limit. Who holds or ties the job is for the caller to know.
std::optional<WatchedJob> ReadWatchedJob(const slurm_job_info_t& job, absl::Duration limit);

}  // namespace carbon

#endif  // PLUGIN_WATCHED_JOBS_H_
