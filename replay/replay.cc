#include "replay/replay.h"

#include <algorithm>
#include <set>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "core/decision/accounting.h"
#include "core/decision/decision_reason.h"
#include "core/decision/job_size.h"
#include "core/placer/placer.h"
#include "replay/cluster/simulated_cluster.h"
#include "replay/forecasts/drawn_ahead.h"

namespace carbon {
namespace {

constexpr char kBoot[] = "0000000000000000";
// A Placer rests on nothing older.
constexpr absl::Duration kSnapshotServes = absl::Minutes(10);
// Of the work, as far as it is told.
constexpr double kPrepareShare = 0.5;

int64_t DivideUp(int64_t a, int64_t b) { return a / b + (a % b == 0 ? 0 : 1); }

absl::Time FloorTo(absl::Time time, absl::Duration step) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), step);
}

// Returns the admission rules of a cluster in which every partition admits every user.
std::shared_ptr<const AdmissionRules> AdmitAll(const std::vector<PoolConfig>& pools,
                                               const std::vector<PoolShape>& shapes) {
  auto rules = std::make_shared<AdmissionRules>();
  for (size_t i = 0; i < pools.size(); ++i) {
    if (shapes[i].nodes == 0) continue;
    const NodeShape node = {.cpus = shapes[i].cpus_per_node, .devices = shapes[i].devices_per_node};
    const auto known =
        std::find_if(rules->partitions.begin(), rules->partitions.end(),
                     [&](const PartitionRules& rule) { return rule.name == pools[i].partition; });
    if (known == rules->partitions.end()) {
      PartitionRules& added = rules->partitions.emplace_back();
      added.name = pools[i].partition;
      added.nodes = shapes[i].nodes;
      added.least = added.most = node;
      continue;
    }
    known->nodes += shapes[i].nodes;
    known->least.cpus = std::min(known->least.cpus, node.cpus);
    known->least.devices = std::min(known->least.devices, node.devices);
    known->most.cpus = std::max(known->most.cpus, node.cpus);
    known->most.devices = std::max(known->most.devices, node.devices);
  }
  return rules;
}

class Replayer {
 public:
  Replayer(const Trace& trace, const PlacementConfig& config,
           const std::vector<ZoneActuals>& actuals, KnownForecasts* forecasts,
           const ReplayOptions& options)
      : trace_(trace),
        config_(config),
        forecasts_(forecasts),
        options_(options),
        runtimes_(options.runtimes, &config_) {
    for (const PoolConfig& pool : config.pools) {
      const ZoneRecord* record = nullptr;
      for (const SiteConfig& site : config.sites) {
        if (site.name != pool.site) continue;
        for (const ZoneActuals& zone : actuals) {
          if (zone.zone->name == site.zone) record = zone.record;
        }
      }
      records_.push_back(record);
    }
    if (options.enforce_shadow) {
      for (Policy& policy : config_.policies) {
        if (policy.mode == Mode::kShadow) policy.mode = Mode::kEnforce;
      }
    }
  }

  absl::StatusOr<ReplayResult> Run() && {
    result_.report = trace_.report;
    result_.shapes = FindPoolShapes(trace_, config_.pools, options_.shapes);
    absl::StatusOr<std::shared_ptr<const PoolDirectory>> directory =
        PoolDirectory::Make(config_, AdmitAll(config_.pools, result_.shapes));
    if (!directory.ok()) return directory.status();
    directory_ = *std::move(directory);
    if (absl::Status status = SelectJobs(); !status.ok()) return status;
    CountArrays();
    const auto prepared = [this](double done) {
      if (options_.progress) options_.progress(kPrepareShare * done);
    };
    if (absl::Status made = forecasts_->Prepare(HoursOfDecisions(), options_.threads, prepared);
        !made.ok()) {
      return made;
    }
    // The two runs write different fields of the jobs, and read nothing that the other writes.
    SimulatedCluster home(Pools(), options_.backfill), enforced(Pools(), options_.backfill);
    absl::Status home_status;
    std::jthread at_home([&] { home_status = Simulate(/*is_home=*/true, &home); });
    const absl::Status status = Simulate(/*is_home=*/false, &enforced);
    at_home.join();
    if (!status.ok()) return status;
    if (!home_status.ok()) return home_status;
    Begin(ReplayStep::kScore);
    Score();
    Begin(ReplayStep::kOther);
    return std::move(result_);
  }

 private:
  // Tasks of one array that were submitted together and ran in one pool, and the decision for all
  // of them. Tasks that ran in another pool have a decision of their own: at home each task runs
  // where it ran, so a decision that changes nothing must leave it there.
  struct Array {
    int64_t tasks = 0;
    int64_t first = -1;  // index into ReplayResult::jobs of the task that was decided on
  };
  using ArrayKey = std::tuple<int64_t, absl::Time, int>;  // array, submission, pool at home
  // The result of the decision.
  struct Placement {
    int pool = -1;
    absl::Time begin = absl::InfinitePast();
    std::optional<absl::Duration> limit;
    double slowdown = 1;
    std::string decision_id;
    bool is_promised = false;
  };

  void Begin(ReplayStep step) const {
    if (options_.on_step) options_.on_step(step);
  }

  std::vector<SimulatedPool> Pools() const {
    std::vector<SimulatedPool> pools;
    for (size_t i = 0; i < config_.pools.size(); ++i) {
      const bool is_default = trace_.default_partition != 0 &&
                              config_.pools[i].partition == trace_.names[trace_.default_partition];
      pools.push_back({&config_.pools[i], result_.shapes[i], is_default});
    }
    return pools;
  }

  const TraceJob& TraceOf(size_t index) const { return trace_.jobs[result_.jobs[index].job]; }

  bool TakesWholeNodes(const TraceJob& job, int pool) const {
    const PoolShape& shape = result_.shapes[pool];
    const auto hardware = config_.hardware.find(config_.pools[pool].hardware);
    return hardware != config_.hardware.end() && hardware->second.unit == AllocationUnit::kNode &&
           DivideUp(job.cpus, job.nodes) >= shape.cpus_per_node;
  }

  SimulatedJob Simulated(const TraceJob& job, const Placement& placement) const {
    SimulatedJob simulated;
    simulated.pool = placement.pool;
    simulated.nodes = job.nodes;
    simulated.devices_per_node = DivideUp(job.devices, job.nodes);
    simulated.cpus_per_node = DivideUp(job.cpus, job.nodes);
    simulated.begin = std::max(job.eligible, placement.begin);
    simulated.limit = placement.limit.value_or(job.limit.value_or(kUnlimitedRun));
    simulated.runtime = absl::Ceil(job.elapsed * placement.slowdown, absl::Seconds(1));
    simulated.priority = job.priority;
    simulated.decision_id = placement.decision_id;
    simulated.is_promised = placement.is_promised;
    simulated.whole_nodes = TakesWholeNodes(job, placement.pool);
    return simulated;
  }

  absl::Status SelectJobs() {
    const SimulatedCluster empty(Pools());
    TraceReport& report = result_.report;
    report.read = {};
    index_of_.assign(trace_.jobs.size(), -1);
    for (size_t i = 0; i < trace_.jobs.size(); ++i) {
      const TraceJob& job = trace_.jobs[i];
      const int pool = FindPool(trace_, job, config_.pools);
      std::optional<RowReason> reason;
      if (job.submit < options_.from || job.submit >= options_.to) {
        reason = RowReason::kOutsidePeriod;
      } else if (pool < 0) {
        reason = RowReason::kNoPool;
        result_.unknown_partitions[trace_.names[job.partition]].Add(job.devices, job.cpus,
                                                                    job.elapsed);
      } else if (!empty.Fits(Simulated(job, {.pool = pool}))) {
        reason = RowReason::kTooLarge;
      }
      RowCount& count = reason.has_value() ? report[*reason] : report.read;
      count.Add(job.devices, job.cpus, job.elapsed);
      if (reason.has_value()) continue;
      index_of_[i] = static_cast<int64_t>(result_.jobs.size());
      ReplayedJob& replayed = result_.jobs.emplace_back();
      replayed.job = static_cast<uint32_t>(i);
      replayed.home.pool = replayed.enforced.pool = pool;
      replayed.eligible = replayed.planned = job.eligible;
    }
    if (!result_.jobs.empty()) return absl::OkStatus();
    std::string why;
    for (size_t i = 0; i < kRowReasons; ++i) {
      if (report.left_out[i].rows == 0) continue;
      absl::StrAppend(&why, why.empty() ? ": " : ", ", report.left_out[i].rows,
                      " left out: ", RowReasonName(static_cast<RowReason>(i)));
    }
    return absl::InvalidArgumentError(
        absl::StrCat("no job is left to replay", why.empty() ? ": it has no rows" : why));
  }

  ArrayKey KeyOf(size_t index) const {
    const TraceJob& job = TraceOf(index);
    return {job.array, job.submit, result_.jobs[index].home.pool};
  }

  void CountArrays() {
    for (size_t i = 0; i < result_.jobs.size(); ++i) {
      const TraceJob& job = TraceOf(i);
      if (job.array >= 0 && job.requeue_of < 0) ++arrays_[KeyOf(i)].tasks;
    }
  }

  // The hours whose forecasts decisions rest on, in order.
  std::vector<absl::Time> HoursOfDecisions() const {
    std::vector<absl::Time> hours;
    std::set<ArrayKey> arrays;
    absl::Time last = absl::InfinitePast();  // look
    for (size_t i = 0; i < result_.jobs.size(); ++i) {
      const TraceJob& job = TraceOf(i);
      if (job.requeue_of >= 0 && index_of_[job.requeue_of] >= 0) continue;
      if (job.array >= 0 && !arrays.insert(KeyOf(i)).second) continue;
      const absl::Time tick = FloorTo(job.submit, options_.look_every);
      if (tick <= last) continue;
      last = tick;
      const absl::Time hour = FloorToHour(tick);
      if (hours.empty() || hours.back() != hour) hours.push_back(hour);
    }
    return hours;
  }

  absl::Status Simulate(bool is_home, SimulatedCluster* cluster) {
    const size_t jobs = result_.jobs.size();
    Placer placer(kBoot, {});
    std::vector<Placement> placements;  // of the enforced run
    std::optional<DrawnAhead> ahead;
    if (!is_home) {
      placements.resize(jobs);
      ahead.emplace(forecasts_, HoursOfDecisions());
      ahead_ = &*ahead;
      if (!options_.rebuild_looks) cluster->Frame();
    }
    for (size_t i = 0; i < jobs; ++i) {
      const TraceJob& job = TraceOf(i);
      Placement placement{.pool = result_.jobs[i].home.pool};
      if (is_home) {
        cluster->AdvanceTo(job.submit);
      } else {
        if (absl::Status status = Place(i, cluster, &placer, &placements); !status.ok()) {
          return status;
        }
        placement = placements[i];
        Begin(ReplayStep::kCluster);
      }
      const SimulatedJob simulated = Simulated(job, placement);
      const uint32_t number = cluster->Submit(simulated);
      if (!is_home) runtimes_.NoteSubmitted(number, job, simulated);
      if (!is_home && options_.progress && i % 256 == 0) {
        // Deciding takes nearly all of the time.
        const double share = static_cast<double>(i) / static_cast<double>(jobs);
        options_.progress(kPrepareShare + (0.95 - kPrepareShare) * share);
      }
    }
    cluster->AdvanceTo(absl::InfiniteFuture());
    if (!is_home) Begin(ReplayStep::kOther);
    for (size_t i = 0; i < jobs; ++i) {
      ReplayedRun& run = is_home ? result_.jobs[i].home : result_.jobs[i].enforced;
      run.start = cluster->StartOf(static_cast<uint32_t>(i));
      const double slowdown = is_home ? 1 : placements[i].slowdown;
      if (!is_home) run.pool = placements[i].pool;
      run.runtime = absl::Ceil(TraceOf(i).elapsed * slowdown, absl::Seconds(1));
    }
    return absl::OkStatus();
  }

  absl::Status Place(size_t index, SimulatedCluster* cluster, Placer* placer,
                     std::vector<Placement>* placements) {
    const TraceJob& job = TraceOf(index);
    ReplayedJob& replayed = result_.jobs[index];
    Placement& placement = (*placements)[index];
    placement.pool = replayed.home.pool;
    // Slurm does not ask the plugin for a later run, nor for each task of an array.
    int64_t decided_for = -1;
    if (job.requeue_of >= 0) decided_for = index_of_[job.requeue_of];
    Array* array = nullptr;
    if (decided_for < 0 && job.array >= 0) {
      array = &arrays_[KeyOf(index)];
      decided_for = array->first;
    }
    Begin(ReplayStep::kCluster);
    if (decided_for >= 0) {
      cluster->AdvanceTo(job.submit);
      const auto first = static_cast<size_t>(decided_for);
      placement = (*placements)[first];
      replayed.policy = result_.jobs[first].policy;
      replayed.outcome = result_.jobs[first].outcome;
      replayed.is_planned_by_limit = result_.jobs[first].is_planned_by_limit;
      if (job.requeue_of >= 0) {
        // The later run comes as long after the first run as it did in the history.
        const ReplayedJob& run = result_.jobs[first];
        placement.begin = replayed.eligible + (run.planned - run.eligible);
        placement.is_promised = false;
        // The history has it in another pool than the first run, whose decision says nothing of
        // that.
        if (run.home.pool != replayed.home.pool) {
          placement.pool = replayed.home.pool;
          placement.limit.reset();
          placement.slowdown = 1;
        }
      }
      replayed.planned = std::max(replayed.eligible, placement.begin);
      return absl::OkStatus();
    }
    if (array != nullptr) array->first = static_cast<int64_t>(index);
    if (absl::Status status = LookBefore(job.submit, cluster, placer); !status.ok()) return status;
    Begin(ReplayStep::kCluster);
    cluster->AdvanceTo(job.submit);
    Begin(ReplayStep::kDecision);
    JobRequest request = RequestOf(job, replayed.home.pool, array == nullptr ? 1 : array->tasks);
    request.learnt_runtime = runtimes_.Of(job, job.submit, *cluster);
    const Submission submission = placer->Submit(request, {}, job.submit);
    ++result_.decisions;
    const Decision& decision = submission.decision;
    replayed.policy = PolicyIndex(decision.policy);
    replayed.outcome = decision.outcome;
    if (decision.outcome == Outcome::kLeftAlone) {
      ++result_.left_alone[ReasonText(decision.reason)];
      return absl::OkStatus();
    }
    replayed.is_planned_by_limit = !request.learnt_runtime.has_value() &&
                                   !decision.hints.runtime.has_value() &&
                                   !decision.hints.flops.has_value();
    if (options_.comparison != nullptr) {
      PlaceByComparison(job, decision, &replayed, &placement);
      return absl::OkStatus();
    }
    if (submission.id.has_value()) placement.decision_id = DecisionId(*submission.id);
    const Verdict verdict = ChangesOf(request, submission, job.submit);
    if (!verdict.apply) return absl::OkStatus();
    // The verdict is about the first run of a plan.
    const PlannedRun &chosen = decision.chosen->first(), &home = decision.home->first();
    placement.pool = PoolIndex(chosen.pool());
    placement.begin = verdict.begin;
    placement.limit = verdict.time_limit;
    placement.is_promised = verdict.begin > job.submit;
    if (chosen.hardware() != home.hardware() && home.runtime > absl::ZeroDuration()) {
      placement.slowdown =
          absl::FDivDuration(chosen.runtime / chosen.rounds, home.runtime / home.rounds);
    }
    replayed.planned = std::max(replayed.eligible, placement.begin);
    return absl::OkStatus();
  }

  // Lets options_.comparison say when a job that is not left alone starts.
  void PlaceByComparison(const TraceJob& job, const Decision& decision, ReplayedJob* replayed,
                         Placement* placement) const {
    replayed->outcome = Outcome::kKeptHome;
    const ZoneRecord* const record = records_[placement->pool];
    const Policy& policy = config_.policies[replayed->policy];
    for (const ZoneForecast& forecast : known_->zones) {
      if (record == nullptr || forecast.zone != record->zone()) continue;
      absl::Duration delay = policy.may_change_time ? policy.max_delay : absl::ZeroDuration();
      delay = std::min(delay, decision.hints.wait.value_or(delay));
      if (job.deadline.has_value()) {
        delay = std::min(
            delay, *job.deadline - policy.margin - decision.home->first().time_limit - job.submit);
      }
      if (decision.hints.now) delay = absl::ZeroDuration();
      const PolicyJob known = {.arrival = job.submit,
                               .length = decision.home->task_runtime(),
                               .max_delay = std::max(absl::ZeroDuration(), delay)};
      const RunPlan plan = options_.comparison->Plan(
          known, {.series = &forecast.series, .long_run_mean = forecast.long_run_mean});
      placement->begin = plan.runs.front().start;
      placement->is_promised = placement->begin > job.submit;
      if (placement->is_promised) replayed->outcome = Outcome::kPlaced;
      replayed->planned = std::max(replayed->eligible, placement->begin);
    }
  }

  // Lets the placer adopt what scarbond published last before a submission at `time`.
  absl::Status LookBefore(absl::Time time, SimulatedCluster* cluster, Placer* placer) {
    const absl::Time tick = FloorTo(time, options_.look_every);
    if (tick <= looked_at_ && placer->snapshot() != nullptr) return absl::OkStatus();
    cluster->AdvanceTo(tick);
    Begin(ReplayStep::kLook);
    looked_at_ = tick;
    ++result_.looks;
    const bool is_first = placer->snapshot() == nullptr;
    if (absl::Status status = RenewSnapshot(tick, cluster); !status.ok()) return status;
    if (is_first || options_.rebuild_looks) {
      LedgerBase base(snapshot_->capacity());
      placer->Adopt(snapshot_, &base, tick);
    }
    if (options_.rebuild_looks) return absl::OkStatus();
    const auto change = [cluster](GroupCalendars* calendars) {
      cluster->UpdateCalendars(calendars);
    };
    const auto find = [cluster](absl::string_view id) { return cluster->FindDecided(id); };
    placer->Adopt(snapshot_, LedgerUpdate{tick, change, find}, tick);
    return absl::OkStatus();
  }

  // Of a snapshot only the times change from look to look, and what is in use, which is the
  // ledger's. So one serves as long as a Placer takes it, unless forecasts are renewed before.
  absl::Status RenewSnapshot(absl::Time tick, SimulatedCluster* cluster) {
    const absl::Time hour = FloorToHour(tick);
    const bool is_new_hour = known_ == nullptr || hour != known_at_;
    if (!is_new_hour && !options_.rebuild_looks &&
        tick + options_.look_every <= snapshot_->manifest().published_at + kSnapshotServes) {
      return absl::OkStatus();
    }
    if (is_new_hour) {
      Begin(ReplayStep::kForecast);
      DrawnAhead::Drawn drawn = ahead_->At(hour);
      Begin(ReplayStep::kLook);
      if (!drawn.ok()) return drawn.status();
      known_ = *std::move(drawn);
      known_at_ = hour;
    }
    CapacityState capacity;
    if (options_.rebuild_looks) {
      capacity = cluster->Look(options_.look_every).capacity;
    } else {
      capacity = cluster->Frame();
      capacity.taken_at = tick;
      // There is a look before each decision.
      capacity.watched_at = tick;
      capacity.watched_until = WatchedUntil(tick + kSnapshotServes, options_.look_every);
    }
    absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
        SnapshotOf(std::move(capacity), known_, tick);
    if (!snapshot.ok()) return snapshot.status();
    snapshot_ = *std::move(snapshot);
    return absl::OkStatus();
  }

  absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotOf(
      CapacityState capacity, std::shared_ptr<const DrawnForecasts> forecasts,
      absl::Time published_at) const {
    Manifest manifest;
    manifest.published_at = published_at;
    return Snapshot::Assemble(std::move(manifest), directory_, std::move(forecasts),
                              std::move(capacity));
  }

  JobRequest RequestOf(const TraceJob& job, int pool, int64_t tasks) const {
    const Names& names = trace_.names;
    JobRequest request;
    request.name = names[job.name];
    request.user_id = job.user_id;
    request.account = names[job.account];
    request.qos = names[job.qos];
    if (job.names_partition) request.partitions = {config_.pools[pool].partition};
    request.comment = names[job.comment];
    request.time_limit = job.limit;
    request.deadline = job.deadline;
    request.demand = {.nodes = job.nodes, .devices = job.devices, .cpus = job.cpus};
    request.per_node = {.devices = DivideUp(job.devices, job.nodes),
                        .cpus = DivideUp(job.cpus, job.nodes)};
    request.max_nodes = job.nodes;
    request.device_type = names[job.device_type];
    request.features = config_.pools[pool].features;
    request.exclusive = TakesWholeNodes(job, pool);
    request.array_tasks = request.array_width = tasks;
    request.leave_alone = job.leave_alone;
    request.pinned_by = names[job.pinned_by];
    return request;
  }

  int PolicyIndex(const std::string& name) const {
    for (size_t i = 0; i < config_.policies.size(); ++i) {
      if (config_.policies[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }

  int PoolIndex(const std::string& name) const {
    for (size_t i = 0; i < config_.pools.size(); ++i) {
      if (config_.pools[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }

  void Score() {
    SimulatedCluster empty(Pools());
    empty.AdvanceTo(absl::UnixEpoch());
    const auto nothing = std::make_shared<const DrawnForecasts>(std::vector<ZoneForecast>());
    const absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
        SnapshotOf(empty.Look(options_.look_every).capacity, nothing, absl::UnixEpoch());
    if (!snapshot.ok()) return;
    for (ReplayedJob& replayed : result_.jobs) {
      const TraceJob& job = trace_.jobs[replayed.job];
      const JobRequest request = RequestOf(job, replayed.home.pool, 1);
      for (ReplayedRun* run : {&replayed.home, &replayed.enforced}) {
        Score(request, (*snapshot)->pools()[run->pool], run);
      }
    }
  }

  void Score(const JobRequest& request, const Snapshot::Pool& pool, ReplayedRun* run) const {
    const std::optional<JobUnits> units =
        pool.state == nullptr ? std::nullopt : UnitsIn(request, pool);
    if (!units.has_value()) {
      run->unscored = Unscored::kNoUnits;
      return;
    }
    run->footprint = FootprintOf(*units, pool, *run);
    if (!run->footprint.has_value()) run->unscored = Unscored::kNoGrid;
  }

  // Absent: what was measured does not reach over all of the run.
  std::optional<RunFootprint> FootprintOf(const JobUnits& units, const Snapshot::Pool& pool,
                                          const ReplayedRun& run) const {
    const ZoneRecord* record = records_[run.pool];
    if (record == nullptr) return std::nullopt;
    RunFootprint footprint;
    const auto charged = static_cast<double>(units.charged);
    const double pue = pool.site->pue.value;
    footprint.energy = PowerAtMeter(pool.hardware->busy.value, charged, pue) * run.runtime;
    if (run.runtime > absl::ZeroDuration()) {
      const std::optional<GramsPerKilowattHour> mean =
          record->Mean(run.start, run.start + run.runtime);
      if (!mean.has_value()) return std::nullopt;
      footprint.gross = footprint.energy * *mean;
      if (pool.added.has_value()) {
        footprint.consequential = PowerAtMeter(*pool.added, charged, pue) * run.runtime * *mean;
      }
    } else if (pool.added.has_value()) {
      footprint.consequential = GramsCo2e(0);
    }
    return footprint;
  }

  const Trace& trace_;
  PlacementConfig config_;
  KnownForecasts* const forecasts_;
  const ReplayOptions options_;
  std::vector<const ZoneRecord*> records_;  // by pool
  std::shared_ptr<const PoolDirectory> directory_;
  std::shared_ptr<const DrawnForecasts> known_;
  absl::Time known_at_ = absl::InfinitePast();
  absl::Time looked_at_ = absl::InfinitePast();
  // Of the enforced run.
  DrawnAhead* ahead_ = nullptr;
  std::shared_ptr<const Snapshot> snapshot_;
  KnownRuntimes runtimes_;
  std::map<ArrayKey, Array> arrays_;
  std::vector<int64_t> index_of_;  // by trace job; index in result_.jobs; -1: left out
  ReplayResult result_;
};

}  // namespace

absl::StatusOr<ReplayResult> Replay(const Trace& trace, const PlacementConfig& config,
                                    const std::vector<ZoneActuals>& actuals,
                                    KnownForecasts* forecasts, const ReplayOptions& options) {
  return Replayer(trace, config, actuals, forecasts, options).Run();
}

}  // namespace carbon
