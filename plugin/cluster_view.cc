#include "plugin/cluster_view.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

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
      : view_(view), pools_(pools), group_of_node_(view.nodes.size(), -1) {
    state_.taken_at = view.taken_at;
    state_.cluster = view.cluster;
    for (const ClusterPartition& partition : view.partitions) {
      partitions_[partition.name] = &partition;
      if (partition.is_default) state_.default_partition = partition.name;
    }
  }

  CapacityState Build() && {
    FindGroups();
    CountTotals();
    DescribePools();
    for (const ClusterJob& job : view_.jobs) {
      if (job.nodes.empty()) {
        AddWaiting(job);
      } else {
        AddRunning(job);
      }
    }
    return std::move(state_);
  }

 private:
  const ClusterPartition* FindPartition(const std::string& name) const {
    const auto it = partitions_.find(name);
    return it == partitions_.end() ? nullptr : it->second;
  }

  bool IsInPool(int node, const PoolConfig& pool) const {
    if (pool.gres_type.empty()) return true;
    const std::vector<std::string>& types = view_.nodes[node].device_types;
    return std::find(types.begin(), types.end(), pool.gres_type) != types.end();
  }

  // Pools that share a node are merged until every node belongs to one group at most.
  void FindGroups() {
    group_of_pool_.assign(pools_.size(), -1);
    std::vector<int> root(pools_.size());
    std::iota(root.begin(), root.end(), 0);
    const auto find = [&root](int pool) {
      while (root[pool] != pool) pool = root[pool];
      return pool;
    };
    std::vector<int> pool_of_node(view_.nodes.size(), -1);
    std::map<std::pair<std::string, std::string>, int> pool_of_place;
    for (size_t i = 0; i < pools_.size(); ++i) {
      const PoolConfig& pool = pools_[i];
      const ClusterPartition* partition = FindPartition(pool.partition);
      if (partition == nullptr) continue;
      // Two pools of the same place share it even while it has no nodes.
      const auto place = pool_of_place.try_emplace({pool.partition, pool.gres_type}, i).first;
      root[find(i)] = find(place->second);
      for (int node : partition->nodes) {
        if (!IsInPool(node, pool)) continue;
        if (pool_of_node[node] < 0) pool_of_node[node] = i;
        root[find(i)] = find(pool_of_node[node]);
      }
    }
    std::map<int, int> group_of_root;
    std::vector<std::vector<std::string>> names;
    for (size_t i = 0; i < pools_.size(); ++i) {
      if (FindPartition(pools_[i].partition) == nullptr) continue;
      const auto [it, added] = group_of_root.try_emplace(find(i), static_cast<int>(names.size()));
      if (added) names.emplace_back();
      group_of_pool_[i] = it->second;
      std::string name = pools_[i].partition;
      if (!pools_[i].gres_type.empty()) absl::StrAppend(&name, ":", pools_[i].gres_type);
      std::vector<std::string>& parts = names[it->second];
      if (std::find(parts.begin(), parts.end(), name) == parts.end()) parts.push_back(name);
    }
    for (const std::vector<std::string>& parts : names) {
      state_.groups.push_back({.name = absl::StrJoin(parts, "+")});
    }
    for (size_t node = 0; node < pool_of_node.size(); ++node) {
      if (pool_of_node[node] >= 0) group_of_node_[node] = group_of_pool_[pool_of_node[node]];
    }
  }

  Resources Counted(Resources resources) const {
    if (!view_.counts_memory) resources.memory_mib = 0;
    return resources;
  }

  void CountTotals() {
    for (size_t i = 0; i < view_.nodes.size(); ++i) {
      if (group_of_node_[i] < 0 || !view_.nodes[i].usable) continue;
      NodeGroup& group = state_.groups[group_of_node_[i]];
      const Resources node = Counted(view_.nodes[i].resources);
      group.per_node = group.total.nodes == 0 ? node : Least(group.per_node, node);
      group.total += node;
    }
    if (view_.counts_memory) return;
    for (NodeGroup& group : state_.groups) {
      group.total.memory_mib = Resources::kUnlimited;
      group.per_node.memory_mib = Resources::kUnlimited;
    }
  }

  void DescribePools() {
    for (size_t i = 0; i < pools_.size(); ++i) {
      const ClusterPartition* partition = FindPartition(pools_[i].partition);
      if (partition == nullptr) continue;
      const bool has_nodes = std::any_of(
          partition->nodes.begin(), partition->nodes.end(),
          [&](int node) { return view_.nodes[node].usable && IsInPool(node, pools_[i]); });
      state_.pools.push_back({.pool = pools_[i].name,
                              .group = state_.groups[group_of_pool_[i]].name,
                              .up = partition->up && has_nodes,
                              .is_default = partition->is_default,
                              .max_time = partition->max_time,
                              .default_time = partition->default_time,
                              .max_nodes = partition->max_nodes,
                              .admission_unproven = partition->admission_unproven});
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
      if (group_of_node_[node] < 0 || !view_.nodes[node].usable) continue;
      Part& part = parts[group_of_node_[node]];
      ++part.nodes;
      part.resources += Counted(view_.nodes[node].resources);
    }
    for (const auto& [group, part] : parts) {
      Resources amount = Share(Counted(job.amount), part.nodes, job.nodes.size());
      amount.nodes = 0;
      if (IsExclusive(job)) amount = Largest(amount, part.resources);
      AddUse(job, group, job.when, amount);
    }
  }

  // The group in which a waiting job is expected to run, or -1.
  int GroupOfWaiting(const ClusterJob& job) const {
    for (const std::string& partition : job.partitions) {
      int group = -1;
      for (size_t i = 0; i < pools_.size(); ++i) {
        if (pools_[i].partition != partition || group_of_pool_[i] < 0) continue;
        if (!job.device_type.empty() && pools_[i].gres_type == job.device_type) {
          return group_of_pool_[i];
        }
        if (group < 0) group = group_of_pool_[i];
      }
      if (group >= 0) return group;
    }
    // A partition that is no pool may still lie on the nodes of one.
    for (const std::string& name : job.partitions) {
      const ClusterPartition* partition = FindPartition(name);
      if (partition == nullptr) continue;
      for (int node : partition->nodes) {
        if (group_of_node_[node] >= 0) return group_of_node_[node];
      }
    }
    return -1;
  }

  void AddWaiting(const ClusterJob& job) {
    const int index = GroupOfWaiting(job);
    if (index < 0) return;
    const NodeGroup& group = state_.groups[index];
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
    const absl::Duration length = std::min(kUnlimitedRun, (job.when.end - job.when.start) * rounds);
    AddUse(job, index, {job.when.start, job.when.start + length}, Times(task, at_once));
  }

  const ClusterView& view_;
  const std::vector<PoolConfig>& pools_;
  std::map<std::string, const ClusterPartition*> partitions_;
  std::vector<int> group_of_pool_;  // -1: its partition is not there
  std::vector<int> group_of_node_;  // -1: no pool has it
  CapacityState state_;
};

}  // namespace

CapacityState BuildCapacity(const ClusterView& view, const std::vector<PoolConfig>& pools) {
  return CapacityBuilder(view, pools).Build();
}

}  // namespace carbon
