#include "core/cluster/cluster_view.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "core/cluster/node_groups.h"
#include "core/cluster/node_uses.h"
#include "core/cluster/pool_states.h"
#include "core/cluster/queue_estimate.h"

namespace carbon {
namespace {

int64_t CeilDivide(int64_t a, int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

Resources Largest(Resources a, const Resources& b) {
  for (const auto what : kDimensions) a.*what = std::max(a.*what, b.*what);
  return a;
}

// Returns the share of `a` that `part` of `whole` nodes have, rounded up.
Resources Share(Resources a, int64_t part, int64_t whole) {
  for (const auto what : kDimensions) a.*what = CeilDivide(a.*what * part, whole);
  return a;
}

// Returns how often `demand` fits into `total`; at least 1, since what waits will run some day.
int64_t TimesItFits(const Resources& total, const Resources& demand) {
  int64_t fits = std::numeric_limits<int64_t>::max();
  for (const auto what : kDimensions) {
    if (demand.*what > 0) fits = std::min(fits, total.*what / demand.*what);
  }
  return std::max<int64_t>(fits, 1);
}

class CapacityBuilder {
 public:
  CapacityBuilder(const ClusterView& view, const std::vector<PoolConfig>& pools)
      : view_(view), pools_(pools), found_(FindNodeGroups(view, pools)), nodes_(view, found_) {
    state_.taken_at = view.taken_at;
    state_.cluster = view.cluster;
    state_.groups = found_.groups;
    for (const ClusterPartition& partition : view.partitions) {
      if (partition.is_default) state_.default_partition = partition.name;
    }
    for (size_t i = 0; i < pools.size(); ++i) pools_of_[pools[i].partition].push_back(i);
  }

  CapacityState Build() && {
    CountTotals(view_, found_, &state_.groups);
    state_.pools = PoolStatesOf(view_, pools_, found_, state_.groups);
    AddReservations();
    common_priority_ = MiddlePriority();
    std::vector<WaitingRun> waiting;
    waiting.reserve(view_.jobs.size());
    for (const ClusterJob& job : view_.jobs) {
      if (job.nodes.empty()) {
        AddWaiting(job, &waiting);
      } else {
        AddRunning(job);
      }
    }
    for (QueuedUse& use : std::move(nodes_).Uses()) state_.uses.push_back(std::move(use));
    state_.uses = LayOutQueue(state_.groups, std::move(state_.uses), waiting);
    ShowDecided();
    return std::move(state_);
  }

 private:
  // Returns the median priority of the jobs that wait without a nice value. A few jobs of low
  // priority do not change it.
  int64_t MiddlePriority() const {
    std::vector<int64_t> priorities;
    for (const ClusterJob& job : view_.jobs) {
      if (job.nodes.empty() && !job.is_nice) priorities.push_back(job.priority);
    }
    if (priorities.empty()) return std::numeric_limits<int64_t>::max();
    const auto middle = priorities.begin() + static_cast<std::ptrdiff_t>(priorities.size() / 2);
    std::nth_element(priorities.begin(), middle, priorities.end());
    return *middle;
  }

  bool IsExclusive(const ClusterJob& job) const { return job.exclusive || view_.whole_nodes; }

  void AddUse(const ClusterJob& job, int group, TimeInterval when, const Resources& amount) {
    if (when.end <= when.start || amount == Resources{}) return;
    state_.uses.push_back({.job_id = job.job_id,
                           .decision_id = job.decision_id,
                           .group = state_.groups[group].name,
                           .when = when,
                           .amount = amount});
  }

  // Returns the parts of `times` that are outside of `taken`. Both are disjoint and in order.
  static std::vector<TimeInterval> Outside(const std::vector<TimeInterval>& times,
                                           const std::vector<TimeInterval>& taken) {
    std::vector<TimeInterval> left;
    for (TimeInterval time : times) {
      for (const TimeInterval& other : taken) {
        if (other.end <= time.start || other.start >= time.end) continue;
        if (other.start > time.start) left.push_back({time.start, other.start});
        time.start = other.end;
        if (time.start >= time.end) break;
      }
      if (time.start < time.end) left.push_back(time);
    }
    return left;
  }

  static bool IsWhole(const ClusterReservation& reservation) {
    return std::all_of(reservation.nodes.begin(), reservation.nodes.end(),
                       [](const ClusterReservation::Node& node) { return node.share >= 1; });
  }

  void AddReservations() {
    std::map<int, std::vector<TimeInterval>> taken;  // by node
    // Reservations of whole nodes come first. Then the further use by reservations of single cores
    // is known.
    for (const bool whole : {true, false}) {
      for (const ClusterReservation& reservation : view_.reservations) {
        if (IsWhole(reservation) == whole) AddReservation(reservation, &taken);
      }
    }
  }

  void AddReservation(const ClusterReservation& reservation,
                      std::map<int, std::vector<TimeInterval>>* taken) {
    using Times = std::vector<std::pair<absl::Time, absl::Time>>;
    std::map<std::pair<int, Times>, Resources> uses;  // by group and times
    for (const ClusterReservation::Node& node : reservation.nodes) {
      const int group = found_.of_node[node.index];
      if (group < 0 || !view_.nodes[node.index].usable) continue;
      std::vector<TimeInterval>& before = (*taken)[node.index];
      Times times;
      for (const TimeInterval& time : Outside(reservation.when, before)) {
        if (time.end > view_.taken_at) times.emplace_back(time.start, time.end);
      }
      const auto part = [&node](int64_t amount) {
        return static_cast<int64_t>(std::ceil(static_cast<double>(amount) * node.share));
      };
      const ClusterNode& lent = view_.nodes[node.index];
      const Resources has = view_.Counted(lent.resources);
      uses[{group, times}] += {.cpus = part(has.cpus), .memory_mib = part(has.memory_mib)};
      NodeUse use{.is_whole = node.share >= 1};
      for (size_t d = 0; d < lent.devices.size(); ++d) {
        use.devices.push_back(part(lent.devices[d].count));
        uses[{found_.of_device[node.index][d], times}].devices += use.devices.back();
      }
      for (const auto& [start, end] : times) {
        use.when = {start, end};
        nodes_.Add(node.index, use);
      }
      if (node.share < 1) continue;
      before.insert(before.end(), reservation.when.begin(), reservation.when.end());
      std::sort(before.begin(), before.end(),
                [](const TimeInterval& a, const TimeInterval& b) { return a.start < b.start; });
    }
    for (const auto& [where, amount] : uses) {
      for (const auto& [start, end] : where.second) {
        state_.uses.push_back(
            {.group = state_.groups[where.first].name, .when = {start, end}, .amount = amount});
      }
    }
  }

  const ClusterReservation* FindReservation(const std::string& name) const {
    if (name.empty()) return nullptr;
    const auto found =
        std::find_if(view_.reservations.begin(), view_.reservations.end(),
                     [&name](const ClusterReservation& r) { return r.name == name; });
    return found == view_.reservations.end() ? nullptr : &*found;
  }

  // Returns until when the reservation has `node` now, or the infinite past if it does not.
  absl::Time LentUntil(const ClusterReservation* reservation, int node) const {
    if (reservation == nullptr ||
        std::none_of(reservation->nodes.begin(), reservation->nodes.end(),
                     [node](const ClusterReservation::Node& n) { return n.index == node; })) {
      return absl::InfinitePast();
    }
    for (const TimeInterval& time : reservation->when) {
      if (time.start <= view_.taken_at && view_.taken_at < time.end) return time.end;
    }
    return absl::InfinitePast();
  }

  // Adds a use of nothing for each decided job that is not shown yet: it is held, elsewhere or
  // over.
  void ShowDecided() {
    if (state_.groups.empty()) return;
    std::set<absl::string_view> shown;
    for (const QueuedUse& use : state_.uses) shown.insert(use.decision_id);
    std::map<absl::string_view, const DecidedJob*> others;
    for (const DecidedJob& job : view_.decided) {
      if (shown.contains(job.decision_id)) continue;
      const DecidedJob*& other = others[job.decision_id];  // of an array, one that ran
      if (other == nullptr || !other->ran.has_value()) other = &job;
    }
    for (const auto& [decision_id, job] : others) {
      state_.uses.push_back(
          {.job_id = job->job_id,
           .decision_id = job->decision_id,
           .group = state_.groups.front().name,
           .when = job->ran.value_or(TimeInterval{view_.taken_at, view_.taken_at})});
    }
  }

  // Returns how many of the job's nodes have devices of each of its types. If no node has any, the
  // type says nothing.
  std::vector<int64_t> NodesWithTypes(const ClusterJob& job) const {
    std::vector<int64_t> nodes(job.devices.size());
    for (size_t i = 0; i < job.devices.size(); ++i) {
      for (const int node : job.nodes) {
        for (const DeviceCount& device : view_.nodes[node].devices) {
          nodes[i] += device.type == job.devices[i].type ? 1 : 0;
        }
      }
      if (nodes[i] == 0) return {};
    }
    return nodes;
  }

  void AddRunning(const ClusterJob& job) {
    struct Part {
      int64_t nodes = 0;               // nodes whose CPUs and memory it has
      std::vector<int64_t> with_type;  // nodes whose devices it has, by the job's types
      Resources whole;                 // everything that these nodes have
    };
    const ClusterReservation* reservation = FindReservation(job.reservation);
    const std::vector<int64_t> with_type = NodesWithTypes(job);
    Resources untyped = view_.Counted(job.amount);
    untyped.nodes = 0;
    for (size_t i = 0; i < with_type.size(); ++i) untyped.devices -= job.devices[i].count;
    untyped.devices = std::max<int64_t>(0, untyped.devices);
    const auto all_nodes = static_cast<int64_t>(job.nodes.size());
    const Resources on_each = Share(untyped, 1, all_nodes);
    // The key is the group, and until when the node is the reservation's, which is already counted.
    std::map<std::pair<int, absl::Time>, Part> parts;
    for (const int index : job.nodes) {
      const ClusterNode& node = view_.nodes[index];
      // A job on a node that takes no new jobs uses nothing of the total, because the total lacks
      // the node.
      if (found_.of_node[index] < 0 || !node.usable) continue;
      const absl::Time lent_until = LentUntil(reservation, index);
      NodeUse use{.when = {std::max(job.when.start, lent_until), job.when.end},
                  .is_whole = IsExclusive(job),
                  .untyped_devices = on_each.devices,
                  .device_shares = job.device_shares};
      Part& on_node = parts[{found_.of_node[index], lent_until}];
      ++on_node.nodes;
      Resources has = view_.Counted(node.resources);
      has.devices = 0;
      on_node.whole += has;
      for (size_t d = 0; d < node.devices.size(); ++d) {
        Part& part = parts[{found_.of_device[index][d], lent_until}];
        part.whole.devices += node.devices[d].count;
        part.with_type.resize(with_type.size());
        use.devices.push_back(0);
        for (size_t i = 0; i < with_type.size(); ++i) {
          if (job.devices[i].type != node.devices[d].type) continue;
          ++part.with_type[i];
          use.devices.back() += CeilDivide(job.devices[i].count, with_type[i]);
        }
      }
      nodes_.Add(index, std::move(use));
    }
    for (const auto& [where, part] : parts) {
      Resources amount = Share(untyped, part.nodes, all_nodes);
      for (size_t i = 0; i < part.with_type.size(); ++i) {
        amount.devices += CeilDivide(job.devices[i].count * part.with_type[i], with_type[i]);
      }
      if (IsExclusive(job)) amount = Largest(amount, part.whole);
      amount.nodes = 0;  // nodes are counted node by node
      const auto& [group, lent_until] = where;
      AddUse(job, group, {std::max(job.when.start, lent_until), job.when.end}, amount);
    }
  }

  // Returns true if the pool is the only place in its partition where the job can run.
  static bool AsksFor(const ClusterJob& job, const PoolConfig& pool) {
    if (!job.pool.empty()) return job.pool == pool.name;
    const bool names_type = job.devices.size() == 1 && !pool.gres_type.empty() &&
                            job.devices[0].count == job.amount.devices;
    if (names_type ? job.devices[0].type != pool.gres_type : pool.features.empty()) return false;
    return std::all_of(
        pool.features.begin(), pool.features.end(), [&job](const std::string& feature) {
          return std::find(job.features.begin(), job.features.end(), feature) != job.features.end();
        });
  }

  const std::vector<size_t>& PoolsOf(const std::string& partition) const {
    static const std::vector<size_t> kNone;
    const auto found = pools_of_.find(partition);
    return found == pools_of_.end() ? kNone : found->second;
  }

  // Returns the groups in which a waiting job may run, the one that it asked for first.
  std::vector<int> GroupsOfWaiting(const ClusterJob& job) const {
    std::vector<int> groups;
    for (const std::string& name : job.partitions) {
      const auto partition = found_.of_partition.find(name);
      int group = partition == found_.of_partition.end() ? -1 : partition->second;
      const PoolConfig* asked_for = nullptr;  // the one with the most features, as in a decision
      for (const size_t i : PoolsOf(name)) {
        if (!AsksFor(job, pools_[i])) continue;
        if (asked_for != nullptr && asked_for->features.size() >= pools_[i].features.size())
          continue;
        asked_for = &pools_[i];
        group = found_.of_pool[i];
      }
      if (group >= 0 && std::find(groups.begin(), groups.end(), group) == groups.end()) {
        groups.push_back(group);
      }
    }
    return groups;
  }

  void AddWaiting(const ClusterJob& job, std::vector<WaitingRun>* waiting) const {
    // A job that waits in a reservation takes nothing from outside of it.
    const ClusterReservation* reservation = FindReservation(job.reservation);
    if (reservation != nullptr && !reservation->lets_jobs_out) return;
    const std::vector<int> groups = GroupsOfWaiting(job);
    if (groups.empty() || job.when.end <= job.when.start) return;
    const NodeGroup& group = state_.groups[groups.front()];
    Resources task = view_.Counted(job.amount);
    const int64_t nodes = std::max<int64_t>(1, task.nodes);
    if (IsExclusive(job)) {
      Resources whole = TotalOf(nodes, group.per_node);
      if (!view_.counts_memory) whole.memory_mib = 0;
      task = Largest(task, whole);
    } else {
      AddNodeParts(nodes, job.devices_per_node, group.per_node.devices, &task);
      task.nodes = 0;
    }
    for (const auto part : kNodeParts) {
      if (group.total.*part >= Resources::kUnlimited) task.*part = 0;
    }
    int64_t at_once = std::min(job.tasks, TimesItFits(group.total, task));
    if (job.width > 0) at_once = std::min(at_once, job.width);
    const int64_t rounds = CeilDivide(job.tasks, at_once);
    WaitingRun run{.job_id = job.job_id,
                   .decision_id = job.decision_id,
                   .priority = job.priority,
                   .earliest = job.when.start,
                   .length = std::min(kUnlimitedRun, (job.when.end - job.when.start) * rounds),
                   .amount = Times(task, at_once),
                   .is_promised = job.is_promised,
                   .yields = job.is_nice && job.priority < common_priority_};
    for (int index : groups) run.groups.push_back(state_.groups[index].name);
    waiting->push_back(std::move(run));
  }

  const ClusterView& view_;
  const std::vector<PoolConfig>& pools_;
  const NodeGroups found_;
  std::map<std::string, std::vector<size_t>> pools_of_;  // by partition; indices into pools_
  NodeUses nodes_;
  int64_t common_priority_ = 0;
  CapacityState state_;
};

}  // namespace

void CountLentNodes(ClusterView* view) {
  for (const ClusterReservation& reservation : view->reservations) {
    for (const ClusterReservation::Node& node : reservation.nodes) {
      ClusterNode& lent = view->nodes[node.index];
      lent.usable |= lent.is_lent;
    }
  }
}

CapacityState BuildCapacity(const ClusterView& view, const std::vector<PoolConfig>& pools) {
  return CapacityBuilder(view, pools).Build();
}

}  // namespace carbon
