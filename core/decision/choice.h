// A pool and a start: what a decision compares, and what it reports about it. Pure; no I/O.
#ifndef CORE_DECISION_CHOICE_H_
#define CORE_DECISION_CHOICE_H_

#include <optional>
#include <vector>

#include "core/decision/candidates.h"
#include "core/decision/decision.h"
#include "core/decision/placement.h"
#include "core/grid/scenarios.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// Views its run. `placement.emission` is of the figure that is minimised.
struct Choice {
  const PoolRun* run;
  Placement placement;

  bool operator==(const Choice& other) const {
    return run->pool == other.run->pool && placement.start == other.placement.start;
  }
};

// The plan that it makes: one run, with what it would emit and use. The run's pool is one of the
// snapshot's and has a forecast.
Plan PlanOf(const Choice& choice, const Snapshot& snapshot);

// What it emits in one figure; absent: that is not known.
std::optional<GramsCo2e> EmissionOf(const Choice& choice, Figure figure);

// What `chosen` saves against `home` in one figure, which is known of both. The draws are the
// emissions in each error scenario, in grams.
Saving SavingOf(GramsCo2e home, const ErrorScenarios::Draws& home_draws, GramsCo2e chosen,
                const ErrorScenarios::Draws& chosen_draws);

// The pool with the least emission at its zone's long-run mean, started as soon as possible. Each
// of `runs` has a start. Absent if no forecast covers any of them.
std::optional<Choice> StaticBest(const std::vector<PoolRun>& runs);

}  // namespace carbon

#endif  // CORE_DECISION_CHOICE_H_
