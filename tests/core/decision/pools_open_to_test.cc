// In which pools of a partition a job may end up, seen through what is decided.
#include "core/decision/candidates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

TEST(PoolsOpenTo, KeepsAJobThatAsksForATypeWhereTheTypeIsSure) {
  World world = TwoSites();
  JobRequest job = world.Job();
  job.device_type = "h100";
  // A partition with one kind of device need not name it; what another one has is not known then.
  Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "home");
  EXPECT_EQ(decision.chosen->start(), world.Hour(10));
  EXPECT_EQ(WhyExcluded(decision)["away"], "the job asks for another device type");
  world.config.pools[1].gres_type = "a100";
  EXPECT_EQ(world.Place(job).chosen->first().pool(), "home");
  world.config.pools[1].gres_type = "h100";
  EXPECT_EQ(world.Place(job).chosen->first().pool(), "away");
}

// The home's partition has nodes of two kinds, told apart by their features.
TEST(PoolsOpenTo, TakesAJobForOneOfItsPartitionsPoolsWhereItAsksForItsFeatures) {
  World world = TwoSites();
  PoolConfig other = world.config.pools[0];
  other.name = "home-a100";
  other.hardware = "a100";
  other.features = {"pcie"};
  world.config.pools[0].features = {"nvlink"};
  world.config.pools.push_back(other);
  PoolState state = world.state("home");
  state.pool = "home-a100";
  world.capacity.pools.push_back(state);
  JobRequest job = world.Job();
  EXPECT_EQ(ReasonText(world.Place(job).reason), "its partition has several kinds of nodes");
  job.pinned_by = "--constraint";
  job.features = {"nvlink", "rack4"};
  EXPECT_EQ(world.Place(job).home->first().hardware(), "h100");
  job.features = {"pcie"};
  EXPECT_EQ(world.Place(job).home->first().hardware(), "a100");
  job.features = {"rack4"};
  EXPECT_EQ(ReasonText(world.Place(job).reason), "its partition has several kinds of nodes");
  // A pool within another: who asks for the outer one's may run in either.
  world.config.pools[0].features = {"gpu", "nvlink"};
  world.config.pools[2].features = {"gpu"};
  job.features = {"gpu", "nvlink"};
  EXPECT_EQ(world.Place(job).home->first().hardware(), "h100");
  job.features = {"gpu"};
  EXPECT_EQ(ReasonText(world.Place(job).reason), "its partition has several kinds of nodes");
}

TEST(PoolsOpenTo, LeavesAJobAloneThatMayRunOnNodesOfNoPool) {
  World world = OneSite();
  world.config.pools[0].features = {"nvlink"};
  world.state("home").has_others = true;
  JobRequest job = world.Job();
  EXPECT_EQ(ReasonText(world.Place(job).reason), "its partition has nodes in no pool");
  job.pinned_by = "--constraint";
  job.features = {"nvlink"};
  EXPECT_EQ(world.Place(job).home->first().pool(), "home");
}

TEST(PoolsOpenTo, TakesAJobWithDevicesForAPoolWhoseNodesHaveSome) {
  World world = OneSite();
  PoolConfig cpus = world.config.pools[0];
  cpus.name = "home-cpus";
  cpus.hardware = "a100";
  cpus.nodelist = "cpu[1-4]";
  world.config.pools[0].nodelist = "gpu[1-4]";
  world.config.pools.push_back(cpus);
  const Resources node = {.nodes = 1, .cpus = 64, .memory_mib = 1024};
  world.capacity.groups.push_back({"cpus", TotalOf(4, node), node});
  PoolState state = world.state("home");
  state.pool = "home-cpus";
  state.group = "cpus";
  world.capacity.pools.push_back(state);
  EXPECT_EQ(world.Place(world.Job()).home->first().pool(), "home");
  JobRequest job = world.Job();
  job.demand.devices = job.per_node.devices = 0;
  EXPECT_EQ(ReasonText(world.Place(job).reason), "its partition has several kinds of nodes");
}

// Slurm chooses among a partition's nodes, and we cannot.
TEST(PoolsOpenTo, DoesNotChooseBetweenSitesOfOnePartition) {
  World world = TwoSites();
  world.config.pools[0].nodelist = "n[1-4]";
  world.config.pools[1].nodelist = "n[5-8]";
  world.config.pools[1].partition = "home";
  EXPECT_EQ(ReasonText(world.Place(world.Job()).reason),
            "its partition has several kinds of nodes");
}

}  // namespace
}  // namespace carbon
