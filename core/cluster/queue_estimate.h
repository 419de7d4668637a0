// When what waits in the queue will start, as far as that can be told: an estimate, laid out the
// way Slurm's backfill would. Pure; no I/O.
#ifndef CORE_CLUSTER_QUEUE_ESTIMATE_H_
#define CORE_CLUSTER_QUEUE_ESTIMATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/cluster/capacity.h"
#include "core/cluster/cluster_state.h"

namespace carbon {

struct WaitingRun {
  uint32_t job_id = 0;
  std::string decision_id;
  std::vector<std::string> groups;  // where it may run; it takes the one that has room first
  int64_t priority = 0;             // the highest goes first; of equals the lowest job id
  absl::Time earliest;
  absl::Duration length;
  Resources amount;
  // It starts at `earliest` whatever waits besides: a promise of ours, which is counted but moved
  // by nothing, since begin_time reserves nothing and Slurm does not look ahead to it either.
  bool is_promised = false;
  bool yields = false;  // as QueuedUse
};

// Only so many are laid out one by one. The rest of a group's queue is taken for one block that
// follows them and fills the group for as long as its work takes, with what yields as a block of
// its own at the end.
inline constexpr size_t kMaxLaidOut = 5000;

// `running` followed by a use for each that waits, in the order of `waiting`, and one for each
// block, with job id 0. In order of priority each starts as soon as there is room beside what runs
// and those before it; what is larger than all its groups will not start before that changes, and
// its use is there but takes no time, and so do the uses of jobs in a block. The promised come
// last.
std::vector<QueuedUse> LayOutQueue(const std::vector<NodeGroup>& groups,
                                   std::vector<QueuedUse> running,
                                   const std::vector<WaitingRun>& waiting);

}  // namespace carbon

#endif  // CORE_CLUSTER_QUEUE_ESTIMATE_H_
