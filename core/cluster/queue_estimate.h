// LayOutQueue and QueueLayout estimate when the jobs that wait in the queue will start, as Slurm's
// backfill would place them. Pure; no I/O.
#ifndef CORE_CLUSTER_QUEUE_ESTIMATE_H_
#define CORE_CLUSTER_QUEUE_ESTIMATE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/cluster/capacity.h"
#include "core/cluster/cluster_state.h"
#include "core/cluster/group_calendars.h"

namespace carbon {

struct WaitingRun {
  uint32_t job_id = 0;
  std::string decision_id;
  std::vector<std::string> groups;  // where it may run; it takes the one with the first room
  int64_t priority = 0;             // the highest goes first; of equal ones the lowest job id
  absl::Time earliest;
  absl::Duration length;
  Resources amount;
  // It starts at `earliest`, whatever else waits: we promised this start. It is counted but moves
  // no other run, since begin_time reserves nothing and Slurm does not plan for it either.
  bool is_promised = false;
  bool yields = false;  // as QueuedUse::yields
};

// At most this many runs are laid out one by one. The rest of a group's queue is estimated as one
// block that follows them and fills the group for as long as its work takes. Runs that yield are a
// second block after that.
inline constexpr size_t kMaxLaidOut = 5000;

// Returns `running`, followed by a use for each waiting run in the order of `waiting`, followed by
// one use for each block, with job id 0. In order of priority, each run starts as soon as there is
// room beside the running jobs and the runs before it. The use of a run that is larger than all its
// groups takes no time: the run cannot start until a group grows. The uses of runs in a block take
// no time either. Promised runs come last.
std::vector<QueuedUse> LayOutQueue(const std::vector<NodeGroup>& groups,
                                   std::vector<QueuedUse> running,
                                   const std::vector<WaitingRun>& waiting);

// The same run by run, in the order of the queue, for a caller that has the calendars of what runs.
// Not thread-safe.
class QueueLayout {
 public:
  struct Start {
    absl::string_view group;
    absl::Time at;
  };

  // `calendars` are of `groups`. These, and the runs, outlive it.
  QueueLayout(const std::vector<NodeGroup>& groups, GroupCalendars calendars);

  // Books the run where it fits first. Absent: there is no room for it in any of its groups.
  std::optional<Start> LayOut(const WaitingRun& run);

  // Adds the run to its group's block.
  void AddToBlock(const WaitingRun& run);

  // The uses of all blocks.
  std::vector<QueuedUse> Blocks() const;

 private:
  struct Part {
    absl::Time start = absl::InfinitePast();
    absl::Duration length;
  };
  struct Block {
    Part others, yielding;  // the latter follow the others
  };
  // No run of a shape finds room at or after `from` and before `until`.
  struct Tried {
    absl::Time from = absl::InfiniteFuture();
    absl::Time until = absl::InfinitePast();
  };
  using Shape = std::tuple<absl::Duration, Resources, absl::string_view>;

  // Returns the first start before `before` at which there is room.
  std::optional<absl::Time> FirstStart(const WaitingRun& run, absl::string_view group,
                                       absl::Time before);

  GroupCalendars calendars_;
  std::map<absl::string_view, const NodeGroup*> groups_;
  std::map<Shape, Tried> tried_;
  std::map<absl::string_view, absl::Time> end_of_;  // by group: the last start that is laid out
  std::map<absl::string_view, Block> blocks_;
};

}  // namespace carbon

#endif  // CORE_CLUSTER_QUEUE_ESTIMATE_H_
