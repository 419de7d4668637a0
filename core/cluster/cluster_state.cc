#include "core/cluster/cluster_state.h"

#include <algorithm>
#include <iterator>

namespace carbon {

std::optional<std::vector<QueuedUse>> WithoutYielding(const std::vector<QueuedUse>& uses) {
  const auto yields = [](const QueuedUse& use) { return use.yields; };
  if (std::none_of(uses.begin(), uses.end(), yields)) return std::nullopt;
  std::vector<QueuedUse> others;
  std::remove_copy_if(uses.begin(), uses.end(), std::back_inserter(others), yields);
  return others;
}

absl::Time WatchedUntil(absl::Time watched_at, absl::Duration refresh) {
  return watched_at + std::max(absl::Minutes(1), 3 * refresh);
}

}  // namespace carbon
