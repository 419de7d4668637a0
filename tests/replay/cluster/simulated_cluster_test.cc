#include "replay/cluster/simulated_cluster.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kBegin = absl::FromUnixSeconds(1'000'000'000);

absl::Time At(int64_t seconds) { return kBegin + absl::Seconds(seconds); }

const PoolConfig& OsloPool() {
  static const PoolConfig pool = {.name = "oslo", .partition = "oslo", .hardware = "h100-sxm"};
  return pool;
}

// The backfill scheduler passes whenever something changes, and plans to the second.
const BackfillSettings kAtOnce = {.interval = absl::ZeroDuration(), .resolution = absl::Seconds(1)};

// Nodes of four devices and eight CPUs.
SimulatedCluster Cluster(int64_t nodes) {
  SimulatedCluster cluster({{&OsloPool(), {nodes, 4, 8, "option"}}}, kAtOnce);
  cluster.AdvanceTo(kBegin);
  return cluster;
}

// Whole nodes; it runs for as long as its limit.
SimulatedJob Nodes(int64_t nodes, int64_t limit) {
  return {.nodes = nodes,
          .devices_per_node = 4,
          .cpus_per_node = 8,
          .begin = kBegin,
          .limit = absl::Seconds(limit),
          .runtime = absl::Seconds(limit)};
}

uint32_t SubmitAt(int64_t second, SimulatedJob job, SimulatedCluster* cluster) {
  cluster->AdvanceTo(At(second));
  return cluster->Submit(std::move(job));
}

TEST(SimulatedCluster, AJobThatFindsRoomStartsAtOnce) {
  SimulatedCluster cluster = Cluster(2);
  const uint32_t job = SubmitAt(7, Nodes(2, 100), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(job), At(7));
}

TEST(SimulatedCluster, JobsWaitInOrderOfSubmission) {
  SimulatedCluster cluster = Cluster(2);
  const uint32_t a = SubmitAt(0, Nodes(2, 100), &cluster);
  const uint32_t b = SubmitAt(1, Nodes(2, 30), &cluster);
  const uint32_t c = SubmitAt(2, Nodes(2, 10), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(a), At(0));
  EXPECT_EQ(cluster.StartOf(b), At(100));
  EXPECT_EQ(cluster.StartOf(c), At(130));
}

TEST(SimulatedCluster, TheHighestPriorityGoesFirst) {
  SimulatedCluster cluster = Cluster(2);
  SubmitAt(0, Nodes(2, 100), &cluster);
  const uint32_t low = SubmitAt(1, Nodes(2, 30), &cluster);
  SimulatedJob urgent = Nodes(2, 10);
  urgent.priority = 5;
  const uint32_t high = SubmitAt(2, urgent, &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(high), At(100));
  EXPECT_EQ(cluster.StartOf(low), At(110));
}

// One node runs until 100, by its limit; the first in the queue needs both.
TEST(SimulatedCluster, AJobIsBackfilledIfItDelaysNoOther) {
  SimulatedCluster cluster = Cluster(2);
  SubmitAt(0, Nodes(1, 100), &cluster);
  const uint32_t first = SubmitAt(0, Nodes(2, 10), &cluster);
  const uint32_t in_time = SubmitAt(1, Nodes(1, 98), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(in_time), At(1));
  EXPECT_EQ(cluster.StartOf(first), At(100));
}

TEST(SimulatedCluster, AJobThatWouldDelayTheFirstIsNotBackfilled) {
  SimulatedCluster cluster = Cluster(2);
  SubmitAt(0, Nodes(1, 100), &cluster);
  const uint32_t first = SubmitAt(0, Nodes(2, 10), &cluster);
  const uint32_t too_long = SubmitAt(1, Nodes(1, 100), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(first), At(100));
  EXPECT_EQ(cluster.StartOf(too_long), At(110));
}

TEST(SimulatedCluster, ALongJobIsBackfilledOnNodesThatTheFirstDoesNotNeed) {
  SimulatedCluster cluster = Cluster(3);
  SubmitAt(0, Nodes(2, 100), &cluster);
  const uint32_t first = SubmitAt(0, Nodes(2, 10), &cluster);
  const uint32_t beside = SubmitAt(1, Nodes(1, 1000), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(beside), At(1));
  EXPECT_EQ(cluster.StartOf(first), At(100));
}

// kBegin is 40 seconds after a pass.
TEST(SimulatedCluster, TheBackfillSchedulerPassesAtMultiplesOfItsInterval) {
  SimulatedCluster cluster({{&OsloPool(), {2, 4, 8, "option"}}},
                           {.interval = absl::Minutes(1), .resolution = absl::Seconds(1)});
  cluster.AdvanceTo(kBegin);
  SubmitAt(0, Nodes(1, 100), &cluster);
  const uint32_t first = SubmitAt(0, Nodes(2, 10), &cluster);
  const uint32_t behind = SubmitAt(1, Nodes(1, 20), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(behind), At(20));
  EXPECT_EQ(cluster.StartOf(first), At(100));
}

TEST(SimulatedCluster, TheBackfillSchedulerPassesWhenItIsTold) {
  SimulatedCluster cluster({{&OsloPool(), {2, 4, 8, "option"}}},
                           {.resolution = absl::Seconds(1), .passes = {At(7), At(9)}});
  cluster.AdvanceTo(kBegin);
  SubmitAt(0, Nodes(1, 100), &cluster);
  SubmitAt(0, Nodes(2, 10), &cluster);
  const uint32_t early = SubmitAt(1, Nodes(1, 2), &cluster);
  const uint32_t late = SubmitAt(8, Nodes(1, 20), &cluster);
  const uint32_t never = SubmitAt(11, Nodes(1, 1), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(early), At(7));
  EXPECT_EQ(cluster.StartOf(late), At(9));
  EXPECT_EQ(cluster.StartOf(never), At(110));
}

// What is at the head of the queue starts without the backfill scheduler.
TEST(SimulatedCluster, TheFirstJobsOfTheQueueDoNotWaitForAPass) {
  SimulatedCluster cluster({{&OsloPool(), {2, 4, 8, "option"}}}, {.interval = absl::Hours(1)});
  cluster.AdvanceTo(kBegin);
  SubmitAt(0, Nodes(2, 100), &cluster);
  const uint32_t a = SubmitAt(1, Nodes(1, 30), &cluster);
  const uint32_t b = SubmitAt(2, Nodes(1, 30), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(a), At(100));
  EXPECT_EQ(cluster.StartOf(b), At(100));
}

TEST(SimulatedCluster, NoBackfilledJobDelaysOneBeforeIt) {
  // Of four nodes, two run until 100, and two until 200.
  SimulatedCluster cluster = Cluster(4);
  SubmitAt(0, Nodes(2, 100), &cluster);
  SubmitAt(0, Nodes(1, 200), &cluster);
  const uint32_t first = SubmitAt(1, Nodes(4, 50), &cluster);   // at 200
  const uint32_t second = SubmitAt(1, Nodes(2, 99), &cluster);  // at 100, on the two of the first
  const uint32_t third = SubmitAt(1, Nodes(1, 150), &cluster);  // it would end before the first
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(third), At(1));
  EXPECT_EQ(cluster.StartOf(second), At(100));
  EXPECT_EQ(cluster.StartOf(first), At(200));
}

TEST(SimulatedCluster, AnEarlyEndMakesRoomAtOnce) {
  SimulatedCluster cluster = Cluster(1);
  SimulatedJob early = Nodes(1, 1000);
  early.runtime = absl::Seconds(50);
  SubmitAt(0, early, &cluster);
  const uint32_t next = SubmitAt(0, Nodes(1, 10), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(next), At(50));
}

TEST(SimulatedCluster, NoJobStartsBeforeItsBegin) {
  SimulatedCluster cluster = Cluster(1);
  SimulatedJob late = Nodes(1, 10);
  late.begin = At(500);
  const uint32_t planned = SubmitAt(0, late, &cluster);
  const uint32_t other = SubmitAt(1, Nodes(1, 10), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(other), At(1));
  EXPECT_EQ(cluster.StartOf(planned), At(500));
}

// Two devices are free, on two nodes.
TEST(SimulatedCluster, AJobNeedsItsDevicesOnOneNode) {
  SimulatedCluster cluster = Cluster(2);
  SimulatedJob three = Nodes(1, 100);
  three.devices_per_node = 3;
  three.cpus_per_node = 1;
  SubmitAt(0, three, &cluster);
  SubmitAt(0, three, &cluster);
  SimulatedJob two = Nodes(1, 10);
  two.devices_per_node = 2;
  two.cpus_per_node = 1;
  const uint32_t job = SubmitAt(1, two, &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(job), At(100));
}

TEST(SimulatedCluster, SmallJobsAreTakenTogetherOnOneNode) {
  SimulatedCluster cluster = Cluster(2);
  SimulatedJob small = Nodes(1, 100);
  small.devices_per_node = small.cpus_per_node = 1;
  for (int i = 0; i < 4; ++i) SubmitAt(0, small, &cluster);
  const uint32_t whole = SubmitAt(1, Nodes(1, 10), &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(whole), At(1));
}

TEST(SimulatedCluster, AWholeNodeIsSharedWithNobody) {
  SimulatedCluster cluster = Cluster(1);
  SimulatedJob whole = Nodes(1, 100);
  whole.devices_per_node = 1;
  whole.cpus_per_node = 1;
  whole.whole_nodes = true;
  SubmitAt(0, whole, &cluster);
  SimulatedJob small = Nodes(1, 10);
  small.devices_per_node = small.cpus_per_node = 1;
  const uint32_t next = SubmitAt(1, small, &cluster);
  cluster.AdvanceTo(absl::InfiniteFuture());
  EXPECT_EQ(cluster.StartOf(next), At(100));
}

TEST(SimulatedCluster, KnowsWhatNeverFits) {
  const SimulatedCluster cluster = Cluster(2);
  EXPECT_TRUE(cluster.Fits(Nodes(2, 1)));
  EXPECT_FALSE(cluster.Fits(Nodes(3, 1)));
  SimulatedJob wide = Nodes(1, 1);
  wide.devices_per_node = 5;
  EXPECT_FALSE(cluster.Fits(wide));
}

// Of one pool, whose group has its name.
std::vector<QueuedUse> UsesOf(const ClusterLook& look, const std::string& decision) {
  std::vector<QueuedUse> uses;
  for (const QueuedUse& use : look.capacity.uses) {
    if (use.decision_id == decision) uses.push_back(use);
  }
  return uses;
}

TEST(SimulatedCluster, ALookShowsWhatRunsWaitsAndIsPlanned) {
  SimulatedCluster cluster = Cluster(2);
  SimulatedJob running = Nodes(2, 100), waiting = Nodes(1, 30), planned = Nodes(1, 20);
  running.decision_id = "r";
  waiting.decision_id = "w";
  planned.decision_id = "p";
  planned.begin = At(500);
  planned.is_promised = true;
  SubmitAt(0, running, &cluster);
  SubmitAt(1, waiting, &cluster);
  SubmitAt(1, planned, &cluster);
  cluster.AdvanceTo(At(10));
  const ClusterLook look = cluster.Look(absl::Seconds(5));
  EXPECT_EQ(look.capacity.taken_at, At(10));
  ASSERT_EQ(look.capacity.groups.size(), 1u);
  EXPECT_EQ(look.capacity.groups[0].total.nodes, 2);
  EXPECT_EQ(look.capacity.groups[0].total.devices, 8);
  ASSERT_EQ(look.capacity.pools.size(), 1u);
  EXPECT_TRUE(look.capacity.pools[0].up);
  ASSERT_EQ(UsesOf(look, "r").size(), 1u);
  EXPECT_EQ(UsesOf(look, "r")[0].when, (TimeInterval{At(0), At(100)}));
  EXPECT_EQ(UsesOf(look, "r")[0].amount.devices, 8);
  ASSERT_EQ(UsesOf(look, "w").size(), 1u);
  EXPECT_EQ(UsesOf(look, "w")[0].when, (TimeInterval{At(100), At(130)}));
  ASSERT_EQ(UsesOf(look, "p").size(), 1u);
  EXPECT_EQ(UsesOf(look, "p")[0].when, (TimeInterval{At(500), At(520)}));
}

TEST(SimulatedCluster, ALookShowsOnceWhatEndedSinceTheLast) {
  SimulatedCluster cluster = Cluster(1);
  SimulatedJob brief = Nodes(1, 3);
  brief.decision_id = "b";
  SubmitAt(0, brief, &cluster);
  cluster.AdvanceTo(At(5));
  const std::vector<QueuedUse> uses = UsesOf(cluster.Look(absl::Seconds(5)), "b");
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].when, (TimeInterval{At(0), At(3)}));
  EXPECT_TRUE(UsesOf(cluster.Look(absl::Seconds(5)), "b").empty());
}

// However jobs come, none has what another has, none is forgotten, and the first of the queue is
// not delayed by those behind it beyond the limits of what ran before.
TEST(SimulatedCluster, NeverGivesMoreThanThereIs) {
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    SimulatedCluster cluster = Cluster(5);
    std::vector<SimulatedJob> jobs;
    int64_t second = 0;
    for (int i = 0; i < 200; ++i) {
      second += random() % 40;
      SimulatedJob job;
      job.nodes = 1 + random() % 3;
      job.devices_per_node = random() % 5;
      job.cpus_per_node = 1 + random() % 8;
      job.begin = At(second + (random() % 4 == 0 ? random() % 500 : 0));
      job.limit = absl::Seconds(1 + random() % 300);
      job.runtime = absl::Seconds(1 + random() % 300);
      job.priority = random() % 3;
      SubmitAt(second, job, &cluster);
      jobs.push_back(job);
    }
    cluster.AdvanceTo(absl::InfiniteFuture());
    std::map<absl::Time, std::pair<int64_t, int64_t>> changes;  // devices, CPUs
    for (size_t i = 0; i < jobs.size(); ++i) {
      const absl::Time start = cluster.StartOf(static_cast<uint32_t>(i));
      ASSERT_LT(start, absl::InfiniteFuture());
      EXPECT_GE(start, jobs[i].begin);
      const int64_t devices = jobs[i].nodes * jobs[i].devices_per_node;
      const int64_t cpus = jobs[i].nodes * jobs[i].cpus_per_node;
      changes[start].first += devices;
      changes[start].second += cpus;
      changes[start + jobs[i].runtime].first -= devices;
      changes[start + jobs[i].runtime].second -= cpus;
    }
    int64_t devices = 0, cpus = 0;
    for (const auto& [time, change] : changes) {
      devices += change.first;
      cpus += change.second;
      EXPECT_LE(devices, 20);
      EXPECT_LE(cpus, 40);
      EXPECT_GE(devices, 0);
    }
  }
}

}  // namespace
}  // namespace carbon
