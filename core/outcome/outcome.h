// What became of a decision: what its job really did, which energy it took, what it emitted with
// the actual intensities, and what it would have emitted at home. Each figure that is not known
// says why. Pure; no clock and no I/O.
//
//   OutcomeModel model(config.placement, &actuals, meter);
//   const JobOutcome outcome = model.Of(DecidedJobOf(record), ran);
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

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/placement_config.h"
#include "core/decision/decision.h"
#include "core/decision/decision_id.h"
#include "core/grid/intensity.h"
#include "core/outcome/actual_intensity.h"
#include "core/outcome/energy_meter.h"
#include "core/outcome/estimated.h"
#include "core/outcome/known.h"
#include "core/record/log_entry.h"

namespace carbon {

// What an outcome needs of a recorded plan. As in PlanSummary, a figure that the record lacks is
// NaN, a start InfinitePast, a runtime infinite.
struct PlannedUse {
  std::string pool, partition, site, zone, hardware;
  absl::Time start = absl::InfinitePast();
  absl::Duration runtime = absl::InfiniteDuration();       // of the whole job
  absl::Duration task_runtime = absl::InfiniteDuration();  // of one task
  absl::Duration wake_up;
  int64_t units = 0;     // of the hardware's unit, of one task
  KilowattHours energy;  // PUE included
  GramsPerKilowattHour intensity;
  GramsCo2e gross;
  std::optional<GramsCo2e> consequential;
  std::optional<double> stays_powered;
};

// What an outcome needs of a recorded decision: much less than the record.
struct DecidedJob {
  RecordId id;
  absl::Time time = absl::InfinitePast();
  Outcome outcome = Outcome::kLeftAlone;
  Mode mode = Mode::kOff;
  Figure minimised = Figure::kAttributional;
  SignalKind signal = SignalKind::kAverageLifecycle;
  bool exclusive = false;
  int64_t array_tasks = 1;
  std::optional<PlannedUse> home, chosen;
};
DecidedJob DecidedJobOf(const PlacementRecord& record);

// One run of one task, from its start to its end or requeue.
struct ActualRun {
  std::string task;  // "17", "17_3"
  absl::Time submitted;
  absl::Time start, end;  // whole seconds
  std::string partition;
  std::string state;                            // as sacct writes it: "COMPLETED", "REQUEUED"
  std::optional<int64_t> nodes, cpus, devices;  // that it was given; absent: not known
  std::optional<double> joules;                 // measured, over all of its nodes and time
};

// The job of a decision, as accounting knows it.
struct RanJob {
  bool has_ended = false;       // all of it
  std::vector<ActualRun> runs;  // those that started, in order of their starts
  std::optional<absl::Time> submitted;
  bool was_restored = false;     // carbon gave it back what it had asked for
  bool had_nodes_alone = false;  // its partition gives whole nodes to jobs
};

// Whether a later change of a placed job moved it to another partition, or started it early.
bool HasLeftThePlan(const DecidedJob& decided, const std::vector<ActualRun>& runs);

// How the decision took effect.
enum class Course {
  kLeftAlone,
  kShadow,  // it was only recorded
  kKeptHome,
  kPlaced,
  kRestored,  // it was placed, and then given back
};
absl::string_view CourseName(Course course);

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

// From which actual values a zone's intensities are.
struct ActualsUsed {
  std::string zone, source;
  SignalKind kind = SignalKind::kAverageLifecycle;
  absl::Duration needed, known, estimated;  // of the time of runs there, counted once
  std::optional<absl::Time> fetched_at;     // of the newest value
};

// What the runs amount to.
struct RunFacts {
  absl::Time start, end;   // of the first and of the last
  absl::Duration longest;  // of all runs of one task together
  absl::Duration total;    // of all runs of all tasks
  int64_t runs = 0;
  int64_t tasks = 0;          // that ran
  absl::Duration unfinished;  // of runs that did not complete: requeued, failed, cancelled …
  std::vector<std::string> partitions;  // each once
};

struct JobOutcome {
  Course course = Course::kLeftAlone;
  Known<RunFacts> ran;
  Known<absl::Time> planned_start;        // of the plan that took effect
  Known<absl::Duration> planned_runtime;  // of one task
  Known<absl::Duration> wait;             // from the submission to the first start
  Known<absl::Duration> wait_at_home;     // as the decision expected it
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
  JobOutcome Of(const DecidedJob& decided, const RanJob* ran) const;

 private:
  class Computation;

  // What one unit of a hardware draws at a site while a job runs on it, and how that errs.
  struct UnitPower {
    std::string site, zone, hardware;
    Watts at_meter;                      // PUE included
    std::optional<Watts> free_at_meter;  // what it would draw without the job; absent: not known
    std::optional<double> pue;           // absent: the site is not configured
    const HardwareProfile* profile = nullptr;  // nullptr: it is not configured
    const ErrorDraws *watts_factor = nullptr, *free_factor = nullptr, *pue_factor = nullptr;
    KilowattHours wake_up;  // at the meter: of the whole job, before it
  };

  void AddFactors(UnitPower* power) const;
  // As the decision recorded it.
  Known<UnitPower> PowerOf(const PlannedUse& plan, int64_t tasks) const;
  // As the configuration has it.
  Known<UnitPower> PowerIn(const std::string& partition) const;
  const ErrorDraws& FactorOf(const std::string& key, double spread) const;

  const PlacementConfig& config_;
  const ActualsByZone& actuals_;
  const EnergyMeter meter_;
  std::map<std::string, const SiteConfig*> sites_;
  std::map<std::string, std::vector<const PoolConfig*>> pools_;  // by partition
  mutable std::map<std::string, ErrorDraws> factors_;
};

}  // namespace carbon

#endif  // CORE_OUTCOME_OUTCOME_H_
