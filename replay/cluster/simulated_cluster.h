// A cluster that runs jobs as Slurm would, event by event, in simulated time: so that a job waits
// in a replay as it would have waited, and a full machine leaves nothing to shift.
//
//   SimulatedCluster cluster({{.config = &pool, .shape = {.nodes = 16, .devices_per_node = 8}}});
//   cluster.AdvanceTo(now);
//   const uint32_t job = cluster.Submit({.pool = 0, .nodes = 2, .devices_per_node = 8, …});
//   cluster.AdvanceTo(absl::InfiniteFuture());
//   cluster.StartOf(job);
//
// What it does:
//   - Pools have nodes of their own, all alike within a pool. Partitions that share nodes are not
//     modelled.
//   - A job takes the same number of devices and CPUs on each of its nodes, of those with the least
//     free (as Slurm's least-loaded-last default packs them), or whole nodes. Memory is not
//     modelled.
//   - The queue of a pool is in order of priority, then of the time from which a job may start,
//     then of submission. The first job that finds no room gets a reservation at the earliest time
//     at which the time limits of what runs leave room for it; those behind it start earlier only
//     where that does not delay it. This is EASY backfill (Lifka 1995). At most kMaxBackfill jobs
//     behind the first are considered.
//   - It schedules whenever a job arrives, may start or ends, without the seconds that slurmctld
//     takes to do so.
//   - Jobs run for their real runtime. What takes longer than its limit is expected to end any
//     moment.
//
// Deterministic. Pure; not thread-safe.
#ifndef REPLAY_CLUSTER_SIMULATED_CLUSTER_H_
#define REPLAY_CLUSTER_SIMULATED_CLUSTER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/cluster/cluster_view.h"
#include "core/cluster/group_calendars.h"
#include "core/cluster/ledger.h"
#include "core/config/placement_config.h"
#include "core/decision/cluster_look.h"
#include "replay/cluster/pool_shapes.h"
#include "replay/cluster/queue_calendars.h"

namespace carbon {

struct SimulatedPool {
  const PoolConfig* config;  // outlives the cluster
  PoolShape shape;
};

// What a job takes, and for how long.
struct SimulatedJob {
  int pool = 0;
  int64_t nodes = 1;
  int64_t devices_per_node = 0;
  int64_t cpus_per_node = 0;
  bool whole_nodes = false;
  absl::Time begin;          // not before
  absl::Duration limit;      // what Slurm expects
  absl::Duration runtime;    // what it takes
  int64_t priority = 0;      // the highest goes first
  std::string decision_id;   // empty: no decision is about it
  bool is_promised = false;  // `begin` is a start that was planned for it
};

class SimulatedCluster {
 public:
  static constexpr size_t kMaxBackfill = 500;

  explicit SimulatedCluster(std::vector<SimulatedPool> pools);

  // Whether an empty pool has room for the job.
  bool Fits(const SimulatedJob& job) const;

  // Lets time pass: all that ends and starts up to `time`, which is not before the time of the last
  // call. Jobs submitted at `time` itself are scheduled once time goes on.
  void AdvanceTo(absl::Time time);

  // At the time of the last AdvanceTo. `job` fits. Returns its number, counted from 0.
  uint32_t Submit(SimulatedJob job);

  // When the job started; the infinite future: not yet.
  absl::Time StartOf(uint32_t job) const { return jobs_[job].start; }

  // What a look at the queue shows now, to scarbond and so to a Placer, with a watch that is alive
  // where looks follow each other every `refresh`. Jobs of decisions that ended since the last look
  // are among it.
  ClusterLook Look(absl::Duration refresh);

  // The same look in parts, of which each costs what has changed since the last look, and not the
  // whole queue. A cluster is looked at in one of the two ways, and from the beginning.
  //
  // Groups and pools; without uses and times. Never changes.
  const CapacityState& Frame();
  // Brings calendars of the frame's groups up to date (QueueCalendars::Apply). What has ended since
  // the last call is found until the next one.
  void UpdateCalendars(GroupCalendars* calendars);
  // The job of a decision, as the look shows it; absent: it shows none.
  std::optional<LedgerBase::Job> FindDecided(absl::string_view decision_id) const;

  // How many jobs have started, ended, or begun to wait.
  uint64_t changes() const { return changes_; }

 private:
  struct Node {
    int64_t devices;  // free
    int64_t cpus;     // free
    int64_t jobs;     // that run on it

    friend bool operator==(const Node&, const Node&) = default;
  };
  struct Job {
    SimulatedJob asked;
    absl::Time start = absl::InfiniteFuture();
    std::vector<int32_t> nodes;  // within the pool; empty unless it runs
  };
  // By order of service.
  struct Waiting {
    int64_t priority;
    absl::Time since;
    uint32_t job;

    friend bool operator<(const Waiting& a, const Waiting& b) {
      return std::tie(b.priority, a.since, a.job) < std::tie(a.priority, b.since, b.job);
    }
  };
  struct Pool {
    SimulatedPool config;
    std::vector<Node> nodes;
    int64_t free_devices = 0;
    int64_t free_cpus = 0;
    std::set<Waiting> queue;
    std::set<uint32_t> running;
    bool is_dirty = false;  // to be scheduled at now_
  };
  using Event = std::pair<absl::Time, uint32_t>;
  using Events = std::priority_queue<Event, std::vector<Event>, std::greater<Event>>;

  // The nodes, among `free`, on which the job has room, both there and in `also` where that is not
  // null; empty: there are too few.
  static std::vector<int32_t> FindNodes(const Pool& pool, const SimulatedJob& job,
                                        const std::vector<Node>& free,
                                        const std::vector<Node>* also);
  static void Take(const SimulatedJob& job, const std::vector<int32_t>& nodes, int sign,
                   const Pool& pool, std::vector<Node>* free);
  bool MayHaveRoom(const Pool& pool, const SimulatedJob& job) const;
  absl::Time ExpectedEnd(const Job& job) const;
  void Start(Pool* pool, uint32_t job, std::vector<int32_t> nodes);
  void End(uint32_t job);
  void Schedule(Pool* pool);
  void Settle();
  // What the queue shows of the job now; absent: it has ended.
  std::optional<QueuedJob> Shown(uint32_t job) const;
  void NoteChange(uint32_t job);

  // The jobs of one decision, and those of them that ended since the look before the last.
  struct Decided {
    int64_t in_queue = 0;
    uint32_t job = 0;
    std::optional<DecidedJob> ended;  // the first since the last look
  };

  std::vector<Pool> pools_;
  std::vector<Job> jobs_;
  Events ends_;
  Events begins_;
  std::vector<DecidedJob> ended_;  // of decisions, since the last look
  ClusterView view_;               // nodes and partitions
  std::vector<int> first_node_;    // of each pool, in view_
  absl::Time now_ = absl::InfinitePast();
  uint64_t changes_ = 0;
  // Of looks in parts; nullptr: there was none yet.
  std::unique_ptr<QueueCalendars> calendars_;
  std::vector<uint32_t> changed_;  // since the last look
  Events limits_;                  // of what runs: when it is expected to end
  std::vector<uint32_t> overdue_;  // what runs although it was expected to end
  std::unordered_map<std::string, Decided> decided_;
  std::vector<std::string> shown_ended_;  // decisions of jobs that the last look shows as ended
};

}  // namespace carbon

#endif  // REPLAY_CLUSTER_SIMULATED_CLUSTER_H_
