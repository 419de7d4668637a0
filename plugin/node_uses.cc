#include "plugin/node_uses.h"

#include <algorithm>
#include <map>
#include <utility>

namespace carbon {
namespace {

// What is added up of the uses that overlap at some time.
struct Occupation {
  int64_t uses = 0;
  int64_t whole = 0;
  int64_t cpus = 0;
  std::vector<int64_t> devices;
  int64_t untyped_devices = 0;
  int64_t device_shares = 0;

  void Add(const NodeUse& use, int64_t sign) {
    uses += sign;
    whole += use.is_whole ? sign : 0;
    cpus += sign * use.cpus;
    devices.resize(std::max(devices.size(), use.devices.size()));
    for (size_t i = 0; i < use.devices.size(); ++i) devices[i] += sign * use.devices[i];
    untyped_devices += sign * use.untyped_devices;
    device_shares += sign * use.device_shares;
  }
};

// How many devices of each type, or else CPUs, are free; and how many devices are lent in shares.
struct Left {
  std::vector<int64_t> free;
  std::vector<int64_t> shared;
};

Left LeftOf(const ClusterNode& node, const Occupation& now) {
  Left left;
  if (node.devices.empty()) {
    left.free = {now.whole > 0 ? 0 : std::max<int64_t>(0, node.resources.cpus - now.cpus)};
    left.shared = {0};
    return left;
  }
  int64_t untyped = now.untyped_devices;
  // Jobs share as few devices as hold their shares.
  int64_t shared = node.shares_per_device > 0
                       ? (now.device_shares + node.shares_per_device - 1) / node.shares_per_device
                       : 0;
  for (size_t i = 0; i < node.devices.size(); ++i) {
    const int64_t used = i < now.devices.size() ? now.devices[i] : 0;
    int64_t free = std::max<int64_t>(0, node.devices[i].count - used);
    const auto take = [&free](int64_t* wanted) {
      const int64_t taken = std::min(free, *wanted);
      free -= taken;
      *wanted -= taken;
      return taken;
    };
    left.shared.push_back(take(&shared));
    take(&untyped);
    left.free.push_back(now.whole > 0 ? 0 : free);
  }
  return left;
}

}  // namespace

int64_t DividedOf(const ClusterNode& node, const NodeGroups::Member& member) {
  return member.device < 0 ? node.resources.cpus : node.devices[member.device].count;
}

NodeUses::NodeUses(const ClusterView& view, const NodeGroups& groups)
    : view_(view), groups_(groups), uses_(view.nodes.size()) {}

void NodeUses::Add(int node, NodeUse use) {
  use.when.start = std::max(use.when.start, view_.taken_at);
  if (use.when.start < use.when.end) uses_[node].push_back(std::move(use));
}

std::vector<QueuedUse> NodeUses::Uses() && {
  // By group, how much more is in use from that time on.
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
      for (const NodeUse* use : turn.first) occupation.Add(*use, 1);
      for (const NodeUse* use : turn.second) occupation.Add(*use, -1);
      const Left left = LeftOf(node, occupation);
      for (size_t i = 0; i < left.free.size(); ++i) {
        const int device = node.devices.empty() ? -1 : static_cast<int>(i);
        const int group = device < 0 ? groups_.of_node[index] : groups_.of_device[index][i];
        Resources& change = changes[group][time];
        change += NodePartsOf(all.free[i], before.free[i]);
        change -= NodePartsOf(all.free[i], left.free[i]);
        change.devices += left.shared[i] - before.shared[i];
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
      // Some changes are of nothing.
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
