#include "core/cluster/unseen_nodes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/cluster/node_groups.h"

namespace carbon {
namespace {

// The nodes of a pool, by how Slurm shows them.
struct PoolNodes {
  std::vector<int> shown;
  std::vector<int> future;
  int64_t asked_for = 0;  // as many of `shown` as scarbond asks for by name
  int64_t unknown = 0;
};

PoolNodes NodesOf(const PoolConfig& pool, const ClusterPartition& partition,
                  const ClusterView& view) {
  PoolNodes nodes;
  for (const int index : partition.nodes) {
    const ClusterNode& node = view.nodes[index];
    if (node.name.empty()) {
      ++nodes.unknown;
      continue;
    }
    if (!IsInPool(view, index, pool)) continue;
    (node.is_future ? nodes.future : nodes.shown).push_back(index);
    if (node.is_asked_for) ++nodes.asked_for;
  }
  return nodes;
}

ClusterPartition* FindPartition(const std::string& name, ClusterView* view) {
  for (ClusterPartition& partition : view->partitions) {
    if (partition.name == name) return &partition;
  }
  return nullptr;
}

// Returns a node like the smallest of `nodes`, or nullopt if there are none.
std::optional<ClusterNode> StatedNode(const PoolConfig& pool, const std::vector<int>& nodes,
                                      const ClusterView& view) {
  std::optional<ClusterNode> least;
  for (const int index : nodes) {
    const ClusterNode& node = view.nodes[index];
    if (!least.has_value()) {
      least = node;
      continue;
    }
    Resources& has = least->resources;
    if (node.resources.devices < has.devices) {
      has.devices = node.resources.devices;
      least->devices = node.devices;
      least->shares_per_device = node.shares_per_device;
    }
    has.cpus = std::min(has.cpus, node.resources.cpus);
    has.memory_mib = std::min(has.memory_mib, node.resources.memory_mib);
    least->fall_asleep = std::max(least->fall_asleep, node.fall_asleep);
    least->wake_up = std::max(least->wake_up, node.wake_up);
  }
  if (!least.has_value()) return std::nullopt;
  least->name = absl::StrCat("stated by ", pool.name);
  least->features = pool.features;
  least->usable = least->is_idle = least->is_asleep = true;
  least->is_silent = least->is_lent = least->is_future = least->is_asked_for = least->is_waking =
      false;
  return least;
}

std::string Nodes(size_t count) { return absl::StrCat(count, count == 1 ? " node" : " nodes"); }

}  // namespace

void AddStatedNodes(const std::vector<PoolConfig>& pools, ClusterView* view) {
  for (const PoolConfig& pool : pools) {
    ClusterPartition* partition = FindPartition(pool.partition, view);
    if (!pool.size.has_value() || partition == nullptr) continue;
    const PoolNodes nodes = NodesOf(pool, *partition, *view);
    std::optional<ClusterNode> node =
        StatedNode(pool, nodes.shown.empty() ? nodes.future : nodes.shown, *view);
    if (!node.has_value()) continue;
    // The nodes that are shown may never sleep.
    node->wake_up = std::max(node->wake_up, partition->wake_up);
    for (auto count = static_cast<int64_t>(nodes.shown.size()); count < *pool.size; ++count) {
      const int index = static_cast<int>(view->nodes.size());
      partition->nodes.push_back(index);
      if (!pool.nodelist.empty()) view->nodelists[pool.nodelist].push_back(index);
      view->nodes.push_back(*node);
    }
  }
}

std::vector<Finding> DescribeUnseenNodes(const std::vector<PoolConfig>& pools,
                                         const ClusterView& view) {
  std::vector<Finding> findings;
  for (const PoolConfig& pool : pools) {
    const auto partition =
        std::find_if(view.partitions.begin(), view.partitions.end(),
                     [&pool](const ClusterPartition& p) { return p.name == pool.partition; });
    if (partition == view.partitions.end()) continue;
    const PoolNodes nodes = NodesOf(pool, *partition, view);
    const auto add = [&](Severity severity, FindingCode code, absl::string_view fact) {
      findings.push_back({severity, code, absl::StrCat("pool ", pool.name),
                          absl::StrCat("partition ", pool.partition, ": ", fact)});
    };
    // An administrator who states the pool's size knows about these nodes.
    const bool is_stated = pool.size.has_value();
    const Severity hidden = is_stated ? Severity::kNote : Severity::kWarning;
    const absl::string_view remedy =
        is_stated ? ""
                  : ": set PrivateData=cloud in slurm.conf, or \"size\" of the pool in carbon.json";
    const absl::string_view counted = is_stated ? "counted by the pool's size" : "not counted";
    if (nodes.asked_for > 0) {
      add(hidden, FindingCode::kPoolNodesHidden,
          absl::StrCat("Slurm hides ", Nodes(nodes.asked_for),
                       " while powered down; scarbond asks for each by its name", remedy));
    }
    if (nodes.unknown > 0) {
      add(hidden, FindingCode::kPoolNodesHidden,
          absl::StrCat("Slurm hides ", Nodes(nodes.unknown), ", ", counted, remedy));
    }
    if (!nodes.future.empty()) {
      add(Severity::kNote, FindingCode::kPoolNodesFuture,
          absl::StrCat(Nodes(nodes.future.size()), " in state FUTURE, ", counted,
                       is_stated ? "" : " before registration"));
    }
    if (pool.size.has_value() && nodes.shown.empty() && nodes.future.empty()) {
      add(Severity::kWarning, FindingCode::kPoolSizeUnusable,
          absl::StrCat("its size of ", Nodes(*pool.size),
                       " does not count: Slurm shows none of them, so what one has is not known"));
    }
  }
  return findings;
}

}  // namespace carbon
