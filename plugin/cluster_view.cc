#include "plugin/cluster_view.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "core/queue_estimate.h"
#include "plugin/node_groups.h"

namespace carbon {
namespace {

int64_t CeilDivide(int64_t a, int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

Resources Largest(const Resources& a, const Resources& b) {
  return {std::max(a.nodes, b.nodes), std::max(a.devices, b.devices), std::max(a.cpus, b.cpus),
          std::max(a.memory_mib, b.memory_mib)};
}

Resources Least(const Resources& a, const Resources& b) {
  return {std::min(a.nodes, b.nodes), std::min(a.devices, b.devices), std::min(a.cpus, b.cpus),
          std::min(a.memory_mib, b.memory_mib)};
}

Resources Times(const Resources& a, int64_t factor) {
  return {a.nodes * factor, a.devices * factor, a.cpus * factor, a.memory_mib * factor};
}

// The share of `a` that falls on `part` of `whole` nodes, rounded up.
Resources Share(const Resources& a, int64_t part, int64_t whole) {
  return {CeilDivide(a.nodes * part, whole), CeilDivide(a.devices * part, whole),
          CeilDivide(a.cpus * part, whole), CeilDivide(a.memory_mib * part, whole)};
}

// How many times `demand` fits into `total`; at least 1, for what waits will run some day.
int64_t TimesItFits(const Resources& total, const Resources& demand) {
  int64_t fits = std::numeric_limits<int64_t>::max();
  const auto limit = [&fits](int64_t have, int64_t want) {
    if (want > 0) fits = std::min(fits, have / want);
  };
  limit(total.nodes, demand.nodes);
  limit(total.devices, demand.devices);
  limit(total.cpus, demand.cpus);
  limit(total.memory_mib, demand.memory_mib);
  return std::max<int64_t>(fits, 1);
}

class CapacityBuilder {
 public:
  CapacityBuilder(const ClusterView& view, const std::vector<PoolConfig>& pools)
      : view_(view), pools_(pools), found_(FindNodeGroups(view, pools)) {
    state_.taken_at = view.taken_at;
    state_.cluster = view.cluster;
    state_.groups = found_.groups;
    for (const ClusterPartition& partition : view.partitions) {
      if (partition.is_default) state_.default_partition = partition.name;
    }
  }

  CapacityState Build() && {
    CountTotals();
    DescribePools();
    AddReservations();
    std::vector<WaitingRun> waiting;
    for (const ClusterJob& job : view_.jobs) {
      if (job.nodes.empty()) {
        AddWaiting(job, &waiting);
      } else {
        AddRunning(job);
      }
    }
    state_.uses = LayOutQueue(state_.groups, std::move(state_.uses), waiting);
    return std::move(state_);
  }

 private:
  Resources Counted(Resources resources) const {
    if (!view_.counts_memory) resources.memory_mib = 0;
    return resources;
  }

  void CountTotals() {
    for (size_t i = 0; i < state_.groups.size(); ++i) {
      NodeGroup& group = state_.groups[i];
      for (int index : found_.nodes[i]) {
        if (!view_.nodes[index].usable) continue;
        const Resources node = Counted(view_.nodes[index].resources);
        group.per_node = group.total.nodes == 0 ? node : Least(group.per_node, node);
        group.total += node;
      }
      if (view_.counts_memory) continue;
      group.total.memory_mib = Resources::kUnlimited;
      group.per_node.memory_mib = Resources::kUnlimited;
    }
  }

  // On average over the usable ones of `nodes`; absent where one's is not known, or none is usable.
  std::optional<double> StaysPowered(const std::vector<int>& nodes) const {
    double sum = 0;
    int usable = 0;
    for (const int index : nodes) {
      const ClusterNode& node = view_.nodes[index];
      if (!node.usable) continue;
      if (!node.stays_powered.has_value()) return std::nullopt;
      sum += *node.stays_powered;
      ++usable;
    }
    return usable > 0 ? std::optional(sum / usable) : std::nullopt;
  }

  void DescribePools() {
    for (size_t i = 0; i < pools_.size(); ++i) {
      const auto partition =
          std::find_if(view_.partitions.begin(), view_.partitions.end(),
                       [&](const ClusterPartition& p) { return p.name == pools_[i].partition; });
      if (found_.of_pool[i] < 0 || partition == view_.partitions.end()) continue;
      const NodeGroup& group = state_.groups[found_.of_pool[i]];
      state_.pools.push_back({.pool = pools_[i].name,
                              .group = group.name,
                              .up = partition->up && group.total.nodes > 0,
                              .is_default = partition->is_default,
                              .max_time = partition->max_time,
                              .default_time = partition->default_time,
                              .max_nodes = partition->max_nodes,
                              .defaults = partition->defaults,
                              .stays_powered = StaysPowered(found_.nodes[found_.of_pool[i]])});
    }
  }

  bool IsExclusive(const ClusterJob& job) const { return job.exclusive || view_.whole_nodes; }

  void AddUse(const ClusterJob& job, int group, TimeInterval when, const Resources& amount) {
    if (when.end <= when.start) return;
    state_.uses.push_back({.job_id = job.job_id,
                           .decision_id = job.decision_id,
                           .group = state_.groups[group].name,
                           .when = when,
                           .amount = amount});
  }

  // What is left of `times` outside of `taken`; both disjoint and in order.
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
    // Those of whole nodes first: what one of single cores has besides is then known.
    for (const bool whole : {true, false}) {
      for (const ClusterReservation& reservation : view_.reservations) {
        if (IsWhole(reservation) == whole) AddReservation(reservation, &taken);
      }
    }
  }

  void AddReservation(const ClusterReservation& reservation,
                      std::map<int, std::vector<TimeInterval>>* taken) {
    std::map<std::pair<int, std::vector<std::pair<absl::Time, absl::Time>>>, Resources> uses;
    for (const ClusterReservation::Node& node : reservation.nodes) {
      const int group = found_.of_node[node.index];
      if (group < 0 || !view_.nodes[node.index].usable) continue;
      std::vector<TimeInterval>& before = (*taken)[node.index];
      std::vector<std::pair<absl::Time, absl::Time>> times;
      for (const TimeInterval& time : Outside(reservation.when, before)) {
        if (time.end > view_.taken_at) times.emplace_back(time.start, time.end);
      }
      const Resources has = Counted(view_.nodes[node.index].resources);
      const auto part = [&node](int64_t amount) {
        return static_cast<int64_t>(std::ceil(static_cast<double>(amount) * node.share));
      };
      uses[{group, times}] +=
          {part(has.nodes), part(has.devices), part(has.cpus), part(has.memory_mib)};
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
    const auto found =
        std::find_if(view_.reservations.begin(), view_.reservations.end(),
                     [&name](const ClusterReservation& r) { return r.name == name; });
    return found == view_.reservations.end() ? nullptr : &*found;
  }

  // Until when `node` is lent to the reservation now; the infinite past where it is not.
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

  void AddRunning(const ClusterJob& job) {
    struct Part {
      int64_t nodes = 0;
      Resources resources;
    };
    const ClusterReservation* reservation = FindReservation(job.reservation);
    // By group, and until when the node is the reservation's, which is counted already.
    std::map<std::pair<int, absl::Time>, Part> parts;
    for (int node : job.nodes) {
      // What runs on a node that takes no new jobs uses nothing of the total, which lacks it.
      if (found_.of_node[node] < 0 || !view_.nodes[node].usable) continue;
      Part& part = parts[{found_.of_node[node], LentUntil(reservation, node)}];
      ++part.nodes;
      part.resources += Counted(view_.nodes[node].resources);
    }
    for (const auto& [where, part] : parts) {
      Resources amount = Share(Counted(job.amount), part.nodes, job.nodes.size());
      amount.nodes = 0;
      if (IsExclusive(job)) amount = Largest(amount, part.resources);
      const auto& [group, lent_until] = where;
      AddUse(job, group, {std::max(job.when.start, lent_until), job.when.end}, amount);
    }
  }

  // The groups in which a waiting job may run, the one that it asked for first.
  std::vector<int> GroupsOfWaiting(const ClusterJob& job) const {
    std::vector<int> groups;
    for (const std::string& name : job.partitions) {
      const auto partition = found_.of_partition.find(name);
      int group = partition == found_.of_partition.end() ? -1 : partition->second;
      for (size_t i = 0; i < pools_.size() && !job.device_type.empty(); ++i) {
        if (pools_[i].partition == name && pools_[i].gres_type == job.device_type) {
          group = found_.of_pool[i];
        }
      }
      if (group >= 0 && std::find(groups.begin(), groups.end(), group) == groups.end()) {
        groups.push_back(group);
      }
    }
    return groups;
  }

  void AddWaiting(const ClusterJob& job, std::vector<WaitingRun>* waiting) const {
    // What waits in a reservation takes nothing of what is outside of it.
    const ClusterReservation* reservation = FindReservation(job.reservation);
    if (reservation != nullptr && !reservation->lets_jobs_out) return;
    const std::vector<int> groups = GroupsOfWaiting(job);
    if (groups.empty() || job.when.end <= job.when.start) return;
    const NodeGroup& group = state_.groups[groups.front()];
    Resources task = Counted(job.amount);
    if (IsExclusive(job)) {
      Resources whole = Times(Counted(group.per_node), task.nodes);
      if (!view_.counts_memory) whole.memory_mib = 0;
      task = Largest(task, whole);
    } else {
      task.nodes = 0;
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
                   .is_promised = job.is_promised};
    for (int index : groups) run.groups.push_back(state_.groups[index].name);
    waiting->push_back(std::move(run));
  }

  const ClusterView& view_;
  const std::vector<PoolConfig>& pools_;
  const NodeGroups found_;
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
