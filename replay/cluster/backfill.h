// One pass of Slurm's backfill scheduler over the queue of a pool, and how that scheduler is set.
//
//   BackfillPass pass(settings, now, whole_node, free_nodes, running);
//   for (each job, in order of the queue) {
//     nodes = pass.Plan(job, limit);  // starts now, if it is not empty
//   }
//
// Follows src/plugins/sched/backfill/backfill.c and _will_run_test of src/plugins/select
// (Slurm 22.05):
//   - Jobs are planned in order. One that has room now, beside what is reserved, starts.
//     Another one reserves whole nodes, for its time limit, from when it is expected to start. So
//     no job behind it delays it, nor shares its nodes meanwhile.
//   - When it is expected to start follows from the time limits of what runs. Ends are taken
//     together in windows: those within 30 to 60 seconds of the first, then within twice that,
//     four times, and so on, and the start is the last end of the window that makes enough room.
//     So the expected start may be later than need be, the more so the further ahead it is, and
//     what runs shorter than that may start before the job.
//   - Reservations begin and end at multiples of `resolution`, rounded down.
// Not modelled: limits of users and accounts, preemption, licenses, features, advance reservations,
// and the time that the pass itself takes.
//
// Deterministic. Pure; not thread-safe.
#ifndef REPLAY_CLUSTER_BACKFILL_H_
#define REPLAY_CLUSTER_BACKFILL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "replay/cluster/node_choice.h"

namespace carbon {

// In the words of SchedulerParameters in slurm.conf. Defaults are Slurm's where nothing else is
// said.
struct BackfillSettings {
  // bf_interval: whole seconds. Passes are at its multiples since 1970. Zero: whenever a job comes,
  // may start or ends, which no slurmctld does.
  absl::Duration interval = absl::Seconds(30);
  // bf_resolution: whole seconds above zero.
  absl::Duration resolution = absl::Seconds(60);
  // bf_window: what would start later gets no reservation. Default: none does, as where bf_window
  // is at least as long as the longest time limit; Slurm's own is a day.
  absl::Duration window = absl::InfiniteDuration();
  // bf_max_job_test: so many jobs are planned.
  size_t max_jobs = 500;
  // bf_job_part_count_reserve: so many jobs get a reservation; those behind them start now or are
  // passed over. Slurm's default is no bound, which makes each pass over a long queue slow.
  size_t max_reservations = 100;
  // Where this is not empty, passes are at these times, in order, and at no others.
  std::vector<absl::Time> passes;
};

// The first pass after `time`; the infinite future: there is none. `interval` is not zero.
absl::Time NextPass(const BackfillSettings& settings, absl::Time time);
// Whether a pass is at `time`.
bool IsPass(const BackfillSettings& settings, absl::Time time);

class BackfillPass {
 public:
  // What runs in the cluster: until when by its limit, and on which nodes.
  struct Running {
    NodeDemand demand;
    int64_t end = 0;  // Unix seconds; as expected, also where that has passed
    const std::vector<int32_t>* nodes = nullptr;  // outlives the pass; null: on none of the pool's
  };

  // `free` is what nodes have free, which are `whole` without jobs. `running` is in order of the
  // ends. `settings` outlive the pass.
  BackfillPass(const BackfillSettings& settings, absl::Time now, const FreeNode& whole,
               std::vector<FreeNode> free, const std::vector<Running>& running);

  // Plans the next job of the queue. Returns the nodes on which it starts now, which are taken from
  // then on; empty: it does not.
  std::vector<int32_t> Plan(const NodeDemand& job, absl::Duration limit);

  // Whether bf_max_job_test is reached.
  bool IsOver() const { return planned_ >= settings_.max_jobs; }

  // What is free now.
  const std::vector<FreeNode>& free() const { return free_; }

 private:
  // From when on which nodes are not reserved, until the next slot begins.
  struct Slot {
    int64_t begin;
    int64_t end;
    NodeSet nodes;
  };
  // What runs in the pool.
  struct PoolRun : Running {
    int64_t next_end = 0;  // of the next in the cluster's order of ends; 0: there is none
  };
  struct Expected {
    int64_t start;
    std::vector<int32_t> nodes;
  };

  int64_t FloorToResolution(int64_t seconds) const { return seconds - seconds % resolution_; }
  // When and where the job would start on `nodes`, by what runs alone. Absent: never, or, where no
  // more jobs get a reservation, not now.
  std::optional<Expected> WillRun(const NodeDemand& job, const NodeSet& nodes);
  void Start(const NodeDemand& job, int64_t end, const std::vector<int32_t>& nodes);
  bool IsReserved(const std::vector<int32_t>& nodes, int64_t begin, int64_t end) const;
  void Reserve(const std::vector<int32_t>& nodes, int64_t begin, int64_t end);
  size_t SplitAt(int64_t time);

  const BackfillSettings& settings_;
  const int64_t now_;
  const int64_t resolution_;
  const int64_t window_end_;
  const FreeNode whole_;
  const NodeSet all_;
  std::vector<FreeNode> free_;
  std::vector<FreeNode> scratch_;
  std::vector<PoolRun> running_;  // by end
  std::vector<int64_t> ends_;     // of all that ran in the cluster before the pass, in order
  // Those that this pass started: their nodes, which running_ points to.
  std::vector<std::unique_ptr<std::vector<int32_t>>> started_;
  std::vector<Slot> slots_;
  size_t planned_ = 0;
  size_t reservations_ = 0;
};

}  // namespace carbon

#endif  // REPLAY_CLUSTER_BACKFILL_H_
