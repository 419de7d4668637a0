#include "replay/cluster/node_choice.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Nodes with so many free CPUs, of eight, and as many devices as half of that.
std::vector<FreeNode> Free(const std::vector<int64_t>& cpus) {
  std::vector<FreeNode> nodes;
  for (const int64_t free : cpus) {
    nodes.push_back({.devices = free / 2, .cpus = free, .jobs = free == 8 ? 0 : 1});
  }
  return nodes;
}

std::vector<int32_t> Choose(const std::vector<int64_t>& cpus, const NodeDemand& job) {
  const std::vector<FreeNode> free = Free(cpus);
  return ChooseNodes(free, NodeSet(free.size()), job);
}

TEST(ChooseNodes, OneNodeIsTheFullestThatHasRoom) {
  EXPECT_THAT(Choose({8, 4, 8, 3}, {.cpus_per_node = 4}), ElementsAre(1));
}

TEST(ChooseNodes, OneNodeIsOfTheSmallestRow) {
  // {8, 4} or {6}.
  EXPECT_THAT(Choose({8, 4, 0, 6}, {.cpus_per_node = 2}), ElementsAre(3));
}

TEST(ChooseNodes, SeveralNodesAreNeighboursWhereTheyCanBe) {
  EXPECT_THAT(Choose({8, 0, 8, 8, 8, 0, 8, 8}, {.nodes = 2, .cpus_per_node = 8}),
              ElementsAre(6, 7));
}

TEST(ChooseNodes, WithoutARowThatHoldsTheJobTheLargestComesFirst) {
  EXPECT_THAT(Choose({8, 0, 8, 8, 8, 0, 8, 8}, {.nodes = 5, .cpus_per_node = 8}),
              ElementsAre(2, 3, 4, 6, 7));
}

TEST(ChooseNodes, WholeNodesAreThoseOnWhichNothingRuns) {
  EXPECT_THAT(Choose({6, 8, 7, 8}, {.nodes = 2, .cpus_per_node = 1, .whole_nodes = true}),
              ElementsAre(1, 3));
}

TEST(ChooseNodes, AJobWithDevicesTakesTheFirstNodeOfTheShortestRow) {
  const NodeDemand job = {.devices_per_node = 1, .cpus_per_node = 2};
  EXPECT_THAT(Choose({8, 8, 4, 0, 8, 2}, job), ElementsAre(4));
  EXPECT_THAT(Choose({8, 4, 0, 8, 6}, job), ElementsAre(0));
}

TEST(ChooseNodes, NodesMayHaveDevicesOnly) {
  const std::vector<FreeNode> free = {{.devices = 1}, {.devices = 2}, {.devices = 3}};
  EXPECT_THAT(ChooseNodes(free, NodeSet(3), {.devices_per_node = 2}), ElementsAre(1));
}

TEST(ChooseNodes, TooFewNodesAreNone) {
  EXPECT_THAT(Choose({8, 4, 3, 4}, {.nodes = 4, .cpus_per_node = 4}), IsEmpty());
  EXPECT_THAT(Choose({8}, {.devices_per_node = 5, .cpus_per_node = 1}), IsEmpty());
}

TEST(ChooseNodes, OnlyNodesOfTheSetAreTaken) {
  const std::vector<FreeNode> free = Free({8, 4, 8});
  NodeSet among(3);
  among.Remove(1);
  EXPECT_THAT(ChooseNodes(free, among, {.cpus_per_node = 2}), ElementsAre(0));
  EXPECT_EQ(CountRoom(free, among, {.nodes = 3, .cpus_per_node = 2}), 2);
}

TEST(TakeNodes, AWholeNodeHasNothingLeft) {
  std::vector<FreeNode> free = Free({8, 8});
  const FreeNode whole = free[0];
  const NodeDemand job = {.cpus_per_node = 1, .whole_nodes = true};
  TakeNodes(job, {1}, 1, whole, &free);
  EXPECT_EQ(free[0], whole);
  EXPECT_EQ(free[1], (FreeNode{.devices = 0, .cpus = 0, .jobs = 1}));
  TakeNodes(job, {1}, -1, whole, &free);
  EXPECT_EQ(free[1], whole);
}

TEST(NodeSet, CountsMoreNodesThanAWordHasBits) {
  NodeSet set(130);
  EXPECT_EQ(set.Count(), 130);
  set.Remove(64);
  set.Remove(129);
  EXPECT_EQ(set.Count(), 128);
  EXPECT_FALSE(set.Has(129));
  EXPECT_TRUE(NodeSet(130).HasAll(set));
  EXPECT_FALSE(set.HasAll(NodeSet(130)));
  EXPECT_FALSE(set.HasAll(std::vector<int32_t>{63, 64}));
}

}  // namespace
}  // namespace carbon
