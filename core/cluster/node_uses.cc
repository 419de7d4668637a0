#include "core/cluster/node_uses.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace carbon {
namespace {

// The sum of the uses that overlap at some time.
struct Occupation {
  int64_t uses = 0;
  int64_t whole = 0;
  std::vector<int64_t> devices;
  int64_t untyped_devices = 0;
  std::multiset<int64_t> shares;  // of each use that has shares

  void Add(const NodeUse& use) { Change(use, 1); }
  void Remove(const NodeUse& use) { Change(use, -1); }

 private:
  void Change(const NodeUse& use, int64_t sign) {
    uses += sign;
    whole += use.is_whole ? sign : 0;
    devices.resize(std::max(devices.size(), use.devices.size()));
    for (size_t i = 0; i < use.devices.size(); ++i) devices[i] += sign * use.devices[i];
    untyped_devices += sign * use.untyped_devices;
    if (use.device_shares == 0) return;
    if (sign > 0) {
      shares.insert(use.device_shares);
    } else {
      shares.erase(shares.find(use.device_shares));
    }
  }
};

// Returns on how many devices, with `per_device` shares each, the uses lie if each is put on the
// first device with room, the largest use first. A use larger than a device takes several.
int64_t DevicesLent(const std::multiset<int64_t>& shares, int64_t per_device) {
  std::vector<int64_t> left;  // on each device
  int64_t full = 0;
  for (auto use = shares.rbegin(); use != shares.rend(); ++use) {
    full += *use / per_device;
    const int64_t rest = *use % per_device;
    if (rest == 0) continue;
    const auto device =
        std::find_if(left.begin(), left.end(), [rest](int64_t room) { return room >= rest; });
    if (device == left.end()) {
      left.push_back(per_device - rest);
    } else {
      *device -= rest;
    }
  }
  return full + static_cast<int64_t>(left.size());
}

// The free devices of each type, and the devices that are allocated in shares.
struct Left {
  std::vector<int64_t> free;
  std::vector<int64_t> lent;
};

Left LeftOf(const ClusterNode& node, const Occupation& now) {
  Left left;
  int64_t untyped = now.untyped_devices;
  bool has_lent = now.shares.empty() || now.whole > 0;
  for (size_t i = 0; i < node.devices.size(); ++i) {
    const int64_t used = i < now.devices.size() ? now.devices[i] : 0;
    int64_t free = std::max<int64_t>(0, node.devices[i].count - used);
    int64_t lent = 0;
    // Counts only the first type that is allocated in shares: a node rarely has two.
    if (!has_lent && i < node.shares_per_device.size() && node.shares_per_device[i] > 0) {
      lent = std::min(free, DevicesLent(now.shares, node.shares_per_device[i]));
      has_lent = true;
    }
    free -= lent;
    const int64_t taken = std::min(free, untyped);
    untyped -= taken;
    free -= taken;
    left.lent.push_back(lent);
    left.free.push_back(now.whole > 0 ? 0 : free);
  }
  return left;
}

}  // namespace

NodeUses::NodeUses(const ClusterView& view, const NodeGroups& groups)
    : view_(view), groups_(groups), uses_(view.nodes.size()) {}

void NodeUses::Add(int node, NodeUse use) {
  use.when.start = std::max(use.when.start, view_.taken_at);
  if (use.when.start < use.when.end) uses_[node].push_back(std::move(use));
}

std::vector<QueuedUse> NodeUses::Uses() && {
  // The change of use in each group at each time.
  std::vector<std::map<absl::Time, Resources>> changes(groups_.groups.size());
  for (size_t index = 0; index < uses_.size(); ++index) {
    const ClusterNode& node = view_.nodes[index];
    if (uses_[index].empty() || groups_.of_node[index] < 0 || !node.usable) continue;
    std::map<absl::Time, std::pair<std::vector<const NodeUse*>, std::vector<const NodeUse*>>> turns;
    for (const NodeUse& use : uses_[index]) {
      turns[use.when.start].first.push_back(&use);
      turns[use.when.end].second.push_back(&use);
    }
    Occupation occupation;
    const Left all = LeftOf(node, occupation);
    Left before = all;
    bool was_occupied = false;
    for (const auto& [time, turn] : turns) {
      for (const NodeUse* use : turn.first) occupation.Add(*use);
      for (const NodeUse* use : turn.second) occupation.Remove(*use);
      const Left left = LeftOf(node, occupation);
      for (size_t i = 0; i < left.free.size(); ++i) {
        Resources& change = changes[groups_.of_device[index][i]][time];
        change += NodePartsOf(all.free[i], before.free[i]);
        change -= NodePartsOf(all.free[i], left.free[i]);
        change.devices += left.lent[i] - before.lent[i];
      }
      const bool is_occupied = occupation.uses > 0;
      changes[groups_.of_node[index]][time].nodes += is_occupied - was_occupied;
      before = left;
      was_occupied = is_occupied;
    }
  }
  std::vector<QueuedUse> uses;
  for (size_t group = 0; group < changes.size(); ++group) {
    Resources level;
    for (auto change = changes[group].begin(); change != changes[group].end();) {
      const absl::Time start = change->first;
      level += change->second;
      // Skips changes of nothing.
      while (++change != changes[group].end() && change->second == Resources{}) {
      }
      if (level == Resources{} || change == changes[group].end()) continue;
      uses.push_back(
          {.group = groups_.groups[group].name, .when = {start, change->first}, .amount = level});
    }
  }
  return uses;
}

}  // namespace carbon
