#include "replay/known_runtimes.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

// scarbond asks accounting once an hour.
constexpr absl::Duration kPeriod = absl::Hours(1);
// An exact runtime of less than this share of the limit is taken for it.
constexpr double kMinShare = 1e-6;

constexpr RuntimeKnowledge kAll[] = {RuntimeKnowledge::kConfigured, RuntimeKnowledge::kLimit,
                                     RuntimeKnowledge::kLearnt, RuntimeKnowledge::kExact};

RuntimeKeys KeysOf(const TraceJob& job) {
  RuntimeKeys keys;
  if (job.account != 0) keys.account = absl::StrCat(job.account);
  keys.user = absl::StrCat(job.user_id);
  if (job.name != 0) keys.name = absl::StrCat(job.user_id, " ", job.name);
  return keys;
}

}  // namespace

absl::string_view RuntimeKnowledgeName(RuntimeKnowledge knowledge) {
  switch (knowledge) {
    case RuntimeKnowledge::kConfigured:
      return "configured";
    case RuntimeKnowledge::kLimit:
      return "limit";
    case RuntimeKnowledge::kLearnt:
      return "learnt";
    case RuntimeKnowledge::kExact:
      return "known";
  }
  return "unknown";
}

absl::StatusOr<RuntimeKnowledge> ParseRuntimeKnowledge(absl::string_view name) {
  for (const RuntimeKnowledge knowledge : kAll) {
    if (RuntimeKnowledgeName(knowledge) == name) return knowledge;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", name, "\" is not one of configured, limit, learnt, known"));
}

KnownRuntimes::KnownRuntimes(RuntimeKnowledge knowledge, PlacementConfig* config)
    : knowledge_(knowledge) {
  for (Policy& policy : config->policies) {
    if (knowledge != RuntimeKnowledge::kConfigured) {
      policy.learnt_runtime = knowledge != RuntimeKnowledge::kLimit;
    }
    if (policy.learnt_runtime) is_learning_ = knowledge != RuntimeKnowledge::kExact;
  }
}

void KnownRuntimes::NoteSubmitted(uint32_t number, const TraceJob& traced,
                                  const SimulatedJob& job) {
  if (!is_learning_ || !traced.is_typical || !traced.limit.has_value()) return;
  submitted_.push({job.begin + job.runtime, number, &traced, job.runtime, job.limit});
}

void KnownRuntimes::LearnUntil(absl::Time time, const SimulatedCluster& cluster) {
  while (!submitted_.empty() && submitted_.top().earliest_end < time) {
    Submitted job = submitted_.top();
    submitted_.pop();
    const absl::Time start = cluster.StartOf(job.number);
    const absl::Time end = start + job.runtime;
    if (end == job.earliest_end) {
      learner_.Learn(
          {.keys = KeysOf(*job.traced), .end = end, .ran = job.runtime, .limit = job.limit});
      continue;
    }
    // It started later than it could have, or has not started: it is looked at again in its turn.
    // InfiniteFuture plus a runtime is InfiniteFuture.
    job.earliest_end = end == absl::InfiniteFuture() ? time + job.runtime : end;
    submitted_.push(job);
  }
}

std::optional<ExpectedRuntime> KnownRuntimes::Of(const TraceJob& job, absl::Time now,
                                                 const SimulatedCluster& cluster) {
  if (knowledge_ == RuntimeKnowledge::kExact) {
    if (!job.limit.has_value() || *job.limit <= absl::ZeroDuration()) return std::nullopt;
    const double share = absl::FDivDuration(job.elapsed, *job.limit);
    return ExpectedRuntime{.share = std::clamp(share, kMinShare, 1.0),
                           .spread = 0,
                           .jobs = 1,
                           .level = RuntimeLevel::kName};
  }
  if (!is_learning_) return std::nullopt;
  const absl::Time hour = absl::UnixEpoch() + absl::Floor(now - absl::UnixEpoch(), kPeriod);
  if (hour > learnt_until_) {
    LearnUntil(hour, cluster);
    learnt_until_ = hour;
  }
  if (learner_.jobs() == 0) return std::nullopt;
  return learner_.Expect(KeysOf(job));
}

}  // namespace carbon
