#include "scarbond/runtime_history.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/decision/runtime_keys.h"

namespace carbon {
namespace {

// What is asked for at once: less where the answer is too long, more where it is short.
constexpr absl::Duration kFirstSlice = absl::Hours(24), kMaxSlice = absl::Hours(24 * 30),
                         kMinSlice = absl::Minutes(1);
// slurmctld shows a job for a while after it ended (MinJobAge, five minutes by default).
constexpr absl::Duration kNotedFor = absl::Hours(24);

}  // namespace

RuntimeHistory::RuntimeHistory(Options options)
    : options_(std::move(options)), slice_(kFirstSlice) {}

void RuntimeHistory::Advance(absl::Time now, const Seal* seal) {
  if (seal == nullptr) return;
  if (!Knows(*seal)) {
    seal_probe_ = ProbeOf(*seal);
    learner_ = RuntimeLearner();
    read_to_.reset();
    program_ = nullptr;
    due_ = absl::InfinitePast();
    is_caught_up_ = has_news_ = is_without_accounting_ = false;
    noted_.clear();
  }
  if (program_ != nullptr) {
    if (!program_->Look(now)) return;
    TakeAnswer(now, *seal);
  }
  // A clock that was set back must not put it off.
  if (now >= due_ || due_ - now > options_.period) Ask(now);
}

void RuntimeHistory::Ask(absl::Time now) {
  const absl::Time newest = absl::FromUnixSeconds(absl::ToUnixSeconds(now - options_.lag));
  asked_from_ = read_to_.value_or(newest - options_.span);
  if (asked_from_ >= newest) {
    due_ = now + options_.period;
    return;
  }
  asked_to_ = std::min(asked_from_ + slice_, newest);
  is_asked_to_now_ = asked_to_ == newest;
  std::vector<std::string> command = SacctCommand(asked_from_, asked_to_);
  if (!options_.sacct.empty()) command[0] = options_.sacct;
  absl::StatusOr<std::unique_ptr<BackgroundProgram>> program =
      BackgroundProgram::Start(command, {"TZ=UTC", "SLURM_TIME_FORMAT=%s"}, options_.program, now);
  if (!program.ok()) return TryLater(now, program.status());
  program_ = *std::move(program);
}

void RuntimeHistory::TakeAnswer(absl::Time now, const Seal& seal) {
  const absl::StatusOr<std::string> printed = program_->TakeOutput();
  program_ = nullptr;
  const bool is_too_long = absl::IsResourceExhausted(printed.status());
  if ((is_too_long || absl::IsDeadlineExceeded(printed.status())) && slice_ > kMinSlice) {
    slice_ = std::max(kMinSlice, slice_ / 2);
    due_ = now;
    return;
  }
  if (!printed.ok() && !is_too_long) return TryLater(now, printed.status());
  if (is_without_accounting_) {
    // What looks showed is in accounting too.
    learner_ = RuntimeLearner();
    noted_.clear();
    is_without_accounting_ = false;
  }
  if (printed.ok()) {
    trouble_.clear();
    for (const AccountedJob& job : ParseAccountedJobs(*printed, asked_from_, asked_to_)) {
      Learn(job, seal);
    }
    if (printed->size() < options_.program.max_bytes / 4) slice_ = std::min(kMaxSlice, slice_ * 2);
  } else {
    // A minute with that many jobs is left out, rather than all that comes after it.
    trouble_ = absl::StrCat("sacct: ", printed.status().message());
  }
  read_to_ = asked_to_;
  is_caught_up_ = is_asked_to_now_;
  due_ = is_caught_up_ ? now + options_.period : now;
}

void RuntimeHistory::TryLater(absl::Time now, const absl::Status& why) {
  trouble_ = absl::StrCat("sacct: ", why.message());
  due_ = now + options_.retry;
  // What accounting said before is not mixed with what looks show: jobs would count twice.
  is_without_accounting_ = !read_to_.has_value();
}

void RuntimeHistory::Learn(const AccountedJob& job, const Seal& seal) {
  learner_.Learn({.keys = RuntimeKeysOf(job.user_id, job.account, job.name, seal),
                  .end = job.end,
                  .ran = job.ran,
                  .limit = job.limit});
  has_news_ = true;
}

void RuntimeHistory::NoteEnded(const std::vector<AccountedJob>& jobs, const Seal* seal) {
  if (!is_without_accounting_ || seal == nullptr || !Knows(*seal)) return;
  std::vector<AccountedJob> in_order = jobs;
  std::sort(in_order.begin(), in_order.end(), [](const AccountedJob& a, const AccountedJob& b) {
    return std::pair(a.end, a.job_id) < std::pair(b.end, b.job_id);
  });
  for (const AccountedJob& job : in_order) {
    if (noted_.emplace(job.end, job.job_id).second) Learn(job, *seal);
  }
  while (!noted_.empty() && noted_.begin()->first < noted_.rbegin()->first - kNotedFor) {
    noted_.erase(noted_.begin());
  }
}

std::optional<LearntRuntimes> RuntimeHistory::TakeLearnt(absl::Time now) {
  if (!has_news_ || !(is_caught_up_ || is_without_accounting_)) return std::nullopt;
  const bool is_soon = now >= taken_at_ && now - taken_at_ < options_.retry;
  if (is_without_accounting_ && is_soon) return std::nullopt;
  has_news_ = false;
  taken_at_ = now;
  return learner_.Learnt();
}

}  // namespace carbon
