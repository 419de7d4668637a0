#include "core/watch.h"

#include <algorithm>
#include <map>

#include "core/group_calendars.h"
#include "core/policy.h"

namespace carbon {
namespace {

constexpr absl::string_view kPoolIsDown = "its pool is down";
constexpr absl::string_view kPoolIsFull = "its pool has filled up";
constexpr absl::string_view kLatestStart = "its latest safe start has come";

// No start is looked for further ahead.
constexpr absl::Duration kReach = absl::Hours(24 * 60);
// Slurm keeps times in seconds and writes them down as such.
constexpr absl::Duration kSameTime = absl::Seconds(1);

class Watch {
 public:
  Watch(const CapacityState& capacity, const Config& config, absl::Time now, absl::Duration period)
      : config_(config),
        now_(absl::FromUnixSeconds(absl::ToUnixSeconds(now))),
        period_(period),
        calendars_(capacity.groups, capacity.uses) {
    for (const NodeGroup& group : capacity.groups) groups_[group.name] = &group;
    for (const PoolState& state : capacity.pools) states_[state.pool] = &state;
    for (const QueuedUse& use : capacity.uses) {
      if (!use.decision_id.empty()) uses_[use.job_id] = &use;
    }
  }

  std::optional<JobReturn> LookAt(const WatchedJob& job) {
    const PoolConfig* pool = PoolOf(job.promise.pool);
    const auto use = uses_.find(job.job_id);
    if (pool == nullptr || use == uses_.end() || IsChanged(job, *pool)) return std::nullopt;

    const PoolState* state = StateOf(job.promise.pool);
    // In a look at the queue a job takes no time where there is no telling when it would start.
    const absl::Duration laid_out = use->second->when.end - use->second->when.start;
    const absl::Duration held = std::max(laid_out, job.limit);
    const Resources& amount = use->second->amount;
    const std::optional<absl::Time> latest = LatestSafeStart(job, held);
    // It must not stand in its own way.
    calendars_.Release(use->second->group, use->second->when, amount);
    JobReturn given_back = Describe(job, *pool, state, latest);
    if (laid_out > absl::ZeroDuration()) {
      given_back.expected_start = FirstStart(state, std::max(now_, job.begin), held, amount);
    }
    given_back.reason = std::string(Reason(job, state, amount, held, given_back));
    if (given_back.reason.empty()) {
      calendars_.Book(use->second->group, use->second->when, amount);
      return std::nullopt;
    }
    // Those after it must reckon with it at home.
    const PoolState* home = StateOfPartition(job.promise.from.front());
    const absl::Duration there = given_back.limit.value_or(held);
    const std::optional<absl::Time> at_home = FirstStart(home, given_back.begin, there, amount);
    if (at_home.has_value()) {
      calendars_.Book(home->group, {*at_home, *at_home + there}, ThereInstead(home, amount));
    }
    return given_back;
  }

 private:
  const PoolConfig* PoolOf(const std::string& name) const {
    for (const PoolConfig& pool : config_.pools) {
      if (pool.name == name) return &pool;
    }
    return nullptr;
  }
  const PoolState* StateOf(const std::string& pool) const {
    const auto found = states_.find(pool);
    return found == states_.end() ? nullptr : found->second;
  }
  const PoolState* StateOfPartition(const std::string& partition) const {
    for (const PoolConfig& pool : config_.pools) {
      if (pool.partition == partition) return StateOf(pool.name);
    }
    return nullptr;
  }

  bool IsChanged(const WatchedJob& job, const PoolConfig& pool) const {
    if (job.partition != pool.partition) return true;
    // Slurm itself gives another begin to a job that it requeues, and to one that never had any:
    // the time at which it first looked at it. Only one that is yet to come is somebody's wish.
    if (job.was_requeued || job.begin <= now_) return false;
    return absl::AbsDuration(job.begin - job.promise.start) > kSameTime;
  }

  std::optional<absl::Time> LatestSafeStart(const WatchedJob& job, absl::Duration held) const {
    if (!job.deadline.has_value()) return std::nullopt;
    JobRequest request;
    request.user_id = job.user_id;
    request.account = job.account;
    request.qos = job.qos;
    request.partitions = job.promise.from;
    const Policy* policy = MatchPolicy(config_.policies, request, job.promise.from.front());
    return *job.deadline - held - (policy == nullptr ? Policy{} : *policy).margin / 2;
  }

  // An exclusive job takes whole nodes, and those are others elsewhere.
  Resources ThereInstead(const PoolState* state, Resources amount) const {
    if (amount.nodes == 0) return amount;
    const auto group = groups_.find(state->group);
    if (group == groups_.end()) return amount;
    const Resources& node = group->second->per_node;
    amount.devices = node.devices * amount.nodes;
    amount.cpus = node.cpus * amount.nodes;
    if (amount.memory_mib > 0) amount.memory_mib = node.memory_mib * amount.nodes;
    return amount;
  }

  std::optional<absl::Time> FirstStart(const PoolState* state, absl::Time from, absl::Duration held,
                                       const Resources& amount) const {
    if (state == nullptr || !state->up) return std::nullopt;
    return calendars_.FirstStart(state->group, from, from + kReach, held,
                                 ThereInstead(state, amount));
  }

  bool IsDown(const PoolState* state, const Resources& amount) const {
    if (state == nullptr || !state->up) return true;
    const auto group = groups_.find(state->group);
    return group == groups_.end() || !group->second->total.Covers(amount);
  }

  // Why the job is to be returned; empty: it is not.
  absl::string_view Reason(const WatchedJob& job, const PoolState* state, const Resources& amount,
                           absl::Duration held, const JobReturn& given_back) const {
    const std::optional<absl::Time>& expected = given_back.expected_start;
    if (const auto& latest = given_back.latest_safe_start; latest.has_value()) {
      if (IsDown(state, amount)) return kPoolIsDown;
      if (!expected.has_value() || *expected > *latest) return kPoolIsFull;
      return now_ + 2 * period_ >= *latest ? kLatestStart : "";
    }
    if (now_ < job.begin - kNotice) return "";
    if (IsDown(state, amount)) return kPoolIsDown;
    if (expected.has_value() && *expected <= std::max(now_, job.begin) + kPatience) return "";
    const std::optional<absl::Time> at_home =
        FirstStart(StateOfPartition(job.promise.from.front()), given_back.begin, held, amount);
    if (!at_home.has_value()) return "";
    return !expected.has_value() || *at_home + kPatience < *expected ? kPoolIsFull : "";
  }

  JobReturn Describe(const WatchedJob& job, const PoolConfig& pool, const PoolState* state,
                     std::optional<absl::Time> latest) const {
    JobReturn given_back{.job_id = job.job_id,
                         .decision_id = job.promise.decision_id,
                         .pool = job.promise.pool,
                         .planned = job.promise.start,
                         .latest_safe_start = latest,
                         .partitions = job.promise.from,
                         .begin = std::max(now_, job.promise.begin.value_or(now_)),
                         .admin_comment = job.admin_comment};
    // Another limit than the one that it was given is somebody's wish.
    if (job.promise.limit.has_value() && job.promise.longer == job.limit) {
      given_back.limit = job.promise.limit;
      given_back.time_min = job.promise.time_min;
    }
    std::vector<std::string>& partitions = given_back.partitions;
    const bool is_asked_for =
        std::find(partitions.begin(), partitions.end(), pool.partition) != partitions.end();
    const bool may_still = state != nullptr && state->up && !given_back.limit.has_value();
    given_back.pool_is_behind = !is_asked_for && may_still;
    if (given_back.pool_is_behind) partitions.push_back(pool.partition);
    return given_back;
  }

  const Config& config_;
  const absl::Time now_;
  const absl::Duration period_;
  GroupCalendars calendars_;
  std::map<std::string, const NodeGroup*> groups_;
  std::map<std::string, const PoolState*> states_;
  std::map<uint32_t, const QueuedUse*> uses_;
};

}  // namespace

std::vector<JobReturn> FindReturns(const std::vector<WatchedJob>& jobs,
                                   const CapacityState& capacity, const Config& config,
                                   absl::Time now, absl::Duration period) {
  Watch watch(capacity, config, now, period);
  std::vector<const WatchedJob*> in_order;
  for (const WatchedJob& job : jobs) in_order.push_back(&job);
  std::sort(in_order.begin(), in_order.end(),
            [](const WatchedJob* a, const WatchedJob* b) { return a->job_id < b->job_id; });
  std::vector<JobReturn> returns;
  for (const WatchedJob* job : in_order) {
    if (std::optional<JobReturn> given_back = watch.LookAt(*job)) {
      returns.push_back(*std::move(given_back));
    }
  }
  return returns;
}

bool IsWatched(const CapacityState& capacity, const Config& config, absl::Time now) {
  if (!capacity.watched_at.has_value()) return false;
  const absl::Duration age = now - *capacity.watched_at;
  return age <= std::max(absl::Minutes(1), 3 * config.refresh.capacity);
}

}  // namespace carbon
