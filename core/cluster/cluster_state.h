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

// A set of nodes that jobs are confined to, with all their devices or those of one type; capacity
// is counted here. Groups overlap only where one holds the other, or where a third holds both: see
// core/cluster/group_calendars.h.
struct NodeGroup {
  std::string name;
  Resources total;     // of the nodes that are up
  Resources per_node;  // the least of any of them; without parts of nodes
  // The groups that hold all of this one, and more.
  std::vector<std::string> within;
  // The group of the other devices on its nodes, which go to nobody else where a job has the nodes
  // to itself; empty: there are none.
  std::string beside;
};

// What Slurm gives a job in a partition without being asked. Zero: nothing is set. A job that asks
// for no memory gets that of its devices if it has any, else that of its CPUs, else that per node;
// where nothing is set, all memory of its nodes.
struct JobDefaults {
  int64_t memory_per_node_mib = 0;
  int64_t memory_per_cpu_mib = 0;
  int64_t memory_per_device_mib = 0;
  int64_t cpus_per_device = 0;
  int64_t cpus_per_core = 1;  // whole cores are given, with all their threads
  // CPUs of one core, whether it is given whole or not: Slurm's CPUs are threads.
  int64_t threads_per_core = 1;
  bool whole_nodes = false;  // every job is exclusive

  friend bool operator==(const JobDefaults&, const JobDefaults&) = default;
};

// What is known of a pool's partition and changes with its state. Whom it admits is in
// core/admission/admission.h.
struct PoolState {
  std::string pool;
  std::string group;
  bool up = false;
  bool is_default = false;                 // the cluster's default partition
  std::optional<absl::Duration> max_time;  // absent: unlimited
  std::optional<absl::Duration> default_time;
  std::optional<int64_t> max_nodes;  // absent: unlimited
  // For a pool with features or a nodelist: its partition has nodes in none of its pools, on which
  // the pool's jobs might run.
  bool has_others = false;
  JobDefaults defaults;
  // The share of its nodes that stay powered when they have no jobs; absent: not known.
  std::optional<double> stays_powered;
  // How long a job that finds the pool's nodes asleep waits for them at most, while it holds them.
  // Zero: they are awake, and stay so.
  absl::Duration wake_up;
  double asleep = 0;  // the share of its nodes without jobs that are asleep now
};

// Something in the queue that uses, or will use, a group's capacity; or a job that our plugin has
// decided on and that uses nothing of any group: it is held, runs elsewhere or has ended. Then
// `when` is when it ran so far, and has no length where it never began.
struct QueuedUse {
  uint32_t job_id = 0;
  std::string decision_id;  // of the job's admin_comment; empty where it carries none
  std::string group;
  TimeInterval when;
  Resources amount;
  // It waits with a nice value, behind most that have none: those are planned as if it were not
  // there.
  bool yields = false;
};

// What is in the way of a job without a nice value; absent: all of it.
std::optional<std::vector<QueuedUse>> WithoutYielding(const std::vector<QueuedUse>& uses);

struct CapacityState {
  absl::Time taken_at;
  // When the watch over delayed jobs last looked at every one of them and could act; absent: there
  // is none.
  std::optional<absl::Time> watched_at;
  // Until when that watch is believed to be alive (WatchedUntil); absent together with
  // `watched_at`.
  std::optional<absl::Time> watched_until;
  std::string cluster;
  std::string default_partition;
  std::vector<NodeGroup> groups;
  std::vector<PoolState> pools;
  std::vector<QueuedUse> uses;
};

// Until when a watch that looked at `watched_at` is believed to be alive, the end included: for
// three of scarbond's rounds of `refresh` each (refresh.capacity), and for a minute at least.
absl::Time WatchedUntil(absl::Time watched_at, absl::Duration refresh);

}  // namespace carbon

#endif  // CORE_CLUSTER_CLUSTER_STATE_H_
