#include "cli/outcome/accounted_jobs.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/process/child_process.h"

namespace carbon {
namespace {

// A command line allows more; these numbers are safe everywhere.
constexpr size_t kMaxAtOnce = 5000, kMaxAtOnceWithSteps = 2000;
// The plugin decides before slurmctld notes the submission's time, in whole seconds. The clocks of
// two machines differ, and an overloaded machine is slow.
constexpr absl::Duration kBefore = absl::Minutes(1), kAfter = absl::Minutes(10);

// The last may be missing.
constexpr size_t kFields = 12;
enum Field {
  kJobId,
  kUid,
  kSubmit,
  kStart,
  kElapsed,
  kPartition,
  kState,
  kNodes,
  kNNodes,
  kTres,
  kEnergy,
  kOwnId
};

// Whether these are seconds since 1970, or of a run, that can be.
bool IsTime(int64_t seconds) { return seconds >= 0 && seconds < int64_t{1} << 33; }

// Returns true for the states in which sacct's record ends: the job ended, or another record began.
bool IsEnd(absl::string_view state) {
  for (const char* end :
       {"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY",
        "PREEMPTED", "REQUEUED", "RESIZING", "REVOKED", "TIMEOUT"}) {
    if (state == end) return true;
  }
  return false;
}

// Reads counts of "billing=8,cpu=8,gres/gpu=2,gres/gpu:h100=2,mem=64G,node=1".
void ReadTres(absl::string_view tres, ActualRun* run) {
  std::optional<int64_t> of_types;
  for (absl::string_view one : absl::StrSplit(tres, ',', absl::SkipEmpty())) {
    const size_t equals = one.find('=');
    int64_t count = 0;
    if (equals == one.npos || !absl::SimpleAtoi(one.substr(equals + 1), &count) || count < 0) {
      continue;
    }
    const absl::string_view name = one.substr(0, equals);
    if (name == "cpu") run->cpus = count;
    if (name == "gres/gpu") run->devices = count;
    if (absl::StartsWith(name, "gres/gpu:")) of_types = of_types.value_or(0) + count;
  }
  if (!run->devices.has_value()) run->devices = of_types;
}

// What the steps of one allocation consumed.
struct Steps {
  std::optional<double> external, batch;
};

std::optional<double> EnergyOf(const Steps& steps, const ActualRun& run) {
  // A release without energy of the extern step reports 0 for it.
  if (steps.external.value_or(0) > 0) return steps.external;
  if (run.nodes == 1 && steps.batch.has_value()) return steps.batch;
  return steps.external;
}

class Parser {
 public:
  void Add(const std::vector<absl::string_view>& fields) {
    const absl::string_view id = fields[kJobId];
    if (const size_t dot = id.find('.'); dot != id.npos) {
      if (allocation_ == nullptr || allocation_->run.task != id.substr(0, dot)) return;
      AddStep(id.substr(dot + 1), fields[kEnergy]);
      return;
    }
    Finish();
    int64_t job_id = 0, submitted = 0, start = 0, seconds = 0, nodes = 0;
    AccountedRun run;
    // "17_3" is a task of an array, "17_[4-9]" are its waiting tasks, "17+1" is a component.
    if (!absl::SimpleAtoi(id.substr(0, id.find_first_of("_+")), &job_id) ||
        !absl::SimpleAtoi(fields[kUid], &run.user_id) ||
        !absl::SimpleAtoi(fields[kSubmit], &submitted) || !IsTime(submitted) ||
        !absl::SimpleAtoi(fields[kElapsed], &seconds) || !IsTime(seconds)) {
      return;
    }
    run.run.task = std::string(id);
    run.run.own_id = OwnId(fields, job_id);
    run.run.submitted = absl::FromUnixSeconds(submitted);
    run.run.partition = std::string(fields[kPartition]);
    run.run.state = std::string(fields[kState].substr(0, fields[kState].find(' ')));
    run.has_ended = IsEnd(run.run.state);
    // A job that was cancelled while it waited has a start, but no nodes: "None assigned".
    const bool has_nodes = !fields[kNodes].empty() && !absl::StartsWith(fields[kNodes], "None");
    if (has_nodes && absl::SimpleAtoi(fields[kStart], &start) && IsTime(start)) {
      run.has_started = true;
      run.run.start = absl::FromUnixSeconds(start);
      run.run.end = run.run.start + absl::Seconds(seconds);
      if (absl::SimpleAtoi(fields[kNNodes], &nodes) && nodes > 0) run.run.nodes = nodes;
      ReadTres(fields[kTres], &run.run);
    }
    std::vector<AccountedRun>& runs = all_[job_id];
    runs.push_back(std::move(run));
    allocation_ = &runs.back();
  }

  AccountedRuns Take() {
    Finish();
    return std::move(all_);
  }

 private:
  // The number of one task of an array is not that of the array.
  static std::optional<int64_t> OwnId(const std::vector<absl::string_view>& fields,
                                      int64_t job_id) {
    int64_t own_id = 0;
    if (fields.size() > kOwnId && absl::SimpleAtoi(fields[kOwnId], &own_id)) return own_id;
    if (fields[kJobId].find_first_of("_+") != absl::string_view::npos) return std::nullopt;
    return job_id;
  }

  void AddStep(absl::string_view step, absl::string_view energy) {
    double joules = 0;
    if (!absl::SimpleAtod(energy, &joules) || !std::isfinite(joules) || joules < 0) return;
    if (step == "extern") steps_.external = joules;
    if (step == "batch") steps_.batch = joules;
  }

  void Finish() {
    if (allocation_ != nullptr && allocation_->has_started) {
      allocation_->run.joules = EnergyOf(steps_, allocation_->run);
    }
    allocation_ = nullptr;
    steps_ = {};
  }

  AccountedRuns all_;
  AccountedRun* allocation_ = nullptr;  // whose steps follow
  Steps steps_;
};

// Asks for some of the jobs. If sacct does not manage all at once, asks for each half.
absl::Status Ask(const std::vector<int64_t>& job_ids, RunDetail detail, AccountedRuns* all) {
  std::vector<std::string> command = {
      "env",
      "SLURM_TIME_FORMAT=%s",
      "sacct",
      "--noheader",
      "--parsable2",
      "--duplicates",
      "--allusers",
      "--format=JobID,UID,Submit,Start,ElapsedRaw,Partition,State,NodeList,NNodes,AllocTRES,"
      "ConsumedEnergyRaw,JobIDRaw"};
  if (detail == RunDetail::kAllocations) command.push_back("--allocations");
  command.push_back(absl::StrCat("--jobs=", absl::StrJoin(job_ids, ",")));
  const absl::StatusOr<std::string> printed = RunProgram(command);
  if (printed.ok()) {
    all->merge(ParseAccountedRuns(*printed));
    return absl::OkStatus();
  }
  if (!IsTooMuch(printed.status()) || job_ids.size() < 2) return printed.status();
  const auto middle = job_ids.begin() + static_cast<std::ptrdiff_t>(job_ids.size() / 2);
  absl::Status first = Ask({job_ids.begin(), middle}, detail, all);
  // A sacct that does not answer in time is not asked again.
  if (absl::IsDeadlineExceeded(first)) return first;
  first.Update(Ask({middle, job_ids.end()}, detail, all));
  return first;
}

}  // namespace

AccountedRuns ParseAccountedRuns(absl::string_view printed) {
  Parser parser;
  for (absl::string_view line : absl::StrSplit(printed, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '|');
    if (fields.size() == kFields || fields.size() == kFields - 1) parser.Add(fields);
  }
  return parser.Take();
}

std::string UnknownRunsText(const absl::Status& asked) {
  return absl::StrCat("sacct: ", asked.message(),
                      ": without accounting it is not known what became of the jobs");
}

bool IsTooMuch(const absl::Status& asked) {
  return absl::IsDeadlineExceeded(asked) || absl::IsResourceExhausted(asked);
}

AskedRuns AskForRuns(const std::vector<int64_t>& job_ids, RunDetail detail) {
  AskedRuns asked;
  const size_t at_once = detail == RunDetail::kWithEnergy ? kMaxAtOnceWithSteps : kMaxAtOnce;
  for (size_t i = 0; i < job_ids.size() && asked.status.ok(); i += at_once) {
    const auto begin = job_ids.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end =
        job_ids.begin() + static_cast<std::ptrdiff_t>(std::min(i + at_once, job_ids.size()));
    asked.status = Ask({begin, end}, detail, &asked.runs);
  }
  return asked;
}

std::optional<RanJob> JobSubmittedWith(absl::Time decided, uid_t user_id,
                                       const std::vector<AccountedRun>& runs) {
  if (decided == absl::InfinitePast()) return std::nullopt;
  RanJob job = {.has_ended = true};
  bool has_first = false;
  for (const AccountedRun& run : runs) {
    if (run.user_id != user_id || run.run.submitted < decided - kBefore) continue;
    has_first = has_first || run.run.submitted <= decided + kAfter;
    job.has_ended = job.has_ended && run.has_ended;
    job.submitted = std::min(job.submitted.value_or(absl::InfiniteFuture()), run.run.submitted);
    if (run.has_started) job.runs.push_back(run.run);
  }
  if (!has_first) return std::nullopt;
  std::stable_sort(job.runs.begin(), job.runs.end(),
                   [](const ActualRun& a, const ActualRun& b) { return a.start < b.start; });
  return job;
}

}  // namespace carbon
