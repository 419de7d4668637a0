#include "core/cluster/node_uses.h"

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/cluster/group_calendars.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'764'000'000);
constexpr absl::Duration kRun = absl::Hours(1);

// A number of nodes with eight devices in one partition "p", with a pool of the same name.
ClusterView View(int nodes) {
  ClusterView view{.taken_at = kNow, .cluster = "demo", .partitions = {{.name = "p", .up = true}}};
  for (int i = 0; i < nodes; ++i) {
    view.nodes.push_back({.name = absl::StrCat("n", i),
                          .usable = true,
                          .resources = {.nodes = 1, .devices = 8, .cpus = 64, .memory_mib = 1000},
                          .devices = {{"h100", 8}}});
    view.partitions[0].nodes.push_back(i);
  }
  return view;
}

// Runs for two hours.
ClusterJob Running(int node, int64_t devices) {
  return {.job_id = 7,
          .nodes = {node},
          .amount = {.nodes = 1, .devices = devices, .cpus = devices},
          .devices = {{"h100", devices}},
          .when = {kNow - absl::Hours(1), kNow + absl::Hours(2)}};
}

// Returns what a task takes that has `each` of eight devices on each of `nodes` nodes.
Resources Task(int64_t nodes, int64_t each) {
  Resources task = {.devices = nodes * each, .cpus = nodes * each};
  AddNodeParts(nodes, each, 8, &task);
  return task;
}

class Cluster {
 public:
  explicit Cluster(const ClusterView& view,
                   std::vector<PoolConfig> pools = {{.name = "p", .partition = "p"}})
      : state_(BuildCapacity(view, pools)), calendars_(state_.groups, state_.uses) {}

  bool HasRoom(const Resources& amount, absl::Time at = kNow,
               const std::string& group = "p") const {
    return !calendars_.FeasibleStarts(group, {at, at}, kRun, amount).empty();
  }
  void Book(const Resources& amount, const std::string& group = "p") {
    calendars_.Book(group, {kNow, kNow + kRun}, amount);
  }
  const CapacityState& state() const { return state_; }
  const GroupCalendars& calendars() const { return calendars_; }

 private:
  CapacityState state_;
  GroupCalendars calendars_;
};

// Sixteen nodes half full have 64 devices free, and no job of eight nodes with eight devices each
// finds room: --nodes=8 --gpus-per-node=8.
TEST(NodeUses, FindNoWholeNodesAmongHalfFullOnes) {
  ClusterView view = View(16);
  for (int node = 0; node < 16; ++node) view.jobs.push_back(Running(node, 4));
  const Cluster cluster(view);
  EXPECT_FALSE(cluster.HasRoom(Task(8, 8)));
  EXPECT_FALSE(cluster.HasRoom(Task(1, 8)));
  EXPECT_FALSE(cluster.HasRoom(Task(1, 5)));
  EXPECT_TRUE(cluster.HasRoom(Task(16, 4)));
  EXPECT_FALSE(cluster.HasRoom(Task(17, 4)));
  EXPECT_TRUE(cluster.HasRoom({.devices = 64, .cpus = 1}));
  // Once those jobs have ended.
  EXPECT_TRUE(cluster.HasRoom(Task(8, 8), kNow + absl::Hours(2)));
}

TEST(NodeUses, GiveEachNodeOfATaskANodeOfItsOwn) {
  ClusterView view = View(16);
  for (int node = 4; node < 16; ++node) view.jobs.push_back(Running(node, 8));
  const Cluster cluster(view);
  // Four nodes are empty: eight halves, but not eight nodes.
  EXPECT_FALSE(cluster.HasRoom(Task(8, 4)));
  EXPECT_TRUE(cluster.HasRoom(Task(4, 4)));
  Resources eight;
  for (int i = 0; i < 8; ++i) eight += Task(1, 4);
  EXPECT_TRUE(cluster.HasRoom(eight));
}

TEST(NodeUses, LeaveNoNodeToItselfOnWhichAnythingRuns) {
  ClusterView view = View(4);
  for (int node = 0; node < 3; ++node) {
    view.jobs.push_back(Running(node, 0));
    view.jobs.back().amount.cpus = 1;
  }
  const Cluster cluster(view);
  EXPECT_FALSE(cluster.HasRoom({.nodes = 2}));
  EXPECT_TRUE(cluster.HasRoom({.nodes = 1}));
  // All devices of all nodes are free.
  EXPECT_TRUE(cluster.HasRoom(Task(4, 8)));
}

// A GPU that lends one of its shares is not free as a whole, though no job has the GPU.
TEST(NodeUses, KeepGpusThatLendShares) {
  ClusterView view = View(1);
  view.nodes[0].shares_per_device = {4};
  view.jobs = {Running(0, 0), Running(0, 0), Running(0, 0)};
  for (ClusterJob& job : view.jobs) job.device_shares = 3;
  view.jobs[1].device_shares = 1;
  view.jobs[2].when.end = kNow + absl::Hours(1);
  const Cluster cluster(view);
  // Three and one are on one GPU, the other three on another.
  EXPECT_TRUE(cluster.HasRoom({.devices = 6}));
  EXPECT_FALSE(cluster.HasRoom({.devices = 7}));
  EXPECT_FALSE(cluster.HasRoom(Task(1, 8)));
  EXPECT_TRUE(cluster.HasRoom({.devices = 7}, kNow + absl::Hours(1)));
  EXPECT_TRUE(cluster.HasRoom(Task(1, 8), kNow + absl::Hours(2)));
  // Who has the node for himself has its shares.
  view.jobs[0].exclusive = true;
  EXPECT_EQ(Cluster(view).calendars().Find("p")->UsedAt(kNow).devices, 8);
}

// gpu:a100:2,gpu:a100_1g.5gb:14 on each of two nodes.
ClusterView Sliced() {
  ClusterView view = View(2);
  for (ClusterNode& node : view.nodes) {
    node.devices = {{"a100", 2}, {"a100_1g.5gb", 14}};
    node.resources.devices = 16;
  }
  return view;
}
const std::vector<PoolConfig> kSlicedPools = {
    {.name = "whole", .partition = "p", .gres_type = "a100"},
    {.name = "slices", .partition = "p", .gres_type = "a100_1g.5gb"}};

TEST(NodeUses, CountEachTypeOfDeviceForItself) {
  ClusterView view = Sliced();
  ClusterJob job = Running(0, 2);
  job.devices = {{"a100", 2}};
  view.jobs = {job};
  const Cluster cluster(view, kSlicedPools);
  ASSERT_EQ(cluster.state().pools.size(), 2u);
  EXPECT_EQ(cluster.state().pools[0].group, "p:a100");
  EXPECT_EQ(cluster.state().pools[1].group, "p:a100_1g.5gb");
  EXPECT_EQ(cluster.state().groups[0].total.devices, 4);
  EXPECT_EQ(cluster.state().groups[0].per_node.devices, 2);
  EXPECT_EQ(cluster.state().groups[1].total.devices, 28);
  EXPECT_TRUE(cluster.HasRoom({.devices = 2, .cpus = 2}, kNow, "p:a100"));
  EXPECT_FALSE(cluster.HasRoom({.devices = 3, .cpus = 3}, kNow, "p:a100"));
  EXPECT_TRUE(cluster.HasRoom({.devices = 28, .cpus = 28}, kNow, "p:a100_1g.5gb"));
  // CPUs and memory are the same.
  EXPECT_FALSE(cluster.HasRoom({.devices = 1, .cpus = 127}, kNow, "p:a100_1g.5gb"));
  // A job of no type may have either.
  EXPECT_TRUE(cluster.HasRoom({.devices = 30, .cpus = 1}, kNow, "p"));
  EXPECT_FALSE(cluster.HasRoom({.devices = 31, .cpus = 1}, kNow, "p"));
}

TEST(NodeUses, KeepAllTypesOfDevicesFromOthersOnNodesOfOneJob) {
  ClusterView view = Sliced();
  Cluster empty(view, kSlicedPools);
  Resources node = {.nodes = 1, .devices = 2, .cpus = 64, .memory_mib = 1000};
  AddNodeParts(1, 2, 2, &node);
  empty.Book(node, "p:a100");
  ClusterJob job = Running(0, 2);
  job.devices = {{"a100", 2}};
  job.exclusive = true;
  view.jobs = {job};
  for (const Cluster& cluster : {empty, Cluster(view, kSlicedPools)}) {
    EXPECT_FALSE(cluster.HasRoom({.devices = 3}, kNow, "p:a100"));
    EXPECT_TRUE(cluster.HasRoom({.devices = 14}, kNow, "p:a100_1g.5gb"));
    EXPECT_FALSE(cluster.HasRoom({.devices = 15}, kNow, "p:a100_1g.5gb"));
    EXPECT_FALSE(cluster.HasRoom({.devices = 17}, kNow, "p"));
  }
}

// A job does not get the nodes for itself either while others use their other devices.
TEST(NodeUses, GiveNoNodeToOneJobWhoseOtherDevicesAreTaken) {
  Cluster cluster(Sliced(), kSlicedPools);
  Resources node = {.nodes = 1, .devices = 2, .cpus = 64, .memory_mib = 1000};
  AddNodeParts(1, 2, 2, &node);
  cluster.Book({.devices = 14, .cpus = 14}, "p:a100_1g.5gb");
  EXPECT_TRUE(cluster.HasRoom(node, kNow, "p:a100"));
  cluster.Book({.devices = 14, .cpus = 14}, "p:a100_1g.5gb");
  EXPECT_FALSE(cluster.HasRoom(node, kNow, "p:a100"));
}

// If only some nodes have other devices, a job may have the others for itself.
TEST(NodeUses, GiveNodesToOneJobThatHaveNothingBesideItsType) {
  ClusterView view = View(4);
  for (ClusterNode& node : view.nodes) node.devices = {{"a100", 8}};
  view.nodes[0].devices = {{"a100", 8}, {"a100_1g.5gb", 14}};
  view.nodes[0].resources.devices = 22;
  Cluster cluster(view, kSlicedPools);
  const auto nodes = [](int64_t count) {
    return TotalOf(count, {.nodes = 1, .devices = 8, .cpus = 64, .memory_mib = 1000});
  };
  EXPECT_TRUE(cluster.HasRoom(nodes(4), kNow, "p:a100"));
  cluster.Book({.devices = 1, .cpus = 1}, "p:a100_1g.5gb");
  EXPECT_TRUE(cluster.HasRoom(nodes(3), kNow, "p:a100"));
  EXPECT_FALSE(cluster.HasRoom(nodes(4), kNow, "p:a100"));
}

// AccountingStorageTRES=gres/gpu,gres/gpu:a100: the rest is of some other type.
TEST(NodeUses, CountDevicesWhoseTypeIsNotTrackedBesideThoseWhoseTypeIs) {
  ClusterView view = Sliced();
  view.jobs = {Running(0, 6)};
  view.jobs[0].devices = {{"a100", 2}};
  EXPECT_EQ(Cluster(view, kSlicedPools).calendars().Find("p")->UsedAt(kNow).devices, 6);
}

// A part of one node is not the same of another: there sums count alone.
TEST(NodeUses, CountNoPartsWhereNodesDiffer) {
  ClusterView view = View(2);
  view.nodes[1].devices = {{"h100", 4}};
  view.nodes[1].resources.devices = 4;
  Cluster cluster(view);
  EXPECT_EQ(cluster.state().groups[0].total.full_nodes, Resources::kUnlimited);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(cluster.HasRoom(Task(1, 4)));
    cluster.Book(Task(1, 4));
  }
  EXPECT_FALSE(cluster.HasRoom(Task(1, 4)));
}

// CPUs are counted by their sum: their jobs are of all sizes, and Slurm spreads them as it likes.
TEST(NodeUses, CountCpusBySumButForJobsWithNodesOfTheirOwn) {
  ClusterView view = View(4);
  for (int node = 0; node < 4; ++node) {
    view.nodes[node].resources.devices = 0;
    view.nodes[node].devices.clear();
    view.jobs.push_back(Running(node, 0));
    view.jobs.back().devices.clear();
    view.jobs.back().amount.cpus = 40;
  }
  view.jobs.pop_back();
  const Cluster cluster(view);
  EXPECT_TRUE(cluster.HasRoom({.cpus = 4 * 64 - 120}));
  EXPECT_FALSE(cluster.HasRoom({.cpus = 4 * 64 - 119}));
  EXPECT_TRUE(cluster.HasRoom({.nodes = 1, .cpus = 64}));
  EXPECT_FALSE(cluster.HasRoom({.nodes = 2, .cpus = 128}));
}

// If slurmctld reports no type, a job's devices may be of any type of its nodes.
TEST(NodeUses, CountDevicesOfNoTypeAgainstAllOfTheNode) {
  ClusterView view = Sliced();
  view.jobs = {Running(0, 3)};
  view.jobs[0].devices.clear();
  const Cluster cluster(view, kSlicedPools);
  EXPECT_FALSE(cluster.HasRoom({.devices = 30}, kNow, "p"));
  EXPECT_TRUE(cluster.HasRoom({.devices = 29}, kNow, "p"));
}

// The oracle lays every part into a node, the largest first: of sizes that divide each other this
// finds a place for all if there is one.
bool AllFit(std::vector<int64_t> parts, std::vector<int64_t> free) {
  std::sort(parts.rbegin(), parts.rend());
  for (const int64_t part : parts) {
    const auto node =
        std::find_if(free.begin(), free.end(), [part](int64_t devices) { return devices >= part; });
    if (node == free.end()) return false;
    *node -= part;
  }
  return true;
}

TEST(NodeUses, AdmitTasksOfOneNodeExactlyIfAllCanHaveTheirDevices) {
  std::mt19937 random(11);
  const auto below = [&random](int n) { return static_cast<int>(random() % n); };
  int admitted = 0, refused = 0;
  for (int round = 0; round < 300; ++round) {
    ClusterView view = View(1 + below(6));
    std::vector<int64_t> free(view.nodes.size(), 8);
    for (size_t node = 0; node < free.size(); ++node) {
      const int64_t used = below(3) == 0 ? 0 : below(9);
      free[node] -= used;
      if (used > 0) view.jobs.push_back(Running(static_cast<int>(node), used));
    }
    Cluster cluster(view);
    std::vector<int64_t> parts;
    for (int i = 0; i < 20; ++i) {
      parts.push_back(int64_t{1} << below(4));
      const bool fits = AllFit(parts, free);
      ASSERT_EQ(cluster.HasRoom(Task(1, parts.back())), fits) << "round " << round;
      if (fits) {
        cluster.Book(Task(1, parts.back()));
        ++admitted;
      } else {
        parts.pop_back();
        ++refused;
      }
    }
  }
  EXPECT_GT(admitted, 1000);
  EXPECT_GT(refused, 1000);
}

// A run that needs several nodes free at once is planned exactly where they are.
TEST(NodeUses, AdmitATaskOfSeveralNodesExactlyWhereAsManyHaveIt) {
  std::mt19937 random(13);
  const auto below = [&random](int n) { return static_cast<int>(random() % n); };
  int admitted = 0, refused = 0;
  for (int round = 0; round < 2000; ++round) {
    ClusterView view = View(2 + below(8));
    std::vector<int64_t> free(view.nodes.size(), 8);
    for (size_t node = 0; node < free.size(); ++node) {
      const int64_t used = below(3) == 0 ? 0 : below(9);
      free[node] -= used;
      if (used > 0) view.jobs.push_back(Running(static_cast<int>(node), used));
    }
    const int64_t nodes = 2 + below(4), each = int64_t{2} << below(3);
    const auto having = std::count_if(free.begin(), free.end(),
                                      [each](int64_t devices) { return devices >= each; });
    const bool fits = having >= nodes;
    ASSERT_EQ(Cluster(view).HasRoom(Task(nodes, each)), fits) << "round " << round;
    ++(fits ? admitted : refused);
  }
  EXPECT_GT(admitted, 200);
  EXPECT_GT(refused, 200);
}

// How many tasks of so many nodes, with `each` devices on each, the nodes hold at once: the largest
// number for which each node takes at most one part of each task, and no more parts than fit.
int64_t MostTasks(const std::vector<int64_t>& free, int64_t nodes, int64_t each) {
  const auto fit = [&](int64_t tasks) {
    int64_t parts = 0;
    for (const int64_t devices : free) parts += std::min(devices / each, tasks);
    return parts >= tasks * nodes;
  };
  int64_t tasks = 0;
  while (fit(tasks + 1)) ++tasks;
  return tasks;
}

// --gpus-per-node=3 on nodes of eight: two fit on a node, not 2.67. Where jobs run, less may be
// planned than fits, and never more.
TEST(NodeUses, AdmitNoMoreTasksOfAnOddNumberOfDevicesPerNodeThanTheNodesHold) {
  std::mt19937 random(17);
  const auto below = [&random](int n) { return static_cast<int>(random() % n); };
  int64_t planned = 0, possible = 0;
  for (int round = 0; round < 600; ++round) {
    ClusterView view = View(1 + below(8));
    std::vector<int64_t> free(view.nodes.size(), 8);
    const bool is_empty = round % 2 == 0;
    for (size_t node = 0; node < free.size() && !is_empty; ++node) {
      const int64_t used = below(9);
      free[node] -= used;
      if (used > 0) view.jobs.push_back(Running(static_cast<int>(node), used));
    }
    constexpr int64_t kEach[] = {3, 5, 6, 7};
    const int64_t nodes = 1 + below(4), each = kEach[below(4)];
    Cluster cluster(view);
    int64_t tasks = 0;
    for (; cluster.HasRoom(Task(nodes, each)); ++tasks) cluster.Book(Task(nodes, each));
    const int64_t most = MostTasks(free, nodes, each);
    ASSERT_LE(tasks, most) << each << " on each of " << nodes << " nodes, round " << round;
    if (is_empty) {
      ASSERT_EQ(tasks, most) << each << " on each of " << nodes << " nodes, round " << round;
    }
    planned += tasks;
    possible += most;
  }
  EXPECT_GT(planned, 500);
  EXPECT_GE(possible, planned);
}

}  // namespace
}  // namespace carbon
