// The gate guards against the winner's curse: among many noisy options the apparent best looks too
// good. A candidate is judged against its alternative on the error scenarios, in which errors that
// the two share are the same. Pure; no I/O.
#ifndef CORE_DECISION_GATE_H_
#define CORE_DECISION_GATE_H_

#include "absl/time/time.h"
#include "core/decision/candidates.h"
#include "core/grid/scenarios.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// What `run`, started at `start`, emits in each scenario for each watt that it draws, in grams. The
// zone's intensity, the site's PUE and, if they matter, the hardware's speed and the runtime are
// drawn.
ErrorScenarios::Draws DrawPerWatt(const PoolRun& run, absl::Time start, const Snapshot& snapshot);

// The emission in each scenario, in grams: `per_watt` times the power that `figure` counts, which
// is drawn too. That power must be known.
ErrorScenarios::Draws DrawEmissions(const PoolRun& run, Figure figure,
                                    const ErrorScenarios::Draws& per_watt);

// What a plan saves against an alternative, according to the scenarios.
struct Prospect {
  double expected_share;  // of the alternative's mean emission; negative where it emits more
  double probability;     // that it saves anything at all
};

// Another start in the same zone was chosen from many because its forecast is low, and forecasts
// that are chosen for being low are too low. Real savings are kWinnersCurse standard deviations
// below what the scenarios expect, and spread kSpread times as widely. Between zones both are as in
// the scenarios. docs/placement.md says how they were measured.
inline constexpr double kWinnersCurse = 0.1;
inline constexpr double kSpread = 1.15;

// `shifts_in_zone`: both run in the same zone, at different times. The probability is computed from
// a normal distribution with the mean and the standard deviation of the scenarios' differences: 64
// scenarios are too few to be counted finely.
Prospect ProspectOf(const ErrorScenarios::Draws& candidate,
                    const ErrorScenarios::Draws& alternative, bool shifts_in_zone);

// The bounds of the middle 90% of the draws, by nearest rank.
struct Interval90 {
  double low;
  double high;
};
Interval90 CentralInterval90(const ErrorScenarios::Draws& draws);

}  // namespace carbon

#endif  // CORE_DECISION_GATE_H_
