#include "core/decision/candidates.h"

#include <algorithm>
#include <cmath>

#include "core/decision/accounting.h"
#include "core/decision/job_size.h"

namespace carbon {
namespace {

// Runs beyond this are a fault of the input; it keeps all arithmetic in seconds far from overflow.
constexpr absl::Duration kMaxRun = absl::Hours(24 * 400);

template <class Container, class Value>
bool Contains(const Container& container, const Value& value) {
  return std::find(container.begin(), container.end(), value) != container.end();
}

absl::Duration RoundUpToSecond(absl::Duration duration) {
  return absl::Ceil(duration, absl::Seconds(1));
}

bool SameHardware(const Snapshot::Pool& a, const Snapshot::Pool& b) {
  return a.config->hardware == b.config->hardware;
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

// How much longer the same work takes in `pool` than at home; absent where the two cannot be
// compared. Besides the hardware's speed it is the number of units at work: an exclusive job that
// asks for no number has all of its nodes.
std::optional<double> Slowdown(const JobTerms& terms, const Snapshot::Pool& pool, int64_t working) {
  const Snapshot::Pool& home = *terms.home;
  const std::optional<JobUnits> at_home = UnitsIn(*terms.job, home);
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

std::variant<Runtime, WhyNot> RuntimeOn(const JobTerms& terms, const Snapshot::Pool& pool,
                                        int64_t working) {
  const auto& throughput = ThroughputAt(*pool.hardware, PrecisionOf(terms));
  const bool same_hardware = SameHardware(pool, *terms.home);
  const std::optional<double> slowdown = Slowdown(terms, pool, working);
  if (terms.hints->flops.has_value()) {
    if (!throughput.has_value()) return "speed of its hardware is unknown";
    const absl::Duration length =
        RuntimeOf(*terms.hints->flops, throughput->value, static_cast<double>(working));
    return Runtime{length, true, slowdown.value_or(1)};
  }
  if (!slowdown.has_value()) return "speed of its hardware is unknown";
  if (pool.hardware->unit != terms.home->hardware->unit) {
    return "counts its hardware in another unit";
  }
  const absl::Duration at_home = std::min(terms.hints->runtime.value_or(terms.limit), terms.limit);
  return Runtime{*slowdown == 1 ? at_home : at_home * *slowdown, !same_hardware, *slowdown};
}

// The time limit of one task in `pool`: on slower hardware the same work takes longer, and the
// limit grows with it where the policy lets it. (That the user lets the job go to other hardware
// was asked before.)
std::variant<absl::Duration, WhyNot> LimitIn(const JobTerms& terms, const Snapshot::Pool& pool,
                                             double slowdown) {
  if (!terms.policy->may_change_time_limit || slowdown <= 1 || SameHardware(pool, *terms.home)) {
    return terms.limit;
  }
  const absl::Duration scaled = terms.limit * slowdown;
  if (scaled > kMaxRun) return "the run is longer than 400 days";
  const absl::Duration limit = RoundUpToMinute(scaled);
  if (pool.state->max_time.has_value() && limit > *pool.state->max_time) {
    return "its partition does not allow the time limit that slower hardware needs";
  }
  return limit;
}

// Why a profile whose watts are counted per `unit` does not describe the job: see UnitsIn.
WhyNot WhyNotDescribed(AllocationUnit unit) {
  switch (unit) {
    case AllocationUnit::kDevice:
      return "it asks for no device, and the hardware's watts are per device";
    case AllocationUnit::kCore:
      return "it asks for devices, and the hardware's watts are per core";
    case AllocationUnit::kNode:
      return "it shares its nodes, and the hardware's watts are per node";
  }
  return "its hardware profile does not describe the job";
}

// What a unit draws while its node wakes up, before PUE: about what it draws allocated but idle, or
// else free; busy where the profile has neither.
Watts WakingWatts(const HardwareProfile& hardware) {
  if (hardware.idle.has_value()) return hardware.idle->value;
  return hardware.free.has_value() ? hardware.free->value : hardware.busy.value;
}

// Spreads what the nodes draw while they wake up over the run that follows. All of it is more than
// without the job: a node that sleeps draws nothing.
void ChargeWakeUp(PoolRun* run) {
  run->wake_up = run->pool->state->wake_up * run->pool->state->asleep;
  if (run->wake_up <= absl::ZeroDuration()) return;
  const double per_run = absl::FDivDuration(run->wake_up, run->option.runtime);
  const Watts power =
      PowerAtMeter(WakingWatts(*run->pool->hardware), run->units, run->pool->site->pue.value) *
      per_run;
  run->power = run->power + power;
  if (run->added_power.has_value()) *run->added_power = *run->added_power + power;
}

// Runtime, power and amount: all but the starts.
std::variant<PoolRun, WhyNot> RunWithoutStarts(const JobTerms& terms, const Snapshot::Pool& pool,
                                               absl::Time now) {
  if (pool.state == nullptr) return "the cluster does not show its partition";
  if (pool.forecast == nullptr) return "no forecast for its zone";
  if (pool.forecast->valid_until < now) return "the forecast for its zone is stale";
  const std::optional<JobUnits> units = UnitsIn(*terms.job, pool);
  if (!units.has_value()) return WhyNotDescribed(pool.hardware->unit);
  std::variant<Runtime, WhyNot> runtime = RuntimeOn(terms, pool, units->working);
  if (const WhyNot* why = std::get_if<WhyNot>(&runtime)) return *why;
  auto [length, speed_matters, slowdown] = std::get<Runtime>(runtime);
  std::variant<absl::Duration, WhyNot> limit = LimitIn(terms, pool, slowdown);
  if (const WhyNot* why = std::get_if<WhyNot>(&limit)) return *why;
  PoolRun run;
  run.pool = &pool;
  run.limit = std::get<absl::Duration>(limit);
  const bool at_home = &pool == terms.home;
  // At home the job is stopped at its limit; elsewhere it must not come to that.
  if (length > run.limit && !at_home) return "the job would outlast its time limit there";
  if (run.limit > terms.limit && terms.job->time_min.has_value()) {
    run.time_min = std::min(run.limit, RoundUpToMinute(*terms.job->time_min * slowdown));
  }
  run.speed_matters = speed_matters;
  run.precision = PrecisionOf(terms);
  run.scaled_from = speed_matters && !terms.hints->flops.has_value() ? terms.home : nullptr;

  const JobSize size = SizeIn(*terms.job, pool);
  if (!at_home && pool.state->max_nodes.has_value() && size.nodes > *pool.state->max_nodes) {
    return "the job needs more nodes than its partition allows";
  }
  run.rounds = size.rounds;
  run.amount = size.amount;
  run.held = run.limit * run.rounds + pool.state->wake_up;
  if (run.held > kMaxRun) return "the run is longer than 400 days";

  run.option.intensity = &pool.forecast->series;
  run.option.runtime = RoundUpToSecond(std::min(length, run.limit)) * run.rounds;
  run.task_units = units->charged;
  // Averaged over the rounds, of which the last may not be full.
  run.units = static_cast<double>(units->charged) *
              static_cast<double>(std::max<int64_t>(1, terms.job->array_tasks)) /
              static_cast<double>(run.rounds);
  const double pue = pool.site->pue.value;
  run.power = PowerAtMeter(pool.hardware->busy.value, run.units, pue);
  if (pool.added.has_value()) run.added_power = PowerAtMeter(*pool.added, run.units, pue);
  ChargeWakeUp(&run);
  run.option.power = run.power;
  return run;
}

// Starts from `from` to `until` at which the capacity holds for the whole time limit, and from
// which the forecast does not end before the run.
std::vector<TimeInterval> StartsBetween(const PoolRun& run, const BookingLedger& ledger,
                                        absl::Time from, absl::Time until) {
  until = std::min(until, run.option.intensity->end() - run.option.runtime);
  return ledger.calendars().FeasibleStarts(run.pool->group->name, {from, until}, run.held,
                                           run.amount);
}

// Why policy, hints or the request keep the job out of a pool that is not its home.
std::optional<WhyNot> WhyNotAllowed(const JobTerms& terms, const Snapshot::Pool& pool,
                                    const Snapshot& snapshot) {
  const JobRequest& job = *terms.job;
  const Snapshot::Pool& home = *terms.home;
  const bool same_partition = pool.config->partition == home.config->partition;
  if (!same_partition && !job.pinned_by.empty()) return "the job is pinned to its partition";
  if (!same_partition && job.partitions.size() == 1 && !terms.policy->may_change_named_partition) {
    return "the user named another partition";
  }
  if (job.partitions.size() > 1 && !Contains(job.partitions, pool.config->partition)) {
    return "the user named other partitions";
  }
  if (!job.device_type.empty() && pool.config->gres_type != job.device_type) {
    return "the job asks for another device type";
  }
  if (IsPartOfPartition(pool)) {
    const auto open = PoolsOpenTo(snapshot, job, pool.config->partition);
    if (!Contains(open, &pool)) return "the job asks for other nodes of its partition";
    for (const Snapshot::Pool* other : open) {
      if (!AreAlike(*other, pool)) return "its partition has several kinds of nodes";
    }
    if (MayLeavePool(job, pool)) return "its partition has nodes in no pool";
  }
  if (pool.config->site != home.config->site && !terms.policy->may_change_site) {
    return "the policy keeps the site";
  }
  if (!SameHardware(pool, home)) {
    if (!terms.policy->may_change_hardware) return "the policy keeps the hardware";
    if (!terms.hints->any_hardware && terms.hints->hardware.empty()) {
      return "the user did not allow other hardware";
    }
  }
  return std::nullopt;
}

std::optional<WhyNot> WhyNotProven(const JobTerms& terms, const Snapshot::Pool& pool) {
  for (const AdmissionProof& proof : *terms.admission) {
    if (const WhyNot unproven = proof.WhyNot(pool.rules); !unproven.empty()) return unproven;
  }
  return std::nullopt;
}

// Why the job could be refused, or never start, in a pool that it did not ask for, or not alone.
std::optional<WhyNot> WhyNotAdmitted(const JobTerms& terms, const Snapshot::Pool& pool) {
  if (std::optional<WhyNot> why = WhyNotFitting(terms, pool)) return why;
  return WhyNotProven(terms, pool);
}

}  // namespace

std::vector<const Snapshot::Pool*> PoolsOpenTo(const Snapshot& snapshot, const JobRequest& job,
                                               absl::string_view partition) {
  std::vector<const Snapshot::Pool*> pools;
  for (const Snapshot::Pool& pool : snapshot.pools()) {
    if (pool.config->partition != partition) continue;
    // The type asked for is taken to be that of a pool that names none, or Slurm refuses the job.
    const std::string& type = pool.config->gres_type;
    if (!job.device_type.empty() && !type.empty() && type != job.device_type) continue;
    const bool lacks_devices =
        pool.state != nullptr && pool.state->up && pool.group->total.devices == 0;
    if (lacks_devices && job.demand.devices > 0) continue;
    pools.push_back(&pool);
  }
  // Of the pools whose features it asks for, the one with the most: its nodes are in those with
  // fewer too. And those within it.
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
  return SameHardware(a, b) && a.config->site == b.config->site;
}

std::optional<absl::Duration> TimeLimit(const JobRequest& job, const PoolState* state) {
  if (job.time_limit.has_value()) return job.time_limit;
  if (state == nullptr) return std::nullopt;
  return state->default_time.has_value() ? state->default_time : state->max_time;
}

std::optional<WhyNot> WhyNotFitting(const JobTerms& terms, const Snapshot::Pool& pool) {
  if (pool.state == nullptr) return "the cluster does not show its partition";
  const PoolState& state = *pool.state;
  if (!state.up) return "its partition is not up";
  if (!terms.job->time_limit.has_value() && TimeLimit(*terms.job, &state) != terms.limit) {
    return "its partition's default time limit is another";
  }
  if (state.max_time.has_value() && terms.limit > *state.max_time) {
    return "the time limit exceeds its partition's";
  }
  Resources per_node = terms.job->per_node;
  per_node.nodes = 0;
  if (!pool.group->per_node.Covers(per_node)) return "the job does not fit its nodes";
  if (!pool.group->total.Covers(terms.job->demand)) return "the job is larger than the pool";
  return std::nullopt;
}

absl::Time LatestSafeStart(const JobTerms& terms, const PoolRun& run) {
  if (!terms.job->deadline.has_value()) return absl::InfiniteFuture();
  return *terms.job->deadline - run.held - terms.policy->margin;
}

std::variant<PoolRun, WhyNot> RunAtHome(const JobTerms& terms, const BookingLedger& ledger,
                                        absl::Time now) {
  if (terms.home->state != nullptr && !terms.home->state->up) return "its partition is not up";
  std::variant<PoolRun, WhyNot> result = RunWithoutStarts(terms, *terms.home, now);
  if (PoolRun* run = std::get_if<PoolRun>(&result)) {
    run->option.starts = StartsBetween(*run, ledger, terms.earliest, run->option.intensity->end());
  }
  return result;
}

std::variant<PoolRun, WhyNot> RunInPool(const JobTerms& terms, const Snapshot::Pool& pool,
                                        const Snapshot& snapshot, const BookingLedger& ledger,
                                        absl::Time now) {
  const bool is_home = &pool == terms.home;
  if (!terms.hints->sites.empty() && !Contains(terms.hints->sites, pool.config->site)) {
    return "the user named other sites";
  }
  if (!terms.hints->hardware.empty() && !Contains(terms.hints->hardware, pool.config->hardware)) {
    return "the user named other hardware";
  }
  if (!is_home) {
    if (std::optional<WhyNot> why = WhyNotAllowed(terms, pool, snapshot)) return *why;
    if (std::optional<WhyNot> why = WhyNotAdmitted(terms, pool)) return *why;
  } else if (terms.job->partitions.size() > 1) {
    // A plan names one partition, and so takes the others that the user named from the job.
    if (std::optional<WhyNot> why = WhyNotAdmitted(terms, pool)) return *why;
  }
  std::variant<PoolRun, WhyNot> result = RunWithoutStarts(terms, pool, now);
  PoolRun* run = std::get_if<PoolRun>(&result);
  if (run == nullptr) return result;
  // The proof of admission compares the same job in both: one that a QOS or an association lets run
  // for as long as it asks for at home may be too long for it here.
  if (run->limit != terms.limit && snapshot.admission().enforces_limits) {
    return "it is not proven that a longer time limit is admitted";
  }
  if (pool.forecast->kind != terms.home->forecast->kind) {
    return "its zone's signal is of another kind";
  }
  const absl::Time latest = std::min(terms.latest_asked, LatestSafeStart(terms, *run));
  if (latest < terms.earliest) return "the deadline leaves no room";
  run->option.starts =
      StartsBetween(*run, ledger, std::max(terms.earliest, run->option.intensity->begin()), latest);
  if (run->option.starts.empty()) return "no room in time within capacity and forecast";
  return result;
}

std::optional<Watts> PowerOf(const PoolRun& run, Figure figure) {
  return figure == Figure::kAttributional ? run.power : run.added_power;
}

Resources AmountToBook(const JobTerms& terms, const PoolRun& run, const BookingLedger& ledger,
                       absl::Time start) {
  Resources amount = run.amount;
  int64_t fits = SizeIn(*terms.job, *run.pool).nodes;
  int64_t most = MostNodes(*terms.job, *run.pool);
  // What is free on some nodes is free on fewer: the most are found by halving.
  while (fits < most) {
    const int64_t nodes = fits + (most - fits + 1) / 2;
    const JobSize size = SizeIn(*terms.job, *run.pool, nodes);
    PoolRun wider = run;
    wider.amount = size.amount;
    if (size.rounds == run.rounds && !StartsBetween(wider, ledger, start, start).empty()) {
      fits = nodes;
      amount = size.amount;
    } else {
      most = nodes - 1;
    }
  }
  return amount;
}

}  // namespace carbon
