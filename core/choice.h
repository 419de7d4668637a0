// A run with a start: what a decision compares, and what it tells of it. Pure; no I/O.
#ifndef CORE_CHOICE_H_
#define CORE_CHOICE_H_

#include <optional>
#include <vector>

#include "core/candidates.h"
#include "core/decision.h"
#include "core/placement.h"
#include "core/scenarios.h"

namespace carbon {

// Views its run.
struct Choice {
  const PoolRun* run;
  Placement placement;

  bool operator==(const Choice& other) const {
    return run->pool == other.run->pool && placement.start == other.placement.start;
  }
};

// What it would emit, use and be called. The run's pool has a forecast.
Candidate Describe(const Choice& choice);

// What `chosen` saves against `home`, with the emissions of both in each error scenario, in grams.
Saving SavingOf(const Choice& home, const ErrorScenarios::Draws& home_draws, const Choice& chosen,
                const ErrorScenarios::Draws& chosen_draws);

// The pool with the least emission at its zone's long-run mean, started as soon as possible. Each
// of `runs` has a start. Absent where no forecast covers any of them.
std::optional<Choice> StaticBest(const std::vector<PoolRun>& runs);

}  // namespace carbon

#endif  // CORE_CHOICE_H_
