#include "plugin/cluster_view.h"

#include <algorithm>
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

  void AddRunning(const ClusterJob& job) {
    struct Part {
      int64_t nodes = 0;
      Resources resources;
    };
    std::map<int, Part> parts;
    for (int node : job.nodes) {
      // What runs on a node that takes no new jobs uses nothing of the total, which lacks it.
      if (found_.of_node[node] < 0 || !view_.nodes[node].usable) continue;
      Part& part = parts[found_.of_node[node]];
      ++part.nodes;
      part.resources += Counted(view_.nodes[node].resources);
    }
    for (const auto& [group, part] : parts) {
      Resources amount = Share(Counted(job.amount), part.nodes, job.nodes.size());
      amount.nodes = 0;
      if (IsExclusive(job)) amount = Largest(amount, part.resources);
      if (job.when.end <= job.when.start) continue;
      state_.uses.push_back({.job_id = job.job_id,
                             .decision_id = job.decision_id,
                             .group = state_.groups[group].name,
                             .when = job.when,
                             .amount = amount});
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

CapacityState BuildCapacity(const ClusterView& view, const std::vector<PoolConfig>& pools) {
  return CapacityBuilder(view, pools).Build();
}

}  // namespace carbon
