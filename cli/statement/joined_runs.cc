#include "cli/statement/joined_runs.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "cli/explain/search.h"
#include "cli/outcome/accounted_jobs.h"
#include "cli/outcome/slurm_meter.h"
#include "core/decision/decision_id.h"
#include "core/grid/error_factors.h"
#include "core/outcome/outcome.h"
#include "core/record/log_entry.h"
#include "core/snapshot/part.h"
#include "store/placement_log.h"

namespace carbon {
namespace {

using Complain = std::function<void(const std::string&)>;

// A decision about one of the jobs.
struct JobDecision {
  DecidedJob decided;
  uint32_t user_id = kNoUser;
  Manifest snapshot;
  std::optional<Saving> saving, consequential_saving;
  bool was_restored = false;
  std::optional<uint32_t> job_id;  // as the log names it
};

// The decisions that may be about one of the jobs: of its user, and made when it was submitted.
class DecisionCollector {
 public:
  explicit DecisionCollector(const AccountedRuns& accounted) {
    for (const auto& [job_id, runs] : accounted) {
      ids_.insert(job_id);
      for (const AccountedRun& run : runs) {
        users_.insert(run.user_id);
        first_ = std::min(first_, run.run.submitted);
        last_ = std::max(last_, run.run.submitted);
      }
    }
  }

  void Visit(const LogEntry& entry) {
    if (const auto* record = std::get_if<PlacementRecord>(&entry)) {
      // A little more than JobSubmittedWith() allows.
      if (!users_.contains(record->job.user_id) || record->time < first_ - absl::Hours(1) ||
          record->time > last_ + absl::Hours(1)) {
        return;
      }
      JobDecision& decision = decisions_[DecisionId(record->id)];
      decision.decided = DecidedJobOf(*record);
      decision.user_id = record->job.user_id;
      decision.snapshot = record->snapshot;
      decision.saving = record->decision.saving;
      decision.consequential_saving = record->decision.consequential_saving;
      return;
    }
    if (const std::optional<NamedJob> named = JobNamedIn(entry)) {
      if (ids_.contains(named->job_id)) jobs_.emplace(named->decision_id, named->job_id);
    }
    if (const auto* restored = std::get_if<ReturnRecord>(&entry)) {
      if (restored->error.empty()) restored_.insert(restored->given_back.decision_id);
    }
  }

  // By job. The log names the job of a decision, also before the decision itself.
  std::multimap<int64_t, JobDecision> Take() {
    std::multimap<int64_t, JobDecision> by_job;
    for (const auto& [id, job_id] : jobs_) {
      const auto found = decisions_.find(id);
      if (found == decisions_.end()) continue;
      found->second.was_restored = restored_.contains(id);
      by_job.emplace(job_id, std::move(found->second));
    }
    return by_job;
  }

 private:
  std::set<int64_t> ids_;
  std::set<uint32_t> users_;
  absl::Time first_ = absl::InfiniteFuture(), last_ = absl::InfinitePast();
  std::map<std::string, JobDecision> decisions_;  // by id
  std::map<std::string, uint32_t> jobs_;          // by decision
  std::set<std::string> restored_;
};

absl::StatusOr<std::multimap<int64_t, JobDecision>> ReadDecisions(const AccountedRuns& accounted,
                                                                  const RunSources& sources,
                                                                  const Complain& complain) {
  DecisionCollector collector(accounted);
  SequencesByBoot sequences;
  for (const std::string& path : sources.logs) {
    const absl::Status read = ReadPlacementLog(
        path, &sequences, [&](const LogEntry& entry, absl::string_view) { collector.Visit(entry); },
        complain);
    if (read.ok()) continue;
    if (sources.must_have_logs) return read;
    complain(
        absl::StrCat(read.message(),
                     absl::IsPermissionDenied(read) ? "; only root and SlurmUser may read it" : "",
                     ": the runs are accounted without its decisions"));
  }
  return collector.Take();
}

// Where a run ran: its plan's pool, or the only kind of pool of its partition.
struct Place {
  std::string pool, site, zone, hardware;
  const PlannedUse* plan = nullptr;  // nullptr: no plan has this partition
  const SiteConfig* site_config = nullptr;
  const HardwareProfile* profile = nullptr;
};

class Joiner {
 public:
  Joiner(const Config& config, const ActualsByZone& actuals, const SlurmMeter& meter)
      : config_(config.placement), meter_(meter), model_(config.placement, actuals, meter.meter) {}

  StatedRun Join(const ActualRun& run, bool has_ended, const JobDecision* decision) const {
    StatedRun stated;
    stated.job = run.task;
    stated.state = run.state;
    stated.partition = run.partition;
    stated.start = run.start;
    stated.ran = run.end - run.start;
    stated.has_ended = has_ended;
    stated.nodes = run.nodes.value_or(0);
    const Place place = PlaceOf(run, decision);
    stated.pool = place.pool;
    stated.site = place.site;
    stated.zone = place.zone;
    SetUnits(run, place, decision, &stated);

    const DecidedJob decided = DecidedFor(place, decision);
    const RanJob alone = {.has_ended = true,
                          .runs = {run},
                          .submitted = run.submitted,
                          .was_restored = decision != nullptr && decision->was_restored,
                          .had_nodes_alone = meter_.exclusive_partitions.contains(run.partition)};
    const JobOutcome outcome = model_.Of(decided, &alone);
    SetEnergy(outcome, place, &stated);
    if (stated.energy.has_value()) SetEmission(outcome, place, decision, &stated);
    // Per hour of the profile's unit, which accounting may not count.
    if (place.profile != nullptr && place.profile->embodied_per_hour.has_value() &&
        stated.unit == place.profile->unit) {
      const Sourced<GramsCo2e>& embodied = *place.profile->embodied_per_hour;
      stated.embodied = Sourced<GramsCo2e>{embodied.value * stated.unit_hours(), embodied.quality,
                                           absl::StrCat(place.hardware, ": ", embodied.source)};
    }
    return stated;
  }

  // What the decision avoided, by what all runs of its job did. Absent: it is not known. The
  // decision must have chosen a plan.
  std::optional<AvoidedEmission> AvoidedBy(const JobDecision& decision, const RanJob& ran) const {
    const JobOutcome outcome = model_.Of(decision.decided, &ran);
    AvoidedEmission avoided;
    avoided.decision = DecisionId(decision.decided.id);
    const bool is_placed = outcome.course == Course::kPlaced;
    if (!is_placed && outcome.course != Course::kRestored) {  // it changed nothing
      avoided.attributional = {GramsCo2e(0), GramsCo2e(0), GramsCo2e(0)};
      avoided.consequential = avoided.attributional;
      avoided.is_actual = true;
      return avoided;
    }
    const absl::Time home = decision.decided.home->start;
    const absl::Time start =
        ran.runs.empty() ? decision.decided.chosen->start : ran.runs.front().start;
    if (home != absl::InfinitePast() && start != absl::InfinitePast()) avoided.delay = start - home;

    const auto by_what_happened = [](const EmissionOutcome& figure) {
      std::optional<Ranged<GramsCo2e>> saved;
      if (figure.saved.has_value()) {
        saved = {figure.saved->value, figure.saved->low(), figure.saved->high()};
      }
      return saved;
    };
    const auto as_predicted = [](const std::optional<Saving>& saving, double share) {
      std::optional<Ranged<GramsCo2e>> saved;
      if (saving.has_value() && std::isfinite(saving->mean.value())) {
        saved = {saving->mean * share, saving->low * share, saving->high * share};
      }
      return saved;
    };
    // Both figures are by what happened, or both as predicted.
    std::optional<Ranged<GramsCo2e>> attributional = by_what_happened(outcome.attributional);
    avoided.is_actual = attributional.has_value();
    if (avoided.is_actual) {
      avoided.consequential = by_what_happened(outcome.consequential);
    } else if (is_placed && outcome.ran.has_value() &&
               IsForWantOfActuals(outcome.attributional.saved.why())) {
      // As predicted, for as much of the predicted time as it ran. Not of a job that was restored:
      // the prediction is of another plan.
      const double share = RanShare(decision.decided, *outcome.ran);
      attributional = as_predicted(decision.saving, share);
      avoided.consequential = as_predicted(decision.consequential_saving, share);
    }
    if (!attributional.has_value()) return std::nullopt;
    avoided.attributional = *attributional;
    return avoided;
  }

 private:
  // Whether only the actual intensities lack. If the job never ran, or left its plan, the
  // prediction is of something that did not happen.
  static bool IsForWantOfActuals(WhyUnknown why) {
    return why == WhyUnknown::kNoActuals || why == WhyUnknown::kActualsMissing;
  }

  // What share of the time that was predicted for all tasks it ran, at most all of it.
  static double RanShare(const DecidedJob& decided, const RunFacts& ran) {
    const absl::Duration predicted =
        decided.chosen->task_runtime * static_cast<double>(decided.array_tasks);
    if (predicted <= absl::ZeroDuration() || predicted == absl::InfiniteDuration()) return 0;
    return std::min(1.0, absl::FDivDuration(ran.total, predicted));
  }

  Place PlaceOf(const ActualRun& run, const JobDecision* decision) const {
    Place place;
    if (decision != nullptr) {
      // The plan that took effect comes first: both may be in the run's partition.
      const DecidedJob& decided = decision->decided;
      const bool is_placed = decided.outcome == Outcome::kPlaced &&
                             decided.mode == Mode::kEnforce && !decision->was_restored;
      const std::optional<PlannedUse>& first = is_placed ? decided.chosen : decided.home;
      const std::optional<PlannedUse>& second = is_placed ? decided.home : decided.chosen;
      for (const auto* plan : {&first, &second}) {
        if (!plan->has_value() || (*plan)->partition != run.partition) continue;
        place.plan = &**plan;
        place.pool = (*plan)->pool;
        place.site = (*plan)->site;
        place.zone = (*plan)->zone;
        place.hardware = (*plan)->hardware;
        break;
      }
    }
    if (place.plan == nullptr) FindPool(run.partition, &place);
    for (const SiteConfig& site : config_.sites) {
      if (site.name != place.site) continue;
      place.site_config = &site;
      if (place.zone.empty()) place.zone = site.zone;
    }
    const auto profile = config_.hardware.find(place.hardware);
    if (profile != config_.hardware.end()) place.profile = &profile->second;
    return place;
  }

  void FindPool(const std::string& partition, Place* place) const {
    const PoolConfig* only = nullptr;
    for (const PoolConfig& pool : config_.pools) {
      if (pool.partition != partition) continue;
      if (only != nullptr && (pool.site != only->site || pool.hardware != only->hardware)) return;
      only = &pool;
    }
    if (only == nullptr) return;
    place->pool = only->name;
    place->site = only->site;
    place->hardware = only->hardware;
  }

  // The units that the run kept from others, as core/outcome counts them.
  static void SetUnits(const ActualRun& run, const Place& place, const JobDecision* decision,
                       StatedRun* stated) {
    stated->hardware = place.hardware;
    // Without a profile, or if accounting does not count its unit: GPUs if it has any, or nodes.
    const auto count_what_is_known = [&] {
      const bool has_devices = run.devices.value_or(0) > 0;
      stated->unit = has_devices ? AllocationUnit::kDevice : AllocationUnit::kNode;
      stated->units = has_devices ? *run.devices : run.nodes.value_or(0);
    };
    if (place.profile == nullptr) return count_what_is_known();
    stated->unit = place.profile->unit;
    int64_t given = 0;
    switch (stated->unit) {
      case AllocationUnit::kDevice:
        given = run.devices.value_or(0);
        break;
      case AllocationUnit::kCore:
        given = run.cpus.value_or(0);
        break;
      case AllocationUnit::kNode:
        given = run.nodes.value_or(0);
        break;
    }
    const int64_t planned = place.plan != nullptr ? place.plan->units : 0;
    const bool is_exclusive = decision != nullptr && decision->decided.exclusive;
    stated->units = given <= 0 ? planned : is_exclusive ? std::max(given, planned) : given;
    if (stated->units <= 0) count_what_is_known();
  }

  // The decision as it counts for one run. What the nodes draw while they wake up is recorded once
  // for the whole job; here it is part of the power of each run.
  DecidedJob DecidedFor(const Place& place, const JobDecision* decision) const {
    DecidedJob decided;
    if (decision != nullptr) {
      decided = decision->decided;
      for (auto* plan : {&decided.home, &decided.chosen}) {
        if (plan->has_value()) (*plan)->wake_up = absl::ZeroDuration();
      }
      return decided;
    }
    for (const GridZone& zone : config_.zones) {
      if (zone.name == place.zone) decided.signal = zone.kind;
    }
    return decided;
  }

  void SetEnergy(const JobOutcome& outcome, const Place& place, StatedRun* stated) const {
    if (!outcome.energy.has_value() || !outcome.energy->it.has_value() ||
        place.site_config == nullptr) {
      const WhyUnknown why = !outcome.energy.has_value()       ? outcome.energy.why()
                             : !outcome.energy->it.has_value() ? outcome.energy->it.why()
                                                               : WhyUnknown::kNoPue;
      stated->why_not_covered =
          absl::StrCat("partition ", stated->partition, ": ", WhyUnknownText(why));
      return;
    }
    RunEnergy energy;
    energy.it = *outcome.energy->it;
    energy.at_meter = outcome.energy->at_meter;
    energy.pue = place.site_config->pue;
    if (outcome.energy->method == EnergyMethod::kMeasured) {
      const EnergyMeter& meter = meter_.meter;
      // Both read the node's controller. Other meters of whole nodes are the vendor's own.
      const bool is_bmc = meter.plugin == "ipmi" || meter.plugin == "xcc";
      energy.basis = is_bmc ? EnergyBasis::kBmc : EnergyBasis::kMeter;
      energy.source =
          absl::StrCat("acct_gather_energy/", meter.plugin, " of Slurm ", meter.release);
    } else {
      energy.source = place.hardware;
      if (place.profile != nullptr) {
        const Sourced<Watts>& busy = place.profile->busy;
        absl::StrAppend(&energy.source, ", ", QualityName(busy.quality),
                        busy.source.empty() ? "" : ": ", busy.source);
      }
    }
    if (place.site_config->net_intensity.has_value()) {
      stated->market_based = energy.at_meter.value * *place.site_config->net_intensity;
    }
    stated->energy = std::move(energy);
  }

  void SetEmission(const JobOutcome& outcome, const Place& place, const JobDecision* decision,
                   StatedRun* stated) const {
    RunEmission emission;
    const Known<Estimated<GramsCo2e>>& actual = outcome.attributional.actual;
    if (actual.has_value()) {
      emission.location_based = *actual;
      emission.actual_share = 1;
      for (const ActualsUsed& used : outcome.actuals) {
        if (used.zone != place.zone) continue;
        emission.kind = used.kind;
        emission.provider = used.source;
      }
    } else if (decision != nullptr && place.plan != nullptr &&
               std::isfinite(place.plan->intensity.value())) {
      emission.kind = decision->decided.signal;
      emission.provider = absl::StrCat("the forecast of ", place.zone, " at submission");
      emission.location_based = Forecast(stated->energy->at_meter, place, *decision);
    } else {
      stated->why_not_covered =
          absl::StrCat("zone ", place.zone, ": ", WhyUnknownText(actual.why()));
      return;
    }
    stated->emission = std::move(emission);
  }

  // The energy at the mean intensity that the decision forecast, which errs as much as the zone's
  // forecasts at that lead time.
  Estimated<GramsCo2e> Forecast(const Estimated<KilowattHours>& energy, const Place& place,
                                const JobDecision& decision) const {
    LeadTimeSpread spread;
    for (const GridZone& zone : config_.zones) {
      if (zone.name == place.zone) spread = zone.spread;
    }
    double error = spread.far;
    if (place.plan->start != absl::InfinitePast() &&
        decision.decided.time != absl::InfinitePast()) {
      const absl::Duration lead =
          std::max(absl::ZeroDuration(), place.plan->start - decision.decided.time);
      error =
          spread.near + (spread.far - spread.near) * absl::FDivDuration(lead, lead + spread.growth);
    }
    const ErrorDraws factor = DrawFactor(absl::StrCat("forecast/", place.zone), error);
    const double grams = place.plan->intensity.value();
    Estimated<GramsCo2e> emission{energy.value * place.plan->intensity, energy.draws};
    for (size_t s = 0; s < factor.size(); ++s) emission.draws[s] *= grams * factor[s];
    return emission;
  }

  const PlacementConfig& config_;
  const SlurmMeter& meter_;
  OutcomeModel model_;
};

// The decisions about one job, each with the job that was submitted with it.
struct DecidedRuns {
  const JobDecision* decision;
  RanJob ran;
};

std::vector<DecidedRuns> MatchDecisions(const std::multimap<int64_t, JobDecision>& decisions,
                                        int64_t job_id, const std::vector<AccountedRun>& runs,
                                        const SlurmMeter& meter) {
  std::vector<DecidedRuns> matched;
  const auto [begin, end] = decisions.equal_range(job_id);
  for (auto one = begin; one != end; ++one) {
    const JobDecision& decision = one->second;
    std::optional<RanJob> ran = JobSubmittedWith(decision.decided.time, decision.user_id, runs);
    if (!ran.has_value()) continue;
    ran->was_restored = decision.was_restored;
    ran->had_nodes_alone =
        std::all_of(ran->runs.begin(), ran->runs.end(), [&meter](const ActualRun& run) {
          return meter.exclusive_partitions.contains(run.partition);
        });
    matched.push_back({&decision, *std::move(ran)});
  }
  return matched;
}

// Reads the actual values of all zones over the time of the runs and of the plans.
absl::StatusOr<ActualsByZone> ReadActuals(const AccountedRuns& accounted,
                                          const std::multimap<int64_t, JobDecision>& decisions,
                                          const Config& config, const RunSources& sources,
                                          const Complain& complain) {
  std::set<std::string> zones;
  for (const SiteConfig& site : config.placement.sites) zones.insert(site.zone);
  absl::Time from = absl::InfiniteFuture(), to = absl::InfinitePast();
  absl::Duration longest;
  for (const auto& [job_id, runs] : accounted) {
    for (const AccountedRun& run : runs) {
      if (!run.has_started) continue;
      from = std::min(from, run.run.start);
      to = std::max(to, run.run.end + absl::Seconds(1));
    }
  }
  if (from >= to) return ActualsByZone();
  longest = to - from;
  for (const auto& [job_id, decision] : decisions) {
    for (const auto* plan : {&decision.decided.home, &decision.decided.chosen}) {
      if (!plan->has_value() || (*plan)->start == absl::InfinitePast()) continue;
      zones.insert((*plan)->zone);
      from = std::min(from, (*plan)->start);
      // At home the runs may take longer, on slower hardware.
      to = std::max(to, (*plan)->start + longest * 2);
    }
  }
  absl::StatusOr<ActualsByZone> read =
      ReadActualValues(zones, config.daemon, sources.actuals, from, to, complain);
  if (read.ok() || sources.must_have_actuals) return read;
  complain(absl::StrCat(read.status().message(), ": forecasts are used where decisions have them"));
  return ActualsByZone();
}

// Job numbers begin anew after MaxJobId. Of two users who had the same number, the newer one
// counts.
void KeepNewestUser(int64_t job_id, std::vector<AccountedRun>* runs, const Complain& complain) {
  if (runs->empty()) return;
  const auto newest = std::max_element(runs->begin(), runs->end(),
                                       [](const AccountedRun& a, const AccountedRun& b) {
                                         return a.run.submitted < b.run.submitted;
                                       });
  const uint32_t user_id = newest->user_id;
  const auto others =
      std::erase_if(*runs, [user_id](const AccountedRun& run) { return run.user_id != user_id; });
  if (others == 0) return;
  complain(absl::StrCat("job ", job_id, ": accounting has earlier jobs of other users with this ",
                        "number, which do not count"));
}

absl::Status CheckKnown(const JobList& jobs, const AccountedRuns& accounted) {
  std::vector<int64_t> missing;
  for (const int64_t id : jobs.ids()) {
    const auto found = accounted.find(id);
    const bool is_known =
        found != accounted.end() &&
        std::any_of(found->second.begin(), found->second.end(),
                    [&](const AccountedRun& run) { return jobs.Has(run.run.task); });
    if (!is_known) missing.push_back(id);
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("job ", absl::StrJoin(missing, ", "),
                                          ": Slurm's accounting does not know it; check the number "
                                          "and the tasks with sacct, and ask as "
                                          "an operator if PrivateData hides the jobs of others"));
}

}  // namespace

absl::StatusOr<JoinedRuns> JoinRuns(const JobList& jobs, const Config& config,
                                    const RunSources& sources, const Complain& complain) {
  AccountedRuns accounted = AskForRuns(jobs.ids(), complain);
  for (auto& [job_id, runs] : accounted) KeepNewestUser(job_id, &runs, complain);
  if (absl::Status known = CheckKnown(jobs, accounted); !known.ok()) return known;
  const absl::StatusOr<std::multimap<int64_t, JobDecision>> decisions =
      ReadDecisions(accounted, sources, complain);
  if (!decisions.ok()) return decisions.status();
  const SlurmMeter meter = AskForMeter();
  const absl::StatusOr<ActualsByZone> actuals =
      ReadActuals(accounted, *decisions, config, sources, complain);
  if (!actuals.ok()) return actuals.status();

  JoinedRuns joined;
  Provenance& provenance = joined.provenance;
  if (!meter.meter.release.empty()) {
    provenance.accounting = absl::StrCat("Slurm ", meter.meter.release);
  }
  const Joiner joiner(config, *actuals, meter);
  for (const auto& [job_id, runs] : accounted) {
    const std::vector<DecidedRuns> matched = MatchDecisions(*decisions, job_id, runs, meter);
    for (const AccountedRun& run : runs) {
      if (!jobs.Has(run.run.task)) continue;
      if (!run.has_started) {
        StatedRun waiting;
        waiting.job = run.run.task;
        waiting.state = run.run.state;
        waiting.has_ended = run.has_ended;
        joined.runs.push_back(std::move(waiting));
        continue;
      }
      const JobDecision* decision = nullptr;
      for (const DecidedRuns& one : matched) {
        if (one.decision->user_id == run.user_id) decision = one.decision;
      }
      joined.runs.push_back(joiner.Join(run.run, run.has_ended, decision));
    }
    for (const DecidedRuns& one : matched) {
      for (const PartInfo& part : kParts) {
        const std::string& hash = one.decision->snapshot.hashes[part.part];
        if (!hash.empty()) provenance.part_hashes[part.name].insert(hash);
      }
      if (!jobs.HasWhole(job_id)) {
        complain(absl::StrCat("job ", job_id,
                              ": what its decision avoided is of the whole array, and left out"));
        continue;
      }
      const DecidedJob& decided = one.decision->decided;
      if (!decided.home.has_value() || !decided.chosen.has_value()) continue;
      std::optional<AvoidedEmission> avoided = joiner.AvoidedBy(*one.decision, one.ran);
      if (avoided.has_value()) {
        provenance.avoided.push_back(*std::move(avoided));
      } else {
        complain(absl::StrCat("job ", job_id, ": it is not known what its decision avoided, and ",
                              "that is left out"));
      }
    }
  }
  return joined;
}

}  // namespace carbon
