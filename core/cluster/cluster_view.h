// A ClusterView is the cluster's state without Slurm's types, sentinels and units. BuildCapacity
// derives the snapshot's capacity from it. Pure: plugin/client/slurm_client.cc asks slurmctld and
// fills the view.
#ifndef CORE_CLUSTER_CLUSTER_VIEW_H_
#define CORE_CLUSTER_CLUSTER_VIEW_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/cluster/capacity.h"
#include "core/cluster/cluster_state.h"
#include "core/config/placement_config.h"

namespace carbon {

// The number of devices of one type that a node has, or a job uses.
struct DeviceCount {
  std::string type;  // empty: no type, or any type
  int64_t count = 0;

  friend bool operator==(const DeviceCount&, const DeviceCount&) = default;
};

struct ClusterNode {
  std::string name;     // empty: slurmctld does not show it, and nothing is known of it
  bool usable = false;  // Slurm would start a job on it, now or when other jobs leave
  // It is not usable only because its slurmd has not answered since slurmctld started, or no longer
  // answers.
  bool is_silent = false;
  // It is not usable only because a reservation has it now.
  bool is_lent = false;
  Resources resources;               // nodes = 1; devices of all types
  std::vector<DeviceCount> devices;  // each type once
  // For each of these types, the number of shares (shards, MPS) into which a device may be divided.
  // 0, or no entry: devices are allocated only as a whole.
  std::vector<int64_t> shares_per_device;
  std::vector<std::string> features;  // active now
  // The probability that it stays powered while it has no jobs (plugin/client/power_saving.h).
  // Absent: unknown.
  std::optional<double> stays_powered;
  // The longest time that a job waits for the node to fall asleep, and then to wake up
  // (plugin/client/power_saving.h). Zero: it stays awake.
  absl::Duration fall_asleep;
  absl::Duration wake_up;
  bool is_idle = false;       // it has no jobs
  bool is_asleep = false;     // asleep, falling asleep or waking up
  bool is_waking = false;     // waking up
  bool is_future = false;     // only in slurm.conf: it takes no jobs before it registers
  bool is_asked_for = false;  // slurmctld hides it (plugin/client/hidden_nodes.h)
};

struct ClusterPartition {
  std::string name;
  bool up = false;
  bool is_default = false;
  std::optional<absl::Duration> max_time;
  std::optional<absl::Duration> default_time;
  std::optional<int64_t> max_nodes;
  JobDefaults defaults;
  // The longest time that one of its nodes takes to wake up if it sleeps or falls asleep.
  absl::Duration wake_up;
  std::vector<int> nodes;  // indices into ClusterView::nodes
};

// Nodes that only jobs that name the reservation may use, now or later, or that no job may use.
struct ClusterReservation {
  struct Node {
    int index;     // into ClusterView::nodes
    double share;  // of all that it has, at most 1
  };
  std::string name;
  bool lets_jobs_out = false;  // FLEX: its jobs may also run on other nodes, and before it begins
  std::vector<TimeInterval> when;  // disjoint, in order
  std::vector<Node> nodes;
};

struct ClusterJob {
  uint32_t job_id = 0;
  std::string decision_id;
  std::vector<std::string> partitions;  // in the order in which it asks for them; one if it runs
  std::vector<int> nodes;               // where it runs; empty while it waits
  Resources amount;                     // of one array task; `nodes` counts whole and shared nodes
  std::vector<DeviceCount> devices;     // by type, as far as the types are known
  int64_t devices_per_node = 0;       // the number that each of its nodes must have; 0: not stated
  int64_t device_shares = 0;          // on each of its nodes (shards, MPS)
  std::string pool;                   // the pool where it was promised a start; empty: none
  std::vector<std::string> features;  // that it asks for, as in JobRequest
  std::string reservation;            // in which it runs or waits; empty: none
  bool exclusive = false;
  TimeInterval when;  // of one array task; if it waits, from its earliest start
  int64_t priority = 0;
  bool is_promised = false;  // it waits for a start that we planned and that is still to come
  bool is_nice = false;      // its nice value is above zero
  int64_t tasks = 1;         // waiting array tasks in this one record
  int64_t width = 0;         // how many of them may run at once; 0: not limited
};

// A job of the queue that our plugin decided on, even if it uses nothing. Jobs that ended before
// they began (refused or cancelled) are not included.
struct DecidedJob {
  uint32_t job_id = 0;
  std::string decision_id;
  std::optional<TimeInterval> ran;  // until its end, or until now; absent: it waits
};

struct ClusterView {
  absl::Time taken_at;
  std::string cluster;
  bool counts_memory = true;  // memory is a consumable resource
  bool whole_nodes = false;   // every job gets whole nodes (select/linear)
  // For each PoolConfig::nodelist, the indices into `nodes`.
  std::map<std::string, std::vector<int>> nodelists;
  std::vector<ClusterNode> nodes;
  std::vector<ClusterPartition> partitions;
  std::vector<ClusterReservation> reservations;
  std::vector<ClusterJob> jobs;
  std::vector<DecidedJob> decided;

  // Returns the part of `resources` that is counted: without memory if memory is not consumable.
  Resources Counted(Resources resources) const {
    if (!counts_memory) resources.memory_mib = 0;
    return resources;
  }
};

// Makes nodes usable if a reservation of the view has them now. The reservation counts as a use of
// these nodes, and they are free again when it ends.
void CountLentNodes(ClusterView* view);

// The length that is assumed for a run without a time limit.
inline constexpr absl::Duration kUnlimitedRun = absl::Hours(24 * 365);

// Derives the capacity of the pools from the view:
//   - A pool's nodes are the nodes of its partition that have its features, are in its nodelist,
//     and have devices of its gres_type, as far as the pool states them. Its group contains exactly
//     these nodes (core/cluster/node_groups.h), and of their devices those of its gres_type.
//   - Every decided job is among the uses. A job that uses nothing has a use of nothing.
//   - Totals count only usable nodes. Memory is Resources::kUnlimited if it is not consumable.
//   - The share of a pool that stays powered is the mean over its usable nodes. Its wake-up time is
//     the longest of any of them. The share that is asleep is that of its nodes without jobs.
//   - A running job uses the groups of its nodes in proportion, and of its devices' types if they
//     are known. A waiting job is laid out in a group of one of its partitions
//     (core/cluster/queue_estimate.h). An exclusive job uses everything in its nodes.
//   - What runs on a node, or reserves it, is also counted node by node: such uses have no job, and
//     count nodes and their parts. Parts are counted if all nodes of a group have the same number
//     of its devices; otherwise they are Resources::kUnlimited. A device that is allocated in
//     shares is in use as soon as one share is.
//   - A reservation uses its nodes while it lasts; overlapping reservations count once. Jobs in it
//     use nothing in addition, except for the time that they run beyond its end. What runs on its
//     nodes when it begins, and continues, is counted in addition.
//   - A job of ours that waits for its planned start is promised that start.
//   - Waiting tasks of an array run in rounds, one after the other. A round has as many tasks as
//     the array's limit and the group allow.
// A pool has no state if the cluster does not have its partition.
CapacityState BuildCapacity(const ClusterView& view, const std::vector<PoolConfig>& pools);

}  // namespace carbon

#endif  // CORE_CLUSTER_CLUSTER_VIEW_H_
