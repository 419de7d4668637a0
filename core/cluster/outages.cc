#include "core/cluster/outages.h"

#include <algorithm>
#include <utility>

namespace carbon {

void Outages::Note(const ClusterView& view, absl::Time controller_started) {
  looked_at_ = view.taken_at;
  if (controller_started_ != controller_started) {
    if (controller_started_.has_value()) controller_changed_at_ = looked_at_;
    controller_started_ = controller_started;
    nodes_.clear();
    partitions_.clear();
  }
  // The clock may have been set back.
  controller_changed_at_ = std::min(controller_changed_at_, looked_at_);
  const auto first_seen = [this](const Since& before, const std::string& name) {
    const auto found = before.find(name);
    return found == before.end() ? looked_at_ : std::min(found->second, looked_at_);
  };
  Since nodes;
  for (const ClusterNode& node : view.nodes) {
    // A node that is unknown, or has not registered yet, was not in service before.
    if (node.name.empty() || node.is_future) continue;
    if (!node.usable) nodes[node.name] = first_seen(nodes_, node.name);
  }
  Since partitions;
  for (const ClusterPartition& partition : view.partitions) {
    if (!partition.up) partitions[partition.name] = first_seen(partitions_, partition.name);
  }
  nodes_ = std::move(nodes);
  partitions_ = std::move(partitions);
}

bool Outages::AssumeSilentNodesUp(ClusterView* view, absl::Duration down_after) const {
  if (!controller_started_.has_value()) return false;
  const absl::Time since = std::max(*controller_started_, controller_changed_at_);
  if (looked_at_ - since >= down_after) return false;
  bool changed = false;
  for (ClusterNode& node : view->nodes) {
    if (node.usable || !node.is_silent) continue;
    node.usable = true;
    changed = true;
  }
  return changed;
}

bool Outages::IsBrief(const Since& since, const std::string& name,
                      absl::Duration down_after) const {
  const auto found = since.find(name);
  if (found == since.end()) return false;
  return found->second == looked_at_ || looked_at_ - found->second < down_after;
}

bool Outages::AssumeBriefOutagesOver(ClusterView* view, absl::Duration down_after) const {
  bool changed = false;
  for (ClusterNode& node : view->nodes) {
    if (node.usable || !IsBrief(nodes_, node.name, down_after)) continue;
    node.usable = true;
    changed = true;
  }
  for (ClusterPartition& partition : view->partitions) {
    if (partition.up || !IsBrief(partitions_, partition.name, down_after)) continue;
    partition.up = true;
    changed = true;
  }
  return changed;
}

}  // namespace carbon
