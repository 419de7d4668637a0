// What the runs of jobs, as Slurm's accounting reports them, mean for the decisions about the jobs.
// Pure.
#ifndef CLI_LOG_JOB_FATES_H_
#define CLI_LOG_JOB_FATES_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "cli/log/logged_decision.h"
#include "cli/outcome/accounted_jobs.h"

namespace carbon {

// Whether what became of the decision's job is to be asked for: it has a number, a plan was chosen
// for it, and it is not known yet.
bool HasFateToAskFor(const LoggedDecision& decision);

// Sets the fate of a decision whose job is known (JobSubmittedWith).
void AddFate(const AccountedRuns& runs, LoggedDecision* decision);

// Returns the numbers of the jobs that AddFate() needs; with `for_outcomes`, those of all jobs.
std::vector<int64_t> JobsToAskFor(const std::vector<LoggedDecision>& decisions,
                                  bool for_outcomes = false);

// Whether accounting will not say anything else: the job ended a day ago or earlier, and slurmctld,
// which could requeue it, has forgotten it.
bool IsFinal(const JobFate& fate, absl::Time now);

}  // namespace carbon

#endif  // CLI_LOG_JOB_FATES_H_
