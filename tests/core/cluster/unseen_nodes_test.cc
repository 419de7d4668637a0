#include "core/cluster/unseen_nodes.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ClusterNode Node(const std::string& name, int64_t devices) {
  return {.name = name,
          .usable = true,
          .resources = {.nodes = 1, .devices = devices, .cpus = 64, .memory_mib = 1000},
          .devices = {{"h100", devices}},
          .is_idle = true};
}

// Partition p of two nodes, with four and with eight devices.
ClusterView View() {
  ClusterView view;
  view.nodes = {Node("a", 4), Node("b", 8)};
  view.partitions = {{.name = "p", .up = true, .nodes = {0, 1}}};
  return view;
}

std::vector<PoolConfig> Pools(std::optional<int64_t> size = std::nullopt) {
  PoolConfig pool;
  pool.name = "oslo";
  pool.partition = "p";
  pool.size = size;
  return {pool};
}

TEST(AddStatedNodes, AddsWhatIsMissingAsSmallAsTheSmallest) {
  ClusterView view = View();
  view.nodes[1].wake_up = absl::Minutes(5);
  AddStatedNodes(Pools(4), &view);
  const CapacityState state = BuildCapacity(view, Pools(4));
  EXPECT_EQ(state.groups[0].total.nodes, 4);
  EXPECT_EQ(state.groups[0].total.devices, 4 + 8 + 4 + 4);
  EXPECT_EQ(state.groups[0].total.cpus, 256);
  // They sleep: Slurm would show them otherwise.
  EXPECT_EQ(state.pools[0].asleep, 0.5);
  EXPECT_EQ(state.pools[0].wake_up, absl::Minutes(5));
}

// Partitions p and q, of nodes a and b, and of b and c.
ClusterView OverlappingView() {
  ClusterView view = View();
  view.nodes.push_back(Node("c", 8));
  view.partitions.push_back({.name = "q", .up = true, .nodes = {1, 2}});
  return view;
}

std::vector<PoolConfig> OverlappingPools(int64_t size, int64_t other_size) {
  std::vector<PoolConfig> pools = Pools(size);
  pools.push_back(pools[0]);
  pools[1].name = "lyon";
  pools[1].partition = "q";
  pools[1].size = other_size;
  return pools;
}

int64_t NodesOfGroup(const CapacityState& state, const std::string& name) {
  for (const NodeGroup& group : state.groups) {
    if (group.name == name) return group.total.nodes;
  }
  return -1;
}

TEST(AddStatedNodes, CountsNodesThatOverlappingPoolsLackOnce) {
  for (const auto& [size, other_size] : {std::pair(5, 5), {5, 4}, {4, 5}}) {
    ClusterView view = OverlappingView();
    const std::vector<PoolConfig> pools = OverlappingPools(size, other_size);
    AddStatedNodes(pools, &view);
    const CapacityState state = BuildCapacity(view, pools);
    EXPECT_EQ(NodesOfGroup(state, "p"), size);
    EXPECT_EQ(NodesOfGroup(state, "q"), other_size);
    EXPECT_EQ(NodesOfGroup(state, "p+q"), 3 + 3) << "three are shown, and one pool lacks three";
  }
}

TEST(AddStatedNodes, GivesPoolsWithoutACommonNodeNodesOfTheirOwn) {
  ClusterView view = OverlappingView();
  view.partitions[1].nodes = {2};
  const std::vector<PoolConfig> pools = OverlappingPools(4, 3);
  AddStatedNodes(pools, &view);
  EXPECT_EQ(view.nodes.size(), 3u + 2 + 2);
}

TEST(AddStatedNodes, MakesASharedNodeAsSmallAsTheSmallestOfBothPools) {
  ClusterView view = OverlappingView();
  view.nodes[0].resources.cpus = 16;  // the smallest of p has 4 devices and 16 CPUs
  view.nodes[2].resources.memory_mib = 100;
  const std::vector<PoolConfig> pools = OverlappingPools(3, 3);
  AddStatedNodes(pools, &view);
  ASSERT_EQ(view.nodes.size(), 4u);
  EXPECT_EQ(view.nodes[3].resources,
            (Resources{.nodes = 1, .devices = 4, .cpus = 16, .memory_mib = 100}));
}

// A pool of all nodes of the partition, and one of those with a feature, in either order.
TEST(AddStatedNodes, CountsNodesOfAPoolWithinAnotherOnce) {
  for (const bool is_first : {true, false}) {
    ClusterView view = View();
    view.nodes[0].features = {"fast"};
    std::vector<PoolConfig> pools = Pools(6);
    PoolConfig fast = Pools(3)[0];
    fast.name = "fast";
    fast.features = {"fast"};
    pools.insert(is_first ? pools.begin() : pools.end(), fast);
    AddStatedNodes(pools, &view);
    const CapacityState state = BuildCapacity(view, pools);
    EXPECT_EQ(NodesOfGroup(state, "p"), 6);
    EXPECT_EQ(NodesOfGroup(state, "p fast"), 3);
  }
}

TEST(AddStatedNodes, LeavesTimeForThemToWakeUpThoughThoseThatAreShownNeverSleep) {
  ClusterView view = View();
  view.partitions[0].wake_up = absl::Minutes(7);
  AddStatedNodes(Pools(4), &view);
  EXPECT_EQ(BuildCapacity(view, Pools(4)).pools[0].wake_up, absl::Minutes(7));
}

TEST(AddStatedNodes, AddsNoneToAPoolThatHasSoMany) {
  ClusterView view = View();
  view.nodes[0].usable = false;  // it is down, and known to be
  AddStatedNodes(Pools(2), &view);
  EXPECT_EQ(BuildCapacity(view, Pools(2)).groups[0].total.nodes, 1);
  view = View();
  AddStatedNodes(Pools(1), &view);
  AddStatedNodes(Pools(), &view);
  EXPECT_EQ(BuildCapacity(view, Pools()).groups[0].total.nodes, 2);
}

TEST(AddStatedNodes, CountsNodesThatAreStillToRegisterOnlyWhereTheSizeSaysSo) {
  ClusterView view = View();
  for (ClusterNode& node : view.nodes) {
    node.is_future = true;
    node.usable = false;
  }
  EXPECT_FALSE(BuildCapacity(view, Pools()).pools[0].up);
  AddStatedNodes(Pools(3), &view);
  const CapacityState state = BuildCapacity(view, Pools(3));
  EXPECT_TRUE(state.pools[0].up);
  EXPECT_EQ(state.groups[0].total, TotalOf(3, {1, 4, 64, 1000}));
}

TEST(AddStatedNodes, AddsNodesOfThePoolsTypeOnly) {
  ClusterView view = View();
  view.nodes[1].devices = {{"a100", 8}};
  std::vector<PoolConfig> pools = {Pools(3)[0], Pools()[0]};
  pools[0].gres_type = "h100";
  pools[1].name = "lyon";
  pools[1].gres_type = "a100";
  AddStatedNodes(pools, &view);
  const CapacityState state = BuildCapacity(view, pools);
  const auto total = [&state](const std::string& name) {
    for (const NodeGroup& group : state.groups) {
      if (group.name == name) return group.total.nodes;
    }
    return int64_t{-1};
  };
  EXPECT_EQ(total(state.pools[0].group), 3);
  EXPECT_EQ(total(state.pools[1].group), 1);
}

TEST(DescribeUnseenNodes, IsSilentWhereAllIsShown) {
  EXPECT_THAT(DescribeUnseenNodes(Pools(), View()), IsEmpty());
}

TEST(DescribeUnseenNodes, SaysWhatToSetWhereSlurmHidesNodes) {
  ClusterView view = View();
  view.nodes[0].is_asked_for = true;
  view.nodes[1] = {};
  std::vector<Finding> unseen = DescribeUnseenNodes(Pools(), view);
  EXPECT_THAT(
      FormatFindings(unseen, Severity::kWarning),
      ElementsAre("pool oslo: partition p: Slurm hides 1 node while powered down; scarbond "
                  "asks for each by its name: set PrivateData=cloud in slurm.conf, or \"size\" of "
                  "the pool in carbon.json",
                  "pool oslo: partition p: Slurm hides 1 node, not counted: set "
                  "PrivateData=cloud in slurm.conf, or \"size\" of the pool in carbon.json"));
  // Who stated the size knows.
  unseen = DescribeUnseenNodes(Pools(2), view);
  ASSERT_THAT(unseen, testing::SizeIs(2));
  for (const Finding& finding : unseen) {
    EXPECT_EQ(finding.severity, Severity::kNote);
    EXPECT_EQ(finding.code, FindingCode::kPoolNodesHidden);
    EXPECT_EQ(finding.subject, "pool oslo");
  }
}

TEST(DescribeUnseenNodes, NamesFutureNodesAndASizeThatDoesNotCount) {
  ClusterView view = View();
  view.nodes[1].is_future = true;
  EXPECT_THAT(FormatFindings(DescribeUnseenNodes(Pools(), view), Severity::kNote),
              ElementsAre("pool oslo: partition p: 1 node in state FUTURE, not counted before "
                          "registration"));
  view.partitions[0].nodes.clear();
  const std::vector<Finding> unseen = DescribeUnseenNodes(Pools(16), view);
  EXPECT_THAT(FormatFindings(unseen, Severity::kWarning),
              ElementsAre(AllOf(HasSubstr("its size of 16 nodes does not count"),
                                HasSubstr("Slurm shows none of them"))));
}

}  // namespace
}  // namespace carbon
