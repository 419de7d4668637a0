#include "core/outcome/outcome.h"

#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "core/config/profile.h"
#include "core/outcome/drawn_energy.h"

namespace carbon {
namespace {

// What a meter that is believed errs.
constexpr Quality kMeterQuality = Quality::kMeasured;

bool IsKnown(absl::Time time) { return time != absl::InfinitePast(); }

template <class Unit>
Known<Quantity<Unit>> Finite(Quantity<Unit> value) {
  if (!std::isfinite(value.value())) return WhyUnknown::kNotRecorded;
  return value;
}

absl::Time FloorSecond(absl::Time time) { return absl::FromUnixSeconds(absl::ToUnixSeconds(time)); }
absl::Time CeilSecond(absl::Time time) {
  const absl::Time floor = FloorSecond(time);
  return floor == time ? time : floor + absl::Seconds(1);
}

}  // namespace

absl::string_view EnergyMethodName(EnergyMethod method) {
  return method == EnergyMethod::kMeasured ? "measured" : "modelled";
}

OutcomeModel::OutcomeModel(const PlacementConfig& config, const ActualsByZone& actuals,
                           EnergyMeter meter)
    : actuals_(actuals), meter_(std::move(meter)), places_(config), powers_(config) {}

// The outcome of one decision.
class OutcomeModel::Computation {
 public:
  Computation(const OutcomeModel& model, const DecisionSummary& decided, const RanJob* ran)
      : model_(model),
        decided_(decided),
        ran_(ran),
        was_restored_(ran != nullptr && ran->was_restored),
        course_(CourseOf(decided, was_restored_)),
        actuals_(model.actuals_, decided.signal) {}

  JobOutcome Result() {
    outcome_.course = course_;
    outcome_.measured.meter = model_.meter_;
    effective_ = course_ == Course::kPlaced ? &decided_.chosen : &decided_.home;
    SetPlanned();
    if (const auto why = WhyNotRan()) {
      SetUnknown(*why);
      return std::move(outcome_);
    }
    outcome_.ran = FactsOf(ran_->runs);
    SetWait();
    if (const std::optional<WhyUnknown> why = FindPowers()) {
      SetUnknown(*why);
      return std::move(outcome_);
    }
    outcome_.work = Work();
    Measure();
    CollectDrawn();
    outcome_.actuals = ChooseActuals();
    outcome_.energy = Energy();
    SetEmissions(Figure::kAttributional, &outcome_.attributional);
    SetEmissions(Figure::kConsequential, &outcome_.consequential);
    SetIntensities();
    return std::move(outcome_);
  }

 private:
  // A run, with the power at which it ran.
  struct PoweredRun {
    const ActualRun* run;
    const PlanSummary* plan;  // in whose partition it ran; nullptr: in neither's
    const UnitPower* power;
    double units;
    // The measured energy over the modelled; 1 if nothing was measured or believed.
    double measured_over_modelled = 1;
  };
  using Drawn = Known<std::vector<DrawnEnergy>>;

  void SetPlanned() {
    if (!effective_->has_value()) {
      outcome_.planned_start = WhyUnknown::kNothingPlanned;
      outcome_.planned_runtime = WhyUnknown::kNothingPlanned;
      outcome_.predicted_energy = WhyUnknown::kNothingPlanned;
      outcome_.intensity.predicted = WhyUnknown::kNothingPlanned;
    } else {
      const PlanSummary& plan = **effective_;
      if (IsKnown(plan.start)) outcome_.planned_start = plan.start;
      if (plan.task_runtime != absl::InfiniteDuration()) {
        outcome_.planned_runtime = plan.task_runtime;
      }
      outcome_.predicted_energy = Finite(plan.energy);
      outcome_.intensity.predicted = Finite(plan.intensity);
    }
    if (!decided_.home.has_value()) {
      outcome_.wait_at_home = WhyUnknown::kNothingPlanned;
    } else if (IsKnown(decided_.home->start) && IsKnown(decided_.time)) {
      outcome_.wait_at_home = decided_.home->start - decided_.time;
    }
    const auto set = [this](EmissionOutcome* emission, auto figure) {
      emission->predicted = Predicted(*effective_, figure);
      emission->predicted_home = Predicted(decided_.home, figure);
    };
    set(&outcome_.attributional, [](const PlanSummary& plan) { return std::optional(plan.gross); });
    set(&outcome_.consequential, [](const PlanSummary& plan) { return plan.consequential; });
  }

  template <class FigureOf>
  static Known<GramsCo2e> Predicted(const std::optional<PlanSummary>& plan, FigureOf figure_of) {
    if (!plan.has_value()) return WhyUnknown::kNothingPlanned;
    const std::optional<GramsCo2e> figure = figure_of(*plan);
    if (!figure.has_value()) return WhyUnknown::kNoFreeWatts;
    return Finite(*figure);
  }

  std::optional<WhyUnknown> WhyNotRan() const {
    if (ran_ == nullptr) return WhyUnknown::kNotAccounted;
    if (!ran_->has_ended) return WhyUnknown::kNotEnded;
    if (ran_->runs.empty()) return WhyUnknown::kNeverRan;
    return std::nullopt;
  }

  void SetUnknown(WhyUnknown why) {
    if (!outcome_.ran.has_value()) {
      outcome_.ran = why;
      outcome_.wait = why;
    }
    outcome_.work = why;
    outcome_.energy = why;
    for (EmissionOutcome* emission : {&outcome_.attributional, &outcome_.consequential}) {
      emission->actual = emission->at_home = emission->as_chosen = emission->saved = why;
    }
    outcome_.intensity.actual = why;
    outcome_.intensity.actual_as_planned = why;
  }

  void SetWait() {
    if (ran_->submitted.has_value()) {
      outcome_.wait = outcome_.ran->start - *ran_->submitted;
    }
  }

  // Where each run ran, and at which power.
  std::optional<WhyUnknown> FindPowers() {
    for (const ActualRun& run : ran_->runs) {
      const Known<RunPlace> place = model_.places_.Of(decided_, was_restored_, run);
      if (!place.has_value()) return place.why();
      const Known<const UnitPower*> power =
          place->plan != nullptr ? PowerOf(*place->plan) : PowerIn(run.partition, *place);
      if (!power.has_value()) return power.why();
      if (!place->units.has_value()) return WhyUnknown::kNoUnits;
      runs_.push_back({.run = &run,
                       .plan = place->plan,
                       .power = *power,
                       .units = static_cast<double>(*place->units)});
    }
    return std::nullopt;
  }

  const UnitPower* Keep(UnitPower power) {
    return powers_.emplace_back(std::make_unique<UnitPower>(std::move(power))).get();
  }
  Known<const UnitPower*> PowerOf(const PlanSummary& plan) {
    const auto found = of_plans_.find(&plan);
    if (found != of_plans_.end()) return found->second;
    Known<UnitPower> planned = model_.powers_.Planned(plan, decided_.tasks());
    const Known<const UnitPower*> power = planned.has_value()
                                              ? Known<const UnitPower*>(Keep(*planned))
                                              : Known<const UnitPower*>(planned.why());
    of_plans_.emplace(&plan, power);
    return power;
  }
  const UnitPower* PowerIn(const std::string& partition, const RunPlace& place) {
    const UnitPower*& power = of_partitions_[partition];
    if (power == nullptr) power = Keep(model_.powers_.Configured(place));
    return power;
  }

  // The plan on whose hardware the run ran; nullptr: on neither's.
  const PlanSummary* PlanOfHardware(const PoweredRun& run) const {
    if (run.plan != nullptr) return run.plan;
    for (const auto* plan : {&decided_.home, &decided_.chosen}) {
      if (plan->has_value() && (*plan)->hardware == run.power->hardware) return &**plan;
    }
    return nullptr;
  }

  Known<double> Work() {
    double work = 0;
    for (const PoweredRun& run : runs_) {
      const PlanSummary* const plan = PlanOfHardware(run);
      if (plan == nullptr) return WhyUnknown::kNotAsPlanned;
      if (const auto power = PowerOf(*plan); !power.has_value()) return power.why();
      const double planned = static_cast<double>(plan->units) *
                             static_cast<double>(decided_.tasks()) *
                             absl::ToDoubleSeconds(plan->task_runtime);
      work += run.units * absl::ToDoubleSeconds(TimeOf(*run.run)) / planned;
    }
    return work;
  }

  static absl::Duration TimeOf(const ActualRun& run) { return run.end - run.start; }

  static KilowattHours ModelledAtMeter(const PoweredRun& run) {
    return run.power->at_meter * run.units * TimeOf(*run.run);
  }

  // Judges the measured energy, and uses it if it is believed.
  void Measure() {
    MeasuredEnergy& measured = outcome_.measured;
    double joules = 0;
    bool has_all = true, is_comparable = true;
    std::optional<WhyNotBelieved> why_missing;
    PlausibleEnergy plausible;
    for (const PoweredRun& run : runs_) {
      if (run.run->joules.has_value()) {
        joules += *run.run->joules;
      } else if (TimeOf(*run.run) > absl::ZeroDuration()) {
        has_all = false;
        if (!why_missing.has_value()) why_missing = run.run->why_no_joules;
      }
      if (run.power->profile == nullptr || !run.power->pue.has_value()) {
        is_comparable = false;
        continue;
      }
      const PlausibleEnergy of_run =
          PlausibleEnergyOf(*run.power->profile, run.units * TimeOf(*run.run));
      plausible.low = plausible.low + of_run.low;
      plausible.high = plausible.high + of_run.high;
    }
    constexpr double kJoulesPerKilowattHour = 3.6e6;
    if (has_all) measured.energy = KilowattHours(joules / kJoulesPerKilowattHour);
    if (is_comparable) measured.plausible = plausible;
    measured.why_not =
        WhyNotBelievedOf(model_.meter_, measured.energy,
                         decided_.exclusive || ran_->had_nodes_alone, measured.plausible);
    if (measured.why_not == WhyNotBelieved::kNotReported && why_missing.has_value()) {
      measured.why_not = why_missing;
    }
    is_measured_ = !measured.why_not.has_value();
    if (!is_measured_) return;
    for (PoweredRun& run : runs_) {
      const double modelled = ModelledAtMeter(run).value();
      if (modelled <= 0) continue;
      run.measured_over_modelled =
          run.run->joules.value_or(0) / kJoulesPerKilowattHour * *run.power->pue / modelled;
    }
  }

  const ErrorDraws* EnergyFactor(const UnitPower& power, bool is_measured) const {
    if (!is_measured) return power.watts_factor;
    return &model_.powers_.FactorOf("meter/" + model_.meter_.plugin, RelativeSpread(kMeterQuality));
  }

  DrawnEnergy DrawnBy(const PoweredRun& run) const {
    DrawnEnergy drawn = {.power = run.power,
                         .from = FloorSecond(run.run->start),
                         .to = CeilSecond(run.run->end),
                         .energy = ModelledAtMeter(run) * run.measured_over_modelled,
                         .energy_factor = EnergyFactor(*run.power, is_measured_)};
    if (run.power->free_at_meter.has_value()) {
      drawn.free = *run.power->free_at_meter * run.units * TimeOf(*run.run);
    }
    return drawn;
  }

  // The same runs, as if they had followed `plan`.
  Drawn DrawnUnder(const std::optional<PlanSummary>& plan) {
    if (!plan.has_value()) return WhyUnknown::kNothingPlanned;
    if (!IsKnown(plan->start)) return WhyUnknown::kNotRecorded;
    const Known<const UnitPower*> power = PowerOf(*plan);
    if (!power.has_value()) return power.why();
    std::vector<DrawnEnergy> all;
    const absl::Time first = outcome_.ran->start;
    for (const PoweredRun& run : runs_) {
      if (run.plan == nullptr) return WhyUnknown::kNotAsPlanned;
      // One task takes `slower` times as long, and the job as a whole `longer` times: an array may
      // need more rounds.
      double slower = 1, longer = 1;
      if (run.plan->hardware != plan->hardware) {
        slower = absl::FDivDuration(plan->task_runtime, run.plan->task_runtime);
      }
      longer = slower * absl::FDivDuration(plan->runtime, plan->task_runtime) /
               absl::FDivDuration(run.plan->runtime, run.plan->task_runtime);
      const double units =
          run.units * static_cast<double>(plan->units) / static_cast<double>(run.plan->units);
      const absl::Duration time = TimeOf(*run.run) * slower;
      DrawnEnergy drawn = {.power = *power,
                           .from = FloorSecond(plan->start + (run.run->start - first) * longer),
                           .to = CeilSecond(plan->start + (run.run->end - first) * longer),
                           .energy = (*power)->at_meter * units * time * run.measured_over_modelled,
                           // The meter has seen what this hardware draws for the job, and no other.
                           .energy_factor = EnergyFactor(
                               **power, is_measured_ && run.plan->hardware == plan->hardware)};
      if ((*power)->free_at_meter.has_value()) {
        drawn.free = *(*power)->free_at_meter * units * time;
      }
      all.push_back(drawn);
    }
    all.front().wake_up = (*power)->wake_up;
    return all;
  }

  void CollectDrawn() {
    std::vector<DrawnEnergy> actual;
    for (const PoweredRun& run : runs_) actual.push_back(DrawnBy(run));
    // Its nodes woke up for the plan that it followed.
    const PlanSummary* const plan = runs_.front().plan;
    if (plan != nullptr && effective_->has_value() && plan == &**effective_) {
      actual.front().wake_up = runs_.front().power->wake_up;
    }
    actual_ = std::move(actual);
    left_the_plan_ = course_ == Course::kPlaced && HasLeftThePlan(decided_, ran_->runs);
    const bool is_in_force = course_ == Course::kPlaced || course_ == Course::kRestored;
    if (is_in_force) {
      home_ = left_the_plan_ ? Drawn(WhyUnknown::kNotAsPlanned) : DrawnUnder(decided_.home);
    } else {
      home_ = actual_;
    }
    if (course_ == Course::kShadow || course_ == Course::kRestored) {
      chosen_ = DrawnUnder(decided_.chosen);
    } else if (course_ == Course::kLeftAlone) {
      chosen_ = WhyUnknown::kNothingPlanned;
    } else {
      chosen_ = left_the_plan_ ? Drawn(WhyUnknown::kNotAsPlanned) : actual_;
    }
  }

  std::vector<ActualsUsed> ChooseActuals() {
    for (const Drawn* drawn : {&actual_, &home_, &chosen_}) {
      if (!drawn->has_value()) continue;
      for (const DrawnEnergy& one : **drawn) actuals_.Need(one.power->zone, one.from, one.to);
    }
    return actuals_.Choose();
  }

  EnergyOutcome Energy() const {
    EnergySum sum = EnergyOf(*actual_);
    return {.method = is_measured_ ? EnergyMethod::kMeasured : EnergyMethod::kModelled,
            .by = is_measured_ ? model_.meter_.plugin : std::move(sum.hardware),
            .it = std::move(sum.it),
            .at_meter = sum.at_meter};
  }

  Known<Estimated<GramsCo2e>> Emission(const Drawn& drawn, Figure figure) const {
    if (!drawn.has_value()) return drawn.why();
    return EmissionOf(*drawn, figure, actuals_);
  }

  void SetEmissions(Figure figure, EmissionOutcome* emission) const {
    emission->actual = Emission(actual_, figure);
    emission->at_home = Emission(home_, figure);
    emission->as_chosen = Emission(chosen_, figure);
    if (!emission->at_home.has_value()) {
      emission->saved = emission->at_home.why();
    } else if (!emission->actual.has_value()) {
      emission->saved = emission->actual.why();
    } else {
      emission->saved = *emission->at_home - *emission->actual;
    }
  }

  void SetIntensities() {
    IntensityOutcome& intensity = outcome_.intensity;
    intensity.actual = IntensityOf(*actual_, actuals_);
    if (!effective_->has_value()) {
      intensity.actual_as_planned = WhyUnknown::kNothingPlanned;
    } else if (const PlanSummary& plan = **effective_;
               !IsKnown(plan.start) || plan.runtime == absl::InfiniteDuration()) {
      intensity.actual_as_planned = WhyUnknown::kNotRecorded;
    } else {
      intensity.actual_as_planned =
          actuals_.Mean(plan.zone, FloorSecond(plan.start), CeilSecond(plan.start + plan.runtime));
    }
  }

  const OutcomeModel& model_;
  const DecisionSummary& decided_;
  const RanJob* const ran_;
  const bool was_restored_;
  const Course course_;
  const std::optional<PlanSummary>* effective_ = nullptr;  // the plan that took effect
  JobOutcome outcome_;
  std::vector<std::unique_ptr<UnitPower>> powers_;
  std::map<const PlanSummary*, Known<const UnitPower*>> of_plans_;
  std::map<std::string, const UnitPower*> of_partitions_;
  std::vector<PoweredRun> runs_;
  bool is_measured_ = false, left_the_plan_ = false;
  Drawn actual_, home_, chosen_;
  ChosenActuals actuals_;
};

JobOutcome OutcomeModel::Of(const DecisionSummary& decided, const RanJob* ran) const {
  return Computation(*this, decided, ran).Result();
}

}  // namespace carbon
