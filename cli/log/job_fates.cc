#include "cli/log/job_fates.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "core/outcome/ran_job.h"
#include "core/record/decision_summary.h"

namespace carbon {
namespace {

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

JobFate FateOf(const LoggedDecision& decision, const RanJob& job) {
  const PlanSummary& chosen = *decision.chosen();
  JobFate fate;
  fate.has_ended = job.has_ended;
  fate.ended = job.submitted.value_or(absl::InfinitePast());
  fate.never_ran = job.has_ended && job.runs.empty();
  absl::Duration total;
  if (!job.runs.empty()) {
    const RunFacts facts = FactsOf(job.runs);
    fate.ended = facts.end;
    fate.ran = facts.longest;
    total = facts.total;
    // Starts are whole seconds, so one may seem to be before the submission.
    fate.waited = std::max(facts.start - decision.summary.time, absl::ZeroDuration());
    if (IsInForce(decision)) {
      fate.ran_elsewhere = {facts.partitions.begin(), facts.partitions.end()};
      for (const absl::string_view planned : NamesIn(chosen.partition)) {
        fate.ran_elsewhere.erase(std::string(planned));
      }
      // The planned start is the job's BeginTime: only who changed that has it start before.
      fate.ran_earlier =
          chosen.start != absl::InfinitePast() && facts.start < chosen.start - kEarlyStart;
    }
  }
  const absl::Duration predicted =
      PredictedRun(chosen) * static_cast<double>(decision.summary.tasks());
  if (predicted > absl::ZeroDuration()) fate.ran_share = absl::FDivDuration(total, predicted);
  fate.ran_longer = RanLongerThanStated(decision.summary, fate.ran);
  return fate;
}

}  // namespace

bool HasFateToAskFor(const LoggedDecision& decision) {
  return decision.job_id.has_value() && decision.chosen().has_value() && !decision.fate.has_value();
}

std::vector<int64_t> JobsToAskFor(const std::vector<LoggedDecision>& decisions, bool for_outcomes) {
  std::set<int64_t> job_ids;
  for (const LoggedDecision& decision : decisions) {
    if (HasFateToAskFor(decision) || (for_outcomes && decision.job_id.has_value())) {
      job_ids.insert(*decision.job_id);
    }
  }
  return {job_ids.begin(), job_ids.end()};
}

void AddFate(const AccountedRuns& runs, LoggedDecision* decision) {
  if (!HasFateToAskFor(*decision)) return;
  const auto found = runs.find(*decision->job_id);
  if (found == runs.end()) return;
  const std::optional<RanJob> job =
      JobSubmittedWith(decision->summary.time, decision->summary.user_id, found->second);
  if (job.has_value()) decision->fate = FateOf(*decision, *job);
}

bool IsFinal(const JobFate& fate, absl::Time now) {
  return fate.has_ended && fate.ended < now - absl::Hours(24);
}

}  // namespace carbon
