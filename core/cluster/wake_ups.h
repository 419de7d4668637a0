// WakeUps remembers how long nodes took to wake up. So a generous ResumeTimeout need not be assumed
// if nodes are awake much sooner. The caller keeps one object from one look at the cluster to the
// next. Pure: the time is the view's. One thread.
//
//   wake_ups.Note(view);
//   wake_ups.ShortenWakeUpTimes(&view);
#ifndef CORE_CLUSTER_WAKE_UPS_H_
#define CORE_CLUSTER_WAKE_UPS_H_

#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "core/cluster/cluster_view.h"

namespace carbon {

class WakeUps {
 public:
  // At most the last kMaxKept wake-ups of a partition's nodes count, and only if there are at least
  // kMinSeen.
  static constexpr size_t kMaxKept = 16;
  static constexpr size_t kMinSeen = 4;
  // The longest of them, times this factor, is assumed for a node.
  static constexpr double kSafety = 2;

  // Takes what a look shows. A wake-up counts from the last look that did not show it to the first
  // look that shows its end, so never for less time than it took. A failed wake-up counts as one
  // that never ended.
  void Note(const ClusterView& view);

  // Lowers the nodes' wake-up times to what was seen of their partitions' nodes. A node of several
  // partitions gets the longest time.
  void ShortenWakeUpTimes(ClusterView* view) const;

 private:
  absl::Time looked_at_ = absl::InfinitePast();
  std::map<std::string, absl::Time> waking_since_;               // by node
  std::map<std::string, std::deque<absl::Duration>> durations_;  // by partition
};

}  // namespace carbon

#endif  // CORE_CLUSTER_WAKE_UPS_H_
