#include "core/decision/watch.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "core/cluster/group_calendars.h"
#include "core/config/policy.h"

namespace carbon {
namespace {

constexpr absl::string_view kPoolIsDown = "its pool is down";
constexpr absl::string_view kPoolIsFull = "its pool has filled up";
constexpr absl::string_view kLatestStart = "its latest safe start has come";

// By Obstacle::Kind.
constexpr absl::string_view kObstacleText[] = {
    "the node limit of its partition holds it",   "the time limit of its partition holds it",
    "the memory limit of its partition holds it", "its partition does not admit it",
    "a limit of its partition's QOS holds it",    "its partition cannot meet its constraints",
};

// No start is looked for further ahead.
constexpr absl::Duration kReach = absl::Hours(24 * 60);
// Slurm keeps times in seconds and writes them down as such.
constexpr absl::Duration kSameTime = absl::Seconds(1);

class Watch {
 public:
  Watch(const CapacityState& capacity, const AdmissionRules& admission,
        const PlacementConfig& config, absl::Time now, absl::Duration period)
      : admission_(admission),
        config_(config),
        now_(absl::FromUnixSeconds(absl::ToUnixSeconds(now))),
        period_(period),
        calendars_(capacity.groups, capacity.uses) {
    if (const auto others = WithoutYielding(capacity.uses)) {
      without_yielding_.emplace(capacity.groups, *others);
    }
    for (const NodeGroup& group : capacity.groups) groups_[group.name] = &group;
    for (const PoolState& state : capacity.pools) states_[state.pool] = &state;
    for (const QueuedUse& use : capacity.uses) {
      if (!use.decision_id.empty() && use.amount != Resources{}) uses_[use.job_id] = &use;
    }
  }

  std::optional<JobRestore> LookAt(WatchedJob job) {
    std::erase_if(job.promise.from,
                  [this, &job](const std::string& partition) { return !MayHave(job, partition); });
    if (job.promise.from.empty()) return std::nullopt;
    const PromisedRun& run = RunAwaited(job.promise, job.begin, now_);
    const PoolConfig* pool = PoolOf(run.pool);
    if (pool == nullptr || IsChanged(job, run, *pool)) return std::nullopt;
    const PoolState* state = StateOf(run.pool);
    if (IsObstructed(job, state)) {
      JobRestore restore =
          Describe(job, run, *pool, nullptr, LatestSafeStart(job, job.limit + WakeUp(state)));
      restore.reason = std::string(kObstacleText[static_cast<int>(job.obstacle->kind)]);
      return restore;
    }
    const auto use = uses_.find(job.job_id);
    if (use == uses_.end()) return std::nullopt;

    // In a look at the queue a job takes no time if it is unknown when it would start.
    const absl::Duration laid_out = use->second->when.end - use->second->when.start;
    const absl::Duration asked = std::max(laid_out, job.limit);
    const absl::Duration held = asked + WakeUp(state);
    const Resources& amount = use->second->amount;
    const std::optional<absl::Time> latest = LatestSafeStart(job, held);
    // It must not stand in its own way.
    is_nice_ = job.is_nice;
    Release(*use->second);
    JobRestore restore = Describe(job, run, *pool, state, latest);
    if (laid_out > absl::ZeroDuration()) {
      // Nodes that wake up for it are not another job's: the latest start leaves time for that, and
      // what is planned after its limit is not in its way.
      const auto room = FirstRoom(state, state, std::max(now_, job.begin), asked, amount);
      if (room.has_value()) restore.expected_start = room->start;
    }
    restore.reason = std::string(Reason(job, state, amount, asked, restore));
    if (restore.reason.empty()) {
      Book(*use->second);
      return std::nullopt;
    }
    // The jobs after it find it at home.
    const std::optional<Room> at_home = FirstRoomIn(job.promise.from.front(), state, restore.begin,
                                                    restore.limit.value_or(asked), amount);
    if (at_home.has_value()) {
      Book({.group = at_home->group,
            .when = {at_home->start, at_home->start + at_home->held},
            .amount = at_home->amount,
            .yields = use->second->yields});
    }
    return restore;
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
  static absl::Duration WakeUp(const PoolState* state) {
    return state == nullptr ? absl::ZeroDuration() : state->wake_up;
  }
  const PoolState* StateOfPartition(const std::string& partition) const {
    for (const PoolConfig& pool : config_.pools) {
      if (pool.partition == partition) return StateOf(pool.name);
    }
    return nullptr;
  }

  // What is in the way of the job that is looked at: one without a nice value goes before those
  // with one.
  const GroupCalendars& Calendars() const {
    return without_yielding_.has_value() && !is_nice_ ? *without_yielding_ : calendars_;
  }
  void Book(const QueuedUse& use) {
    calendars_.Book(use.group, use.when, use.amount);
    if (without_yielding_.has_value() && !use.yields) {
      without_yielding_->Book(use.group, use.when, use.amount);
    }
  }
  void Release(const QueuedUse& use) {
    calendars_.Release(use.group, use.when, use.amount);
    if (without_yielding_.has_value() && !use.yields) {
      without_yielding_->Release(use.group, use.when, use.amount);
    }
  }

  // Slurm's administrator may change a job beyond the limits of its user.
  bool MayHave(const WatchedJob& job, const std::string& partition) const {
    JobRequest request;
    request.user_id = job.user_id;
    request.account = job.account;
    request.qos = job.qos;
    const auto is_shut_out = [&](const std::string& name) {
      const PartitionRules* rules = admission_.FindPartition(name);
      return AdmissionProof(request, job.limit, admission_, rules).WhyShutOut().has_value();
    };
    // If the same keeps it out of where it is, an administrator has overruled that.
    if (is_shut_out(partition) && !is_shut_out(job.partition)) return false;
    if (!job.promise.limit.has_value()) return true;
    const PoolState* state = StateOfPartition(partition);
    return state != nullptr &&
           (!state->max_time.has_value() || *job.promise.limit <= *state->max_time);
  }

  bool IsChanged(const WatchedJob& job, const PromisedRun& run, const PoolConfig& pool) const {
    if (job.partition != pool.partition) return true;
    // Slurm itself gives another begin to a job that it requeues, and to one that never had any:
    // the time at which it first looked at it. Only a begin in the future is somebody's wish.
    if (job.was_requeued || job.begin <= now_) return false;
    return absl::AbsDuration(job.begin - run.start) > kSameTime;
  }

  // Whether an obstacle has lasted that the job does not meet at home.
  bool IsObstructed(const WatchedJob& job, const PoolState* state) const {
    if (!job.obstacle.has_value()) return false;
    const std::optional<absl::Time> latest = LatestSafeStart(job, job.limit + WakeUp(state));
    const bool is_urgent = latest.has_value() && now_ + 2 * period_ >= *latest;
    const absl::Duration lasted = now_ - job.obstacle->since;
    const bool has_lasted = lasted >= kObstacleLasts || lasted + period_ > absl::Minutes(1);
    if (!has_lasted && !is_urgent) return false;
    const std::vector<std::string>& from = job.promise.from;
    return std::any_of(from.begin(), from.end(), [&](const std::string& partition) {
      return partition != job.partition && !MeetsObstacleIn(job, partition);
    });
  }

  // Whether the rules show that the job meets the same obstacle in the partition.
  bool MeetsObstacleIn(const WatchedJob& job, const std::string& partition) const {
    if (job.obstacle->kind == Obstacle::Kind::kTimeLimit) {
      const PoolState* state = StateOfPartition(partition);
      return state != nullptr && state->max_time.has_value() &&
             job.promise.limit.value_or(job.limit) > *state->max_time;
    }
    const PartitionRules* here = admission_.FindPartition(job.partition);
    const PartitionRules* there = admission_.FindPartition(partition);
    if (job.obstacle->kind == Obstacle::Kind::kQosLimit) {
      return here == nullptr || there == nullptr || MeetsQosLimitIn(job, *here, *there);
    }
    if (here == nullptr || there == nullptr) return false;
    switch (job.obstacle->kind) {
      case Obstacle::Kind::kNodeLimit: {
        // Slurm does not say which limit it is: fewest or most nodes, or those that there are. What
        // the job itself does not break here is a maximum for the most nodes that it may get.
        const bool is_maximum = job.nodes >= here->min_nodes && job.nodes <= here->nodes;
        const bool is_lower_there = is_maximum && here->max_nodes.has_value() &&
                                    there->max_nodes.has_value() &&
                                    *there->max_nodes <= *here->max_nodes;
        return job.nodes < there->min_nodes || job.nodes > there->nodes || is_lower_there ||
               job.nodes > there->max_nodes.value_or(job.nodes);
      }
      case Obstacle::Kind::kMemoryLimit:
        return here->max_memory == there->max_memory;
      case Obstacle::Kind::kAccess:
        // Slurm gives the same reason for too many CPUs, so the nodes must be alike too.
        return here->nodes == there->nodes && here->least == there->least &&
               here->most == there->most && here->max_cpus_per_node == there->max_cpus_per_node &&
               here->max_cpus_per_socket == there->max_cpus_per_socket &&
               here->allow_accounts == there->allow_accounts &&
               here->deny_accounts == there->deny_accounts &&
               here->allow_groups == there->allow_groups && here->allow_qos == there->allow_qos &&
               here->deny_qos == there->deny_qos && here->alloc_nodes == there->alloc_nodes &&
               here->root_only == there->root_only && here->no_root == there->no_root &&
               here->needs_reservation == there->needs_reservation;
      default:
        return false;
    }
  }

  // Slurm does not say whose limit it is. The partition's QOS is asked before the job's, unless
  // that overrides it. Both have a limit of this kind: it is the first one's.
  bool MeetsQosLimitIn(const WatchedJob& job, const PartitionRules& here,
                       const PartitionRules& there) const {
    if (here.qos.empty() || here.qos == there.qos || here.qos == job.qos) return true;
    const QosRules* of_partition = FindQosRules(here.qos);
    const QosRules* of_job = FindQosRules(job.qos);
    if (of_partition == nullptr || !HasLimit(*of_partition, *job.obstacle)) return true;
    return of_job != nullptr && of_job->over_partition_qos && HasLimit(*of_job, *job.obstacle);
  }
  const QosRules* FindQosRules(const std::string& name) const {
    for (const QosRules& qos : admission_.qos) {
      if (qos.name == name) return &qos;
    }
    return nullptr;
  }
  static bool HasLimit(const QosRules& qos, const Obstacle& obstacle) {
    return std::any_of(qos.limits.begin(), qos.limits.end(), [&obstacle](const Limit& limit) {
      return limit.kind == obstacle.limit.value_or(limit.kind) &&
             absl::StartsWith(limit.tres, obstacle.tres);
    });
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

  // An exclusive job takes whole nodes, and those are others elsewhere. Parts of nodes that have
  // other numbers of devices are not the same parts.
  Resources ThereInstead(const NodeGroup& group, const PoolState* from, Resources amount) const {
    if (amount.nodes > 0) {
      Resources there = TotalOf(amount.nodes, group.per_node);
      if (amount.memory_mib == 0) there.memory_mib = 0;
      return there;
    }
    const auto here = from == nullptr ? groups_.end() : groups_.find(from->group);
    if (here == groups_.end() || here->second->per_node.devices != group.per_node.devices) {
      for (const auto part : kNodeParts) amount.*part = 0;
      amount.apart = 0;
    }
    return amount;
  }

  // Where and when there is room for what the job takes in `from`.
  struct Room {
    absl::Time start;
    absl::Duration held;
    std::string group;
    Resources amount;
  };
  std::optional<Room> FirstRoom(const PoolState* state, const PoolState* from, absl::Time earliest,
                                absl::Duration held, const Resources& amount) const {
    if (state == nullptr || !state->up) return std::nullopt;
    const auto group = groups_.find(state->group);
    if (group == groups_.end()) return std::nullopt;
    const Resources there = ThereInstead(*group->second, from, amount);
    const std::optional<absl::Time> start =
        Calendars().FirstStart(state->group, earliest, earliest + kReach, held, there);
    if (!start.has_value()) return std::nullopt;
    return Room{*start, held, state->group, there};
  }

  // The first in any pool of the partition for a job that runs for `asked`: which of them the job
  // may use is not known here.
  std::optional<Room> FirstRoomIn(const std::string& partition, const PoolState* from,
                                  absl::Time earliest, absl::Duration asked,
                                  const Resources& amount) const {
    std::optional<Room> first;
    for (const PoolConfig& pool : config_.pools) {
      if (pool.partition != partition) continue;
      const PoolState* state = StateOf(pool.name);
      std::optional<Room> room = FirstRoom(state, from, earliest, asked + WakeUp(state), amount);
      if (room.has_value() && (!first.has_value() || room->start < first->start)) {
        first = std::move(room);
      }
    }
    return first;
  }

  bool IsDown(const PoolState* state, const Resources& amount) const {
    if (state == nullptr || !state->up) return true;
    const auto group = groups_.find(state->group);
    return group == groups_.end() || !group->second->total.Covers(amount);
  }

  // Why the job is to be restored; empty: it is not.
  absl::string_view Reason(const WatchedJob& job, const PoolState* state, const Resources& amount,
                           absl::Duration asked, const JobRestore& restore) const {
    const std::optional<absl::Time>& expected = restore.expected_start;
    if (const auto& latest = restore.latest_safe_start; latest.has_value()) {
      if (IsDown(state, amount)) return kPoolIsDown;
      if (!expected.has_value() || *expected > *latest) return kPoolIsFull;
      return now_ + 2 * period_ >= *latest ? kLatestStart : "";
    }
    if (now_ < job.begin - kNotice) return "";
    if (IsDown(state, amount)) return kPoolIsDown;
    if (expected.has_value() && *expected <= std::max(now_, job.begin) + kPatience) return "";
    const std::optional<Room> at_home =
        FirstRoomIn(job.promise.from.front(), state, restore.begin, asked, amount);
    if (!at_home.has_value()) return "";
    return !expected.has_value() || at_home->start + kPatience < *expected ? kPoolIsFull : "";
  }

  JobRestore Describe(const WatchedJob& job, const PromisedRun& run, const PoolConfig& pool,
                      const PoolState* state, std::optional<absl::Time> latest) const {
    JobRestore restore{.job_id = job.job_id,
                       .newest_task = job.newest_task,
                       .user_id = job.user_id,
                       .decision_id = job.promise.decision_id,
                       .pool = run.pool,
                       .placed_in = pool.partition,
                       .planned = run.start,
                       .latest_safe_start = latest,
                       .partitions = job.promise.from,
                       .begin = std::max(now_, job.promise.begin.value_or(now_))};
    // Another limit than the one that it was given is somebody's wish.
    if (job.promise.limit.has_value() && job.promise.longer == job.limit) {
      restore.limit = job.promise.limit;
      restore.time_min = job.promise.time_min;
    }
    std::vector<std::string>& partitions = restore.partitions;
    const bool is_asked_for =
        std::find(partitions.begin(), partitions.end(), pool.partition) != partitions.end();
    const bool may_still = state != nullptr && state->up && !restore.limit.has_value();
    restore.pool_is_behind = !is_asked_for && may_still;
    if (restore.pool_is_behind) partitions.push_back(pool.partition);
    return restore;
  }

  const AdmissionRules& admission_;
  const PlacementConfig& config_;
  const absl::Time now_;
  const absl::Duration period_;
  GroupCalendars calendars_;
  std::optional<GroupCalendars> without_yielding_;  // absent: nothing yields
  bool is_nice_ = false;                            // the job that is looked at
  std::map<std::string, const NodeGroup*> groups_;
  std::map<std::string, const PoolState*> states_;
  std::map<uint32_t, const QueuedUse*> uses_;
};

}  // namespace

std::vector<JobRestore> FindRestores(const std::vector<WatchedJob>& jobs,
                                     const CapacityState& capacity, const AdmissionRules& admission,
                                     const PlacementConfig& config, absl::Time now,
                                     absl::Duration period) {
  Watch watch(capacity, admission, config, now, period);
  std::vector<const WatchedJob*> in_order;
  for (const WatchedJob& job : jobs) in_order.push_back(&job);
  std::sort(in_order.begin(), in_order.end(),
            [](const WatchedJob* a, const WatchedJob* b) { return a->job_id < b->job_id; });
  std::vector<JobRestore> restores;
  for (const WatchedJob* job : in_order) {
    if (std::optional<JobRestore> restore = watch.LookAt(*job)) {
      restores.push_back(*std::move(restore));
    }
  }
  return restores;
}

bool IsWatched(const CapacityState& capacity, absl::Time now) {
  return capacity.watched_until.has_value() && now <= *capacity.watched_until;
}

}  // namespace carbon
