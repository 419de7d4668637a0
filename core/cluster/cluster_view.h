// What the cluster looks like, freed of Slurm's types, sentinels and units, and how the snapshot's
// capacity follows from it. Pure: plugin/client/slurm_client.cc asks slurmctld and fills the view.
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

// How many devices of one type a node has, or a job uses.
struct DeviceCount {
  std::string type;  // empty: without a type, or of any
  int64_t count = 0;

  friend bool operator==(const DeviceCount&, const DeviceCount&) = default;
};

struct ClusterNode {
  std::string name;     // empty: slurmctld does not show it, and nothing is known of it
  bool usable = false;  // Slurm would start a job on it, now or when others leave
  // Not usable only because its slurmd has not answered since slurmctld started, or has stopped
  // answering.
  bool is_silent = false;
  // Not usable only because it is lent to a reservation now.
  bool is_lent = false;
  Resources resources;               // nodes = 1; devices of all types
  std::vector<DeviceCount> devices;  // each type once
  // By the same types, into how many shares (shards, MPS) each device may be divided; 0, or none:
  // it is lent as a whole only.
  std::vector<int64_t> shares_per_device;
  std::vector<std::string> features;  // active now
  // How likely it is to stay powered when it has no jobs (plugin/client/power_saving.h); absent:
  // not known.
  std::optional<double> stays_powered;
  // How long a job waits for it while it falls asleep and then wakes up, at most
  // (plugin/client/power_saving.h); zero: it stays awake.
  absl::Duration fall_asleep;
  absl::Duration wake_up;
  bool is_idle = false;       // it has no jobs
  bool is_asleep = false;     // asleep, falling asleep or waking up
  bool is_waking = false;     // waking up
  bool is_future = false;     // in slurm.conf only: it takes no jobs before it registers
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
  // How long a node of it that sleeps, or falls asleep, takes to wake up at most.
  absl::Duration wake_up;
  std::vector<int> nodes;  // indices into ClusterView::nodes
};

// Nodes that are lent, now or later, to jobs that name the reservation, or to nobody.
struct ClusterReservation {
  struct Node {
    int index;     // into ClusterView::nodes
    double share;  // of all that it has, up to 1
  };
  std::string name;
  bool lets_jobs_out = false;  // FLEX: its jobs may also run on other nodes, and before it begins
  std::vector<TimeInterval> when;  // disjoint, in order
  std::vector<Node> nodes;
};

struct ClusterJob {
  uint32_t job_id = 0;
  std::string decision_id;
  std::vector<std::string> partitions;  // in the order asked; one where it runs
  std::vector<int> nodes;               // where it runs; empty while it waits
  Resources amount;                     // of one array task; `nodes` whether whole or shared
  std::vector<DeviceCount> devices;     // by type, as far as types are known
  int64_t devices_per_node = 0;         // that each of its nodes must have; 0: as they come
  int64_t device_shares = 0;            // on each of its nodes (shards, MPS)
  std::string pool;                     // where it was promised a start; empty: nowhere
  std::vector<std::string> features;    // that it asks for, as JobRequest
  std::string reservation;              // that it runs or waits in; empty: none
  bool exclusive = false;
  TimeInterval when;  // of one array task; while it waits, from when it may start
  int64_t priority = 0;
  bool is_promised = false;  // it waits for a start that we planned and that is yet to come
  bool is_nice = false;      // its nice value is above zero
  int64_t tasks = 1;         // array tasks that wait in this one record
  int64_t width = 0;         // how many of them may run at once; 0: no limit
};

// A job of the queue that our plugin has decided on, whatever it uses; but none that ended before
// it began, which was refused or cancelled.
struct DecidedJob {
  uint32_t job_id = 0;
  std::string decision_id;
  std::optional<TimeInterval> ran;  // to its end, or until now; absent: it waits
};

struct ClusterView {
  absl::Time taken_at;
  std::string cluster;
  bool counts_memory = true;  // memory is a consumable resource
  bool whole_nodes = false;   // every job gets whole nodes (select/linear)
  // By PoolConfig::nodelist, the indices into `nodes`.
  std::map<std::string, std::vector<int>> nodelists;
  std::vector<ClusterNode> nodes;
  std::vector<ClusterPartition> partitions;
  std::vector<ClusterReservation> reservations;
  std::vector<ClusterJob> jobs;
  std::vector<DecidedJob> decided;

  // What counts of `resources`: no memory where it is not consumed.
  Resources Counted(Resources resources) const {
    if (!counts_memory) resources.memory_mib = 0;
    return resources;
  }
};

// Makes nodes usable that are lent to a reservation which the view has: it counts as a use of them,
// and they are free again when it ends.
void CountLentNodes(ClusterView* view);

// What is assumed of a run without a time limit.
inline constexpr absl::Duration kUnlimitedRun = absl::Hours(24 * 365);

// The capacity that the pools see:
//   - a pool's nodes are those of its partition that have its features, are in its nodelist, and
//     have devices of its gres_type, where it has them; its group is the one with just these
//     (core/cluster/node_groups.h), and of the devices those of its gres_type;
//   - every decided job is among the uses, one that uses nothing with a use of nothing;
//   - totals count usable nodes only, and memory is Resources::kUnlimited where it is not consumed;
//   - a pool stays powered without jobs as far as its usable nodes do, on average; it wakes up in
//     the longest time that one of them takes, and is asleep as far as those without jobs are;
//   - a job that runs uses the groups of its nodes in proportion, and of its devices' types where
//     they are known; one that waits is laid out in a group of one of its partitions
//     (core/cluster/queue_estimate.h). An exclusive job uses all that is in its nodes;
//   - what is left free on each node by all that runs there, or reserves it, is counted by node:
//     such uses have no job, and count nodes and their parts. Parts are counted where all nodes of
//     a group have the same number of devices in it, else they are Resources::kUnlimited. Devices
//     that are lent in shares are in use as soon as one share is;
//   - a reservation uses its nodes while it lasts, once where several overlap; jobs in it use
//     nothing besides, but for what they run beyond its end. What runs on its nodes when it begins,
//     and goes on, is counted besides;
//   - a job of ours that waits for its planned start is promised that start;
//   - the waiting tasks of an array run as many at once as its limit and the group allow, one round
//     after the other.
// A pool whose partition the cluster does not have gets no state.
CapacityState BuildCapacity(const ClusterView& view, const std::vector<PoolConfig>& pools);

}  // namespace carbon

#endif  // CORE_CLUSTER_CLUSTER_VIEW_H_
