// What a look at the cluster shows of its capacity: groups of nodes, pools, and the queue's uses of
// them. Plain data.
#ifndef CORE_CLUSTER_CLUSTER_STATE_H_
#define CORE_CLUSTER_CLUSTER_STATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/resources.h"

namespace carbon {

// A set of nodes to which jobs are confined, with all devices of the nodes or those of one type.
// Capacity is counted per group. Two groups overlap only if one contains the other, or if a third
// contains both: see core/cluster/group_calendars.h.
struct NodeGroup {
  std::string name;
  Resources total;     // of the nodes that are up
  Resources per_node;  // the minimum over its nodes in each dimension; without parts of nodes
  // The names of the larger groups that contain all of this one.
  std::vector<std::string> within;
  // The group of the other devices on its nodes. If a job has the nodes to itself, no other job
  // gets these devices. Empty: its nodes have no other devices.
  std::string beside;
};

// What Slurm gives a job in a partition if the job does not ask. Zero: not set. A job that asks for
// no memory gets the memory set for its devices if it has any, otherwise that for its CPUs,
// otherwise that per node. If none of them is set, it gets all memory of its nodes.
struct JobDefaults {
  int64_t memory_per_node_mib = 0;
  int64_t memory_per_cpu_mib = 0;
  int64_t memory_per_device_mib = 0;
  int64_t cpus_per_device = 0;
  int64_t cpus_per_core = 1;  // Slurm gives whole cores, with all their threads
  // The threads of one core, whether cores are given whole or not: Slurm's CPUs are threads.
  int64_t threads_per_core = 1;
  bool whole_nodes = false;  // every job is exclusive

  friend bool operator==(const JobDefaults&, const JobDefaults&) = default;
};

// What is known of a pool's partition and changes with its state. core/admission/admission.h says
// which jobs the partition admits.
struct PoolState {
  std::string pool;
  std::string group;
  bool up = false;
  bool is_default = false;                 // the cluster's default partition
  std::optional<absl::Duration> max_time;  // absent: unlimited
  std::optional<absl::Duration> default_time;
  std::optional<int64_t> max_nodes;  // absent: unlimited
  // For a pool with features or a nodelist: some nodes of its partition are in none of the
  // partition's pools, and the pool's jobs might run there.
  bool has_others = false;
  JobDefaults defaults;
  // The share of its nodes that stay powered while they have no jobs. Absent: unknown.
  std::optional<double> stays_powered;
  // The longest time that a job may wait, on nodes that it already holds, for sleeping nodes to
  // wake up. Zero: the nodes are awake and stay awake.
  absl::Duration wake_up;
  double asleep = 0;  // the share of its nodes without jobs that are asleep now
};

// Something in the queue that uses, or will use, a group's capacity. It may also be a job that our
// plugin decided on and that uses no group: the job is held, runs elsewhere or has ended. Then
// `when` is the time during which the job ran so far, and is empty if the job never began.
struct QueuedUse {
  uint32_t job_id = 0;
  std::string decision_id;  // from the job's admin_comment; empty if it has none
  std::string group;
  TimeInterval when;
  Resources amount;
  // The job waits with a nice value, behind most jobs that have none. Jobs without a nice value are
  // planned as if it were not there.
  bool yields = false;
};

// Returns the uses that can block a job without a nice value. Absent: all of them can.
std::optional<std::vector<QueuedUse>> WithoutYielding(const std::vector<QueuedUse>& uses);

struct CapacityState {
  absl::Time taken_at;
  // When the watch over delayed jobs last looked at all of them and was able to act. Absent: there
  // is no watch.
  std::optional<absl::Time> watched_at;
  // Until when that watch is believed to be alive (WatchedUntil). Absent if `watched_at` is.
  std::optional<absl::Time> watched_until;
  std::string cluster;
  std::string default_partition;
  std::vector<NodeGroup> groups;
  std::vector<PoolState> pools;
  std::vector<QueuedUse> uses;
};

// Returns until when a watch that looked at `watched_at` is believed to be alive, this instant
// included. That is three of scarbond's rounds, each of length `refresh` (refresh.capacity), but at
// least a minute.
absl::Time WatchedUntil(absl::Time watched_at, absl::Duration refresh);

}  // namespace carbon

#endif  // CORE_CLUSTER_CLUSTER_STATE_H_
