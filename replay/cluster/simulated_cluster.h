// A cluster that runs jobs as Slurm would, event by event, in simulated time. So a job waits in a
// replay as it would have waited, and a full machine leaves no room to shift jobs.
//
//   SimulatedCluster cluster({{.config = &pool, .shape = {.nodes = 16, .devices_per_node = 8}}});
//   cluster.AdvanceTo(now);
//   const uint32_t job = cluster.Submit({.pool = 0, .nodes = 2, .devices_per_node = 8, …});
//   cluster.AdvanceTo(absl::InfiniteFuture());
//   cluster.StartOf(job);
//
// How it works:
//   - Each pool has its own nodes, which are all equal. Partitions that share nodes are not
//     modelled.
//   - A job takes the same number of devices and CPUs on each of its nodes, or whole nodes. Jobs
//     share a node that has enough devices and CPUs for them. node_choice.h chooses the nodes.
//     Memory is not modelled.
//   - The queue of a pool is sorted by priority, then by the time from which a job may start, then
//     by submission. Whenever a job arrives, may start or ends, jobs start in that order, up to
//     the first without room. Those behind it wait for the backfill scheduler (backfill.h), which
//     passes periodically if something has changed.
//   - Starts and ends take no time. In Slurm they take about a second.
//   - Jobs run for their real runtime. A job that runs beyond its limit is expected to end at any
//     moment.
//
// Deterministic. Pure; not thread-safe.
#ifndef REPLAY_CLUSTER_SIMULATED_CLUSTER_H_
#define REPLAY_CLUSTER_SIMULATED_CLUSTER_H_

#include <compare>
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
#include "replay/cluster/backfill.h"
#include "replay/cluster/node_choice.h"
#include "replay/cluster/pool_shapes.h"
#include "replay/cluster/queue_calendars.h"

namespace carbon {

struct SimulatedPool {
  const PoolConfig* config;  // outlives the cluster
  PoolShape shape;
  bool is_default = false;  // its partition is the one of jobs that name none
};

// What a job takes, and for how long.
struct SimulatedJob {
  int pool = 0;
  int64_t nodes = 1;
  int64_t devices_per_node = 0;
  int64_t cpus_per_node = 0;
  bool whole_nodes = false;
  absl::Time begin;          // the job does not start before
  absl::Duration limit;      // the time that Slurm expects
  absl::Duration runtime;    // the time that it takes
  int64_t priority = 0;      // the highest goes first
  std::string decision_id;   // empty: no decision is about it
  bool is_promised = false;  // `begin` is the start that was planned for it
};

class SimulatedCluster {
 public:
  explicit SimulatedCluster(std::vector<SimulatedPool> pools, BackfillSettings settings = {});

  // Returns true if an empty pool has room for the job.
  bool Fits(const SimulatedJob& job) const;

  // Advances time to `time`, which is not before the time of the last call, and handles all ends
  // and starts until then. Jobs submitted at `time` itself are scheduled by the next call.
  void AdvanceTo(absl::Time time);

  // Submits a job at the time of the last AdvanceTo. `job` must fit. Returns its number, counted
  // from 0.
  uint32_t Submit(SimulatedJob job);

  // Returns when the job started. The infinite future: not yet.
  absl::Time StartOf(uint32_t job) const { return jobs_[job].start; }

  // Returns what scarbond, and so a Placer, sees in the queue now, with a live watch if looks come
  // every `refresh`. It includes jobs of decisions that ended since the last look.
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
  struct Job {
    SimulatedJob asked;
    absl::Time start = absl::InfiniteFuture();
    std::vector<int32_t> nodes;  // within the pool; empty unless it runs
  };
  // Sorted by order of service.
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
    FreeNode whole;               // of a node without jobs
    std::vector<FreeNode> nodes;  // what is free
    int64_t free_devices = 0;
    int64_t free_cpus = 0;
    std::set<Waiting> queue;
    std::set<uint32_t> running;
    bool is_dirty = false;    // to be scheduled at now_
    bool needs_pass = false;  // something has changed since the backfill scheduler passed
  };
  // Until when a job runs by its limit.
  struct RunningEnd {
    int64_t end;  // Unix seconds
    uint32_t job;
    int pool;

    friend auto operator<=>(const RunningEnd&, const RunningEnd&) = default;
  };
  using Event = std::pair<absl::Time, uint32_t>;
  using Events = std::priority_queue<Event, std::vector<Event>, std::greater<Event>>;

  static NodeDemand DemandOf(const SimulatedJob& job);
  RunningEnd EndOf(uint32_t job) const;
  bool MayHaveRoom(const Pool& pool, const SimulatedJob& job) const;
  absl::Time ExpectedEnd(const Job& job) const;
  void Start(Pool* pool, uint32_t job, std::vector<int32_t> nodes);
  void End(uint32_t job);
  void Schedule(Pool* pool);
  void Backfill(Pool* pool);
  void Settle();
  absl::Time NextBackfill() const;
  // Returns what the queue shows of the job now. Absent: it has ended.
  std::optional<QueuedJob> Shown(uint32_t job) const;
  void NoteChange(uint32_t job);

  // The jobs of one decision, and those of them that ended since the look before the last.
  struct Decided {
    int64_t in_queue = 0;
    uint32_t job = 0;
    std::optional<DecidedJob> ended;  // the first since the last look
  };

  const BackfillSettings settings_;
  std::vector<Pool> pools_;
  std::vector<Job> jobs_;
  std::vector<RunningEnd> running_;  // of all pools, in order
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
