#include "plugin/node_groups.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace carbon {
namespace {

// Nodes, or places, in order.
using Set = std::vector<int>;

bool Holds(const Set& whole, const Set& part) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

bool Overlap(const Set& a, const Set& b) {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) return true;
    *i < *j ? ++i : ++j;
  }
  return false;
}

Set Union(const Set& a, const Set& b) {
  Set both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

struct Place {
  std::string name;
  bool is_pool;
  Set nodes;
};

class GroupFinder {
 public:
  GroupFinder(const ClusterView& view, const std::vector<PoolConfig>& pools)
      : view_(view), pools_(pools) {}

  NodeGroups Find() && {
    FindPlaces();
    for (const Place& place : places_) AddGroup(place.nodes, place.name);
    AddUnions();
    AddSharedNodes();
    Nest();
    for (int place : place_of_pool_) {
      result_.of_pool.push_back(place < 0 ? -1 : group_of_[places_[place].nodes]);
    }
    for (const auto& [partition, place] : place_of_partition_) {
      result_.of_partition[partition] = group_of_[places_[place].nodes];
    }
    return std::move(result_);
  }

 private:
  Set NodesOf(const ClusterPartition& partition, const std::string& gres_type) const {
    Set nodes;
    for (int node : partition.nodes) {
      const std::vector<std::string>& types = view_.nodes[node].device_types;
      if (gres_type.empty() || std::find(types.begin(), types.end(), gres_type) != types.end()) {
        nodes.push_back(node);
      }
    }
    std::sort(nodes.begin(), nodes.end());
    return nodes;
  }

  int AddPlace(std::string name, bool is_pool, Set nodes) {
    for (size_t i = 0; i < places_.size(); ++i) {
      if (places_[i].name == name) return static_cast<int>(i);
    }
    // A set of no nodes says nothing of which place it is.
    if (nodes.empty()) nodes.push_back(-1 - static_cast<int>(places_.size()));
    places_.push_back({std::move(name), is_pool, std::move(nodes)});
    return static_cast<int>(places_.size()) - 1;
  }

  void FindPlaces() {
    std::map<std::string, const ClusterPartition*> partitions;
    for (const ClusterPartition& partition : view_.partitions) {
      partitions[partition.name] = &partition;
    }
    Set modelled;
    for (const PoolConfig& pool : pools_) {
      const auto partition = partitions.find(pool.partition);
      if (partition == partitions.end()) {
        place_of_pool_.push_back(-1);
        continue;
      }
      const std::string name = pool.gres_type.empty()
                                   ? pool.partition
                                   : absl::StrCat(pool.partition, ":", pool.gres_type);
      Set nodes = NodesOf(*partition->second, pool.gres_type);
      modelled = Union(modelled, nodes);
      place_of_pool_.push_back(AddPlace(name, /*is_pool=*/true, std::move(nodes)));
      if (pool.gres_type.empty()) place_of_partition_[pool.partition] = place_of_pool_.back();
    }
    for (const ClusterPartition& partition : view_.partitions) {
      if (place_of_partition_.contains(partition.name)) continue;
      const Set all = NodesOf(partition, "");
      Set nodes;
      std::set_intersection(all.begin(), all.end(), modelled.begin(), modelled.end(),
                            std::back_inserter(nodes));
      if (nodes.empty()) continue;
      place_of_partition_[partition.name] =
          AddPlace(partition.name, /*is_pool=*/false, std::move(nodes));
    }
  }

  // The places whose nodes are `nodes` exactly, or else all those within; pools' before others.
  std::string NameOf(const Set& nodes) const {
    for (const bool exactly : {true, false}) {
      for (const bool is_pool : {true, false}) {
        std::vector<std::string> names;
        for (const Place& place : places_) {
          if (place.is_pool != is_pool) continue;
          if (exactly ? place.nodes == nodes : Holds(nodes, place.nodes)) {
            names.push_back(place.name);
          }
        }
        if (!names.empty()) return absl::StrJoin(names, "+");
      }
    }
    return "";
  }

  void AddGroup(const Set& nodes, std::string name = "") {
    if (!group_of_.try_emplace(nodes, static_cast<int>(result_.groups.size())).second) return;
    const std::string exact = NameOf(nodes);
    if (!exact.empty()) name = exact;
    // Two groups of one name would make the snapshot invalid.
    while (!names_.insert(name).second) name += "'";
    result_.groups.push_back({.name = name});
    result_.nodes.push_back(nodes.front() < 0 ? Set() : nodes);
  }

  void AddUnions() {
    std::vector<Set> sets;
    for (const auto& [nodes, group] : group_of_) sets.push_back(nodes);
    const size_t most = sets.size() + NodeGroups::kMostUnions;
    for (size_t i = 0; i < sets.size() && sets.size() < most; ++i) {
      for (size_t j = 0; j < i && sets.size() < most; ++j) {
        if (!Overlap(sets[i], sets[j]) || Holds(sets[i], sets[j]) || Holds(sets[j], sets[i])) {
          continue;
        }
        Set both = Union(sets[i], sets[j]);
        if (group_of_.contains(both)) continue;
        AddGroup(both);
        sets.push_back(std::move(both));
      }
    }
    if (sets.size() < most) return;
    for (const Place& place : places_) {
      Set whole = place.nodes;
      for (bool grew = true; grew;) {
        grew = false;
        for (const Place& other : places_) {
          if (!Overlap(whole, other.nodes) || Holds(whole, other.nodes)) continue;
          whole = Union(whole, other.nodes);
          grew = true;
        }
      }
      AddGroup(whole);
    }
  }

  // Nodes that lie in the same places are all the same to whoever counts.
  void AddSharedNodes() {
    std::vector<Set> places_of_node(view_.nodes.size());
    for (size_t place = 0; place < places_.size(); ++place) {
      for (int node : places_[place].nodes) {
        if (node >= 0) places_of_node[node].push_back(static_cast<int>(place));
      }
    }
    std::map<Set, Set> nodes_in;  // by the places in which they lie
    for (size_t node = 0; node < places_of_node.size(); ++node) {
      if (!places_of_node[node].empty()) {
        nodes_in[places_of_node[node]].push_back(static_cast<int>(node));
      }
    }
    result_.of_node.assign(view_.nodes.size(), -1);
    for (const auto& [places, nodes] : nodes_in) {
      std::vector<std::string> names;
      for (int place : places) names.push_back(places_[place].name);
      AddGroup(nodes,
               names.size() == 1 ? absl::StrCat("only ", names[0]) : absl::StrJoin(names, "&"));
      for (int node : nodes) result_.of_node[node] = group_of_[nodes];
    }
  }

  void Nest() {
    for (const auto& [part, inner] : group_of_) {
      for (const auto& [whole, outer] : group_of_) {
        if (inner == outer || !Holds(whole, part)) continue;
        result_.groups[inner].within.push_back(result_.groups[outer].name);
      }
    }
  }

  const ClusterView& view_;
  const std::vector<PoolConfig>& pools_;
  std::vector<Place> places_;
  std::vector<int> place_of_pool_;
  std::map<std::string, int> place_of_partition_;
  std::map<Set, int> group_of_;
  std::set<std::string> names_;
  NodeGroups result_;
};

}  // namespace

NodeGroups FindNodeGroups(const ClusterView& view, const std::vector<PoolConfig>& pools) {
  return GroupFinder(view, pools).Find();
}

}  // namespace carbon
