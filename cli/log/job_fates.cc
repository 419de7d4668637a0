#include "cli/log/job_fates.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/process/child_process.h"
#include "core/record/decision_summary.h"

namespace carbon {
namespace {

// A command line allows more; this number is safe everywhere.
constexpr size_t kMaxAtOnce = 5000;
// The plugin decides before slurmctld notes the submission's time, in whole seconds. The clocks of
// two machines differ, and an overloaded machine is slow.
constexpr absl::Duration kBefore = absl::Minutes(1), kAfter = absl::Minutes(10);
// A start earlier than this is in another hour of the grid.
constexpr absl::Duration kEarly = absl::Minutes(5);

// Returns true for the states in which sacct's record ends: the job ended, or another record began.
// Example: "CANCELLED by 1000".
bool IsEnd(absl::string_view state) {
  for (const char* end :
       {"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY",
        "PREEMPTED", "REQUEUED", "RESIZING", "REVOKED", "TIMEOUT"}) {
    if (state.substr(0, state.find(' ')) == end) return true;
  }
  return false;
}

// How long one task of the job was predicted to run; zero: the record does not say.
absl::Duration PredictedRun(const PlanSummary& chosen) {
  const absl::Duration predicted = chosen.task_runtime;
  return predicted == absl::InfiniteDuration() ? absl::ZeroDuration() : predicted;
}

// A run counts as longer from a quarter and a minute on, because no user knows the runtime exactly.
// If the runtime does not come from the user, it is the time limit.
bool RanLongerThanStated(const DecisionSummary& decision, absl::Duration ran) {
  const std::string& source = decision.runtime_source;
  return (source == "hint" || source == "flops") &&
         ran > PredictedRun(*decision.chosen) * 1.25 + absl::Minutes(1);
}

// Only jobs that a decision moved, and that scarbond did not restore, were to run as planned.
bool IsInForce(const LoggedDecision& decision) {
  return decision.summary.outcome == Outcome::kPlaced && decision.summary.mode != Mode::kShadow &&
         !decision.returned.has_value();
}

// Returns the runs of the job that the decision is about: all records from the one that was
// submitted with the decision.
std::vector<const JobRun*> RunsOf(const DecisionSummary& decision,
                                  const std::vector<JobRun>& runs) {
  std::vector<const JobRun*> of;
  if (decision.time == absl::InfinitePast()) return of;
  bool has_first = false;
  for (const JobRun& run : runs) {
    if (run.user_id != decision.user_id || run.submitted < decision.time - kBefore) continue;
    of.push_back(&run);
    has_first = has_first || run.submitted <= decision.time + kAfter;
  }
  if (!has_first) of.clear();
  return of;
}

JobFate FateOf(const LoggedDecision& decision, const std::vector<const JobRun*>& runs) {
  const PlanSummary& chosen = *decision.chosen();
  JobFate fate;
  std::map<std::string, absl::Duration> ran;  // by task
  absl::Time start = absl::InfiniteFuture();
  absl::Duration total;
  fate.has_ended = true;
  for (const JobRun* run : runs) {
    fate.has_ended = fate.has_ended && run->has_ended;
    fate.ended = std::max(fate.ended, run->start.value_or(run->submitted) + run->elapsed);
    if (!run->start.has_value()) continue;
    absl::Duration& task = ran[run->task];
    task += run->elapsed;
    fate.ran = std::max(fate.ran, task);
    total += run->elapsed;
    start = std::min(start, *run->start);
    fate.ran_elsewhere.insert(run->partition);
  }
  const auto tasks =
      static_cast<double>(std::max<int64_t>(1, decision.summary.array_tasks.value_or(1)));
  const absl::Duration predicted = PredictedRun(chosen) * tasks;
  if (predicted > absl::ZeroDuration()) fate.ran_share = absl::FDivDuration(total, predicted);
  fate.never_ran = fate.has_ended && ran.empty();
  // Starts are whole seconds, so one may seem to be before the submission.
  if (!ran.empty()) {
    fate.waited = std::max(start - decision.summary.time, absl::ZeroDuration());
  }
  if (IsInForce(decision)) {
    for (const absl::string_view planned : NamesIn(chosen.partition)) {
      fate.ran_elsewhere.erase(std::string(planned));
    }
    // The planned start is the job's BeginTime: only who changed that has it start before.
    fate.ran_earlier = chosen.start != absl::InfinitePast() && start < chosen.start - kEarly;
  } else {
    fate.ran_elsewhere.clear();
  }
  fate.ran_longer = RanLongerThanStated(decision.summary, fate.ran);
  return fate;
}

bool IsTooMuch(const absl::Status& status) {
  return absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

// Asks for some of the jobs. If sacct does not manage all at once, asks for each half.
absl::Status Ask(const std::vector<int64_t>& job_ids, JobRuns* all) {
  const absl::StatusOr<std::string> printed =
      RunProgram({"env", "SLURM_TIME_FORMAT=%s", "sacct", "--noheader", "--parsable2",
                  "--allocations", "--duplicates", "--allusers",
                  "--format=JobID,UID,Submit,Start,ElapsedRaw,Partition,State,NodeList",
                  absl::StrCat("--jobs=", absl::StrJoin(job_ids, ","))});
  if (printed.ok()) {
    all->merge(ParseJobRuns(*printed));
    return absl::OkStatus();
  }
  if (!IsTooMuch(printed.status()) || job_ids.size() < 2) return printed.status();
  const auto middle = job_ids.begin() + static_cast<std::ptrdiff_t>(job_ids.size() / 2);
  absl::Status first = Ask({job_ids.begin(), middle}, all);
  // A sacct that does not answer in time is not asked again.
  if (absl::IsDeadlineExceeded(first)) return first;
  first.Update(Ask({middle, job_ids.end()}, all));
  return first;
}

}  // namespace

JobRuns ParseJobRuns(absl::string_view printed) {
  JobRuns all;
  for (absl::string_view line : absl::StrSplit(printed, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '|');
    int64_t job_id = 0, submitted = 0, start = 0, seconds = 0;
    JobRun run;
    // "17_3" is a task of an array, "17_[4-9]" are its waiting tasks, "17+1" is a component.
    if (fields.size() != 8 ||
        !absl::SimpleAtoi(fields[0].substr(0, fields[0].find_first_of("_+")), &job_id) ||
        !absl::SimpleAtoi(fields[1], &run.user_id) || !absl::SimpleAtoi(fields[2], &submitted) ||
        !absl::SimpleAtoi(fields[4], &seconds) || seconds < 0) {
      continue;
    }
    run.task = std::string(fields[0]);
    run.submitted = absl::FromUnixSeconds(submitted);
    run.elapsed = absl::Seconds(seconds);
    run.partition = std::string(fields[5]);
    run.has_ended = IsEnd(fields[6]);
    // A job that was cancelled while it waited has a start, but no nodes: "None assigned".
    const bool has_nodes = !fields[7].empty() && !absl::StartsWith(fields[7], "None");
    if (has_nodes && absl::SimpleAtoi(fields[3], &start)) run.start = absl::FromUnixSeconds(start);
    all[job_id].push_back(std::move(run));
  }
  return all;
}

AskedRuns AskWhatBecameOfJobs(const std::vector<int64_t>& job_ids,
                              const std::function<void(const std::string&)>& complain) {
  AskedRuns asked_runs;
  for (size_t i = 0; i < job_ids.size(); i += kMaxAtOnce) {
    const auto begin = job_ids.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end =
        job_ids.begin() + static_cast<std::ptrdiff_t>(std::min(i + kMaxAtOnce, job_ids.size()));
    const absl::Status asked = Ask({begin, end}, &asked_runs.runs);
    if (asked.ok()) continue;
    asked_runs.is_complete = false;
    // It is not a problem if Slurm keeps no accounts, or if there is no Slurm.
    if (IsTooMuch(asked)) complain(absl::StrCat("sacct: ", asked.message()));
    break;
  }
  return asked_runs;
}

bool HasFateToAskFor(const LoggedDecision& decision) {
  return decision.job_id.has_value() && decision.chosen().has_value() && !decision.fate.has_value();
}

std::vector<int64_t> JobsToAskFor(const std::vector<LoggedDecision>& decisions) {
  std::set<int64_t> job_ids;
  for (const LoggedDecision& decision : decisions) {
    if (HasFateToAskFor(decision)) job_ids.insert(*decision.job_id);
  }
  return {job_ids.begin(), job_ids.end()};
}

void AddFate(const JobRuns& runs, LoggedDecision* decision) {
  if (!HasFateToAskFor(*decision)) return;
  const auto found = runs.find(*decision->job_id);
  if (found == runs.end()) return;
  const std::vector<const JobRun*> of = RunsOf(decision->summary, found->second);
  if (!of.empty()) decision->fate = FateOf(*decision, of);
}

bool IsFinal(const JobFate& fate, absl::Time now) {
  return fate.has_ended && fate.ended < now - absl::Hours(24);
}

void AddFates(const JobRuns& runs, std::vector<LoggedDecision>* decisions) {
  for (LoggedDecision& decision : *decisions) AddFate(runs, &decision);
}

}  // namespace carbon
