// What became of jobs, as Slurm's accounting has it, and what that means for the decisions about
// them. Runs sacct; blocks for as long as that takes, at most 15 seconds for each question, of
// which there is one for 5,000 jobs, and more where sacct does not manage that many.
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

// One record of sacct: a task, or what of an array still waits, from its submission or requeue to
// its end or next requeue. A job that shrinks has one for each of its sizes.
struct JobRun {
  std::string task;  // "17", "17_3", "17_[4-9]"
  uid_t user_id = 0;
  absl::Time submitted;             // or requeued
  std::optional<absl::Time> start;  // absent: it has not begun
  absl::Duration elapsed;
  std::string partition;
  bool has_ended = false;
};

// By job id, in the order printed.
using JobRuns = std::map<int64_t, std::vector<JobRun>>;

// What sacct does not show is not there, and nothing is where there is no accounting. `complain`
// gets a line where sacct has more to say than is read, or takes too long; what it said is there.
JobRuns AskWhatBecameOfJobs(const std::vector<int64_t>& job_ids,
                            const std::function<void(const std::string&)>& complain);

// The same of what `sacct --noheader --parsable2 --allocations --duplicates
// --format=JobID,UID,Submit,Start,ElapsedRaw,Partition,State,NodeList` printed, with times in
// seconds since 1970 (SLURM_TIME_FORMAT=%s). Other lines are ignored. Pure.
JobRuns ParseJobRuns(absl::string_view printed);

// Sets the fate of each decision of whose job something is known. The job is the one of that number
// and user that was submitted with the decision; any other is another job, as in the log of another
// cluster.
void AddFates(const JobRuns& runs, std::vector<LoggedDecision>* decisions);

// The numbers of the jobs for which AddFates wants to know.
std::vector<int64_t> JobsToAskFor(const std::vector<LoggedDecision>& decisions);

}  // namespace carbon

#endif  // CLI_LOG_JOB_FATES_H_
