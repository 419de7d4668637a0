// The guard against fooling oneself: among many noisy options the apparent best is too good. A
// candidate is judged against its alternative on the error scenarios, in which what the two share
// errs alike. Pure; no I/O.
#ifndef CORE_GATE_H_
#define CORE_GATE_H_

#include "absl/time/time.h"
#include "core/candidates.h"
#include "core/scenarios.h"
#include "core/snapshot.h"

namespace carbon {

// The emission of `run` started at `start` in each scenario, in grams: the zone's intensity, the
// hardware's power and, where it matters, speed, and the site's PUE are all drawn.
ErrorScenarios::Draws DrawEmissions(const PoolRun& run, absl::Time start, const Snapshot& snapshot);

// The share of scenarios in which `candidate` emits less than `alternative` by more than `floor` of
// the latter.
double SavingProbability(const ErrorScenarios::Draws& candidate,
                         const ErrorScenarios::Draws& alternative, double floor);

// The bounds of the middle 90% of the draws, by nearest rank.
struct Interval90 {
  double low;
  double high;
};
Interval90 Middle90(ErrorScenarios::Draws draws);

}  // namespace carbon

#endif  // CORE_GATE_H_
