#include "core/cluster/pool_states.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carbon {
namespace {

ClusterNode Node(std::string name, std::vector<DeviceCount> devices = {{"h100", 8}}) {
  int64_t count = 0;
  for (const DeviceCount& of_type : devices) count += of_type.count;
  return {.name = std::move(name),
          .usable = true,
          .resources = {.nodes = 1, .devices = count, .cpus = 64, .memory_mib = 1000},
          .devices = std::move(devices)};
}

// Partition p with these nodes.
ClusterView View(std::vector<ClusterNode> nodes) {
  ClusterView view;
  view.nodes = std::move(nodes);
  view.partitions = {{.name = "p", .up = true}};
  for (size_t i = 0; i < view.nodes.size(); ++i) {
    view.partitions[0].nodes.push_back(static_cast<int>(i));
  }
  return view;
}

PoolConfig Pool(std::string name, std::string gres_type = "") {
  PoolConfig pool;
  pool.name = std::move(name);
  pool.partition = "p";
  pool.gres_type = std::move(gres_type);
  return pool;
}

struct Counted {
  NodeGroups found;
  std::vector<NodeGroup> groups;
  std::vector<PoolState> states;

  const NodeGroup& OfPool(size_t pool) const { return groups[found.of_pool[pool]]; }
};

Counted Count(const ClusterView& view, const std::vector<PoolConfig>& pools) {
  Counted counted;
  counted.found = FindNodeGroups(view, pools);
  counted.groups = counted.found.groups;
  CountTotals(view, counted.found, &counted.groups);
  counted.states = PoolStatesOf(view, pools, counted.found, counted.groups);
  return counted;
}

TEST(CountTotals, AddsUpUsableNodesAndFindsTheLeastOfEachThing) {
  ClusterView view = View({Node("a"), Node("b"), Node("c")});
  view.nodes[1].resources.cpus = 32;
  view.nodes[1].resources.memory_mib = 4000;
  view.nodes[2].usable = false;
  view.nodes[2].resources.cpus = 1;
  const Counted counted = Count(view, {Pool("oslo")});
  const NodeGroup& group = counted.OfPool(0);
  EXPECT_EQ(group.total.nodes, 2);
  EXPECT_EQ(group.total.devices, 16);
  EXPECT_EQ(group.total.cpus, 64 + 32);
  EXPECT_EQ(group.total.memory_mib, 1000 + 4000);
  EXPECT_EQ(group.per_node, (Resources{.nodes = 1, .devices = 8, .cpus = 32, .memory_mib = 1000}));
}

TEST(CountTotals, CountsTheDevicesOfThePoolsTypeAlone) {
  const ClusterView view = View({Node("a", {{"h100", 4}, {"a100", 2}}), Node("b")});
  const Counted counted = Count(view, {Pool("oslo", "h100")});
  const NodeGroup& group = counted.OfPool(0);
  EXPECT_EQ(group.total.nodes, 2);
  EXPECT_EQ(group.total.devices, 4 + 8);
  EXPECT_EQ(group.per_node.devices, 4);
}

TEST(CountTotals, CountsPartsOfNodesThatAreAlike) {
  const Counted counted = Count(View({Node("a"), Node("b")}), {Pool("oslo")});
  EXPECT_EQ(counted.OfPool(0).total, TotalOf(2, Node("a").resources));
  EXPECT_EQ(counted.OfPool(0).total.halves, 4);
}

// A half of one node is not a half of another.
TEST(CountTotals, DoesNotLimitPartsOfNodesThatDiffer) {
  for (const std::vector<ClusterNode>& nodes :
       {std::vector{Node("a"), Node("b", {{"h100", 4}})},
        std::vector{Node("a", {{"h100", 4}, {"a100", 4}})}}) {
    const Counted counted = Count(View(nodes), {Pool("oslo")});
    for (const auto part : kNodeParts) {
      EXPECT_EQ(counted.OfPool(0).total.*part, Resources::kUnlimited);
    }
  }
}

TEST(CountTotals, DoesNotLimitMemoryThatIsNotConsumed) {
  ClusterView view = View({Node("a")});
  view.counts_memory = false;
  const Counted counted = Count(view, {Pool("oslo")});
  EXPECT_EQ(counted.OfPool(0).total.memory_mib, Resources::kUnlimited);
  EXPECT_EQ(counted.OfPool(0).per_node.memory_mib, Resources::kUnlimited);
}

TEST(CountTotals, CountsANodeOfTwoPoolsOnceInTheirUnion) {
  ClusterView view = View({Node("a"), Node("b"), Node("c")});
  view.partitions[0].nodes = {0, 1};
  view.partitions.push_back({.name = "q", .up = true, .nodes = {1, 2}});
  PoolConfig other = Pool("lyon");
  other.partition = "q";
  const Counted counted = Count(view, {Pool("oslo"), other});
  EXPECT_EQ(counted.OfPool(0).total.nodes, 2);
  EXPECT_EQ(counted.OfPool(1).total.nodes, 2);
  const auto is_union = [](const NodeGroup& group) { return group.name == "p+q"; };
  const auto both = std::find_if(counted.groups.begin(), counted.groups.end(), is_union);
  ASSERT_NE(both, counted.groups.end());
  EXPECT_EQ(both->total.nodes, 3);
  EXPECT_EQ(both->total.devices, 24);
}

TEST(PoolStatesOf, CopiesWhatThePartitionSays) {
  ClusterView view = View({Node("a")});
  ClusterPartition& partition = view.partitions[0];
  partition.is_default = true;
  partition.max_time = absl::Hours(48);
  partition.default_time = absl::Hours(1);
  partition.max_nodes = 4;
  partition.defaults.cpus_per_device = 8;
  const Counted counted = Count(view, {Pool("oslo")});
  ASSERT_EQ(counted.states.size(), 1u);
  const PoolState& state = counted.states[0];
  EXPECT_EQ(state.pool, "oslo");
  EXPECT_EQ(state.group, counted.OfPool(0).name);
  EXPECT_TRUE(state.up);
  EXPECT_TRUE(state.is_default);
  EXPECT_EQ(state.max_time, absl::Hours(48));
  EXPECT_EQ(state.default_time, absl::Hours(1));
  EXPECT_EQ(state.max_nodes, 4);
  EXPECT_EQ(state.defaults, partition.defaults);
}

TEST(PoolStatesOf, LeavesOutAPoolWhosePartitionIsNotThere) {
  PoolConfig gone = Pool("gone");
  gone.partition = "q";
  const Counted counted = Count(View({Node("a")}), {gone, Pool("oslo")});
  ASSERT_EQ(counted.states.size(), 1u);
  EXPECT_EQ(counted.states[0].pool, "oslo");
}

TEST(PoolStatesOf, SaysThatAPoolIsDownWithoutAUsableNodeOrIfItsPartitionIs) {
  ClusterView view = View({Node("a")});
  view.partitions[0].up = false;
  EXPECT_FALSE(Count(view, {Pool("oslo")}).states[0].up);
  view.partitions[0].up = true;
  EXPECT_TRUE(Count(view, {Pool("oslo")}).states[0].up);
  view.nodes[0].usable = false;
  EXPECT_FALSE(Count(view, {Pool("oslo")}).states[0].up);
}

TEST(PoolStatesOf, AveragesHowFarUsableNodesStayPowered) {
  ClusterView view = View({Node("a"), Node("b"), Node("c")});
  view.nodes[0].stays_powered = 1;
  view.nodes[1].stays_powered = 0.5;
  view.nodes[2].usable = false;  // not known of it, and of no account
  EXPECT_EQ(Count(view, {Pool("oslo")}).states[0].stays_powered, 0.75);
}

TEST(PoolStatesOf, DoesNotKnowHowFarAPoolStaysPoweredIfItDoesNotOfOneNode) {
  ClusterView view = View({Node("a"), Node("b")});
  view.nodes[0].stays_powered = 1;
  EXPECT_EQ(Count(view, {Pool("oslo")}).states[0].stays_powered, std::nullopt);
  view.nodes[0].usable = view.nodes[1].usable = false;
  EXPECT_EQ(Count(view, {Pool("oslo")}).states[0].stays_powered, std::nullopt);
}

// A node with two types of devices is two members of its group, and one node.
TEST(PoolStatesOf, CountsANodeWithSeveralTypesOfDevicesOnce) {
  ClusterView view = View({Node("a", {{"a100", 4}, {"h100", 4}}), Node("b")});
  view.nodes[0].stays_powered = 1;
  view.nodes[1].stays_powered = 0;
  for (ClusterNode& node : view.nodes) node.is_idle = true;
  view.nodes[0].is_asleep = true;
  const PoolState state = Count(view, {Pool("oslo")}).states[0];
  EXPECT_EQ(state.stays_powered, 0.5);
  EXPECT_EQ(state.asleep, 0.5);
}

TEST(PoolStatesOf, TakesTheLongestWakeUpOfUsableNodes) {
  ClusterView view = View({Node("a"), Node("b"), Node("c")});
  view.nodes[0].fall_asleep = absl::Minutes(1);
  view.nodes[0].wake_up = absl::Minutes(5);
  view.nodes[1].wake_up = absl::Minutes(4);
  view.nodes[2].wake_up = absl::Hours(1);
  view.nodes[2].usable = false;
  EXPECT_EQ(Count(view, {Pool("oslo")}).states[0].wake_up, absl::Minutes(6));
}

TEST(PoolStatesOf, CountsAsAsleepTheShareOfUsableNodesWithoutJobs) {
  ClusterView view = View({Node("a"), Node("b"), Node("c"), Node("d")});
  for (ClusterNode& node : view.nodes) node.is_idle = node.is_asleep = true;
  view.nodes[0].is_asleep = false;
  view.nodes[1].is_idle = false;  // it wakes up for a job
  view.nodes[2].usable = false;
  EXPECT_EQ(Count(view, {Pool("oslo")}).states[0].asleep, 0.5);
  view.nodes[0].is_idle = view.nodes[3].is_idle = false;
  EXPECT_EQ(Count(view, {Pool("oslo")}).states[0].asleep, 0);
}

TEST(PoolStatesOf, HasOthersOnlyIfJobsMightRunOnNodesOfTheirPartitionInNoPool) {
  ClusterView view = View({Node("a"), Node("b")});
  view.nodes[0].features = {"fast"};
  EXPECT_FALSE(Count(view, {Pool("oslo")}).states[0].has_others) << "all nodes are in the pool";
  PoolConfig fast = Pool("fast");
  fast.features = {"fast"};
  EXPECT_TRUE(Count(view, {fast}).states[0].has_others);
  PoolConfig rest = Pool("rest");
  EXPECT_FALSE(Count(view, {fast, rest}).states[0].has_others) << "b is in the other pool";
  view.nodes[1].devices.clear();
  view.nodes[1].resources.devices = 0;
  EXPECT_FALSE(Count(view, {fast}).states[0].has_others) << "b has no devices";
  view.nodes[1].name.clear();
  EXPECT_TRUE(Count(view, {fast}).states[0].has_others) << "b is not shown, and may have some";
  view.nodes[1].is_future = true;
  EXPECT_FALSE(Count(view, {fast}).states[0].has_others) << "b takes no jobs yet";
}

}  // namespace
}  // namespace carbon
