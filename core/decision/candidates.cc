#include "core/decision/candidates.h"

#include <algorithm>
#include <cmath>

#include "core/decision/accounting.h"
#include "core/decision/job_size.h"

namespace carbon {
namespace {

// A longer run is a fault of the input. This keeps all arithmetic in seconds far from overflow.
constexpr absl::Duration kMaxRun = absl::Hours(24 * 400);

template <class Container, class Value>
bool Contains(const Container& container, const Value& value) {
  return std::find(container.begin(), container.end(), value) != container.end();
}

absl::Duration RoundUpToSecond(absl::Duration duration) {
  return absl::Ceil(duration, absl::Seconds(1));
}

bool SameHardware(const Snapshot::Pool& a, const Snapshot::Pool& b) {
  return a.hardware == b.hardware;
}

bool IsPartOfPartition(const Snapshot::Pool& pool) {
  return !pool.config->gres_type.empty() || !pool.config->features.empty() ||
         !pool.config->nodelist.empty();
}

// Whether all features of the pool are among these.
bool HasFeatures(const std::vector<std::string>& features, const Snapshot::Pool& pool) {
  return std::all_of(
      pool.config->features.begin(), pool.config->features.end(),
      [&features](const std::string& feature) { return Contains(features, feature); });
}

// Whether the job asks for every feature of the pool, so that it cannot run elsewhere.
bool AsksForFeatures(const JobRequest& job, const Snapshot::Pool& pool) {
  return !pool.config->features.empty() && HasFeatures(job.features, pool);
}

Precision PrecisionOf(const JobTerms& terms) {
  return terms.hints->precision.value_or(Precision::kBf16);
}

absl::Duration RoundUpToMinute(absl::Duration duration) {
  return absl::Ceil(duration, absl::Minutes(1));
}

// Of one task. The speed of the hardware matters where the work is given, or the runtime was given
// for other hardware.
struct Runtime {
  absl::Duration length;
  bool speed_matters = false;
  double slowdown = 1;  // by which the same work takes longer than at home, as far as is known
};

// Absent if the home's hardware does not describe the job, or if its partition is unknown.
std::optional<JobUnits> UnitsAtHome(const JobTerms& terms) {
  if (terms.home->state == nullptr) return std::nullopt;
  return UnitsIn(*terms.job, *terms.home);
}

// How much longer the same work takes in `pool` than at home; absent if the two cannot be compared.
// It depends on the hardware's speed and on the number of units at work: an exclusive job that asks
// for no number has all units of its nodes.
std::optional<double> Slowdown(const JobTerms& terms, const std::optional<JobUnits>& at_home,
                               const Snapshot::Pool& pool, int64_t working) {
  const Snapshot::Pool& home = *terms.home;
  if (!at_home.has_value() || at_home->working <= 0 || working <= 0) return std::nullopt;
  double slowdown = static_cast<double>(at_home->working) / static_cast<double>(working);
  if (!SameHardware(pool, home)) {
    const auto& fast = ThroughputAt(*home.hardware, PrecisionOf(terms));
    const auto& slow = ThroughputAt(*pool.hardware, PrecisionOf(terms));
    if (!fast.has_value() || !slow.has_value()) return std::nullopt;
    slowdown *= fast->value / slow->value;
  }
  return slowdown;
}

std::optional<Reason> RuntimeOn(const JobTerms& terms, const std::optional<JobUnits>& units_at_home,
                                const Snapshot::Pool& pool, int64_t working, Runtime* runtime) {
  const auto& throughput = ThroughputAt(*pool.hardware, PrecisionOf(terms));
  const bool same_hardware = SameHardware(pool, *terms.home);
  const std::optional<double> slowdown = Slowdown(terms, units_at_home, pool, working);
  if (terms.hints->flops.has_value()) {
    if (!throughput.has_value()) return Reason::kSpeedUnknown;
    const absl::Duration length =
        RuntimeOf(*terms.hints->flops, throughput->value, static_cast<double>(working));
    *runtime = Runtime{length, true, slowdown.value_or(1)};
    return std::nullopt;
  }
  if (!slowdown.has_value()) return Reason::kSpeedUnknown;
  if (pool.hardware->unit != terms.home->hardware->unit) {
    return Reason::kOtherUnit;
  }
  const absl::Duration expected = terms.learnt_runtime.value_or(terms.limit);
  const absl::Duration at_home = std::min(terms.hints->runtime.value_or(expected), terms.limit);
  *runtime = Runtime{*slowdown == 1 ? at_home : at_home * *slowdown, !same_hardware, *slowdown};
  return std::nullopt;
}

// The time limit of one task in `pool`: on slower hardware the same work takes longer, and the
// limit grows with it if the policy allows that. (Whether the user allows other hardware was
// checked before.)
std::optional<Reason> LimitIn(const JobTerms& terms, const Snapshot::Pool& pool, double slowdown,
                              absl::Duration* limit) {
  *limit = terms.limit;
  if (!terms.policy->may_change_time_limit || slowdown <= 1 || SameHardware(pool, *terms.home)) {
    return std::nullopt;
  }
  const absl::Duration scaled = terms.limit * slowdown;
  if (scaled > kMaxRun) return Reason::kRunTooLong;
  *limit = RoundUpToMinute(scaled);
  if (pool.state->max_time.has_value() && *limit > *pool.state->max_time) {
    return Reason::kLongerLimitNotAllowed;
  }
  return std::nullopt;
}

// Why a profile whose watts are counted per `unit` does not describe the job: see UnitsIn.
Reason WhyNotDescribed(AllocationUnit unit) {
  switch (unit) {
    case AllocationUnit::kDevice:
      return Reason::kNoDevicesAsked;
    case AllocationUnit::kCore:
      return Reason::kDevicesAsked;
    case AllocationUnit::kNode:
      return Reason::kNodesShared;
  }
  return Reason::kNotDescribed;
}

// Spreads what the nodes draw while they wake up over the run that follows. All of it is drawn in
// addition because of the job: a node that sleeps draws nothing.
void ChargeWakeUp(PoolRun* run) {
  const PoolState& state = *run->pool->state;
  if (state.wake_up <= absl::ZeroDuration()) return;
  run->wake_up = state.wake_up * state.asleep;
  if (run->wake_up <= absl::ZeroDuration()) return;
  const double per_run = absl::FDivDuration(run->wake_up, run->option.runtime);
  const Watts power =
      PowerAtMeter(WakingWatts(*run->pool->hardware), run->units, run->pool->site->pue.value) *
      per_run;
  run->power = run->power + power;
  if (run->added_power.has_value()) *run->added_power = *run->added_power + power;
}

// Whether a forecast says what the pool would emit now.
std::optional<Reason> WhyNotForecast(const Snapshot::Pool& pool, absl::Time now) {
  if (pool.state == nullptr) return Reason::kPartitionNotShown;
  if (pool.forecast == nullptr) return Reason::kNoForecast;
  if (pool.forecast->valid_until < now) return Reason::kForecastStale;
  return std::nullopt;
}

// Runtime and amount, which are the same in all pools of a kind except the home. At home, `run` is
// a default PoolRun. The pool has a state.
std::optional<Reason> RunInKind(const JobTerms& terms, const std::optional<JobUnits>& units_at_home,
                                const Snapshot::Pool& pool, PoolRun* run) {
  const bool at_home = &pool == terms.home;
  const std::optional<JobUnits> units = at_home ? units_at_home : UnitsIn(*terms.job, pool);
  if (!units.has_value()) return WhyNotDescribed(pool.hardware->unit);
  Runtime runtime;
  if (const auto why = RuntimeOn(terms, units_at_home, pool, units->working, &runtime)) return why;
  if (const auto why = LimitIn(terms, pool, runtime.slowdown, &run->limit)) return why;
  // At home the job is stopped at its limit. Elsewhere it must end before. What was learnt is no
  // promise of the user: the job may need all of its limit at home, and as much more as the pool is
  // slower.
  const absl::Duration longest = terms.learnt_runtime.has_value()
                                     ? terms.limit * std::max(runtime.slowdown, 1.0)
                                     : runtime.length;
  if (longest > run->limit && !at_home) return Reason::kOutlastsLimit;
  if (run->limit > terms.limit && terms.job->time_min.has_value()) {
    run->time_min = std::min(run->limit, RoundUpToMinute(*terms.job->time_min * runtime.slowdown));
  }
  run->speed_matters = runtime.speed_matters;
  run->precision = PrecisionOf(terms);
  run->scaled_from =
      runtime.speed_matters && !terms.hints->flops.has_value() ? terms.home : nullptr;

  const JobSize size = SizeIn(*terms.job, pool);
  if (!at_home && pool.state->max_nodes.has_value() && size.nodes > *pool.state->max_nodes) {
    return Reason::kNeedsMoreNodes;
  }
  run->rounds = size.rounds;
  run->runtime_factor = terms.runtime_factor;
  run->amount = size.amount;
  run->held = run->limit * run->rounds + pool.state->wake_up;
  if (run->held > kMaxRun) return Reason::kRunTooLong;

  run->option.runtime = RoundUpToSecond(std::min(runtime.length, run->limit)) * run->rounds;
  run->task_units = units->charged;
  // Averaged over the rounds, of which the last may not be full.
  run->units = static_cast<double>(units->charged) *
               static_cast<double>(std::max<int64_t>(1, terms.job->array_tasks)) /
               static_cast<double>(run->rounds);
  return std::nullopt;
}

// Power and intensity, which depend on the pool's site and forecast.
void SettleIn(const Snapshot::Pool& pool, PoolRun* run) {
  run->pool = &pool;
  run->option.intensity = &pool.forecast->series;
  const double pue = pool.site->pue.value;
  run->power = PowerAtMeter(pool.hardware->busy.value, run->units, pue);
  if (pool.added.has_value()) run->added_power = PowerAtMeter(*pool.added, run->units, pue);
  ChargeWakeUp(run);
  run->option.power = run->power;
}

GroupName GroupOf(const PoolRun& run) { return {run.pool->group->name, run.pool->group_index}; }

// Bounds the starts from `from` to `until` at which there is capacity for the whole time limit, and
// from which the forecast covers the run. Leaves the run without bounds if there is no such start.
void BoundStarts(const BookingLedger& ledger, absl::Time from, absl::Time until, PoolRun* run) {
  until = std::min(until, run->option.intensity->end() - run->option.runtime);
  const std::optional<absl::Time> first = ledger.calendars().FirstStart(
      GroupOf(*run), TimeInterval{from, until}, run->held, run->amount);
  if (first.has_value()) run->option.bounds = TimeInterval{*first, until};
}

// Why policy, hints or the request keep the job out of a pool that is not its home.
std::optional<Reason> WhyNotAllowed(const JobTerms& terms, const Snapshot::Pool& pool,
                                    const Snapshot& snapshot) {
  const JobRequest& job = *terms.job;
  const Snapshot::Pool& home = *terms.home;
  const bool same_partition = pool.partition == home.partition;
  if (!same_partition && !job.pinned_by.empty()) return Reason::kPinned;
  if (!same_partition && job.partitions.size() == 1 && !terms.policy->may_change_named_partition) {
    return Reason::kOtherPartition;
  }
  if (job.partitions.size() > 1 && !Contains(job.partitions, pool.config->partition)) {
    return Reason::kOtherPartitions;
  }
  if (!job.device_type.empty() && pool.config->gres_type != job.device_type) {
    return Reason::kOtherDeviceType;
  }
  if (IsPartOfPartition(pool)) {
    const auto open = PoolsOpenTo(snapshot, job, pool.config->partition);
    if (!Contains(open, &pool)) return Reason::kOtherNodes;
    for (const Snapshot::Pool* other : open) {
      if (!AreAlike(*other, pool)) return Reason::kSeveralKindsOfNodes;
    }
    if (MayLeavePool(job, pool)) return Reason::kNodesInNoPool;
  }
  if (pool.site != home.site && !terms.policy->may_change_site) {
    return Reason::kPolicyKeepsSite;
  }
  if (!SameHardware(pool, home)) {
    if (!terms.policy->may_change_hardware) return Reason::kPolicyKeepsHardware;
    if (!terms.hints->any_hardware && terms.hints->hardware.empty()) {
      return Reason::kHardwareNotAllowed;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<const Snapshot::Pool*> PoolsOpenTo(const Snapshot& snapshot, const JobRequest& job,
                                               absl::string_view partition) {
  std::vector<const Snapshot::Pool*> pools;
  for (const Snapshot::Pool* pool : snapshot.PoolsOf(partition)) {
    // A pool that names no type is assumed to have the type asked for. If not, Slurm refuses the
    // job.
    const std::string& type = pool->config->gres_type;
    if (!job.device_type.empty() && !type.empty() && type != job.device_type) continue;
    const bool lacks_devices =
        pool->state != nullptr && pool->state->up && pool->group->total.devices == 0;
    if (lacks_devices && job.demand.devices > 0) continue;
    pools.push_back(pool);
  }
  // Of the pools whose features it asks for, the one with the most features, whose nodes are also
  // in those with fewer; and the pools within it.
  const Snapshot::Pool* asked_for = nullptr;
  for (const Snapshot::Pool* pool : pools) {
    if (!AsksForFeatures(job, *pool)) continue;
    if (asked_for == nullptr ||
        pool->config->features.size() > asked_for->config->features.size()) {
      asked_for = pool;
    }
  }
  if (asked_for != nullptr) {
    std::erase_if(pools, [asked_for](const Snapshot::Pool* pool) {
      return !HasFeatures(pool->config->features, *asked_for);
    });
  }
  return pools;
}

bool MayLeavePool(const JobRequest& job, const Snapshot::Pool& pool) {
  const bool asks = pool.config->nodelist.empty() && AsksForFeatures(job, pool);
  return pool.state != nullptr && pool.state->has_others && !asks;
}

bool AreAlike(const Snapshot::Pool& a, const Snapshot::Pool& b) {
  return SameHardware(a, b) && a.site == b.site;
}

std::optional<absl::Duration> TimeLimit(const JobRequest& job, const PoolState* state) {
  if (job.time_limit.has_value()) return job.time_limit;
  if (state == nullptr) return std::nullopt;
  return state->default_time.has_value() ? state->default_time : state->max_time;
}

std::optional<Reason> WhyNotFitting(const JobTerms& terms, const Snapshot::Pool& pool) {
  if (pool.state == nullptr) return Reason::kPartitionNotShown;
  const PoolState& state = *pool.state;
  if (!state.up) return Reason::kPartitionNotUp;
  if (!terms.job->time_limit.has_value() && TimeLimit(*terms.job, &state) != terms.limit) {
    return Reason::kOtherDefaultTime;
  }
  if (state.max_time.has_value() && terms.limit > *state.max_time) {
    return Reason::kTimeLimitTooLong;
  }
  Resources per_node = terms.job->per_node;
  per_node.nodes = 0;
  if (!pool.group->per_node.Covers(per_node)) return Reason::kNodesTooSmall;
  if (!pool.group->total.Covers(terms.job->demand)) return Reason::kPoolTooSmall;
  return std::nullopt;
}

absl::Time LatestSafeStart(const JobTerms& terms, const PoolRun& run) {
  if (!terms.job->deadline.has_value()) return absl::InfiniteFuture();
  return *terms.job->deadline - run.held - terms.policy->margin;
}

std::optional<Reason> RunAtHome(const JobTerms& terms, const BookingLedger& ledger, absl::Time now,
                                PoolRun* run) {
  const Snapshot::Pool& home = *terms.home;
  if (home.state != nullptr && !home.state->up) return Reason::kPartitionNotUp;
  if (const auto why = WhyNotForecast(home, now)) return why;
  if (const auto why = RunInKind(terms, UnitsAtHome(terms), home, run)) return why;
  SettleIn(home, run);
  BoundStarts(ledger, terms.earliest, run->option.intensity->end(), run);
  return std::nullopt;
}

JobInPools::JobInPools(const JobTerms& terms, const Snapshot& snapshot, const BookingLedger& ledger,
                       absl::Time now)
    : terms_(terms),
      snapshot_(snapshot),
      ledger_(ledger),
      now_(now),
      units_at_home_(UnitsAtHome(terms)),
      kinds_(snapshot.kinds()),
      admitted_(snapshot.rules_classes()) {}

std::optional<Reason> JobInPools::WhyNotProven(const Snapshot::Pool& pool) {
  const std::vector<AdmissionProof>& proofs = *terms_.admission;
  // A partition that is the job's home admits it under any rules.
  const bool is_alike = proofs.size() == 1 && pool.rules != terms_.home->rules;
  Answer& admitted = admitted_[pool.rules_class];
  if (is_alike && admitted.is_known) return admitted.why_not;
  std::optional<Reason> unproven;
  for (const AdmissionProof& proof : proofs) {
    unproven = proof.WhyNot(pool.rules);
    if (unproven.has_value()) break;
  }
  if (is_alike) admitted = {.is_known = true, .why_not = unproven};
  return unproven;
}

// Why it could be refused, or never start, in a pool that it did not ask for, or that is one of
// several that it asked for.
std::optional<Reason> JobInPools::WhyNotSent(const Snapshot::Pool& pool) {
  Answer& fits = kinds_[pool.kind].fits;
  if (!fits.is_known) fits = {.is_known = true, .why_not = WhyNotFitting(terms_, pool)};
  if (fits.why_not.has_value()) return fits.why_not;
  return WhyNotProven(pool);
}

std::optional<Reason> JobInPools::RunIn(const Snapshot::Pool& pool, PoolRun* run) {
  const bool is_home = &pool == terms_.home;
  if (!terms_.hints->sites.empty() && !Contains(terms_.hints->sites, pool.config->site)) {
    return Reason::kOtherSites;
  }
  if (!terms_.hints->hardware.empty() && !Contains(terms_.hints->hardware, pool.config->hardware)) {
    return Reason::kOtherHardware;
  }
  if (!is_home) {
    if (const auto why = WhyNotAllowed(terms_, pool, snapshot_)) return why;
    if (const auto why = WhyNotSent(pool)) return why;
  } else if (terms_.job->partitions.size() > 1) {
    // A plan names one partition, so the job loses the others that the user named.
    if (const auto why = WhyNotSent(pool)) return why;
  }
  if (const auto why = WhyNotForecast(pool, now_)) return why;
  if (is_home) {
    *run = PoolRun{};
    if (const auto why = RunInKind(terms_, units_at_home_, pool, run)) return why;
  } else {
    InKind& kind = kinds_[pool.kind];
    if (!kind.can_run.is_known) {
      kind.can_run = {.is_known = true,
                      .why_not = RunInKind(terms_, units_at_home_, pool, &kind.run)};
    }
    if (kind.can_run.why_not.has_value()) return kind.can_run.why_not;
    *run = kind.run;
  }
  SettleIn(pool, run);
  // The proof of admission compares the same job in both. With a longer limit here, the job may be
  // too long for a QOS or an association that admits it at home.
  if (run->limit != terms_.limit && snapshot_.admission().enforces_limits) {
    return Reason::kLongerLimitNotProven;
  }
  if (pool.forecast->kind != terms_.home->forecast->kind) return Reason::kOtherSignal;
  const absl::Time latest = std::min(terms_.latest_asked, LatestSafeStart(terms_, *run));
  if (latest < terms_.earliest) return Reason::kDeadline;
  BoundStarts(ledger_, std::max(terms_.earliest, run->option.intensity->begin()), latest, run);
  if (!run->option.bounds.has_value()) return Reason::kNoRoomInTime;
  return std::nullopt;
}

void CompleteStarts(const BookingLedger& ledger, PoolRun* run) {
  PlacementOption& option = run->option;
  if (!option.starts.empty() || !option.bounds.has_value()) return;
  option.starts =
      ledger.calendars().FeasibleStarts(GroupOf(*run), *option.bounds, run->held, run->amount);
}

absl::Time FirstStart(const PoolRun& run) {
  return run.option.bounds.has_value() ? run.option.bounds->start : run.option.starts.front().start;
}

std::optional<Watts> PowerOf(const PoolRun& run, Figure figure) {
  return figure == Figure::kAttributional ? run.power : run.added_power;
}

Resources AmountToBook(const JobTerms& terms, const PoolRun& run, const BookingLedger& ledger,
                       absl::Time start) {
  if (!terms.job->max_nodes.has_value()) return run.amount;
  Resources amount = run.amount;
  int64_t fits = SizeIn(*terms.job, *run.pool).nodes;
  int64_t most = MostNodes(*terms.job, *run.pool);
  // What is free on some nodes is free on fewer, so the maximum is found by halving.
  while (fits < most) {
    const int64_t nodes = fits + (most - fits + 1) / 2;
    const JobSize size = SizeIn(*terms.job, *run.pool, nodes);
    const bool has_room =
        ledger.calendars()
            .FirstStart(GroupOf(run), TimeInterval{start, start}, run.held, size.amount)
            .has_value();
    if (size.rounds == run.rounds && has_room) {
      fits = nodes;
      amount = size.amount;
    } else {
      most = nodes - 1;
    }
  }
  return amount;
}

}  // namespace carbon
