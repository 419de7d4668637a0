#include "core/cluster/unseen_nodes.h"

#include <algorithm>
#include <iterator>
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

// Makes `least` as small as `node` in each resource, and as slow to wake up as the slower one.
void TakeLeast(const ClusterNode& node, ClusterNode* least) {
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

// Returns a node like the smallest of `nodes`, or nullopt if there are none.
std::optional<ClusterNode> StatedNode(const PoolConfig& pool, const std::vector<int>& nodes,
                                      const ClusterView& view) {
  std::optional<ClusterNode> least;
  for (const int index : nodes) {
    if (least.has_value()) {
      TakeLeast(view.nodes[index], &*least);
    } else {
      least = view.nodes[index];
    }
  }
  if (!least.has_value()) return std::nullopt;
  least->name = absl::StrCat("stated by ", pool.name);
  least->features = pool.features;
  least->usable = least->is_idle = least->is_asleep = true;
  least->is_silent = least->is_lent = least->is_future = least->is_asked_for = least->is_waking =
      false;
  return least;
}

// The nodes of a pool that are known, FUTURE ones among them, in order.
std::vector<int> KnownNodes(const PoolConfig& pool, ClusterView* view) {
  const ClusterPartition* partition = FindPartition(pool.partition, view);
  if (partition == nullptr) return {};
  PoolNodes nodes = NodesOf(pool, *partition, *view);
  std::vector<int> known = std::move(nodes.shown);
  known.insert(known.end(), nodes.future.begin(), nodes.future.end());
  std::sort(known.begin(), known.end());
  return known;
}

// Both in order.
bool HaveCommonNode(const std::vector<int>& a, const std::vector<int>& b) {
  std::vector<int> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return !both.empty();
}

// Puts nodes into the pool's partition and nodelist, unless they are there.
void PutIntoPool(const std::vector<int>& nodes, const PoolConfig& pool, ClusterView* view) {
  ClusterPartition& partition = *FindPartition(pool.partition, view);
  std::vector<bool> is_there(view->nodes.size());
  for (const int node : partition.nodes) is_there[static_cast<size_t>(node)] = true;
  for (const int node : nodes) {
    if (!is_there[static_cast<size_t>(node)]) partition.nodes.push_back(node);
  }
  if (pool.nodelist.empty()) return;
  std::vector<int>& list = view->nodelists[pool.nodelist];
  list.insert(list.end(), nodes.begin(), nodes.end());
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

std::vector<std::string> TypesOf(const ClusterNode& node) {
  std::vector<std::string> types;
  for (const DeviceCount& devices : node.devices) types.push_back(devices.type);
  return types;
}

// Makes a node that was added for another pool one that may be in this pool too, where `like` would
// be added otherwise. Returns whether it may: the node has the same types of devices.
bool ShareNode(const PoolConfig& pool, const ClusterNode& like, ClusterNode* node) {
  if (TypesOf(*node) != TypesOf(like)) return false;
  TakeLeast(like, node);
  for (const std::string& feature : pool.features) {
    if (std::find(node->features.begin(), node->features.end(), feature) == node->features.end()) {
      node->features.push_back(feature);
    }
  }
  return true;
}

std::string Nodes(size_t count) { return absl::StrCat(count, count == 1 ? " node" : " nodes"); }

}  // namespace

void AddStatedNodes(const std::vector<PoolConfig>& pools, ClusterView* view) {
  std::vector<std::vector<int>> known, added;  // by pool
  for (const PoolConfig& pool : pools) known.push_back(KnownNodes(pool, view));
  added.resize(pools.size());
  for (size_t p = 0; p < pools.size(); ++p) {
    const PoolConfig& pool = pools[p];
    const ClusterPartition* partition = FindPartition(pool.partition, view);
    if (!pool.size.has_value() || partition == nullptr) continue;
    const PoolNodes nodes = NodesOf(pool, *partition, *view);
    std::optional<ClusterNode> node =
        StatedNode(pool, nodes.shown.empty() ? nodes.future : nodes.shown, *view);
    if (!node.has_value()) continue;
    // The nodes that are shown may never sleep.
    node->wake_up = std::max(node->wake_up, partition->wake_up);
    auto missing = *pool.size - static_cast<int64_t>(nodes.shown.size());
    std::vector<bool> is_there(view->nodes.size());
    for (const int index : nodes.shown) is_there[static_cast<size_t>(index)] = true;
    std::vector<int> joining;
    for (size_t other = 0; other < p; ++other) {
      if (added[other].empty() || !HaveCommonNode(known[other], known[p])) continue;
      for (const int index : added[other]) {
        if (missing <= 0) break;
        const auto i = static_cast<size_t>(index);
        if (is_there[i] || !ShareNode(pool, *node, &view->nodes[i])) continue;
        joining.push_back(index);
        --missing;
      }
    }
    for (; missing > 0; --missing) {
      added[p].push_back(static_cast<int>(view->nodes.size()));
      joining.push_back(added[p].back());
      view->nodes.push_back(*node);
    }
    PutIntoPool(joining, pool, view);
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
