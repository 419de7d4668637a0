// The line that a user reads from sbatch, salloc or srun about a decision. Pure.
#ifndef CORE_RECORD_USER_MESSAGE_H_
#define CORE_RECORD_USER_MESSAGE_H_

#include <string>

#include "absl/time/time.h"
#include "core/decision/decision.h"

namespace carbon {

// Returns the line, without a newline; empty if there is nothing to say, or if the policy does not
// want it (Notice, core/config/policy.h). It is worded as a plan, because sbatch also prints it if
// Slurm refuses the job later. Times are in `zone`.
std::string UserMessage(const Decision& decision, absl::Time now, absl::TimeZone zone);

}  // namespace carbon

#endif  // CORE_RECORD_USER_MESSAGE_H_
