// What a job emits at least, for somebody who knows what comes and whose machines are never full:
// no policy, and no placement, does better within the same times. Exact: intensity is a step
// function, so a run's emission is piecewise linear in its start (core/decision/placement.h). Pure.
#ifndef REPLAY_BOUNDS_CLAIRVOYANT_H_
#define REPLAY_BOUNDS_CLAIRVOYANT_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/grid/intensity.h"
#include "replay/policies/run_plan.h"

namespace carbon {

// One place where a job may run.
struct BoundOption {
  const IntensitySeries* actual = nullptr;
  Watts power;             // throughout the run, PUE included
  absl::Duration runtime;  // there; whole seconds
};

struct LeastEmission {
  size_t option = 0;
  RunPlan plan;
  GramsCo2e emission;
};

// The least of one run that starts within [earliest, latest], whole seconds. Of equals the earliest
// start, then the first option. Absent where no option's series covers such a run.
std::optional<LeastEmission> LeastOfOneRun(const std::vector<BoundOption>& options,
                                           absl::Time earliest, absl::Time latest);

// The least of a run in one place that may be suspended, without loss, as often as one likes, and
// that ends by `latest` + its runtime. Absent where no option's series covers all of that time.
std::optional<LeastEmission> LeastWithSuspension(const std::vector<BoundOption>& options,
                                                 absl::Time earliest, absl::Time latest);

}  // namespace carbon

#endif  // REPLAY_BOUNDS_CLAIRVOYANT_H_
