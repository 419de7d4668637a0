#include "core/cluster/node_groups.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace carbon {
namespace {

using Member = NodeGroups::Member;

// Members, in order. The set of a place without members is {-1 - its index, -1}, which no other
// place has.
using Set = std::vector<Member>;

bool Holds(const Set& whole, const Set& part) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

// Returns true if they have nodes in common, even with different devices: those share CPUs and
// memory.
bool Overlap(const Set& a, const Set& b) {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (i->node == j->node) return true;
    i->node < j->node ? ++i : ++j;
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
  Set members;
};

class GroupFinder {
 public:
  GroupFinder(const ClusterView& view, const std::vector<PoolConfig>& pools)
      : view_(view), pools_(pools) {}

  NodeGroups Find() && {
    FindPlaces();
    for (const Place& place : places_) AddGroup(place.members, place.name);
    AddUnions();
    AddSharedMembers();
    AddOtherDevices();
    Nest();
    for (int place : place_of_pool_) {
      result_.of_pool.push_back(place < 0 ? -1 : group_of_.at(places_[place].members));
    }
    for (const auto& [partition, place] : place_of_partition_) {
      result_.of_partition[partition] = group_of_.at(places_[place].members);
    }
    return std::move(result_);
  }

 private:
  // Returns a node with all of its devices.
  Set MembersOf(int node) const {
    Set members;
    for (size_t d = 0; d < view_.nodes[node].devices.size(); ++d) {
      members.push_back({node, static_cast<int>(d)});
    }
    if (members.empty()) members.push_back({node, -1});
    return members;
  }

  Set MembersOf(const ClusterPartition& partition, const PoolConfig& pool) const {
    Set members;
    for (const int node : partition.nodes) {
      if (!IsInPool(view_, node, pool)) continue;
      for (const Member& member : MembersOf(node)) {
        if (pool.gres_type.empty() ||
            (member.device >= 0 &&
             view_.nodes[node].devices[member.device].type == pool.gres_type)) {
          members.push_back(member);
        }
      }
    }
    std::sort(members.begin(), members.end());
    return members;
  }

  int AddPlace(std::string name, bool is_pool, Set members) {
    for (size_t i = 0; i < places_.size(); ++i) {
      if (places_[i].name == name) return static_cast<int>(i);
    }
    // Empty sets of two places must not be equal.
    if (members.empty()) members.push_back({-1 - static_cast<int>(places_.size()), -1});
    places_.push_back({std::move(name), is_pool, std::move(members)});
    return static_cast<int>(places_.size()) - 1;
  }

  // Example: "gpu:h100 nvlink gpu[01-16]".
  static std::string PlaceName(const PoolConfig& pool) {
    std::string name = pool.partition;
    if (!pool.gres_type.empty()) absl::StrAppend(&name, ":", pool.gres_type);
    for (const std::string& feature : pool.features) absl::StrAppend(&name, " ", feature);
    if (!pool.nodelist.empty()) absl::StrAppend(&name, " ", pool.nodelist);
    return name;
  }

  void FindPlaces() {
    std::map<std::string, const ClusterPartition*> partitions;
    for (const ClusterPartition& partition : view_.partitions) {
      partitions[partition.name] = &partition;
    }
    std::set<int> modelled;  // nodes
    for (const PoolConfig& pool : pools_) {
      const auto partition = partitions.find(pool.partition);
      if (partition == partitions.end()) {
        place_of_pool_.push_back(-1);
        continue;
      }
      Set members = MembersOf(*partition->second, pool);
      for (const Member& member : members) modelled.insert(member.node);
      place_of_pool_.push_back(AddPlace(PlaceName(pool), /*is_pool=*/true, std::move(members)));
      if (PlaceName(pool) == pool.partition) {
        place_of_partition_[pool.partition] = place_of_pool_.back();
      }
    }
    for (const ClusterPartition& partition : view_.partitions) {
      if (place_of_partition_.contains(partition.name)) continue;
      Set members = MembersOf(partition, PoolConfig{});
      std::erase_if(members,
                    [&modelled](const Member& member) { return !modelled.contains(member.node); });
      if (members.empty()) continue;
      place_of_partition_[partition.name] =
          AddPlace(partition.name, /*is_pool=*/false, std::move(members));
    }
  }

  // Joins the names of the places whose members are exactly `members`, or otherwise of all places
  // within. Names of pools' places come before other places.
  std::string NameOf(const Set& members) const {
    for (const bool exactly : {true, false}) {
      for (const bool is_pool : {true, false}) {
        std::vector<std::string> names;
        for (const Place& place : places_) {
          if (place.is_pool != is_pool) continue;
          if (exactly ? place.members == members : Holds(members, place.members)) {
            names.push_back(place.name);
          }
        }
        if (!names.empty()) return absl::StrJoin(names, "+");
      }
    }
    return "";
  }

  void AddGroup(const Set& members, std::string name = "") {
    if (!group_of_.try_emplace(members, static_cast<int>(result_.groups.size())).second) return;
    const std::string exact = NameOf(members);
    if (!exact.empty()) name = exact;
    // Two groups with one name would make the snapshot invalid.
    while (!names_.insert(name).second) name += "'";
    result_.groups.push_back({.name = name});
    result_.members.push_back(members.front().node < 0 ? Set() : members);
  }

  // If both have only one type of devices, the union has only devices of this type. Otherwise it
  // has the nodes of both with everything on them, since the union serves to count CPUs and memory.
  Set UnionOf(const Set& a, const Set& b) const {
    std::set<std::string> types;
    Set all;
    for (const Set* set : {&a, &b}) {
      for (const Member& member : *set) {
        if (member.node < 0) continue;
        types.insert(member.device < 0 ? "" : view_.nodes[member.node].devices[member.device].type);
        const Set whole = MembersOf(member.node);
        all.insert(all.end(), whole.begin(), whole.end());
      }
    }
    if (types.size() <= 1) return Union(a, b);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

  void AddUnions() {
    std::vector<Set> sets;
    for (const auto& [members, group] : group_of_) sets.push_back(members);
    const size_t most = sets.size() + NodeGroups::kMaxUnions;
    for (size_t i = 0; i < sets.size() && sets.size() < most; ++i) {
      for (size_t j = 0; j < i && sets.size() < most; ++j) {
        if (!Overlap(sets[i], sets[j]) || Holds(sets[i], sets[j]) || Holds(sets[j], sets[i])) {
          continue;
        }
        Set both = UnionOf(sets[i], sets[j]);
        if (group_of_.contains(both)) continue;
        AddGroup(both);
        sets.push_back(std::move(both));
      }
    }
    if (sets.size() < most) return;
    for (const Place& place : places_) {
      Set whole = place.members;
      for (bool grew = true; grew;) {
        grew = false;
        for (const Place& other : places_) {
          if (!Overlap(whole, other.members) || Holds(whole, other.members)) continue;
          whole = UnionOf(whole, other.members);
          grew = true;
        }
      }
      AddGroup(whole);
    }
  }

  // Members that are in the same places are counted together, and so are nodes whose members are.
  void AddSharedMembers() {
    std::vector<std::vector<std::vector<int>>> places_of(view_.nodes.size());  // by node and device
    const auto of = [&places_of](const Member& member) -> std::vector<int>& {
      std::vector<std::vector<int>>& node = places_of[member.node];
      const size_t device = static_cast<size_t>(std::max(0, member.device));
      if (node.size() <= device) node.resize(device + 1);
      return node[device];
    };
    for (size_t place = 0; place < places_.size(); ++place) {
      for (const Member& member : places_[place].members) {
        if (member.node >= 0) of(member).push_back(static_cast<int>(place));
      }
    }
    using Places = std::vector<std::vector<int>>;  // the places of each of some members
    std::map<Places, Set> members_in, nodes_in;
    result_.of_node.assign(view_.nodes.size(), -1);
    result_.of_device.resize(view_.nodes.size());
    for (size_t node = 0; node < view_.nodes.size(); ++node) {
      if (places_of[node].empty()) continue;
      Places places;
      const Set members = MembersOf(static_cast<int>(node));
      for (const Member& member : members) {
        places.push_back(of(member));
        if (!places.back().empty()) members_in[{places.back()}].push_back(member);
      }
      std::sort(places.begin(), places.end());
      Set& alike = nodes_in[places];
      alike.insert(alike.end(), members.begin(), members.end());
    }
    for (const auto& [places, members] : members_in) AddGroup(members, NameOf(places[0]));
    for (const auto& [places, members] : nodes_in) {
      std::set<int> all;
      for (const std::vector<int>& some : places) all.insert(some.begin(), some.end());
      AddGroup(members, NameOf(std::vector<int>(all.begin(), all.end())));
      for (const Member& member : members) result_.of_node[member.node] = group_of_.at(members);
    }
    for (const auto& [places, members] : members_in) {
      for (const Member& member : members) {
        if (member.device < 0) continue;
        std::vector<int>& of_device = result_.of_device[member.node];
        of_device.resize(view_.nodes[member.node].devices.size(), result_.of_node[member.node]);
        of_device[member.device] = group_of_.at(members);
      }
    }
  }
  std::string NameOf(const std::vector<int>& places) const {
    std::vector<std::string> names;
    for (const int place : places) names.push_back(places_[place].name);
    return names.size() == 1 ? absl::StrCat("only ", names[0]) : absl::StrJoin(names, "&");
  }

  // Adds, for each place, the other devices on its nodes.
  void AddOtherDevices() {
    for (const Place& place : places_) {
      Set others;
      for (auto member = place.members.begin(); member != place.members.end();) {
        const int node = member->node;
        if (node >= 0) {
          for (const Member& one : MembersOf(node)) {
            const bool has = std::binary_search(place.members.begin(), place.members.end(), one);
            if (!has) others.push_back(one);
          }
        }
        while (member != place.members.end() && member->node == node) ++member;
      }
      if (others.empty()) continue;
      AddGroup(others, absl::StrCat("beside ", place.name));
      result_.groups[group_of_.at(place.members)].beside =
          result_.groups[group_of_.at(others)].name;
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

bool IsInPool(const ClusterView& view, int node, const PoolConfig& pool) {
  const ClusterNode& has = view.nodes[node];
  const bool has_features =
      std::all_of(pool.features.begin(), pool.features.end(), [&has](const std::string& feature) {
        return std::find(has.features.begin(), has.features.end(), feature) != has.features.end();
      });
  const bool has_type =
      pool.gres_type.empty() ||
      std::any_of(has.devices.begin(), has.devices.end(),
                  [&pool](const DeviceCount& devices) { return devices.type == pool.gres_type; });
  if (!has_features || !has_type || pool.nodelist.empty()) return has_features && has_type;
  const auto list = view.nodelists.find(pool.nodelist);
  return list != view.nodelists.end() &&
         std::binary_search(list->second.begin(), list->second.end(), node);
}

NodeGroups FindNodeGroups(const ClusterView& view, const std::vector<PoolConfig>& pools) {
  return GroupFinder(view, pools).Find();
}

}  // namespace carbon
