// The calendars that a look at a simulated queue comes to, kept up to date job by job. They say the
// same as GroupCalendars that are made of BuildCapacity's uses (core/cluster/cluster_view.h), from
// the time of the look on; but a look costs what has changed since the last one, and not the whole
// queue.
//
// Holds for the view of a SimulatedCluster only: all nodes are usable, those of a pool are alike
// and have devices of one type at most, no job has types, nice values or a reservation, and each
// waits in one pool.
//
//   QueueCalendars queue(view, pools);
//   GroupCalendars calendars(queue.frame().groups, {});
//   queue.Set(job, {.pool = 0, .nodes = 2, .devices_per_node = 8, .state = kQueued, .when = …});
//   queue.Apply(now, &calendars);
//
// A queue that waits is laid out again only where something has changed in the groups that it
// shares, or where one of its starts has passed: else the same starts would be found.
//
// Pure; not thread-safe.
#ifndef REPLAY_CLUSTER_QUEUE_CALENDARS_H_
#define REPLAY_CLUSTER_QUEUE_CALENDARS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "core/base/resources.h"
#include "core/cluster/cluster_state.h"
#include "core/cluster/cluster_view.h"
#include "core/cluster/group_calendars.h"
#include "core/cluster/queue_estimate.h"
#include "core/config/placement_config.h"

namespace carbon {

// What the queue shows of one job.
struct QueuedJob {
  enum class State {
    kRunning,  // on `on_nodes`, over `when`
    kQueued,   // it may start now, and takes as long as `when` is
    kHeld,     // it may start from when.start on
    kPromised  // it starts at when.start
  };
  int pool = 0;  // index into the pools
  int64_t nodes = 1;
  int64_t devices_per_node = 0;
  int64_t cpus_per_node = 0;
  bool whole_nodes = false;
  int64_t priority = 0;
  State state = State::kQueued;
  TimeInterval when;
  std::vector<int> on_nodes;  // indices into the view's nodes
};

class QueueCalendars {
 public:
  // Jobs of the view do not count. Copies what it needs.
  QueueCalendars(const ClusterView& view, const std::vector<PoolConfig>& pools);

  // Groups and pools, as BuildCapacity gives them; without uses and times.
  const CapacityState& frame() const { return frame_; }

  // What the queue shows of job `number` from now on.
  void Set(uint32_t number, const QueuedJob& job);
  // The queue shows it no more.
  void Remove(uint32_t number);

  // Brings `calendars` up to date for a look at `now`, not before that of the last call.
  // `calendars` are of the frame's groups, and have all that the calls before booked in them.
  void Apply(absl::Time now, GroupCalendars* calendars);

 private:
  struct Use {
    int group;  // index into the frame's groups
    TimeInterval when;
    Resources amount;
  };
  struct NodeRun {
    uint32_t job;
    int64_t devices;
    bool is_whole;
    TimeInterval when;
  };
  struct Node {
    int group = -1;         // that counts the node
    int device_group = -1;  // that counts its devices; -1: it has none
    int64_t cpus = 0;
    int64_t devices = 0;
    std::vector<NodeRun> runs;
    std::vector<Use> booked;  // for what of the node is not free
    bool is_dirty = false;
  };
  // The order of service: the highest priority first, of equal ones the lowest number.
  struct Rank {
    int64_t priority = 0;
    uint32_t number = 0;

    friend bool operator<(const Rank& a, const Rank& b) {
      return std::tie(b.priority, a.number) < std::tie(a.priority, b.number);
    }
  };
  // Of a job that the queue shows.
  struct Shown {
    std::vector<Use> booked;  // but for what waits, which is laid out
    std::vector<int> on_nodes;
    int component = 0;
    int64_t priority = 0;
  };
  struct Waiting {
    WaitingRun run;
    int group;
    bool starts_now;                  // the earliest start is the time of the look
    std::optional<absl::Time> start;  // as booked

    Use BookedUse() const { return {group, {*start, *start + run.length}, run.amount}; }
  };
  // Groups of which one's queue has a part in another's.
  struct Component {
    std::vector<NodeGroup> groups;
    GroupCalendars running;  // what runs in them
    std::map<Rank, Waiting> waiting;
    std::vector<Use> blocks;    // as booked, for what is not laid out one by one
    absl::Time first_start;     // of what is laid out
    bool is_dirty = false;      // what is laid out no longer follows from the rest
    bool has_unplaced = false;  // something that waits found no room at all, or is in a block
  };

  // Notes that the use is to be booked, or to be released.
  static void Book(const Use& use, std::vector<Use>* changes);
  static void Release(const Use& use, std::vector<Use>* changes);
  // Adds up the uses of one group and time, of which many cancel out.
  static void AddUp(std::vector<Use>* changes);
  void SetRunning(uint32_t number, const QueuedJob& job, Shown* shown);
  Resources WaitingAmount(const QueuedJob& job, const NodeGroup& group) const;
  void TouchNode(int node);
  std::vector<Use> UsesOf(const Node& node) const;
  void RenewNodes();
  // Books what has begun and ceased to run.
  void RenewRunning(absl::Time now);
  void RenewLayouts(absl::Time now);
  // Lays out one by one what comes before `end` in the queue.
  void LayOut(absl::Time now, const std::optional<Rank>& end, Component* component);

  CapacityState frame_;
  std::map<std::string, int, std::less<>> group_index_;
  std::vector<int> group_of_pool_;  // -1: the pool has no nodes
  std::vector<int> component_of_;   // by group
  std::vector<Component> components_;
  std::vector<Node> nodes_;
  std::vector<int> dirty_nodes_;
  std::unordered_map<uint32_t, Shown> jobs_;
  size_t waiting_ = 0;  // in all components
  bool has_blocks_ = false;
  // To be booked, or to be released with negative amounts: what runs, and what else changes.
  std::vector<Use> running_changes_;
  std::vector<Use> changes_;
};

}  // namespace carbon

#endif  // REPLAY_CLUSTER_QUEUE_CALENDARS_H_
