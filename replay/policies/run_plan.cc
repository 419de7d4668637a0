#include "replay/policies/run_plan.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/statusor.h"

namespace carbon {

RunPlan StartAt(absl::Time start) { return {{{start, start}}}; }

std::vector<TimeInterval> RunsOf(const RunPlan& plan, absl::Duration length) {
  std::vector<TimeInterval> runs;
  absl::Duration left = length;
  for (size_t i = 0; i < plan.runs.size(); ++i) {
    const TimeInterval& planned = plan.runs[i];
    const bool is_last = i + 1 == plan.runs.size();
    const absl::Duration lasts = is_last ? left : std::min(left, planned.end - planned.start);
    runs.push_back({planned.start, planned.start + lasts});
    left -= lasts;
    if (left <= absl::ZeroDuration()) break;
  }
  return runs;
}

std::optional<IntensityIntegral> IntegralOf(const std::vector<TimeInterval>& runs,
                                            const IntensitySeries& actual) {
  IntensityIntegral sum;
  for (const TimeInterval& run : runs) {
    const absl::StatusOr<IntensityIntegral> one = actual.Integrate(run.start, run.end);
    if (!one.ok()) return std::nullopt;
    sum = sum + *one;
  }
  return sum;
}

}  // namespace carbon
