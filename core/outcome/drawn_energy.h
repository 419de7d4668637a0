// What a job drew, or would have drawn, in windows of time, and what that emits. Pure.
#ifndef CORE_OUTCOME_DRAWN_ENERGY_H_
#define CORE_OUTCOME_DRAWN_ENERGY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/decision/decision.h"
#include "core/grid/error_factors.h"
#include "core/outcome/chosen_actuals.h"
#include "core/outcome/estimated.h"
#include "core/outcome/known.h"
#include "core/outcome/unit_power.h"

namespace carbon {

struct DrawnEnergy {
  const UnitPower* power;
  absl::Time from, to;                // whole seconds
  KilowattHours energy;               // at the meter
  std::optional<KilowattHours> free;  // what would have been drawn without the job
  KilowattHours wake_up;
  const ErrorDraws* energy_factor;  // how the energy errs
};

struct EnergySum {
  Known<Estimated<KilowattHours>> it;  // of the computers; kNoPue
  Estimated<KilowattHours> at_meter;   // of the datacenter: PUE included
  std::string hardware;                // the names of all, separated by commas
};
EnergySum EnergyOf(const std::vector<DrawnEnergy>& drawn);

// Errors as those of ChosenActuals::Mean(), and kNoFreeWatts.
Known<Estimated<GramsCo2e>> EmissionOf(const std::vector<DrawnEnergy>& drawn, Figure figure,
                                       const ChosenActuals& actuals);

// The mean, weighted by energy. Errors as those of ChosenActuals::Mean(), and kNotRecorded of no
// energy.
Known<GramsPerKilowattHour> IntensityOf(const std::vector<DrawnEnergy>& drawn,
                                        const ChosenActuals& actuals);

}  // namespace carbon

#endif  // CORE_OUTCOME_DRAWN_ENERGY_H_
