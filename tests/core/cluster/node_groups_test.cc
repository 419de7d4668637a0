#include "core/cluster/node_groups.h"

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/cluster/group_calendars.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct NamedPartition {
  std::string name;
  std::vector<int> nodes;
};

ClusterView View(int nodes, const std::vector<NamedPartition>& partitions) {
  ClusterView view;
  for (int i = 0; i < nodes; ++i) {
    view.nodes.push_back({.name = absl::StrCat("n", i), .usable = true, .resources = {.nodes = 1}});
  }
  for (const NamedPartition& partition : partitions) {
    view.partitions.push_back({.name = partition.name, .up = true, .nodes = partition.nodes});
  }
  return view;
}

std::vector<PoolConfig> PoolsOf(const std::vector<NamedPartition>& partitions) {
  std::vector<PoolConfig> pools;
  for (const NamedPartition& partition : partitions) {
    pools.push_back({.name = partition.name, .partition = partition.name});
  }
  return pools;
}

const NodeGroup& Named(const NodeGroups& found, const std::string& name) {
  for (const NodeGroup& group : found.groups) {
    if (group.name == name) return group;
  }
  ADD_FAILURE() << "no group " << name;
  return found.groups.front();
}

TEST(FindNodeGroups, GivesAPartitionInsideAnotherAGroupWithinIts) {
  const std::vector<NamedPartition> partitions = {{"batch", {0, 1, 2}}, {"debug", {2}}};
  const NodeGroups found = FindNodeGroups(View(3, partitions), PoolsOf(partitions));
  EXPECT_THAT(Named(found, "debug").within, ElementsAre("batch"));
  EXPECT_THAT(Named(found, "batch").within, IsEmpty());
  EXPECT_THAT(found.members[found.of_pool[1]], ElementsAre(NodeGroups::Member{2, -1}));
  // Jobs on the first two nodes use nothing of debug.
  EXPECT_THAT(Named(found, "only batch").within, ElementsAre("batch"));
  EXPECT_EQ(found.groups[found.of_node[0]].name, "only batch");
  EXPECT_EQ(found.groups[found.of_node[2]].name, "debug");
}

TEST(FindNodeGroups, CountsPartitionsThatOverlapInTheirUnionToo) {
  const std::vector<NamedPartition> partitions = {{"a", {0, 1}}, {"b", {1, 2}}};
  const NodeGroups found = FindNodeGroups(View(3, partitions), PoolsOf(partitions));
  EXPECT_THAT(Named(found, "a").within, ElementsAre("a+b"));
  EXPECT_THAT(Named(found, "b").within, ElementsAre("a+b"));
  EXPECT_THAT(Named(found, "a&b").within, UnorderedElementsAre("a", "b", "a+b"));
  EXPECT_EQ(found.groups[found.of_node[1]].name, "a&b");
}

TEST(FindNodeGroups, KnowsPartitionsThatAreNoPoolsByTheNodesTheyShareWithOnes) {
  const NodeGroups found =
      FindNodeGroups(View(4, {{"a", {0, 1}}, {"all", {0, 1, 2}}, {"far", {3}}}),
                     {{.name = "p", .partition = "a"}});
  EXPECT_EQ(found.of_partition.at("all"), found.of_pool[0]);
  EXPECT_FALSE(found.of_partition.contains("far"));
  EXPECT_EQ(found.of_node[2], -1);
}

TEST(FindNodeGroups, TellsPoolsOfOnePartitionApartByFeatureAndNodelist) {
  ClusterView view = View(4, {{"p", {0, 1, 2, 3}}});
  view.nodes[0].features = {"nvlink", "rack1"};
  view.nodes[1].features = {"nvlink"};
  view.nodelists["n[2-9]"] = {2, 3};
  const NodeGroups found =
      FindNodeGroups(view, {{.name = "a", .partition = "p", .features = {"nvlink"}},
                            {.name = "b", .partition = "p", .nodelist = "n[2-9]"},
                            {.name = "c", .partition = "p", .features = {"rack1", "nvlink"}},
                            {.name = "d", .partition = "p", .nodelist = "gone"}});
  using Member = NodeGroups::Member;
  const auto members = [&found](int pool) { return found.members[found.of_pool[pool]]; };
  EXPECT_THAT(members(0), ElementsAre(Member{0, -1}, Member{1, -1}));
  EXPECT_THAT(members(1), ElementsAre(Member{2, -1}, Member{3, -1}));
  EXPECT_THAT(members(2), ElementsAre(Member{0, -1}));
  EXPECT_THAT(members(3), IsEmpty());
  EXPECT_EQ(found.groups[found.of_pool[0]].name, "p nvlink");
  EXPECT_EQ(found.groups[found.of_partition.at("p")].name, "p");
}

TEST(FindNodeGroups, GivesEachTypeOfDeviceAGroupWithinItsNodes) {
  ClusterView view = View(2, {{"p", {0, 1}}});
  view.nodes[0].devices = {{"a100", 2}, {"slice", 14}};
  view.nodes[1].devices = {{"a100", 4}};
  const NodeGroups found = FindNodeGroups(
      view, {{.partition = "p", .gres_type = "a100"}, {.partition = "p", .gres_type = "slice"}});
  EXPECT_THAT(Named(found, "p:a100").within, Contains("p"));
  EXPECT_THAT(Named(found, "p:slice").within, Contains("p"));
  EXPECT_EQ(Named(found, "p:a100").beside, "p:slice");
  // Its nodes have other devices too, but not all of them are its.
  EXPECT_EQ(Named(found, "p:slice").beside, "beside p:slice");
  EXPECT_EQ(Named(found, "p").beside, "");
  EXPECT_EQ(found.groups[found.of_device[0][1]].name, "p:slice");
}

TEST(FindNodeGroups, NeverGivesTwoGroupsOneName) {
  const std::vector<NamedPartition> partitions = {
      {"a", {0, 1}}, {"b", {1, 2}}, {"a+b", {3}}, {"only a", {4}}};
  const NodeGroups found = FindNodeGroups(View(5, partitions), PoolsOf(partitions));
  std::set<std::string> names;
  for (const NodeGroup& group : found.groups) EXPECT_TRUE(names.insert(group.name).second);
}

// Partitions in a ring: every run of neighbours is a union of its own.
TEST(FindNodeGroups, BoundsTheNumberOfUnions) {
  std::vector<NamedPartition> partitions;
  for (int i = 0; i < 40; ++i) partitions.push_back({absl::StrCat("p", i), {i, (i + 1) % 40}});
  const NodeGroups found = FindNodeGroups(View(40, partitions), PoolsOf(partitions));
  EXPECT_LE(found.groups.size(), 40 + 40 + NodeGroups::kMaxUnions + 1);
  size_t largest = 0;
  for (const auto& members : found.members) largest = std::max(largest, members.size());
  EXPECT_EQ(largest, 40u);
}

// Whether every run, each wanting one node of its own, can have one of those it may run on.
bool AllFit(const std::vector<std::vector<int>>& wanted, int nodes) {
  std::vector<int> run_of_node(nodes, -1);
  for (size_t run = 0; run < wanted.size(); ++run) {
    std::vector<bool> tried(nodes, false);
    const std::function<bool(int)> place = [&](int r) {
      for (int node : wanted[r]) {
        if (tried[node]) continue;
        tried[node] = true;
        if (run_of_node[node] >= 0 && !place(run_of_node[node])) continue;
        run_of_node[node] = r;
        return true;
      }
      return false;
    };
    if (!place(static_cast<int>(run))) return false;
  }
  return true;
}

// The oracle is a bipartite matching of runs to nodes, which knows nothing of groups.
TEST(FindNodeGroups, AdmitsARunExactlyIfAllRunsCanHaveNodes) {
  std::mt19937 random(7);
  const auto below = [&random](int n) { return static_cast<int>(random() % n); };
  int admitted = 0, refused = 0;
  for (int round = 0; round < 400; ++round) {
    const int nodes = 2 + below(6);
    std::vector<NamedPartition> partitions;
    for (int p = 0, count = 1 + below(4); p < count; ++p) {
      NamedPartition partition{absl::StrCat("p", p), {}};
      for (int node = 0; node < nodes; ++node) {
        if (below(2) == 0) partition.nodes.push_back(node);
      }
      if (partition.nodes.empty()) partition.nodes.push_back(below(nodes));
      partitions.push_back(partition);
    }
    NodeGroups found = FindNodeGroups(View(nodes, partitions), PoolsOf(partitions));
    for (size_t g = 0; g < found.groups.size(); ++g) {
      found.groups[g].total = {.nodes = static_cast<int64_t>(found.members[g].size())};
    }
    GroupCalendars calendars(found.groups, {});
    const TimeInterval when = {absl::FromUnixSeconds(0), absl::FromUnixSeconds(100)};
    std::vector<std::vector<int>> wanted;
    for (int node = 0; node < nodes; ++node) {
      if (below(4) != 0 || found.of_node[node] < 0) continue;
      wanted.push_back({node});  // runs there already
      calendars.Book(found.groups[found.of_node[node]].name, when, {.nodes = 1});
    }
    for (int run = 0; run < nodes + 2; ++run) {
      const int pool = below(static_cast<int>(partitions.size()));
      wanted.push_back(partitions[pool].nodes);
      const bool fits = AllFit(wanted, nodes);
      const std::string& group = found.groups[found.of_pool[pool]].name;
      const bool has_start =
          !calendars
               .FeasibleStarts(group, {when.start, when.start}, absl::Seconds(100), {.nodes = 1})
               .empty();
      ASSERT_EQ(has_start, fits) << "round " << round << ", run " << run;
      if (fits) {
        calendars.Book(group, when, {.nodes = 1});
        ++admitted;
      } else {
        wanted.pop_back();
        ++refused;
      }
    }
  }
  EXPECT_GT(admitted, 500);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace carbon
