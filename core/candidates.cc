#include "core/candidates.h"

#include <algorithm>
#include <cmath>

namespace carbon {
namespace {

// Runs beyond this are a fault of the input; it keeps all arithmetic in seconds far from overflow.
constexpr absl::Duration kLongestRun = absl::Hours(24 * 400);

template <class Container, class Value>
bool Contains(const Container& container, const Value& value) {
  return std::find(container.begin(), container.end(), value) != container.end();
}

absl::Duration RoundUpToSecond(absl::Duration duration) {
  return absl::Ceil(duration, absl::Seconds(1));
}

std::optional<int64_t> UnitsAsked(const HardwareProfile& hardware, const JobRequest& job) {
  int64_t units = 0;
  switch (hardware.unit) {
    case AllocationUnit::kDevice:
      units = job.demand.devices;
      break;
    case AllocationUnit::kCore:
      units = job.demand.devices > 0 ? 0 : job.demand.cpus;
      break;
    case AllocationUnit::kNode:
      units = job.exclusive ? job.demand.nodes : 0;
      break;
  }
  if (units <= 0) return std::nullopt;
  return units;
}

bool SameHardware(const Snapshot::Pool& a, const Snapshot::Pool& b) {
  return a.config->hardware == b.config->hardware;
}

// Of one task. The speed of the hardware matters where the work is given, or the runtime was given
// for other hardware.
struct Runtime {
  absl::Duration length;
  bool speed_matters = false;
};

std::variant<Runtime, WhyNot> RuntimeOn(const JobTerms& terms, const Snapshot::Pool& pool,
                                        int64_t units) {
  const auto& throughput = pool.hardware->throughput;
  if (terms.hints->flops.has_value()) {
    if (!throughput.has_value()) return "speed of its hardware is unknown";
    return Runtime{*terms.hints->flops / (throughput->value * static_cast<double>(units)), true};
  }
  const absl::Duration at_home = std::min(terms.hints->runtime.value_or(terms.limit), terms.limit);
  if (SameHardware(pool, *terms.home)) return Runtime{at_home, false};
  const auto& home_throughput = terms.home->hardware->throughput;
  if (!throughput.has_value() || !home_throughput.has_value()) {
    return "speed of its hardware is unknown";
  }
  if (pool.hardware->unit != terms.home->hardware->unit) {
    return "counts its hardware in another unit";
  }
  return Runtime{at_home * (home_throughput->value / throughput->value), true};
}

// Saturates at kUnlimited: what a user may ask for has no bound.
int64_t Times(int64_t amount, int64_t width) {
  if (amount <= 0) return 0;
  return amount > Resources::kUnlimited / width ? Resources::kUnlimited : amount * width;
}

// What one task takes from a group. Nodes are shared unless the job has them for itself, and then
// with all that is in them; what the group does not model is not counted.
Resources TaskAmount(const JobRequest& job, const NodeGroup& group) {
  Resources task = job.demand;
  if (job.exclusive) {
    task.devices = std::max(task.devices, Times(group.per_node.devices, task.nodes));
    task.cpus = std::max(task.cpus, Times(group.per_node.cpus, task.nodes));
    task.memory_mib = std::max(task.memory_mib, Times(group.per_node.memory_mib, task.nodes));
  } else {
    task.nodes = 0;
  }
  if (group.total.devices == Resources::kUnlimited) task.devices = 0;
  if (group.total.cpus == Resources::kUnlimited) task.cpus = 0;
  if (group.total.memory_mib == Resources::kUnlimited) task.memory_mib = 0;
  return task;
}

// How many tasks of an array run at once: no more than it allows, and than there is room for.
int64_t Width(const JobRequest& job, const Resources& total, const Resources& task) {
  int64_t width = std::clamp<int64_t>(job.array_width, 1, std::max<int64_t>(1, job.array_tasks));
  for (int64_t Resources::*amount :
       {&Resources::nodes, &Resources::devices, &Resources::cpus, &Resources::memory_mib}) {
    if (task.*amount > 0) width = std::min(width, total.*amount / (task.*amount));
  }
  return std::max<int64_t>(1, width);
}

// Runtime, power and amount: all but the starts.
std::variant<PoolRun, WhyNot> RunWithoutStarts(const JobTerms& terms, const Snapshot::Pool& pool,
                                               absl::Time now) {
  if (pool.state == nullptr) return "the cluster does not show its partition";
  if (pool.forecast == nullptr) return "no forecast for its zone";
  if (pool.forecast->valid_until < now) return "the forecast for its zone is stale";
  const std::optional<int64_t> units = UnitsAsked(*pool.hardware, *terms.job);
  if (!units.has_value()) return "its hardware profile does not describe the job";
  std::variant<Runtime, WhyNot> runtime = RuntimeOn(terms, pool, *units);
  if (const WhyNot* why = std::get_if<WhyNot>(&runtime)) return *why;
  auto [length, speed_matters] = std::get<Runtime>(runtime);
  const bool at_home = &pool == terms.home;
  // At home the job is stopped at its limit; elsewhere it must not come to that.
  if (length > terms.limit && !at_home) return "the job would outlast its time limit there";
  PoolRun run;
  run.pool = &pool;
  run.speed_matters = speed_matters;
  run.scaled_from = speed_matters && !terms.hints->flops.has_value() ? terms.home : nullptr;

  const Resources task = TaskAmount(*terms.job, *pool.group);
  const int64_t tasks = std::max<int64_t>(1, terms.job->array_tasks);
  const int64_t width = Width(*terms.job, pool.group->total, task);
  run.rounds = tasks / width + (tasks % width == 0 ? 0 : 1);
  run.amount = {.nodes = Times(task.nodes, width),
                .devices = Times(task.devices, width),
                .cpus = Times(task.cpus, width),
                .memory_mib = Times(task.memory_mib, width)};
  run.held = terms.limit * run.rounds;
  if (run.held > kLongestRun) return "the run is longer than 400 days";

  run.option.intensity = &pool.forecast->series;
  run.option.runtime = RoundUpToSecond(std::min(length, terms.limit)) * run.rounds;
  // Averaged over the rounds, of which the last may not be full.
  run.units =
      static_cast<double>(*units) * static_cast<double>(tasks) / static_cast<double>(run.rounds);
  run.option.power = pool.hardware->busy.value * run.units * pool.site->pue.value;
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
  if (job.device_type.empty() && !pool.config->gres_type.empty()) {
    // Without a type in the request, Slurm may give the job any device of the partition.
    for (const Snapshot::Pool& other : snapshot.pools()) {
      if (other.config->partition == pool.config->partition && !SameHardware(other, pool)) {
        return "its partition has several device types";
      }
    }
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

// Why the job could be refused, or never start, in a pool that it did not ask for.
std::optional<WhyNot> WhyNotAdmitted(const JobTerms& terms, const Snapshot::Pool& pool) {
  const PoolState& state = *pool.state;
  if (!state.admission_unproven.empty()) return "admission is not proven";
  if (!state.up) return "its partition is not up";
  if (!terms.job->time_limit.has_value() && TimeLimit(*terms.job, &state) != terms.limit) {
    return "its partition's default time limit is another";
  }
  if (state.max_time.has_value() && terms.limit > *state.max_time) {
    return "the time limit exceeds its partition's";
  }
  if (state.max_nodes.has_value() && terms.job->demand.nodes > *state.max_nodes) {
    return "the job needs more nodes than its partition allows";
  }
  Resources per_node = terms.job->per_node;
  per_node.nodes = 0;
  if (!pool.group->per_node.Covers(per_node)) return "the job does not fit its nodes";
  if (!pool.group->total.Covers(terms.job->demand)) return "the job is larger than the pool";
  return std::nullopt;
}

}  // namespace

std::optional<absl::Duration> TimeLimit(const JobRequest& job, const PoolState* state) {
  if (job.time_limit.has_value()) return job.time_limit;
  if (state == nullptr) return std::nullopt;
  return state->default_time.has_value() ? state->default_time : state->max_time;
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
    if (pool.state == nullptr) return "the cluster does not show its partition";
    if (std::optional<WhyNot> why = WhyNotAdmitted(terms, pool)) return *why;
  }
  std::variant<PoolRun, WhyNot> result = RunWithoutStarts(terms, pool, now);
  PoolRun* run = std::get_if<PoolRun>(&result);
  if (run == nullptr) return result;
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

}  // namespace carbon
