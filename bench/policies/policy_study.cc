#include "bench/policies/policy_study.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "replay/bounds/clairvoyant.h"
#include "replay/policies/run_plan.h"

namespace carbon {
namespace {

absl::Status NotKnown(const StudyJob& job) {
  return absl::OutOfRangeError(absl::StrCat("the intensity is not known of a run of the job at ",
                                            FormatTimestamp(job.arrival)));
}

double Emitted(const StudyJob& job, IntensityIntegral integral) {
  return job.weight * static_cast<double>(integral.milligram_seconds_per_kwh);
}

absl::StatusOr<double> AtOnce(const StudyJob& job, const IntensitySeries& actual) {
  const auto integral = IntegralOf(RunsOf(StartAt(job.arrival), job.length), actual);
  if (!integral.has_value()) return NotKnown(job);
  return Emitted(job, *integral);
}

}  // namespace

absl::StatusOr<StudyOutcome> RunPolicy(const std::vector<StudyJob>& jobs, const StudyZone& zone,
                                       const ComparisonPolicy& policy, LengthKnowledge knowledge) {
  StudyOutcome outcome;
  double emitted = 0, at_once = 0;
  absl::Duration waits;
  for (const StudyJob& job : jobs) {
    const PolicyJob known = {
        .arrival = job.arrival,
        .length = knowledge == LengthKnowledge::kTrue ? job.length : job.mean_length,
        .max_delay = job.max_delay};
    const RunPlan plan =
        policy.Plan(known, {.series = zone.forecast, .long_run_mean = zone.long_run_mean});
    const std::vector<TimeInterval> runs = RunsOf(plan, job.length);
    const std::optional<IntensityIntegral> integral = IntegralOf(runs, *zone.actual);
    const absl::StatusOr<double> now = AtOnce(job, *zone.actual);
    if (!integral.has_value() || !now.ok()) return NotKnown(job);
    emitted += Emitted(job, *integral);
    at_once += *now;
    const absl::Duration wait = runs.back().end - job.arrival - job.length;
    waits += wait;
    outcome.max_wait = std::max(outcome.max_wait, wait);
    outcome.suspensions += static_cast<int64_t>(runs.size()) - 1;
  }
  outcome.relative = emitted / at_once;
  if (!jobs.empty()) outcome.mean_wait = waits / static_cast<int64_t>(jobs.size());
  return outcome;
}

absl::StatusOr<double> LeastPossible(const std::vector<StudyJob>& jobs,
                                     const IntensitySeries& actual, bool suspended) {
  double least = 0, at_once = 0;
  for (const StudyJob& job : jobs) {
    const std::vector<BoundOption> options = {{&actual, Watts(1), job.length}};
    const absl::Time latest = job.arrival + job.max_delay;
    const auto bound = suspended ? LeastWithSuspension(options, job.arrival, latest)
                                 : LeastOfOneRun(options, job.arrival, latest);
    const absl::StatusOr<double> now = AtOnce(job, actual);
    if (!bound.has_value() || !now.ok()) return NotKnown(job);
    least += Emitted(job, *IntegralOf(RunsOf(bound->plan, job.length), actual));
    at_once += *now;
  }
  return least / at_once;
}

}  // namespace carbon
