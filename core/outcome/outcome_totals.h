// Sums over outcomes. An outcome is added once and not kept. Sums of predicted and of actual values
// are of the same decisions, so that they can be compared. Pure.
#ifndef CORE_OUTCOME_OUTCOME_TOTALS_H_
#define CORE_OUTCOME_OUTCOME_TOTALS_H_

#include <cstdint>
#include <map>

#include "core/base/quantities.h"
#include "core/outcome/estimated.h"
#include "core/outcome/known.h"
#include "core/outcome/outcome.h"

namespace carbon {

struct OutcomeTotals {
  // One of the two figures, over the decisions of which all of this is known.
  struct EmissionSum {
    int64_t decisions = 0;
    GramsCo2e predicted, predicted_home;
    Estimated<GramsCo2e> actual, at_home, saved;

    GramsCo2e predicted_saving() const { return predicted_home - predicted; }
    // What decisions in shadow would have saved, had they been carried out; over those of which it
    // is known.
    int64_t in_shadow = 0;
    Estimated<GramsCo2e> shadow_saving;

    void Add(Course course, const EmissionOutcome& emission);
  };

  int64_t decisions = 0;
  EmissionSum attributional, consequential;
  // Over the decisions of which both energies are known, at the meter.
  int64_t with_energy = 0, measured = 0;
  KilowattHours predicted_energy;
  Estimated<KilowattHours> energy;
  // Of decisions that planned something: why the attributional saving is not known.
  std::map<WhyUnknown, int64_t> unknown;

  void Add(const JobOutcome& outcome);
};

}  // namespace carbon

#endif  // CORE_OUTCOME_OUTCOME_TOTALS_H_
