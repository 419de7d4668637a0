#include "core/outcome/outcome.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/config/profile.h"
#include "core/decision/accounting.h"
#include "core/decision/plan.h"

namespace carbon {
namespace {

// A start earlier than this is in another hour of the grid.
constexpr absl::Duration kEarly = absl::Minutes(5);
// What a meter that is believed errs.
constexpr Quality kMeterQuality = Quality::kMeasured;

std::optional<PlannedUse> UseOf(const std::optional<Plan>& plan) {
  if (!plan.has_value()) return std::nullopt;
  const PlannedRun& first = plan->first();
  return PlannedUse{.pool = first.pool(),
                    .partition = first.partition(),
                    .site = first.site(),
                    .zone = first.zone(),
                    .hardware = first.hardware(),
                    .start = plan->start(),
                    .runtime = plan->runtime(),
                    .task_runtime = plan->task_runtime(),
                    .wake_up = first.wake_up,
                    .units = first.units,
                    .energy = plan->energy(),
                    .intensity = plan->intensity(),
                    .gross = plan->gross(),
                    .consequential = plan->consequential(),
                    .stays_powered = first.stays_powered};
}

bool IsKnown(absl::Time time) { return time != absl::InfinitePast(); }
bool IsKnown(absl::Duration time) {
  return time != absl::InfiniteDuration() && time > absl::ZeroDuration();
}

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

Course CourseOf(const DecidedJob& decided, bool was_restored) {
  if (decided.outcome == Outcome::kLeftAlone) return Course::kLeftAlone;
  if (decided.outcome == Outcome::kKeptHome) return Course::kKeptHome;
  if (decided.mode != Mode::kEnforce) return Course::kShadow;
  return was_restored ? Course::kRestored : Course::kPlaced;
}

bool IsCompleted(absl::string_view state) { return state == "COMPLETED"; }

RunFacts FactsOf(const std::vector<ActualRun>& runs) {
  RunFacts facts = {.start = runs.front().start, .end = runs.front().end};
  std::map<std::string, absl::Duration> by_task;
  std::set<std::string> partitions;
  for (const ActualRun& run : runs) {
    const absl::Duration time = run.end - run.start;
    facts.start = std::min(facts.start, run.start);
    facts.end = std::max(facts.end, run.end);
    absl::Duration& task = by_task[run.task];
    task += time;
    facts.longest = std::max(facts.longest, task);
    facts.total += time;
    if (!IsCompleted(run.state)) facts.unfinished += time;
    if (partitions.insert(run.partition).second) facts.partitions.push_back(run.partition);
  }
  facts.runs = static_cast<int64_t>(runs.size());
  facts.tasks = static_cast<int64_t>(by_task.size());
  return facts;
}

}  // namespace

absl::string_view CourseName(Course course) {
  switch (course) {
    case Course::kLeftAlone:
      return "left-alone";
    case Course::kShadow:
      return "shadow";
    case Course::kKeptHome:
      return "kept-home";
    case Course::kPlaced:
      return "placed";
    case Course::kRestored:
      return "restored";
  }
  return "unknown";
}

absl::string_view EnergyMethodName(EnergyMethod method) {
  return method == EnergyMethod::kMeasured ? "measured" : "modelled";
}

DecidedJob DecidedJobOf(const PlacementRecord& record) {
  const Decision& decision = record.decision;
  return {.id = record.id,
          .time = record.time,
          .outcome = decision.outcome,
          .mode = decision.mode,
          .minimised = decision.minimised,
          .signal = decision.signal,
          .exclusive = record.job.exclusive,
          .array_tasks = std::max<int64_t>(1, record.job.array_tasks),
          .home = UseOf(decision.home),
          .chosen = UseOf(decision.chosen)};
}

bool HasLeftThePlan(const DecidedJob& decided, const std::vector<ActualRun>& runs) {
  if (!decided.chosen.has_value()) return false;
  return std::any_of(runs.begin(), runs.end(), [&decided](const ActualRun& run) {
    return run.partition != decided.chosen->partition ||
           (IsKnown(decided.chosen->start) && run.start < decided.chosen->start - kEarly);
  });
}

OutcomeModel::OutcomeModel(const PlacementConfig& config, const ActualsByZone& actuals,
                           EnergyMeter meter)
    : config_(config), actuals_(actuals), meter_(std::move(meter)) {
  for (const SiteConfig& site : config_.sites) sites_.emplace(site.name, &site);
  for (const PoolConfig& pool : config_.pools) pools_[pool.partition].push_back(&pool);
}

const ErrorDraws& OutcomeModel::FactorOf(const std::string& key, double spread) const {
  const auto [factor, is_new] = factors_.try_emplace(absl::StrCat(spread, "/", key));
  if (is_new) factor->second = DrawFactor(key, spread);
  return factor->second;
}

// The same factors as those by which the snapshot judges decisions.
void OutcomeModel::AddFactors(UnitPower* power) const {
  Quality busy = Quality::kEstimated, free = Quality::kEstimated, overhead = Quality::kEstimated;
  const auto profile = config_.hardware.find(power->hardware);
  if (profile != config_.hardware.end()) {
    power->profile = &profile->second;
    busy = profile->second.busy.quality;
    if (profile->second.free.has_value()) free = profile->second.free->quality;
  }
  double overhead_share = 0;
  if (const auto site = sites_.find(power->site); site != sites_.end()) {
    const Sourced<double>& pue = site->second->pue;
    power->pue = pue.value;
    overhead = pue.quality;
    overhead_share = (pue.value - 1) / pue.value;
  }
  power->watts_factor = &FactorOf("watts/" + power->hardware, RelativeSpread(busy));
  power->free_factor = &FactorOf("free/" + power->hardware, RelativeSpread(free));
  power->pue_factor = &FactorOf("pue/" + power->site, RelativeSpread(overhead) * overhead_share);
}

Known<OutcomeModel::UnitPower> OutcomeModel::PowerOf(const PlannedUse& plan, int64_t tasks) const {
  if (!std::isfinite(plan.energy.value()) || plan.units <= 0 || !IsKnown(plan.task_runtime) ||
      !IsKnown(plan.runtime)) {
    return WhyUnknown::kNotRecorded;
  }
  UnitPower power = {.site = plan.site, .zone = plan.zone, .hardware = plan.hardware};
  AddFactors(&power);
  const double units = static_cast<double>(plan.units) * static_cast<double>(tasks);
  // What the nodes draw while they wake up is not drawn for longer if the job runs for longer.
  if (plan.wake_up > absl::ZeroDuration() && power.profile != nullptr && power.pue.has_value()) {
    const double rounds = absl::FDivDuration(plan.runtime, plan.task_runtime);
    power.wake_up =
        PowerAtMeter(WakingWatts(*power.profile), units / rounds, *power.pue) * plan.wake_up;
    power.wake_up = std::min(power.wake_up, plan.energy);
  }
  const double unit_hours = units * absl::ToDoubleHours(plan.task_runtime);
  const auto spread = [unit_hours](KilowattHours energy) {
    return Watts(1000 * energy.value() / unit_hours);
  };
  power.at_meter = spread(plan.energy - power.wake_up);
  if (plan.consequential.has_value() && plan.intensity.value() > 0 &&
      std::isfinite((plan.gross - *plan.consequential).value())) {
    power.free_at_meter =
        spread(KilowattHours((plan.gross - *plan.consequential).value() / plan.intensity.value()));
  } else if (plan.stays_powered == 0) {
    power.free_at_meter = Watts(0);
  } else if (plan.stays_powered.has_value() && power.profile != nullptr &&
             power.profile->free.has_value() && power.pue.has_value()) {
    power.free_at_meter = power.profile->free->value * *plan.stays_powered * *power.pue;
  }
  return power;
}

Known<OutcomeModel::UnitPower> OutcomeModel::PowerIn(const std::string& partition) const {
  const auto found = pools_.find(partition);
  if (found == pools_.end()) return WhyUnknown::kNoPool;
  const PoolConfig& pool = *found->second.front();
  for (const PoolConfig* other : found->second) {
    if (other->site != pool.site || other->hardware != pool.hardware) {
      return WhyUnknown::kSeveralPools;
    }
  }
  const auto site = sites_.find(pool.site);
  const auto profile = config_.hardware.find(pool.hardware);
  if (site == sites_.end() || profile == config_.hardware.end()) return WhyUnknown::kNoPool;
  UnitPower power = {.site = pool.site, .zone = site->second->zone, .hardware = pool.hardware};
  AddFactors(&power);
  power.at_meter = profile->second.busy.value * *power.pue;
  if (pool.powers_down == true) {
    power.free_at_meter = Watts(0);
  } else if (pool.powers_down == false && profile->second.free.has_value()) {
    power.free_at_meter = profile->second.free->value * *power.pue;
  }
  return power;
}

// The outcome of one decision.
class OutcomeModel::Computation {
 public:
  Computation(const OutcomeModel& model, const DecidedJob& decided, const RanJob* ran)
      : model_(model),
        decided_(decided),
        ran_(ran),
        course_(CourseOf(decided, ran != nullptr && ran->was_restored)) {}

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
    Measure();
    CollectPieces();
    ChooseSources();
    outcome_.energy = Energy(actual_);
    SetEmissions(Figure::kAttributional, &outcome_.attributional);
    SetEmissions(Figure::kConsequential, &outcome_.consequential);
    SetIntensities();
    return std::move(outcome_);
  }

 private:
  // A run, with the power at which it ran.
  struct PoweredRun {
    const ActualRun* run;
    const PlannedUse* plan;  // in whose partition it ran; nullptr: in neither's
    const UnitPower* power;
    double units;
    // The measured energy over the modelled; 1 if nothing was measured or believed.
    double measured_over_modelled = 1;
  };
  // What was drawn, or would have been drawn, in one window.
  struct Piece {
    const UnitPower* power;
    absl::Time from, to;                // whole seconds
    KilowattHours energy;               // at the meter
    std::optional<KilowattHours> free;  // what would have been drawn without the job
    KilowattHours wake_up;
    bool is_measured = false;
  };
  using Pieces = Known<std::vector<Piece>>;

  void SetPlanned() {
    if (!effective_->has_value()) {
      outcome_.planned_start = WhyUnknown::kNothingPlanned;
      outcome_.planned_runtime = WhyUnknown::kNothingPlanned;
      outcome_.predicted_energy = WhyUnknown::kNothingPlanned;
      outcome_.intensity.predicted = WhyUnknown::kNothingPlanned;
    } else {
      const PlannedUse& plan = **effective_;
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
    set(&outcome_.attributional, [](const PlannedUse& plan) { return std::optional(plan.gross); });
    set(&outcome_.consequential, [](const PlannedUse& plan) { return plan.consequential; });
  }

  template <class FigureOf>
  static Known<GramsCo2e> Predicted(const std::optional<PlannedUse>& plan, FigureOf figure_of) {
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

  // The power at which each run ran.
  std::optional<WhyUnknown> FindPowers() {
    std::vector<const PlannedUse*> plans;
    if (effective_->has_value()) plans.push_back(&**effective_);
    for (const auto* plan : {&decided_.home, &decided_.chosen}) {
      if (plan->has_value()) plans.push_back(&**plan);
    }
    for (const ActualRun& run : ran_->runs) {
      const auto plan = std::find_if(plans.begin(), plans.end(), [&run](const PlannedUse* one) {
        return one->partition == run.partition;
      });
      PoweredRun powered = {
          .run = &run, .plan = plan == plans.end() ? nullptr : *plan, .power = nullptr, .units = 0};
      const Known<const UnitPower*> power =
          powered.plan != nullptr ? PowerOf(*powered.plan) : PowerIn(run.partition);
      if (!power.has_value()) return power.why();
      powered.power = *power;
      const std::optional<double> units = UnitsOf(powered);
      if (!units.has_value()) return WhyUnknown::kNoUnits;
      powered.units = *units;
      runs_.push_back(powered);
    }
    return std::nullopt;
  }

  Known<const UnitPower*> Keep(Known<UnitPower> power) {
    if (!power.has_value()) return power.why();
    return powers_.emplace_back(std::make_unique<UnitPower>(*power)).get();
  }
  Known<const UnitPower*> PowerOf(const PlannedUse& plan) {
    const auto found = of_plans_.find(&plan);
    if (found != of_plans_.end()) return found->second;
    const Known<const UnitPower*> power = Keep(model_.PowerOf(plan, decided_.array_tasks));
    of_plans_.emplace(&plan, power);
    return power;
  }
  Known<const UnitPower*> PowerIn(const std::string& partition) {
    const auto found = of_partitions_.find(partition);
    if (found != of_partitions_.end()) return found->second;
    const Known<const UnitPower*> power = Keep(model_.PowerIn(partition));
    of_partitions_.emplace(partition, power);
    return power;
  }

  // The units of the hardware that the run kept from others: those that Slurm gave it, or if that
  // is not known those that were planned. An exclusive job keeps all devices of its nodes, which
  // accounting may not count.
  std::optional<double> UnitsOf(const PoweredRun& powered) const {
    std::optional<int64_t> given;
    if (powered.power->profile != nullptr) {
      switch (powered.power->profile->unit) {
        case AllocationUnit::kDevice:
          given = powered.run->devices;
          break;
        case AllocationUnit::kCore:
          given = powered.run->cpus;
          break;
        case AllocationUnit::kNode:
          given = powered.run->nodes;
          break;
      }
    }
    std::optional<int64_t> planned;
    if (powered.plan != nullptr) planned = powered.plan->units;
    if (given.has_value() && decided_.exclusive && planned.has_value()) {
      given = std::max(*given, *planned);
    }
    if (!given.has_value() || *given <= 0) given = planned;
    if (!given.has_value()) return std::nullopt;
    return static_cast<double>(*given);
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
    PlausibleEnergy plausible;
    for (const PoweredRun& run : runs_) {
      if (run.run->joules.has_value()) {
        joules += *run.run->joules;
      } else if (TimeOf(*run.run) > absl::ZeroDuration()) {
        has_all = false;
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
    is_measured_ = !measured.why_not.has_value();
    if (!is_measured_) return;
    for (PoweredRun& run : runs_) {
      const double modelled = ModelledAtMeter(run).value();
      if (modelled <= 0) continue;
      run.measured_over_modelled =
          run.run->joules.value_or(0) / kJoulesPerKilowattHour * *run.power->pue / modelled;
    }
  }

  Piece ActualPiece(const PoweredRun& run) const {
    Piece piece = {.power = run.power,
                   .from = FloorSecond(run.run->start),
                   .to = CeilSecond(run.run->end),
                   .energy = ModelledAtMeter(run) * run.measured_over_modelled,
                   .is_measured = is_measured_};
    if (run.power->free_at_meter.has_value()) {
      piece.free = *run.power->free_at_meter * run.units * TimeOf(*run.run);
    }
    return piece;
  }

  // The same runs, as if they had followed `plan`.
  Pieces PiecesUnder(const std::optional<PlannedUse>& plan) {
    if (!plan.has_value()) return WhyUnknown::kNothingPlanned;
    if (!IsKnown(plan->start)) return WhyUnknown::kNotRecorded;
    const Known<const UnitPower*> power = PowerOf(*plan);
    if (!power.has_value()) return power.why();
    std::vector<Piece> pieces;
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
      Piece piece = {.power = *power,
                     .from = FloorSecond(plan->start + (run.run->start - first) * longer),
                     .to = CeilSecond(plan->start + (run.run->end - first) * longer),
                     .energy = (*power)->at_meter * units * time * run.measured_over_modelled,
                     // The meter has seen what this hardware draws for the job, and no other.
                     .is_measured = is_measured_ && run.plan->hardware == plan->hardware};
      if ((*power)->free_at_meter.has_value()) {
        piece.free = *(*power)->free_at_meter * units * time;
      }
      pieces.push_back(piece);
    }
    pieces.front().wake_up = (*power)->wake_up;
    return pieces;
  }

  void CollectPieces() {
    std::vector<Piece> actual;
    for (const PoweredRun& run : runs_) actual.push_back(ActualPiece(run));
    // Its nodes woke up for the plan that it followed.
    const PlannedUse* const plan = runs_.front().plan;
    if (plan != nullptr && effective_->has_value() && plan == &**effective_) {
      actual.front().wake_up = runs_.front().power->wake_up;
    }
    actual_ = std::move(actual);
    left_the_plan_ = course_ == Course::kPlaced && HasLeftThePlan(decided_, ran_->runs);
    const bool is_in_force = course_ == Course::kPlaced || course_ == Course::kRestored;
    if (is_in_force) {
      home_ = left_the_plan_ ? Pieces(WhyUnknown::kNotAsPlanned) : PiecesUnder(decided_.home);
    } else {
      home_ = actual_;
    }
    if (course_ == Course::kShadow || course_ == Course::kRestored) {
      chosen_ = PiecesUnder(decided_.chosen);
    } else if (course_ == Course::kLeftAlone) {
      chosen_ = WhyUnknown::kNothingPlanned;
    } else {
      chosen_ = left_the_plan_ ? Pieces(WhyUnknown::kNotAsPlanned) : actual_;
    }
  }

  using Windows = std::map<absl::Time, absl::Time>;  // disjoint: the end of each by its start

  static void AddWindow(absl::Time from, absl::Time to, Windows* windows) {
    auto next = windows->lower_bound(from);
    if (next != windows->begin() && std::prev(next)->second >= from) --next;
    while (next != windows->end() && next->first <= to) {
      from = std::min(from, next->first);
      to = std::max(to, next->second);
      next = windows->erase(next);
    }
    windows->emplace(from, to);
  }

  // For each zone the source that knows most of the time.
  void ChooseSources() {
    std::map<std::string, Windows> by_zone;
    for (const Pieces* pieces : {&actual_, &home_, &chosen_}) {
      if (!pieces->has_value()) continue;
      for (const Piece& piece : **pieces) {
        AddWindow(piece.from, piece.to, &by_zone[piece.power->zone]);
      }
    }
    for (const auto& [zone, windows] : by_zone) {
      ActualsUsed used = {.zone = zone, .source = "", .kind = decided_.signal};
      const ActualIntensity* best = nullptr;
      for (const ActualIntensity* actual : SourcesOf(zone)) {
        ActualsUsed of_source = {.zone = zone, .source = actual->source(), .kind = actual->kind()};
        for (const auto& [from, to] : windows) {
          const ActualIntensity::Window window = actual->Over(from, to);
          of_source.known += window.known;
          of_source.estimated += window.estimated;
          if (!window.fetched_at.has_value()) continue;
          of_source.fetched_at =
              std::max(of_source.fetched_at.value_or(absl::InfinitePast()), *window.fetched_at);
        }
        if (best != nullptr && of_source.known <= used.known) continue;
        best = actual;
        used = of_source;
      }
      for (const auto& [from, to] : windows) used.needed += to - from;
      sources_.emplace(zone, best);
      outcome_.actuals.push_back(std::move(used));
    }
  }

  std::vector<const ActualIntensity*> SourcesOf(const std::string& zone) const {
    std::vector<const ActualIntensity*> sources;
    const auto found = model_.actuals_.find(zone);
    if (found == model_.actuals_.end()) return sources;
    for (const ActualIntensity& actual : found->second) {
      if (actual.kind() == decided_.signal) sources.push_back(&actual);
    }
    return sources;
  }

  Known<GramsPerKilowattHour> Mean(const std::string& zone, absl::Time from, absl::Time to) const {
    const auto found = sources_.find(zone);
    if (found == sources_.end() || found->second == nullptr) return WhyUnknown::kNoActuals;
    if (to <= from) to = from + absl::Seconds(1);
    const ActualIntensity::Window window = found->second->Over(from, to);
    if (window.known < to - from) return WhyUnknown::kActualsMissing;
    return GramsPerKilowattHour(static_cast<double>(window.integral.milligram_seconds_per_kwh) /
                                1000 / absl::ToDoubleSeconds(to - from));
  }

  const ErrorDraws& EnergyFactor(const Piece& piece) const {
    if (!piece.is_measured) return *piece.power->watts_factor;
    return model_.FactorOf("meter/" + model_.meter_.plugin, RelativeSpread(kMeterQuality));
  }

  Known<EnergyOutcome> Energy(const Pieces& pieces) const {
    if (!pieces.has_value()) return pieces.why();
    EnergyOutcome energy;
    std::set<std::string> profiles;
    Estimated<KilowattHours> it;
    bool has_pue = true;
    for (const Piece& piece : *pieces) {
      const KilowattHours at_meter = piece.energy + piece.wake_up;
      const ErrorDraws& factor = EnergyFactor(piece);
      Estimated<KilowattHours> of_piece = EstimatedBy(at_meter, factor);
      for (size_t s = 0; s < factor.size(); ++s) of_piece.draws[s] *= (*piece.power->pue_factor)[s];
      energy.at_meter += of_piece;
      profiles.insert(piece.power->hardware);
      if (piece.power->pue.has_value()) {
        it += EstimatedBy(at_meter / *piece.power->pue, factor);
      } else {
        has_pue = false;
      }
    }
    if (has_pue) {
      energy.it = it;
    } else {
      energy.it = WhyUnknown::kNoPue;
    }
    energy.method = is_measured_ ? EnergyMethod::kMeasured : EnergyMethod::kModelled;
    energy.by = is_measured_ ? model_.meter_.plugin : absl::StrJoin(profiles, ",");
    return energy;
  }

  Known<Estimated<GramsCo2e>> Emission(const Pieces& pieces, Figure figure) const {
    if (!pieces.has_value()) return pieces.why();
    Estimated<GramsCo2e> emission;
    for (const Piece& piece : *pieces) {
      const bool is_consequential = figure == Figure::kConsequential;
      if (is_consequential && !piece.free.has_value()) return WhyUnknown::kNoFreeWatts;
      const Known<GramsPerKilowattHour> intensity = Mean(piece.power->zone, piece.from, piece.to);
      if (!intensity.has_value()) return intensity.why();
      const KilowattHours free = is_consequential ? *piece.free : KilowattHours(0);
      const ErrorDraws& factor = EnergyFactor(piece);
      const auto added = [&](double energy_factor, double free_factor) {
        const double added_by_run =
            piece.energy.value() * energy_factor - free.value() * free_factor;
        return KilowattHours(std::max(0.0, added_by_run) + piece.wake_up.value() * energy_factor) *
               *intensity;
      };
      emission.value = emission.value + added(1, 1);
      for (size_t s = 0; s < factor.size(); ++s) {
        emission.draws[s] += added(factor[s], (*piece.power->free_factor)[s]).value() *
                             (*piece.power->pue_factor)[s];
      }
    }
    return emission;
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
    GramsCo2e emission;
    KilowattHours energy;
    intensity.actual = WhyUnknown::kNotRecorded;  // of no energy
    std::optional<WhyUnknown> why;
    for (const Piece& piece : *actual_) {
      const Known<GramsPerKilowattHour> mean = Mean(piece.power->zone, piece.from, piece.to);
      if (!mean.has_value()) {
        why = mean.why();
        break;
      }
      emission = emission + piece.energy * *mean;
      energy = energy + piece.energy;
    }
    if (why.has_value()) {
      intensity.actual = *why;
    } else if (energy.value() > 0) {
      intensity.actual = GramsPerKilowattHour(emission.value() / energy.value());
    }
    if (!effective_->has_value()) {
      intensity.actual_as_planned = WhyUnknown::kNothingPlanned;
    } else if (const PlannedUse& plan = **effective_;
               !IsKnown(plan.start) || plan.runtime == absl::InfiniteDuration()) {
      intensity.actual_as_planned = WhyUnknown::kNotRecorded;
    } else {
      intensity.actual_as_planned =
          Mean(plan.zone, FloorSecond(plan.start), CeilSecond(plan.start + plan.runtime));
    }
  }

  const OutcomeModel& model_;
  const DecidedJob& decided_;
  const RanJob* const ran_;
  const Course course_;
  const std::optional<PlannedUse>* effective_ = nullptr;  // the plan that took effect
  JobOutcome outcome_;
  std::vector<std::unique_ptr<UnitPower>> powers_;
  std::map<const PlannedUse*, Known<const UnitPower*>> of_plans_;
  std::map<std::string, Known<const UnitPower*>> of_partitions_;
  std::vector<PoweredRun> runs_;
  bool is_measured_ = false, left_the_plan_ = false;
  Pieces actual_, home_, chosen_;
  std::map<std::string, const ActualIntensity*> sources_;  // by zone; nullptr: there is none
};

JobOutcome OutcomeModel::Of(const DecidedJob& decided, const RanJob* ran) const {
  return Computation(*this, decided, ran).Result();
}

}  // namespace carbon
