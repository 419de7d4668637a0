#include "core/cluster/cluster_view.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'764'000'000);

Resources Node(int64_t devices, int64_t cpus, int64_t memory_mib) {
  return {.nodes = 1, .devices = devices, .cpus = cpus, .memory_mib = memory_mib};
}

// Without parts of nodes.
Resources Sums(Resources amount) {
  for (const auto part : kNodeParts) amount.*part = 0;
  amount.apart = 0;
  return amount;
}

ClusterNode Usable(std::string name, Resources resources, const std::string& type = "") {
  return {.name = std::move(name),
          .usable = true,
          .resources = resources,
          .devices = {{type, resources.devices}}};
}

ClusterPartition Partition(std::string name, std::vector<int> nodes) {
  return {.name = std::move(name), .up = true, .nodes = std::move(nodes)};
}

PoolConfig Pool(std::string name, std::string partition, std::string gres_type = "") {
  return {.name = std::move(name),
          .partition = std::move(partition),
          .gres_type = std::move(gres_type)};
}

// Missing parts of nodes are separate uses: tests/core/cluster/node_uses_test.cc tests them.
CapacityState Build(const ClusterView& view, const std::vector<PoolConfig>& pools) {
  CapacityState state = BuildCapacity(view, pools);
  std::erase_if(state.uses, [](const QueuedUse& use) { return use.job_id == 0; });
  for (QueuedUse& use : state.uses) use.amount = Sums(use.amount);
  for (NodeGroup& group : state.groups) group.total = Sums(group.total);
  return state;
}

// Two partitions of two nodes with 8 GPUs, 64 CPUs and 1000 MiB each.
ClusterView TwoPartitions() {
  ClusterView view{.taken_at = kNow, .cluster = "demo"};
  for (const char* name : {"a1", "a2", "b1", "b2"}) {
    view.nodes.push_back(Usable(name, Node(8, 64, 1000), "h100"));
  }
  view.partitions = {Partition("a", {0, 1}), Partition("b", {2, 3})};
  view.partitions[0].is_default = true;
  return view;
}

ClusterJob Running(std::vector<int> nodes, Resources amount) {
  return {.job_id = 7,
          .nodes = std::move(nodes),
          .amount = amount,
          .when = {kNow - absl::Hours(1), kNow + absl::Hours(2)}};
}

ClusterJob Waiting(std::vector<std::string> partitions, Resources amount) {
  return {.job_id = 8,
          .partitions = std::move(partitions),
          .amount = amount,
          .when = {kNow, kNow + absl::Hours(3)}};
}

TEST(BuildCapacity, CountsUsableNodesAndDescribesPools) {
  ClusterView view = TwoPartitions();
  view.nodes[1] = Usable("a2", Node(4, 128, 500), "h100");
  view.nodes[3].usable = false;
  view.partitions[1].max_time = absl::Hours(24);
  view.partitions[1].default_time = absl::Hours(1);
  view.partitions[1].max_nodes = 2;
  view.partitions[1].defaults.memory_per_cpu_mib = 4096;
  const CapacityState state = Build(view, {Pool("oslo", "a"), Pool("lyon", "b")});

  EXPECT_EQ(state.taken_at, kNow);
  EXPECT_EQ(state.cluster, "demo");
  EXPECT_EQ(state.default_partition, "a");
  ASSERT_EQ(state.groups.size(), 2u);
  EXPECT_EQ(state.groups[0].name, "a");
  EXPECT_EQ(state.groups[0].total, (Resources{2, 12, 192, 1500}));
  EXPECT_EQ(state.groups[0].per_node, (Resources{1, 4, 64, 500}));
  EXPECT_EQ(state.groups[1].total, (Resources{1, 8, 64, 1000}));
  ASSERT_EQ(state.pools.size(), 2u);
  EXPECT_EQ(state.pools[0].pool, "oslo");
  EXPECT_EQ(state.pools[0].group, "a");
  EXPECT_TRUE(state.pools[0].up);
  EXPECT_TRUE(state.pools[0].is_default);
  EXPECT_EQ(state.pools[0].max_time, std::nullopt);
  EXPECT_FALSE(state.pools[1].is_default);
  EXPECT_EQ(state.pools[1].max_time, absl::Hours(24));
  EXPECT_EQ(state.pools[1].default_time, absl::Hours(1));
  EXPECT_EQ(state.pools[1].max_nodes, 2);
  EXPECT_EQ(state.pools[1].defaults.memory_per_cpu_mib, 4096);
}

TEST(BuildCapacity, AveragesHowManyNodesStayPoweredOverThoseThatAreUp) {
  ClusterView view = TwoPartitions();
  const auto stays_powered = [&view] {
    return Build(view, {Pool("oslo", "a")}).pools[0].stays_powered;
  };
  EXPECT_EQ(stays_powered(), std::nullopt);
  view.nodes[0].stays_powered = 1;
  EXPECT_EQ(stays_powered(), std::nullopt);
  view.nodes[1].stays_powered = 0.5;
  EXPECT_EQ(stays_powered(), 0.75);
  view.nodes[1].usable = false;
  EXPECT_EQ(stays_powered(), 1);
  // A node counts once, whatever devices it has.
  view.nodes[1].usable = true;
  view.nodes[1].stays_powered = 0;
  view.nodes[0].devices = {{"a100", 2}, {"slice", 6}};
  EXPECT_EQ(stays_powered(), 0.5);
}

TEST(BuildCapacity, WakesUpInTheLongestTimeOfItsNodesAndSleepsAsFarAsTheIdleOnesDo) {
  ClusterView view = TwoPartitions();
  const auto pool = [&view] { return BuildCapacity(view, {Pool("oslo", "a")}).pools[0]; };
  EXPECT_EQ(pool().wake_up, absl::ZeroDuration());
  EXPECT_EQ(pool().asleep, 0);
  view.nodes[0].wake_up = absl::Minutes(5);
  view.nodes[1].wake_up = absl::Minutes(9);
  view.nodes[1].fall_asleep = absl::Minutes(1);
  view.nodes[0].is_idle = view.nodes[1].is_idle = true;
  view.nodes[0].is_asleep = true;
  EXPECT_EQ(pool().wake_up, absl::Minutes(10));
  EXPECT_EQ(pool().asleep, 0.5);
  // One that has jobs is awake, and next free while it is.
  view.nodes[1].is_idle = false;
  EXPECT_EQ(pool().asleep, 1);
  view.nodes[1].usable = false;
  EXPECT_EQ(pool().wake_up, absl::Minutes(5));
}

TEST(BuildCapacity, LeavesOutPoolsWhosePartitionIsNotThere) {
  const CapacityState state = Build(TwoPartitions(), {Pool("x", "gone"), Pool("lyon", "b")});
  ASSERT_EQ(state.pools.size(), 1u);
  EXPECT_EQ(state.pools[0].pool, "lyon");
  EXPECT_EQ(state.groups.size(), 1u);
}

TEST(BuildCapacity, IsDownWithoutUsableNodesOrWithThePartition) {
  ClusterView view = TwoPartitions();
  view.nodes[0].usable = view.nodes[1].usable = false;
  view.partitions[1].up = false;
  const CapacityState state = Build(view, {Pool("oslo", "a"), Pool("lyon", "b")});
  EXPECT_FALSE(state.pools[0].up);
  EXPECT_EQ(state.groups[0].total, Resources{});
  EXPECT_FALSE(state.pools[1].up);
  EXPECT_EQ(state.groups[1].total.nodes, 2);
}

TEST(BuildCapacity, CountsPoolsThatShareNodesEachOnItsOwnAndTogether) {
  ClusterView view = TwoPartitions();
  view.partitions = {Partition("a", {0}), Partition("b", {3}), Partition("c", {1, 2}),
                     Partition("d", {0, 1})};
  const CapacityState state =
      Build(view, {Pool("1", "a"), Pool("2", "b"), Pool("3", "c"), Pool("4", "d")});
  ASSERT_GE(state.groups.size(), 4u);
  EXPECT_EQ(state.groups[2].name, "c");
  EXPECT_EQ(state.groups[2].total.nodes, 2);
  EXPECT_EQ(state.groups[2].within, std::vector<std::string>{"a+c+d"});
  EXPECT_EQ(state.groups[0].within, (std::vector<std::string>{"d", "a+c+d"}));
  EXPECT_EQ(state.pools[2].group, "c");
}

TEST(BuildCapacity, SplitsAPartitionByGresType) {
  ClusterView view = TwoPartitions();
  view.partitions = {Partition("gpu", {0, 1, 2, 3})};
  view.nodes[2].devices = view.nodes[3].devices = {{"a100", 8}};
  const CapacityState state = BuildCapacity(
      view, {Pool("new", "gpu", "h100"), Pool("old", "gpu", "a100"), Pool("none", "gpu", "v100")});
  EXPECT_EQ(state.groups[0].name, "gpu:h100");
  EXPECT_EQ(state.groups[1].name, "gpu:a100");
  EXPECT_EQ(state.groups[1].total.nodes, 2);
  EXPECT_FALSE(state.pools[2].up);
}

TEST(BuildCapacity, TakesTwoPoolsOfOneEmptyPartitionForOneGroup) {
  ClusterView view = TwoPartitions();
  view.partitions = {Partition("empty", {})};
  const CapacityState state = Build(view, {Pool("1", "empty"), Pool("2", "empty")});
  ASSERT_EQ(state.groups.size(), 1u);
  EXPECT_EQ(state.pools[1].group, "empty");
}

TEST(BuildCapacity, LeavesMemoryUnlimitedWhereItIsNotConsumed) {
  ClusterView view = TwoPartitions();
  view.counts_memory = false;
  view.jobs = {Running({0}, {1, 2, 4, 900}), Waiting({"a"}, {1, 2, 4, 900})};
  const CapacityState state = Build(view, {Pool("oslo", "a")});
  EXPECT_EQ(state.groups[0].total.memory_mib, Resources::kUnlimited);
  EXPECT_EQ(state.groups[0].per_node.memory_mib, Resources::kUnlimited);
  EXPECT_EQ(state.uses[0].amount.memory_mib, 0);
  EXPECT_EQ(state.uses[1].amount.memory_mib, 0);
}

TEST(BuildCapacity, CountsNodesOfExclusiveJobsOnly) {
  ClusterView view = TwoPartitions();
  view.jobs = {Running({0, 1}, {2, 4, 8, 100}), Waiting({"b"}, {1, 2, 4, 100})};
  const std::vector<PoolConfig> pools = {Pool("oslo", "a"), Pool("lyon", "b")};
  CapacityState state = Build(view, pools);
  ASSERT_EQ(state.uses.size(), 2u);
  EXPECT_EQ(state.uses[0].amount, (Resources{0, 4, 8, 100}));
  EXPECT_EQ(state.uses[0].when, view.jobs[0].when);
  EXPECT_EQ(state.uses[1].amount, (Resources{0, 2, 4, 100}));
  EXPECT_EQ(state.uses[1].group, "b");

  for (ClusterJob& job : view.jobs) job.exclusive = true;
  state = Build(view, pools);
  EXPECT_EQ(state.uses[0].amount, (Resources{0, 16, 128, 2000}));  // its nodes are counted by node
  EXPECT_EQ(state.uses[1].amount, (Resources{1, 8, 64, 1000}));

  for (ClusterJob& job : view.jobs) job.exclusive = false;
  view.whole_nodes = true;
  EXPECT_EQ(Build(view, pools).uses[0].amount, (Resources{0, 16, 128, 2000}));
}

TEST(BuildCapacity, SplitsARunAcrossGroupsAndForgetsUnusableNodes) {
  ClusterView view = TwoPartitions();
  view.nodes[3].usable = false;
  view.jobs = {Running({0, 2, 3}, {3, 9, 10, 30}), Running({3}, {1, 8, 64, 1000})};
  const CapacityState state = Build(view, {Pool("oslo", "a"), Pool("lyon", "b")});
  ASSERT_EQ(state.uses.size(), 2u);
  EXPECT_EQ(state.uses[0].group, "a");
  EXPECT_EQ(state.uses[0].amount, (Resources{0, 3, 4, 10}));
  EXPECT_EQ(state.uses[1].group, "b");
  EXPECT_EQ(state.uses[1].amount, (Resources{0, 3, 4, 10}));
}

// Group a of two nodes: what is used at an instant.
Resources UsedAt(const CapacityState& state, absl::Time time) {
  Resources used;
  for (const QueuedUse& use : state.uses) {
    if (use.group == "a" && use.when.start <= time && time < use.when.end) used += use.amount;
  }
  return Sums(used);
}

ClusterReservation Lent(std::string name, std::vector<ClusterReservation::Node> nodes, int from,
                        int to) {
  return {.name = std::move(name),
          .when = {{kNow + absl::Hours(from), kNow + absl::Hours(to)}},
          .nodes = std::move(nodes)};
}

TEST(BuildCapacity, CountsAReservationAsAUseOfItsNodes) {
  ClusterView view = TwoPartitions();
  view.reservations = {Lent("works", {{0, 1}, {2, 1}}, 5, 9)};
  const CapacityState state = BuildCapacity(view, {Pool("oslo", "a"), Pool("lyon", "b")});
  EXPECT_EQ(UsedAt(state, kNow + absl::Hours(4)), Resources{});
  EXPECT_EQ(UsedAt(state, kNow + absl::Hours(5)), (Resources{1, 8, 64, 1000}));
  EXPECT_EQ(UsedAt(state, kNow + absl::Hours(9)), Resources{});
}

TEST(BuildCapacity, CountsNodesThatSeveralReservationsHaveOnce) {
  ClusterView view = TwoPartitions();
  view.reservations = {Lent("project", {{0, 1}, {1, 1}}, 0, 10), Lent("works", {{0, 1}}, 5, 12),
                       Lent("cores", {{1, 0.25}}, 8, 14)};
  const CapacityState state = BuildCapacity(view, {Pool("oslo", "a")});
  EXPECT_EQ(UsedAt(state, kNow + absl::Hours(6)), (Resources{2, 16, 128, 2000}));
  EXPECT_EQ(UsedAt(state, kNow + absl::Hours(9)), (Resources{2, 16, 128, 2000}));
  EXPECT_EQ(UsedAt(state, kNow + absl::Hours(11)), (Resources{2, 10, 80, 1250}));
  EXPECT_EQ(UsedAt(state, kNow + absl::Hours(13)), (Resources{1, 2, 16, 250}));
}

TEST(BuildCapacity, CountsJobsInAReservationOnlyBeyondItsEnd) {
  ClusterView view = TwoPartitions();
  view.reservations = {Lent("project", {{0, 1}}, -1, 1)};
  ClusterJob inside = Running({0}, {.nodes = 1, .devices = 4, .cpus = 4});  // for two hours
  inside.reservation = "project";
  ClusterJob waiting = Waiting({"a"}, {.nodes = 1, .devices = 8, .cpus = 8});
  waiting.reservation = "project";
  view.jobs = {inside, waiting};
  const CapacityState state = BuildCapacity(view, {Pool("oslo", "a")});
  EXPECT_EQ(UsedAt(state, kNow).devices, 8);
  EXPECT_EQ(UsedAt(state, kNow + absl::Minutes(90)).devices, 4);
  EXPECT_EQ(UsedAt(state, kNow + absl::Hours(2)), Resources{});
}

// FLEX lets jobs run outside of the reserved nodes too.
TEST(BuildCapacity, CountsJobsOfAReservationWhereTheyRun) {
  ClusterView view = TwoPartitions();
  view.reservations = {Lent("flexible", {{0, 1}}, -1, 9)};
  view.reservations[0].lets_jobs_out = true;
  ClusterJob job = Running({0, 1}, {.nodes = 2, .devices = 8, .cpus = 8});
  job.reservation = "flexible";
  ClusterJob waiting = Waiting({"a"}, {.nodes = 1, .devices = 4, .cpus = 4});
  waiting.reservation = "flexible";
  view.jobs = {job, waiting};
  const CapacityState state = BuildCapacity(view, {Pool("oslo", "a")});
  EXPECT_EQ(UsedAt(state, kNow).devices, 8 + 4 + 4);
  view.jobs = {job};
  EXPECT_EQ(UsedAt(BuildCapacity(view, {Pool("oslo", "a")}), kNow).devices, 8 + 4);
}

// They count as there, and are free again when it ends.
TEST(CountLentNodes, MakesUsableWhatAKnownReservationHas) {
  ClusterView view = TwoPartitions();
  for (const int node : {0, 1}) {
    view.nodes[node].usable = false;
    view.nodes[node].is_lent = true;
  }
  view.reservations = {Lent("works", {{0, 1}, {2, 1}}, -1, 3)};
  CountLentNodes(&view);
  EXPECT_TRUE(view.nodes[0].usable);
  EXPECT_FALSE(view.nodes[1].usable);
  const CapacityState state = BuildCapacity(view, {Pool("oslo", "a")});
  EXPECT_TRUE(state.pools[0].up);
  EXPECT_EQ(state.groups[0].total.nodes, 1);
  EXPECT_EQ(UsedAt(state, kNow).nodes, 1);
  EXPECT_EQ(UsedAt(state, kNow + absl::Hours(3)).nodes, 0);
}

TEST(BuildCapacity, ExpectsAWaitingJobInAPartitionThatIsKnown) {
  ClusterView view = TwoPartitions();
  view.partitions.push_back(Partition("debug", {3}));
  view.partitions.push_back(Partition("far", {}));
  view.jobs = {Waiting({"gone", "b", "a"}, {1, 1, 1, 1}), Waiting({"debug"}, {1, 1, 1, 1}),
               Waiting({"far"}, {1, 1, 1, 1})};
  view.jobs[0].decision_id = "3f9c21aa04d7be15-42";
  const CapacityState state = Build(view, {Pool("oslo", "a"), Pool("lyon", "b")});
  ASSERT_EQ(state.uses.size(), 2u);
  EXPECT_EQ(state.uses[0].group, "b");
  EXPECT_EQ(state.uses[0].decision_id, "3f9c21aa04d7be15-42");
  EXPECT_EQ(state.uses[1].group, "debug");
}

TEST(BuildCapacity, ShowsADecidedJobThatUsesNothing) {
  ClusterView view = TwoPartitions();
  view.jobs = {Waiting({"b"}, {1, 1, 1, 1})};
  view.jobs[0].decision_id = "waits";
  const TimeInterval ran = {view.taken_at - absl::Minutes(2), view.taken_at - absl::Minutes(1)};
  view.decided = {{.job_id = 1, .decision_id = "waits"},
                  {.job_id = 2, .decision_id = "held"},
                  {.job_id = 3, .decision_id = "array"},
                  {.job_id = 4, .decision_id = "array", .ran = ran},
                  {.job_id = 5, .decision_id = "array"}};
  const CapacityState state = Build(view, {Pool("oslo", "a"), Pool("lyon", "b")});
  ASSERT_EQ(state.uses.size(), 3u);
  EXPECT_EQ(state.uses[0].decision_id, "waits");
  EXPECT_EQ(state.uses[1].job_id, 4u);
  EXPECT_EQ(state.uses[1].when, ran);
  EXPECT_EQ(state.uses[2].decision_id, "held");
  EXPECT_EQ(state.uses[2].when, (TimeInterval{view.taken_at, view.taken_at}));
  for (const size_t i : {1, 2}) EXPECT_EQ(state.uses[i].amount, Resources{});
  view.nodes.clear();
  view.partitions.clear();
  view.jobs.clear();
  EXPECT_TRUE(Build(view, {}).uses.empty());
}

TEST(BuildCapacity, ExpectsAWaitingJobWhereItsDevicesAre) {
  ClusterView view = TwoPartitions();
  view.partitions = {Partition("gpu", {0, 1, 2, 3})};
  view.nodes[2].devices = view.nodes[3].devices = {{"a100", 8}};
  view.jobs = {Waiting({"gpu"}, {1, 1, 1, 1}), Waiting({"gpu"}, {1, 1, 1, 1})};
  view.jobs[0].devices = {{"a100", 1}};
  const CapacityState state = Build(view, {Pool("new", "gpu", "h100"), Pool("old", "gpu", "a100")});
  EXPECT_EQ(state.uses[0].group, "gpu:a100");
  EXPECT_EQ(state.uses[1].group, "gpu");
}

// On how many nodes its devices will lie, a job that waits says or it does not.
TEST(BuildCapacity, CountsPartsOfNodesForAWaitingJobThatSaysWhatEachNodeMustHave) {
  ClusterView view = TwoPartitions();
  view.jobs = {Waiting({"a"}, {1, 8, 8, 100}), Waiting({"b"}, {2, 8, 8, 100})};
  view.jobs[1].devices_per_node = 4;
  const CapacityState state = BuildCapacity(view, {Pool("oslo", "a"), Pool("lyon", "b")});
  EXPECT_EQ(state.uses[0].amount, (Resources{0, 8, 8, 100}));
  Resources two_halves = {0, 8, 8, 100};
  AddNodeParts(2, 4, 8, &two_halves);
  EXPECT_EQ(state.uses[1].amount, two_halves);
}

TEST(BuildCapacity, ExpectsAPromisedJobInItsPool) {
  ClusterView view = TwoPartitions();
  view.partitions = {Partition("p", {0, 1, 2, 3})};
  view.nodelists["a[1-2]"] = {0, 1};
  view.nodelists["b[1-2]"] = {2, 3};
  std::vector<PoolConfig> pools = {Pool("a", "p"), Pool("b", "p")};
  pools[0].nodelist = "a[1-2]";
  pools[1].nodelist = "b[1-2]";
  view.jobs = {Waiting({"p"}, {1, 1, 1, 1}), Waiting({"p"}, {1, 1, 1, 1})};
  view.jobs[0].pool = "b";
  const CapacityState state = BuildCapacity(view, pools);
  EXPECT_EQ(state.uses[0].group, "p b[1-2]");
  EXPECT_EQ(state.uses[1].group, "p");
  EXPECT_FALSE(state.pools[0].has_others);
}

TEST(BuildCapacity, TellsOfNodesInNoPoolOnWhichAPoolsJobsMightRun) {
  ClusterView view = TwoPartitions();
  view.partitions = {Partition("p", {0, 1, 2, 3})};
  view.nodes[0].features = {"nvlink"};
  std::vector<PoolConfig> pools = {Pool("a", "p")};
  EXPECT_FALSE(BuildCapacity(view, pools).pools[0].has_others);
  pools[0].features = {"nvlink"};
  EXPECT_TRUE(BuildCapacity(view, pools).pools[0].has_others);
  // On nodes without devices no job of devices runs.
  for (const int node : {1, 2, 3}) view.nodes[node].devices.clear();
  EXPECT_FALSE(BuildCapacity(view, pools).pools[0].has_others);
}

TEST(BuildCapacity, RunsWaitingArraysInRounds) {
  ClusterView view = TwoPartitions();
  ClusterJob array = Waiting({"a"}, {1, 4, 8, 100});  // four fit into the group's 16 devices
  array.tasks = 10;
  const auto use_of = [&view](const ClusterJob& job) {
    view.jobs = {job};
    return Build(view, {Pool("oslo", "a")}).uses.at(0);
  };
  EXPECT_EQ(use_of(array).amount, (Resources{0, 16, 32, 400}));
  EXPECT_EQ(use_of(array).when, (TimeInterval{kNow, kNow + absl::Hours(9)}));
  array.width = 3;
  EXPECT_EQ(use_of(array).amount, (Resources{0, 12, 24, 300}));
  EXPECT_EQ(use_of(array).when, (TimeInterval{kNow, kNow + absl::Hours(12)}));
  array.when.end = array.when.start + kUnlimitedRun;
  EXPECT_EQ(use_of(array).when, (TimeInterval{kNow, kNow + kUnlimitedRun}));
}

TEST(BuildCapacity, GivesAWaitingJobThatFitsNowhereNoTime) {
  ClusterView view = TwoPartitions();
  view.jobs = {Waiting({"a"}, {1, 100, 8, 100})};
  const CapacityState state = Build(view, {Pool("oslo", "a")});
  ASSERT_EQ(state.uses.size(), 1u);
  EXPECT_EQ(state.uses[0].amount.devices, 100);
  EXPECT_EQ(state.uses[0].when, (TimeInterval{kNow, kNow}));
}

TEST(BuildCapacity, LaysOutTheQueueByPriorityAndKeepsOurPromises) {
  ClusterView view = TwoPartitions();
  ClusterJob first = Waiting({"a"}, {1, 16, 8, 100});
  ClusterJob second = first;
  first.priority = 10;
  second.priority = 20;
  ClusterJob ours = first;
  ours.decision_id = "3f9c21aa04d7be15-42";
  ours.when = {kNow + absl::Hours(1), kNow + absl::Hours(4)};
  ours.is_promised = true;
  view.jobs = {first, second, ours};
  const CapacityState state = Build(view, {Pool("oslo", "a")});
  EXPECT_EQ(state.uses[0].when.start, kNow + absl::Hours(3));
  EXPECT_EQ(state.uses[1].when.start, kNow);
  EXPECT_EQ(state.uses[2].when.start, kNow + absl::Hours(1));
}

// One job of the lowest priority, which anybody may have, does not change what yields.
TEST(BuildCapacity, LetsANiceJobYieldThatWaitsBehindMostOthers) {
  ClusterView view = TwoPartitions();
  ClusterJob nice = Waiting({"a"}, {1, 4, 8, 100});
  nice.is_nice = true;
  nice.priority = 50;
  ClusterJob lowest = Waiting({"a"}, {1, 1, 1, 1}), other = lowest;
  lowest.priority = 1;
  other.priority = 100;
  view.jobs = {nice, lowest, other, other};
  EXPECT_TRUE(Build(view, {Pool("oslo", "a")}).uses[0].yields);
  view.jobs[0].priority = 150;
  EXPECT_FALSE(Build(view, {Pool("oslo", "a")}).uses[0].yields);
  view.jobs = {nice};
  EXPECT_TRUE(Build(view, {Pool("oslo", "a")}).uses[0].yields);
}

}  // namespace
}  // namespace carbon
