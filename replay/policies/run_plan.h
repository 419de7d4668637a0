// When a policy lets a job run. Pure; no I/O.
#ifndef REPLAY_POLICIES_RUN_PLAN_H_
#define REPLAY_POLICIES_RUN_PLAN_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "core/base/resources.h"
#include "core/grid/intensity.h"

namespace carbon {

struct RunPlan {
  // In order of time, disjoint, at least one. The job is suspended between them. The last one lasts
  // until the job ends, whatever its end says: a policy need not know how long the job runs.
  std::vector<TimeInterval> runs;

  friend bool operator==(const RunPlan&, const RunPlan&) = default;
};

// The plan of a single run.
RunPlan StartAt(absl::Time start);

// When a job of `length` really runs by `plan`: of its runs, as many as it takes. At least one,
// also for a job of no length.
std::vector<TimeInterval> RunsOf(const RunPlan& plan, absl::Duration length);

// The intensity integrated over those runs. Absent where `actual` does not cover one of them.
std::optional<IntensityIntegral> IntegralOf(const std::vector<TimeInterval>& runs,
                                            const IntensitySeries& actual);

}  // namespace carbon

#endif  // REPLAY_POLICIES_RUN_PLAN_H_
