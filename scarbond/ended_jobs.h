// Jobs that ended, as Slurm's accounting has them: what sacct is asked, and how its answer is read.
// Pure; no I/O.
#ifndef SCARBOND_ENDED_JOBS_H_
#define SCARBOND_ENDED_JOBS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/runtime/accounted_job.h"

namespace carbon {

// The command line that asks for the jobs of all users that ended in [from, to). sacct must have
// TZ=UTC and SLURM_TIME_FORMAT=%s in its environment.
std::vector<std::string> SacctCommand(absl::Time from, absl::Time to);

// Reads what it printed: the jobs that ended in [from, to), in the order in which they ended. Lines
// that are none of these are ignored, as are jobs without a time limit.
std::vector<AccountedJob> ParseAccountedJobs(absl::string_view printed, absl::Time from,
                                             absl::Time to);

}  // namespace carbon

#endif  // SCARBOND_ENDED_JOBS_H_
