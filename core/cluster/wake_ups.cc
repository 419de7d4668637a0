#include "core/cluster/wake_ups.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace carbon {

void WakeUps::Note(const ClusterView& view) {
  std::map<std::string, absl::Time> waking;
  std::vector<std::optional<absl::Duration>> ended(view.nodes.size());
  for (size_t i = 0; i < view.nodes.size(); ++i) {
    const ClusterNode& node = view.nodes[i];
    if (node.name.empty()) continue;
    const auto since = waking_since_.find(node.name);
    if (node.is_waking) {
      // If the first look shows a wake-up, its begin is unknown.
      waking[node.name] = since == waking_since_.end() ? looked_at_ : since->second;
    } else if (since != waking_since_.end() && since->second != absl::InfinitePast()) {
      const bool is_awake = (node.usable || node.is_lent) && !node.is_asleep;
      const absl::Duration took = view.taken_at - since->second;
      ended[i] = is_awake && took > absl::ZeroDuration() ? took : absl::InfiniteDuration();
    }
  }
  waking_since_ = std::move(waking);
  looked_at_ = view.taken_at;
  for (const ClusterPartition& partition : view.partitions) {
    for (const int node : partition.nodes) {
      if (!ended[node].has_value()) continue;
      std::deque<absl::Duration>& durations = durations_[partition.name];
      durations.push_back(*ended[node]);
      if (durations.size() > kMaxKept) durations.pop_front();
    }
  }
}

void WakeUps::ShortenWakeUpTimes(ClusterView* view) const {
  std::map<int, absl::Duration> longest;
  for (const ClusterPartition& partition : view->partitions) {
    const auto seen = durations_.find(partition.name);
    if (seen == durations_.end() || seen->second.size() < kMinSeen) continue;
    const absl::Duration time = *std::max_element(seen->second.begin(), seen->second.end());
    for (const int node : partition.nodes) longest[node] = std::max(longest[node], time);
  }
  for (const auto& [node, time] : longest) {
    absl::Duration& wake_up = view->nodes[node].wake_up;
    wake_up = std::min(wake_up, time * kSafety);
  }
}

}  // namespace carbon
