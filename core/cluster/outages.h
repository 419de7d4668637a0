// Outages remembers since when nodes and partitions are out of service, so that a state of a few
// seconds does not count as an outage. After slurmctld starts, or a backup controller takes over,
// nodes are UNKNOWN or do not respond until their slurmd has answered. The caller keeps one object
// from one look at the cluster to the next. Pure: time is an argument. One thread.
//
//   outages.Note(view, controller_started);
//   outages.AssumeSilentNodesUp(&view, absl::Minutes(1));      // for decisions
//   outages.AssumeBriefOutagesOver(&view, absl::Minutes(1));   // for the watch over placed jobs
#ifndef CORE_CLUSTER_OUTAGES_H_
#define CORE_CLUSTER_OUTAGES_H_

#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/cluster/cluster_view.h"

namespace carbon {

class Outages {
 public:
  // Takes what a look at the cluster shows. `controller_started` is the start time that the
  // slurmctld reports; it distinguishes one slurmctld from another. If it changes, earlier notes
  // are forgotten, and each outage begins with this look.
  void Note(const ClusterView& view, absl::Time controller_started);

  // Makes silent nodes usable for `down_after` since the slurmctld started, or since the look that
  // showed a new slurmctld. Returns true if it changed the view.
  bool AssumeSilentNodesUp(ClusterView* view, absl::Duration down_after) const;

  // Makes nodes usable and partitions up if their outage has lasted for less than `down_after`, or
  // if the last look was the first to show it. Returns true if it changed the view.
  bool AssumeBriefOutagesOver(ClusterView* view, absl::Duration down_after) const;

 private:
  // By name.
  using Since = std::map<std::string, absl::Time>;
  bool IsBrief(const Since& since, const std::string& name, absl::Duration down_after) const;

  absl::Time looked_at_ = absl::InfinitePast();
  std::optional<absl::Time> controller_started_;  // absent: there has been no look
  absl::Time controller_changed_at_ = absl::InfinitePast();
  Since nodes_;
  Since partitions_;
};

}  // namespace carbon

#endif  // CORE_CLUSTER_OUTAGES_H_
