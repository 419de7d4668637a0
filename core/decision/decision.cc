#include "core/decision/decision.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/nearest_word.h"
#include "core/decision/candidates.h"
#include "core/decision/choice.h"
#include "core/decision/decision_reason.h"
#include "core/decision/gate.h"
#include "core/decision/placement.h"
#include "core/decision/watch.h"
#include "core/grid/error_factors.h"
#include "core/grid/scenarios.h"
#include "core/runtime/expected_runtime.h"

namespace carbon {
namespace {

// Each costs a proof for every pool, and no sensible job names more.
constexpr size_t kMaxPartitions = 8;
constexpr absl::Duration kMaxLimit = absl::Hours(24 * 400);
// The maximum relative spread of a learnt runtime. The factors lie symmetrically around 1 and are
// at least 0.05, so with a wider spread their mean would be above 1.
constexpr double kMaxRuntimeSpread = 0.6;

const std::string& HomePartition(const Snapshot& snapshot, const JobRequest& job) {
  return job.partitions.empty() ? snapshot.capacity().default_partition : job.partitions.front();
}

// The fault if a hint names something unknown, worded so that the user sees the typing error;
// empty: all names are known.
std::string UnknownName(const Hints& hints, const PlacementConfig& config) {
  if (hints.sites.empty() && hints.hardware.empty()) return "";
  std::vector<std::string> sites, hardware;
  for (const SiteConfig& site : config.sites) sites.push_back(site.name);
  for (const PoolConfig& pool : config.pools) hardware.push_back(pool.hardware);
  const auto check = [](absl::string_view hint, const std::vector<std::string>& asked,
                        const std::vector<std::string>& known) -> std::string {
    for (const std::string& name : asked) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const std::string nearest = NearestWord(name, known);
      return absl::StrCat("hint \"", hint, "=", name, "\": not known here",
                          nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"));
    }
    return "";
  };
  std::string wrong = check("site", hints.sites, sites);
  return wrong.empty() ? check("hardware", hints.hardware, hardware) : wrong;
}

// One decision while it is being made: each step reads what the ones before it found.
class Decider {
 public:
  Decider(const JobRequest& job, const Snapshot& snapshot, const BookingLedger& ledger,
          absl::Time now, std::optional<double> draw, Decision* decision)
      : job_(job),
        snapshot_(snapshot),
        ledger_(ledger),
        now_(now),
        draw_(draw),
        decision_(*decision) {}

  void Run() {
    if (SettleTerms() && SettleHome()) {
      FindCandidates();
      SettleFigure();
      Choose();
    }
  }

 private:
  // Each returns false when the job is left alone, with the reason in the decision.
  bool LeaveAlone(DecisionReason reason) {
    decision_.outcome = Outcome::kLeftAlone;
    decision_.reason = std::move(reason);
    return false;
  }
  bool LeaveAlone(Reason reason) { return LeaveAlone(DecisionReason{reason, {}}); }

  bool SettleTerms() {
    const std::string& partition = HomePartition(snapshot_, job_);
    const Policy* policy = MatchPolicy(snapshot_.config().policies, job_, partition);
    if (policy == nullptr) return LeaveAlone(Reason::kNoPolicy);
    decision_.policy = policy->name;
    decision_.mode = policy->mode;
    decision_.message = policy->message;
    if (policy->mode == Mode::kOff) return LeaveAlone(Reason::kPolicyOff);

    absl::StatusOr<Hints> hints = ParseHints(job_.comment);
    std::string wrong = hints.ok() ? UnknownName(*hints, snapshot_.config())
                                   : std::string(hints.status().message());
    if (!wrong.empty()) {
      decision_.bad_hint = true;
      return LeaveAlone({Reason::kBadHint, InWords{std::move(wrong)}});
    }
    decision_.hints = *std::move(hints);
    if (decision_.hints.off) return LeaveAlone(Reason::kOptedOut);
    if (job_.leave_alone.has_value()) {
      if (job_.uncountable.empty()) return LeaveAlone(*job_.leave_alone);
      return LeaveAlone({*job_.leave_alone, InWords{job_.uncountable}});
    }

    // It is not known which of them has what pins it, and a plan could name only one.
    if (job_.partitions.size() > 1 && !job_.pinned_by.empty()) {
      return LeaveAlone(Reason::kPinnedToOneOfSeveral);
    }
    if (job_.partitions.size() > kMaxPartitions) return LeaveAlone(Reason::kTooManyPartitions);

    const std::vector<const Snapshot::Pool*> homes = PoolsOpenTo(snapshot_, job_, partition);
    if (homes.empty()) {
      if (snapshot_.PoolsOf(partition).empty()) return LeaveAlone(Reason::kPartitionIsNoPool);
      return LeaveAlone(job_.device_type.empty() ? Reason::kPartitionWithoutDevices
                                                 : Reason::kPartitionWithoutDeviceType);
    }
    const Snapshot::Pool* home = homes.front();
    // Slurm would choose on which of them it runs, so there is nothing to compare with.
    for (const Snapshot::Pool* other : homes) {
      if (!AreAlike(*other, *home)) return LeaveAlone(Reason::kSeveralKindsOfNodes);
    }
    if (MayLeavePool(job_, *home)) return LeaveAlone(Reason::kNodesInNoPool);
    const std::optional<absl::Duration> limit = TimeLimit(job_, home->state);
    if (!limit.has_value()) return LeaveAlone(Reason::kNoTimeLimit);
    if (*limit <= absl::ZeroDuration() || *limit > kMaxLimit) {
      return LeaveAlone(Reason::kTimeLimitOutOfRange);
    }

    terms_.job = &job_;
    terms_.policy = policy;
    terms_.hints = &decision_.hints;
    terms_.home = home;
    terms_.limit = *limit;
    // If it names several partitions, any of them might have let it run.
    admission_.reserve(std::max<size_t>(1, job_.partitions.size()));
    if (job_.partitions.size() <= 1) {
      admission_.emplace_back(job_, *limit, snapshot_.admission(), home->rules);
    } else {
      for (const std::string& named : job_.partitions) {
        admission_.emplace_back(job_, *limit, snapshot_.admission(),
                                snapshot_.admission().FindPartition(named));
      }
    }
    // Then Slurm reports it. If several are named, one that takes the job is enough.
    const auto is_shut_out = [](const AdmissionProof& proof) {
      return proof.WhyShutOut().has_value();
    };
    if (std::all_of(admission_.begin(), admission_.end(), is_shut_out)) {
      return LeaveAlone({*admission_.front().WhyShutOut(), AtHome{nullptr}});
    }
    terms_.admission = &admission_;
    terms_.earliest = absl::FromUnixSeconds(absl::ToUnixSeconds(now_));
    if (job_.begin.has_value()) terms_.earliest = std::max(terms_.earliest, *job_.begin);
    absl::Duration wait = policy->may_change_time ? policy->max_delay : absl::ZeroDuration();
    if (decision_.hints.wait.has_value()) wait = std::min(wait, *decision_.hints.wait);
    if (decision_.hints.now) wait = absl::ZeroDuration();
    // Without the watch it would not be noticed in time that its nodes turn out busy.
    if (job_.deadline.has_value() && policy->mode == Mode::kEnforce &&
        wait > absl::ZeroDuration() && !IsWatched(snapshot_.capacity(), now_)) {
      wait = absl::ZeroDuration();
      is_unwatched_ = true;
    }
    terms_.latest_asked = terms_.earliest + wait;
    SettleRuntime();
    return true;
  }

  // Finds what says how long the job runs: a hint, what was learnt, or the time limit.
  void SettleRuntime() {
    const Hints& hints = decision_.hints;
    const bool is_hinted = hints.runtime.has_value() || hints.flops.has_value();
    decision_.runtime_is_learnt =
        !is_hinted && terms_.policy->learnt_runtime && job_.learnt_runtime.has_value();
    decision_.runtime_is_limit = !is_hinted && !decision_.runtime_is_learnt;
    if (!decision_.runtime_is_learnt) return;
    const ExpectedRuntime& learnt = *job_.learnt_runtime;
    terms_.learnt_runtime = std::max(terms_.limit * learnt.share, absl::Seconds(1));
    runtime_factor_ =
        DrawFactor("runtime", std::min(learnt.spread / learnt.share, kMaxRuntimeSpread));
    terms_.runtime_factor = &*runtime_factor_;
  }

  bool SettleHome() {
    const auto not_at_home = [this](Reason reason) {
      return LeaveAlone({reason, AtHome{snapshot_.NamesOf(*terms_.home)}});
    };
    if (const auto why = RunAtHome(terms_, ledger_, now_, &home_run_)) return not_at_home(*why);
    ComparePartitionsNamed();
    // Without room in sight it is not known when it would start.
    const bool has_room = home_run_.option.bounds.has_value();
    const std::optional<Placement> placement =
        PlaceAt(home_run_.option, has_room ? FirstStart(home_run_) : terms_.earliest);
    if (!has_room || !placement.has_value()) {
      return not_at_home(placement.has_value() ? Reason::kNoRoomAtHome
                                               : Reason::kRunBeyondForecast);
    }
    home_ = Choice{&home_run_, *placement};
    decision_.home = PlanOf(home_, snapshot_);
    decision_.signal = terms_.home->forecast->kind;
    return true;
  }

  // If the user names several partitions, Slurm starts the job in the one that has room first; if
  // two are equal, in the one named first. That is its home. A partition in which it could never
  // start is not.
  void ComparePartitionsNamed() {
    if (job_.partitions.size() <= 1) return;
    bool fits_home = !WhyNotFitting(terms_, *terms_.home).has_value();
    for (size_t i = 1; i < job_.partitions.size(); ++i) {
      const std::vector<const Snapshot::Pool*> homes =
          PoolsOpenTo(snapshot_, job_, job_.partitions[i]);
      if (homes.size() != 1 || TimeLimit(job_, homes[0]->state) != terms_.limit) continue;
      JobTerms terms = terms_;
      terms.home = homes[0];
      PoolRun run{};
      if (RunAtHome(terms, ledger_, now_, &run).has_value()) continue;
      if (!run.option.bounds.has_value()) continue;
      if (WhyNotFitting(terms, *homes[0]).has_value()) continue;
      if (fits_home && home_run_.option.bounds.has_value() &&
          FirstStart(home_run_) <= FirstStart(run)) {
        continue;
      }
      fits_home = true;
      terms_ = terms;
      home_run_ = std::move(run);
    }
  }

  void FindCandidates() {
    const std::vector<Snapshot::Pool>& pools = snapshot_.pools();
    decision_.pools = snapshot_.pool_names();
    decision_.excluded.reserve(pools.size());
    runs_.reserve(pools.size());
    JobInPools job(terms_, snapshot_, ledger_, now_);
    PoolRun run{};
    for (const Snapshot::Pool& pool : pools) {
      if (const auto why = job.RunIn(pool, &run)) {
        decision_.excluded.push_back({.pool = pool.index, .reason = *why});
      } else {
        runs_.push_back(run);
      }
    }
  }

  // Emissions in two figures are not compared: if one candidate lacks the consequential figure, all
  // are judged by the attributional.
  void SettleFigure() {
    const auto is_known = [](const PoolRun& run) { return run.added_power.has_value(); };
    if (terms_.policy->minimise == Figure::kAttributional || !is_known(home_run_) ||
        !std::all_of(runs_.begin(), runs_.end(), is_known)) {
      return;
    }
    decision_.minimised = Figure::kConsequential;
    for (PoolRun& run : runs_) run.option.power = *run.added_power;
    home_run_.option.power = *home_run_.added_power;
    home_.placement.emission = *EmissionOf(home_, Figure::kConsequential);
  }

  void Choose() {
    std::vector<const PlacementOption*> options;
    options.reserve(runs_.size());
    for (const PoolRun& run : runs_) options.push_back(&run.option);
    const std::optional<GreenestPlacement> placed = PlaceGreenest(
        options, kMaxCandidates, [this](size_t i) { CompleteStarts(ledger_, &runs_[i]); });
    if (!placed.has_value()) {
      const bool in_time = LatestSafeStart(terms_, home_run_) >= terms_.earliest;
      return Settle(home_, in_time ? Reason::kNoPoolInTime : Reason::kDeadline);
    }
    decision_.best.reserve(placed->best.size());
    for (const OptionPlacement& best : placed->best) {
      decision_.best.push_back(PlanOf({&runs_[best.option], best.placement}, snapshot_));
    }

    const std::optional<Choice> static_best = StaticBest(runs_);
    if (static_best.has_value()) decision_.static_best = PlanOf(*static_best, snapshot_);
    const Choice fallback = FallbackOf(static_best);
    const Choice greenest = {&runs_[placed->greenest.option], placed->greenest.placement};
    if (greenest == fallback) {
      return Settle(fallback, fallback == home_ ? Reason::kHomeIsGreenest : Reason::kGreenest);
    }
    // Nothing emits less. Mostly it passes, and no other plan is looked at.
    if (Passes(greenest, fallback)) return Settle(greenest, Reason::kGreenest);
    if (const std::optional<Choice> plan = PlanThatPays(options, *placed, fallback)) {
      return Settle(*plan, Reason::kGreenestLikely);
    }
    Settle(fallback, fallback == home_ ? Reason::kNoLikelySaving : Reason::kCleanestSite);
  }

  // The static best, only if it is better than home and differs from it only in the place. A job
  // does not wait, or change its hardware, for an uncertain saving: such plans are judged like any
  // other.
  Choice FallbackOf(const std::optional<Choice>& static_best) const {
    if (!static_best.has_value()) return home_;
    // The user has excluded home, so there is no home to fall back to.
    if (!IsHomeAsked()) return *static_best;
    const bool is_better = static_best->placement.emission < home_.placement.emission &&
                           static_best->placement.start <= home_.placement.start &&
                           static_best->run->pool->hardware == terms_.home->hardware;
    return is_better && terms_.policy->fallback != Fallback::kHome ? *static_best : home_;
  }

  bool IsHomeAsked() const {
    const auto has = [](const std::vector<std::string>& asked, const std::string& name) {
      return asked.empty() || std::find(asked.begin(), asked.end(), name) != asked.end();
    };
    return has(terms_.hints->sites, terms_.home->site->name) &&
           has(terms_.hints->hardware, terms_.home->config->hardware);
  }

  // The plan of least emission that passes the gate, among each pool's best start and its first.
  std::optional<Choice> PlanThatPays(const std::vector<const PlacementOption*>& options,
                                     const GreenestPlacement& placed, const Choice& fallback) {
    const std::optional<Choice> plan = FirstThatPasses(placed.best, fallback);
    const bool are_all = placed.best.size() < kMaxCandidates || options.size() <= kMaxCandidates;
    // The pools that were left out cannot do better.
    const bool is_least =
        plan.has_value() && plan->placement.emission <= placed.best.back().placement.emission;
    if (are_all || is_least) return plan;
    return FirstThatPasses(PlaceGreenest(options, static_cast<int>(options.size()),
                                         [this](size_t i) { CompleteStarts(ledger_, &runs_[i]); })
                               ->best,
                           fallback);
  }

  std::optional<Choice> FirstThatPasses(const std::vector<OptionPlacement>& best,
                                        const Choice& fallback) {
    std::vector<Choice> plans;
    plans.reserve(2 * best.size());
    for (const OptionPlacement& placed : best) {
      const PoolRun& run = runs_[placed.option];
      plans.push_back({&run, placed.placement});
      if (FirstStart(run) == placed.placement.start) continue;
      if (const auto first = PlaceAt(run.option, FirstStart(run))) {
        plans.push_back({&run, *first});
      }
    }
    std::stable_sort(plans.begin(), plans.end(), [](const Choice& a, const Choice& b) {
      return a.placement.emission != b.placement.emission
                 ? a.placement.emission < b.placement.emission
                 : a.placement.start < b.placement.start;
    });
    for (const Choice& plan : plans) {
      if (Passes(plan, fallback)) return plan;
    }
    return std::nullopt;
  }

  bool Passes(const Choice& plan, const Choice& fallback) {
    // If the forecast itself puts the saving below the floor, no scenarios are needed.
    const double floor = terms_.policy->saving_floor;
    if (plan == fallback || plan.placement.emission > fallback.placement.emission * (1 - floor)) {
      return false;
    }
    const bool shifts_in_zone = plan.run->pool->zone_index == fallback.run->pool->zone_index &&
                                plan.placement.start != fallback.placement.start;
    // Watts that err alike in both favour neither: they do not count as doubt.
    const bool err_alike = WattsFactorOf(plan) == WattsFactorOf(fallback);
    const auto draws_of = [&](const Choice& choice) {
      if (!err_alike) return Draw(choice).emission;
      ErrorScenarios::Draws draws = Draw(choice).per_watt;
      for (double& draw : draws) draw *= choice.run->option.power.value();
      return draws;
    };
    const Prospect prospect = ProspectOf(draws_of(plan), draws_of(fallback), shifts_in_zone);
    return prospect.expected_share >= floor && prospect.probability >= terms_.policy->confidence;
  }

  // A choice's emissions in the error scenarios, in the figure that is minimised. Home and the
  // fallback are compared more than once.
  struct Drawn {
    Choice choice;
    ErrorScenarios::Draws per_watt, emission;
  };
  const ErrorScenarios::Draws* WattsFactorOf(const Choice& choice) const {
    const Snapshot::Pool& pool = *choice.run->pool;
    return decision_.minimised == Figure::kConsequential ? pool.added_factor : pool.watts_factor;
  }
  const Drawn& Draw(const Choice& choice) {
    for (const Drawn& drawn : drawn_) {
      if (drawn.choice.run == choice.run && drawn.choice == choice) return drawn;
    }
    Drawn& drawn = drawn_.emplace_back();
    drawn.choice = choice;
    drawn.per_watt = DrawPerWatt(*choice.run, choice.placement.start, snapshot_);
    drawn.emission = DrawEmissions(*choice.run, decision_.minimised, drawn.per_watt);
    return drawn;
  }

  // Absent if the figure is not known of home or of `chosen`.
  std::optional<Saving> SavingIn(Figure figure, const Choice& chosen) {
    const std::optional<GramsCo2e> at_home = EmissionOf(home_, figure);
    const std::optional<GramsCo2e> there = EmissionOf(chosen, figure);
    if (!at_home.has_value() || !there.has_value()) return std::nullopt;
    if (chosen == home_) return Saving{};
    return SavingOf(*at_home, DrawEmissions(*home_.run, figure, Draw(home_).per_watt), *there,
                    DrawEmissions(*chosen.run, figure, Draw(chosen).per_watt));
  }

  // What was not measured about a change of hardware.
  RestsOn::Hardware EstimatesOf(const Choice& chosen, const Snapshot::Pool& pool) const {
    RestsOn::Hardware of = {.watts = pool.hardware->busy.quality};
    if (chosen.run->speed_matters) {
      of.speed = ThroughputAt(*pool.hardware, chosen.run->precision)->quality;
    }
    if (decision_.minimised == Figure::kConsequential && pool.stays_powered > 0) {
      of.free_watts = pool.hardware->free->quality;
    }
    const auto is_measured = [](Quality quality) { return quality == Quality::kMeasured; };
    if (!is_measured(of.speed) || !is_measured(of.watts) || !is_measured(of.free_watts)) {
      of.pool = snapshot_.NamesOf(pool);
    }
    return of;
  }

  // Whether the job is drawn: the plan changes it, and its user has not asked for another place.
  bool IsDrawn(const Choice& plan) const {
    return draw_.has_value() && terms_.policy->exempt > 0 &&
           terms_.policy->mode == Mode::kEnforce && !(plan == home_) && IsHomeAsked();
  }

  void Settle(const Choice& plan, Reason reason) {
    if (!IsDrawn(plan)) return SettleAs(plan, reason);
    const double exempt = terms_.policy->exempt;
    decision_.trial = Trial{ArmOf(*draw_, exempt), exempt};
    if (decision_.trial->arm == Arm::kPlaced) return SettleAs(plan, reason);
    decision_.trial->spared = PlanOf(plan, snapshot_);
    is_unwatched_ = false;  // at home it needs no watch
    SettleAs(home_, Reason::kExempt);
  }

  void SettleAs(const Choice& chosen, Reason reason) {
    decision_.outcome = chosen == home_ ? Outcome::kKeptHome : Outcome::kPlaced;
    RestsOn plan;
    plan.is_unwatched = is_unwatched_;
    if (home_.run->pool->hardware != chosen.run->pool->hardware) {
      plan.hardware = {EstimatesOf(chosen, *chosen.run->pool),
                       EstimatesOf(chosen, *home_.run->pool)};
    }
    decision_.reason = {reason, std::move(plan)};
    decision_.chosen = PlanOf(chosen, snapshot_);
    decision_.saving = SavingIn(Figure::kAttributional, chosen);
    decision_.consequential_saving = SavingIn(Figure::kConsequential, chosen);
    decision_.chosen->first().hold =
        Hold{chosen.run->pool->group->name, chosen.run->held,
             AmountToBook(terms_, *chosen.run, ledger_, chosen.placement.start)};
  }

  const JobRequest& job_;
  const Snapshot& snapshot_;
  const BookingLedger& ledger_;
  const absl::Time now_;
  const std::optional<double> draw_;
  std::vector<AdmissionProof> admission_;
  JobTerms terms_{};
  std::optional<ErrorScenarios::Draws> runtime_factor_;
  bool is_unwatched_ = false;
  PoolRun home_run_{};
  Choice home_{};
  std::vector<PoolRun> runs_;
  std::deque<Drawn> drawn_;  // a deque: references stay
  Decision& decision_;
};

}  // namespace

absl::string_view ExclusionText(const Exclusion& exclusion) {
  return exclusion.text.empty() ? ReasonText(exclusion.reason) : exclusion.text;
}

absl::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPlaced:
      return "placed";
    case Outcome::kKeptHome:
      return "kept-home";
    case Outcome::kLeftAlone:
      return "left-alone";
  }
  return "unknown";
}

GramsCo2e MinimisedEmission(const Decision& decision, const Plan& plan) {
  return decision.minimised == Figure::kConsequential ? *plan.consequential() : plan.gross();
}

const std::optional<Saving>& MinimisedSaving(const Decision& decision) {
  return decision.minimised == Figure::kConsequential ? decision.consequential_saving
                                                      : decision.saving;
}

bool HasNewTimeLimit(const Decision& decision) {
  return decision.outcome == Outcome::kPlaced && decision.chosen.has_value() &&
         decision.home.has_value() &&
         decision.chosen->first().time_limit != decision.home->first().time_limit;
}

Decision Decide(const JobRequest& job, const Snapshot& snapshot, const BookingLedger& ledger,
                absl::Time now, std::optional<double> draw) {
  Decision decision;
  Decider(job, snapshot, ledger, now, draw, &decision).Run();
  return decision;
}

}  // namespace carbon
