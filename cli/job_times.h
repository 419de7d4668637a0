// How long jobs ran, as Slurm's accounting has it, and what that means for decisions that rest on a
// runtime which only the job's user stated. Runs sacct; blocks for as long as that takes, at most
// 15 seconds.
#ifndef CLI_JOB_TIMES_H_
#define CLI_JOB_TIMES_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/placement_log.h"

namespace carbon {

// By job id, of an array that of its longest task. What sacct does not show is not there; nothing
// is where there is no accounting.
std::map<int64_t, absl::Duration> AskHowLongJobsRan(const std::vector<int64_t>& job_ids);

// The same of what `sacct --noheader --parsable2 --allocations --format=JobID,ElapsedRaw` printed.
// A line that is none of that is passed over. Pure.
std::map<int64_t, absl::Duration> ParseElapsed(absl::string_view printed);

// Whether the decision rests on what its user said of the runtime: then the time limit bounds
// nothing of what was predicted.
bool RestsOnAStatedRuntime(const LogRecord& record);

// Whether one task of the job ran for longer than was stated: by more than a quarter and a minute,
// for nobody knows it to the second. What was predicted of the rest nobody knows.
bool RanLongerThanStated(const LogRecord& record, absl::Duration ran);

}  // namespace carbon

#endif  // CLI_JOB_TIMES_H_
