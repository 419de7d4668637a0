// What became of a decision: what its job really did, which energy it took, what it emitted with
// the actual intensities, and what it would have emitted at home. Each figure that is not known
// says why. Pure; no clock and no I/O.
//
//   OutcomeModel model(config.placement, &actuals, meter);
//   const JobOutcome outcome = model.Of(SummaryOf(record), ran);
//   if (outcome.attributional.saved.has_value()) Show(outcome.attributional.saved->value);
//
// The rules, which docs/placement-log.md explains:
//   - All runs of the job count: requeued, failed and cancelled ones too.
//   - Energy is measured if a meter is believed (energy_meter.h). Otherwise it is modelled: the
//     power that the decision recorded, per unit of hardware, for the time and the units that it
//     really had. Where it ran outside of the planned pools, the profile's busy watts are used.
//   - At home it would have begun at the start that the decision recorded for home, with the same
//     runs and the same gaps between them. On other hardware, times are scaled by the recorded
//     ratio of the two runtimes. If energy was measured, the power at home is scaled by what was
//     measured over what was modelled.
//   - A decision that changed nothing (kept home, left alone, shadow) saves exactly nothing.
#ifndef CORE_OUTCOME_OUTCOME_H_
#define CORE_OUTCOME_OUTCOME_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/placement_config.h"
#include "core/outcome/actual_intensity.h"
#include "core/outcome/chosen_actuals.h"
#include "core/outcome/energy_meter.h"
#include "core/outcome/estimated.h"
#include "core/outcome/known.h"
#include "core/outcome/ran_job.h"
#include "core/outcome/run_place.h"
#include "core/outcome/unit_power.h"
#include "core/record/decision_summary.h"

namespace carbon {

enum class EnergyMethod { kMeasured, kModelled };
// "measured", "modelled".
absl::string_view EnergyMethodName(EnergyMethod method);

struct EnergyOutcome {
  EnergyMethod method = EnergyMethod::kModelled;
  std::string by;                      // the meter's plugin, or the hardware profiles: "h100-sxm"
  Known<Estimated<KilowattHours>> it;  // of the computers
  Estimated<KilowattHours> at_meter;   // of the datacenter: PUE included
};

// What was measured, whether it is believed or not.
struct MeasuredEnergy {
  std::optional<KilowattHours> energy;  // of the computers
  EnergyMeter meter;
  std::optional<WhyNotBelieved> why_not = WhyNotBelieved::kNotReported;
  std::optional<PlausibleEnergy> plausible;
};

// One of the two figures of an emission (Figure).
struct EmissionOutcome {
  // As recorded, of the plan that took effect, and of home.
  Known<GramsCo2e> predicted, predicted_home;
  // With actual intensities. `as_chosen` is of the chosen plan, also if it was only recorded.
  Known<Estimated<GramsCo2e>> actual, at_home, as_chosen;
  // at_home - actual, positive where carbon was saved.
  Known<Estimated<GramsCo2e>> saved;
};

struct IntensityOutcome {
  // Of the plan that took effect: as recorded, over its planned time.
  Known<GramsPerKilowattHour> predicted;
  // The actual mean over that same time: how far the forecast was off.
  Known<GramsPerKilowattHour> actual_as_planned;
  // The actual mean over the runs, weighted by energy.
  Known<GramsPerKilowattHour> actual;
};

struct JobOutcome {
  Course course = Course::kLeftAlone;
  Known<RunFacts> ran;
  Known<absl::Time> planned_start;        // of the plan that took effect
  Known<absl::Duration> planned_runtime;  // of one task
  Known<absl::Duration> wait;             // from the submission to the first start
  Known<absl::Duration> wait_at_home;     // as the decision expected it
  // The work that the runs did, as a share of what was predicted for the whole job: their units
  // times their time, each divided by those of the plan on whose hardware it ran.
  Known<double> work;
  Known<EnergyOutcome> energy;
  Known<KilowattHours> predicted_energy;  // at the meter
  MeasuredEnergy measured;
  EmissionOutcome attributional, consequential;
  IntensityOutcome intensity;
  std::vector<ActualsUsed> actuals;  // of all zones that figures of this outcome need
};

// For one thread at a time.
class OutcomeModel {
 public:
  // `config` and `actuals` must outlive it.
  OutcomeModel(const PlacementConfig& config, const ActualsByZone& actuals, EnergyMeter meter);
  OutcomeModel(const OutcomeModel&) = delete;
  OutcomeModel& operator=(const OutcomeModel&) = delete;

  // `ran`: nullptr if accounting does not know the job.
  JobOutcome Of(const DecisionSummary& decided, const RanJob* ran) const;

 private:
  class Computation;

  const ActualsByZone& actuals_;
  const EnergyMeter meter_;
  const RunPlaces places_;
  const UnitPowers powers_;
};

}  // namespace carbon

#endif  // CORE_OUTCOME_OUTCOME_H_
