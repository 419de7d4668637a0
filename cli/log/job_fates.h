// The fates of jobs as Slurm's accounting reports them, and what they mean for the decisions about
// the jobs. Runs sacct, and blocks meanwhile: at most 15 seconds for each question. There is one
// question for 5,000 jobs, or more if sacct does not manage that many.
#ifndef CLI_LOG_JOB_FATES_H_
#define CLI_LOG_JOB_FATES_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/log/logged_decision.h"

namespace carbon {

// One record of sacct: a task, or the waiting part of an array, from its submission or requeue to
// its end or next requeue. A job that shrinks has one record for each of its sizes.
struct JobRun {
  std::string task;  // "17", "17_3", "17_[4-9]"
  uid_t user_id = 0;
  absl::Time submitted;             // or requeued
  std::optional<absl::Time> start;  // absent: it has not begun
  absl::Duration elapsed;
  std::string partition;
  bool has_ended = false;
};

// The runs by job id, in the order printed.
using JobRuns = std::map<int64_t, std::vector<JobRun>>;

// Returns what sacct shows. Without accounting the result is empty. `is_complete`: it was asked for
// all of them, so that it does not know those that are missing. If sacct prints more than is read,
// or takes too long, `complain` gets a line, and the result has what sacct printed until then.
struct AskedRuns {
  JobRuns runs;
  bool is_complete = true;
};
AskedRuns AskWhatBecameOfJobs(const std::vector<int64_t>& job_ids,
                              const std::function<void(const std::string&)>& complain);

// Parses the output of `sacct --noheader --parsable2 --allocations --duplicates
// --format=JobID,UID,Submit,Start,ElapsedRaw,Partition,State,NodeList`, with times in seconds since
// 1970 (SLURM_TIME_FORMAT=%s). Ignores other lines. Pure.
JobRuns ParseJobRuns(absl::string_view printed);

// Whether what became of the decision's job is to be asked for: it has a number, a plan was chosen
// for it, and it is not known yet.
bool HasFateToAskFor(const LoggedDecision& decision);

// Sets the fate of a decision whose job is known. The job has the same number and user, and was
// submitted with the decision. Any other job is a different one, for example in the log of another
// cluster.
void AddFate(const JobRuns& runs, LoggedDecision* decision);
void AddFates(const JobRuns& runs, std::vector<LoggedDecision>* decisions);

// Returns the numbers of the jobs that AddFates needs.
std::vector<int64_t> JobsToAskFor(const std::vector<LoggedDecision>& decisions);

// Whether accounting will not say anything else: the job ended a day ago or earlier, and slurmctld,
// which could requeue it, has forgotten it.
bool IsFinal(const JobFate& fate, absl::Time now);

}  // namespace carbon

#endif  // CLI_LOG_JOB_FATES_H_
