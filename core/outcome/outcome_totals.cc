#include "core/outcome/outcome_totals.h"

namespace carbon {

void OutcomeTotals::EmissionSum::Add(Course course, const EmissionOutcome& emission) {
  if (course == Course::kShadow && emission.actual.has_value() && emission.as_chosen.has_value()) {
    ++in_shadow;
    shadow_saving += *emission.actual;
    shadow_saving -= *emission.as_chosen;
  }
  if (!emission.saved.has_value() || !emission.predicted.has_value() ||
      !emission.predicted_home.has_value()) {
    return;
  }
  ++decisions;
  predicted = predicted + *emission.predicted;
  predicted_home = predicted_home + *emission.predicted_home;
  actual += *emission.actual;
  at_home += *emission.at_home;
  saved += *emission.saved;
}

void OutcomeTotals::Add(const JobOutcome& outcome) {
  ++decisions;
  attributional.Add(outcome.course, outcome.attributional);
  consequential.Add(outcome.course, outcome.consequential);
  if (outcome.energy.has_value() && outcome.predicted_energy.has_value()) {
    ++with_energy;
    if (outcome.energy->method == EnergyMethod::kMeasured) ++measured;
    predicted_energy = predicted_energy + *outcome.predicted_energy;
    energy += outcome.energy->at_meter;
  }
  if (outcome.course != Course::kLeftAlone && !outcome.attributional.saved.has_value()) {
    ++unknown[outcome.attributional.saved.why()];
  }
}

}  // namespace carbon
