// The runs of jobs as Slurm's accounting has them, with what each was given and what was measured
// of its energy. Runs sacct, and blocks meanwhile: at most 15 seconds for each question. There is
// one question for 5,000 jobs (2,000 with their steps), or more if sacct does not manage that many.
#ifndef CLI_OUTCOME_ACCOUNTED_JOBS_H_
#define CLI_OUTCOME_ACCOUNTED_JOBS_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/outcome/ran_job.h"

namespace carbon {

// One record of an allocation: a task, or the waiting part of an array, from its submission or
// requeue to its end or next requeue. A job that shrinks has one record for each of its sizes.
struct AccountedRun {
  uid_t user_id = 0;
  bool has_started = false;
  bool has_ended = false;
  ActualRun run;  // of one that has not started: the task, the submission, partition and state
};

// The runs by job id, in the order printed.
using AccountedRuns = std::map<int64_t, std::vector<AccountedRun>>;

// Parses the output of `sacct --noheader --parsable2 --duplicates --format=JobID,UID,Submit,Start,
// ElapsedRaw,Partition,State,NodeList,NNodes,AllocTRES,ConsumedEnergyRaw,JobIDRaw`, with times in
// seconds since 1970 (SLURM_TIME_FORMAT=%s). JobIDRaw may be missing. The records of an
// allocation's steps follow it. Ignores other lines. Pure.
//
// The energy of a run is that of its step "extern" (PrologFlags=contain), which spans all of its
// nodes for all of its time, or of its batch step if it had one node. Other steps overlap these.
AccountedRuns ParseAccountedRuns(absl::string_view printed);

enum class RunDetail {
  kAllocations,  // without energy
  kWithEnergy,   // accounting has it with the steps, of which there are many
};

// Returns what sacct shows. If it prints more than is read, takes too long or fails, the result has
// what it printed until then.
struct AskedRuns {
  AccountedRuns runs;
  absl::Status status;  // if it is ok, accounting does not know the jobs that are missing
};
AskedRuns AskForRuns(const std::vector<int64_t>& job_ids, RunDetail detail);

// Returns a line for the user: that it is not known what became of the jobs, and why.
std::string UnknownRunsText(const absl::Status& asked);

// Whether accounting has an answer that is too much, or takes too long. Otherwise there may be no
// accounting, or no Slurm.
bool IsTooMuch(const absl::Status& asked);

// Returns the job that was submitted with a decision: it has the decision's user, and one of its
// records was submitted at the time of the decision. Any other job of the number is a different
// one. Absent: there is none.
std::optional<RanJob> JobSubmittedWith(absl::Time decided, uid_t user_id,
                                       const std::vector<AccountedRun>& runs);

}  // namespace carbon

#endif  // CLI_OUTCOME_ACCOUNTED_JOBS_H_
