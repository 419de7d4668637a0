#include "core/decision/job_size.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"

namespace carbon {
namespace {

// Four nodes of eight devices; memory is a consumable resource, of which a job that does not say
// gets one MiB.
constexpr Resources kNode = {.nodes = 1, .devices = 8, .cpus = 64, .memory_mib = 1000};

struct APool {
  NodeGroup group = {.name = "g", .total = TotalOf(4, kNode), .per_node = kNode};
  PoolState state;
  HardwareProfile hardware;
  Snapshot::Pool pool = {};

  explicit APool(AllocationUnit unit = AllocationUnit::kDevice) {
    state.defaults.memory_per_node_mib = 1;
    hardware.unit = unit;
    pool.group = &group;
    pool.state = &state;
    pool.hardware = &hardware;
  }
  APool(const APool&) = delete;
  operator const Snapshot::Pool&() const { return pool; }
};

JobRequest Job(Resources demand, Resources per_node = {.cpus = 1}) {
  JobRequest job;
  job.demand = demand;
  job.per_node = per_node;
  return job;
}

// What Slurm 22.05.8 gave jobs like these on such nodes.
TEST(SizeIn, TakesNoLessThanSlurmAllocates) {
  const APool pool;
  // --gpus=2
  EXPECT_EQ(SizeIn(Job({.nodes = 1, .devices = 2, .cpus = 1}), pool).amount,
            (Resources{.devices = 2, .cpus = 1, .memory_mib = 1}));
  // --gpus=10: two nodes, a CPU on each
  const JobSize wide = SizeIn(Job({.nodes = 1, .devices = 10, .cpus = 1}), pool);
  EXPECT_EQ(wide.nodes, 2);
  EXPECT_EQ(wide.amount, (Resources{.devices = 10, .cpus = 2, .memory_mib = 2}));
  // --gpus=8 --nodes=3: 3 + 3 + 2
  const JobRequest spread = Job({.nodes = 3, .devices = 8, .cpus = 3}, {.devices = 3, .cpus = 1});
  EXPECT_EQ(SizeIn(spread, pool).amount.devices, 8);
  EXPECT_EQ(SizeIn(spread, pool).amount.cpus, 3);
  // --gpus-per-node=3 that grows to two nodes for its CPUs: three on each
  const JobRequest grown = Job({.nodes = 1, .devices = 3, .cpus = 100}, {.devices = 3, .cpus = 1});
  EXPECT_EQ(SizeIn(grown, pool).amount.devices, 6);
  // --gpus-per-node=8 --nodes=3-4, as four are free: eight on each
  const JobRequest ranged = Job({.nodes = 3, .devices = 24, .cpus = 3}, {.devices = 8, .cpus = 1});
  EXPECT_EQ(SizeIn(ranged, pool, 4).amount.devices, 32);
  // --gpus-per-node=3 --nodes=2 that grows to four nodes for its CPUs
  const JobRequest wide_cpus =
      Job({.nodes = 2, .devices = 6, .cpus = 200}, {.devices = 3, .cpus = 1});
  EXPECT_EQ(SizeIn(wide_cpus, pool).amount.devices, 12);
  // --gpus=10 --mem=100: on each node
  EXPECT_EQ(SizeIn(Job({.nodes = 1, .devices = 10, .cpus = 1, .memory_mib = 100},
                       {.cpus = 1, .memory_mib = 100}),
                   pool)
                .amount,
            (Resources{.devices = 10, .cpus = 2, .memory_mib = 200}));
  // --exclusive --gpus=16: all of two nodes
  JobRequest exclusive = Job({.nodes = 1, .devices = 16, .cpus = 1});
  exclusive.exclusive = true;
  EXPECT_EQ(SizeIn(exclusive, pool).amount, TotalOf(2, kNode));
  // --gpus-per-node=2 --nodes=1-2, as both are free
  EXPECT_EQ(
      SizeIn(Job({.nodes = 1, .devices = 2, .cpus = 1}, {.devices = 2, .cpus = 1}), pool, 2).amount,
      (Resources{.devices = 4, .cpus = 2, .memory_mib = 2, .quarters = 2, .apart = 2}));
  // --gpus=1 --mem=0
  JobRequest all_memory = Job({.nodes = 1, .devices = 1, .cpus = 1});
  all_memory.all_memory = true;
  EXPECT_EQ(SizeIn(all_memory, pool).amount,
            (Resources{.nodes = 1, .devices = 1, .cpus = 1, .memory_mib = 1000}));
}

TEST(SizeIn, FillsInThePartitionsDefaults) {
  APool pool;
  pool.state.defaults = {};
  const JobRequest two = Job({.nodes = 1, .devices = 2, .cpus = 3}, {.devices = 1, .cpus = 1});
  // Nothing is set: all memory of its node.
  EXPECT_EQ(SizeIn(two, pool).amount,
            (Resources{.nodes = 1, .devices = 2, .cpus = 3, .memory_mib = 1000}));
  pool.state.defaults.memory_per_node_mib = 70;
  EXPECT_EQ(SizeIn(two, pool).amount.memory_mib, 70);
  EXPECT_EQ(SizeIn(two, pool, 2).amount.memory_mib, 140);
  pool.state.defaults.memory_per_cpu_mib = 10;
  EXPECT_EQ(SizeIn(two, pool).amount.memory_mib, 30);
  pool.state.defaults.memory_per_device_mib = 300;
  EXPECT_EQ(SizeIn(two, pool).amount.memory_mib, 600);
  // Eight devices are more than a node's memory then.
  EXPECT_EQ(SizeIn(Job({.nodes = 1, .devices = 8, .cpus = 1}), pool).nodes, 3);
  pool.state.defaults.cpus_per_device = 7;
  EXPECT_EQ(SizeIn(two, pool).amount.cpus, 14);
  // What the job asks for counts, not the default.
  JobRequest asks = two;
  asks.demand.memory_mib = 5;
  EXPECT_EQ(SizeIn(asks, pool).amount.memory_mib, 5);
  asks.demand.memory_mib = 0;
  asks.all_memory = true;
  EXPECT_EQ(SizeIn(asks, pool).amount.memory_mib, 1000);
}

TEST(SizeIn, GivesWholeCoresAndWholeNodesWhereThePartitionDoes) {
  APool pool;
  pool.state.defaults.cpus_per_core = 2;
  const JobRequest job = Job({.nodes = 1, .devices = 9, .cpus = 7}, {.devices = 1, .cpus = 1});
  EXPECT_EQ(SizeIn(job, pool).amount.cpus, 8);
  EXPECT_EQ(SizeIn(job, pool, 4).amount.cpus, 8);
  EXPECT_EQ(UnitsIn(job, pool)->charged, 9);
  pool.state.defaults.whole_nodes = true;
  EXPECT_EQ(SizeIn(job, pool).amount, TotalOf(2, kNode));
  EXPECT_EQ(UnitsIn(job, pool)->charged, 16);
  EXPECT_EQ(UnitsIn(job, pool)->working, 9);
}

TEST(SizeIn, CountsNothingThatTheGroupDoesNotModel) {
  APool pool;
  pool.group.total.memory_mib = pool.group.per_node.memory_mib = Resources::kUnlimited;
  JobRequest job = Job({.nodes = 1, .devices = 1, .cpus = 1, .memory_mib = 700});
  job.exclusive = job.all_memory = true;
  Resources node = TotalOf(1, kNode);
  node.memory_mib = 0;
  EXPECT_EQ(SizeIn(job, pool).amount, node);
}

TEST(SizeIn, SurvivesAGroupWithoutNodesAndADemandWithoutBound) {
  JobRequest job = Job({.nodes = Resources::kUnlimited,
                        .devices = Resources::kUnlimited,
                        .cpus = Resources::kUnlimited,
                        .memory_mib = Resources::kUnlimited},
                       {.devices = 10'000'000, .cpus = 10'000'000, .memory_mib = 1 << 30});
  job.exclusive = true;
  job.array_tasks = job.array_width = 4'000'001;
  for (const bool empty : {true, false}) {
    APool pool;
    if (empty) pool.group = {};
    const JobSize size = SizeIn(job, pool);
    EXPECT_EQ(size.width, 1);
    EXPECT_EQ(size.rounds, 4'000'001);
    EXPECT_LE(size.amount.cpus, Resources::kUnlimited);
    EXPECT_GE(size.amount.cpus, 0);
  }
}

// Tasks are laid into nodes one after another, as a scheduler would.
TEST(SizeIn, RunsAnArrayInNoFewerRoundsThanASchedulerNeeds) {
  const APool pool;
  std::mt19937 random(7);
  const auto draw = [&random](int most) { return static_cast<int64_t>(random() % most) + 1; };
  for (int i = 0; i < 2000; ++i) {
    JobRequest job = Job({.nodes = 1, .devices = draw(8), .cpus = draw(64)});
    job.array_tasks = draw(40);
    job.array_width = std::min(draw(40), job.array_tasks);
    const JobSize size = SizeIn(job, pool);
    int64_t most_at_once = 0;
    for (Resources total = pool.group.total;
         total.Covers(job.demand) && most_at_once < job.array_width; ++most_at_once) {
      total.devices -= job.demand.devices;
      total.cpus -= job.demand.cpus;
    }
    int64_t rounds = 0;
    for (int64_t left = job.array_tasks; left > 0; left -= most_at_once) ++rounds;
    EXPECT_EQ(size.width, most_at_once);
    EXPECT_EQ(size.rounds, rounds);
    EXPECT_EQ(size.amount.devices, most_at_once * job.demand.devices);
  }
}

TEST(MostNodes, IsTheLeastWithoutARangeAndWhatIsThereWithOne) {
  APool pool;
  JobRequest job = Job({.nodes = 2, .devices = 2, .cpus = 2});
  EXPECT_EQ(MostNodes(job, pool), 2);
  job.max_nodes = 3;
  EXPECT_EQ(MostNodes(job, pool), 3);
  job.max_nodes = 1000;
  EXPECT_EQ(MostNodes(job, pool), 4);
  pool.state.max_nodes = 3;
  EXPECT_EQ(MostNodes(job, pool), 3);
  // A range that its devices do not leave.
  job.demand.devices = 25;
  job.max_nodes = 3;
  EXPECT_EQ(MostNodes(job, pool), 4);
}

// Slurm's CPUs are threads; a profile's watts are per core.
TEST(UnitsIn, ChargesACoreOnceForAllItsThreads) {
  const auto cores = [](int64_t cpus, int64_t given_together) {
    APool pool(AllocationUnit::kCore);
    pool.state.defaults.threads_per_core = 2;
    pool.state.defaults.cpus_per_core = given_together;
    return UnitsIn(Job({.nodes = 1, .cpus = cpus}), pool)->charged;
  };
  EXPECT_EQ(cores(1, 2), 1);
  EXPECT_EQ(cores(2, 2), 1);
  EXPECT_EQ(cores(3, 2), 2);
  // Where single threads are given, a core may be shared, and is charged to whoever has part of it.
  EXPECT_EQ(cores(1, 1), 1);
  EXPECT_EQ(cores(4, 1), 2);
}

TEST(UnitsIn, ChargesTheDevicesThatAJobAsksForHoweverTheyAreSpread) {
  const APool pool;
  const JobRequest job = Job({.nodes = 3, .devices = 8, .cpus = 3}, {.devices = 3, .cpus = 1});
  EXPECT_EQ(UnitsIn(job, pool)->charged, 8);
}

TEST(UnitsIn, ChargesWhatIsKeptFromOthers) {
  JobRequest job = Job({.nodes = 1, .devices = 3, .cpus = 5});
  const APool device(AllocationUnit::kDevice);
  const APool core(AllocationUnit::kCore);
  const APool node(AllocationUnit::kNode);
  EXPECT_EQ(UnitsIn(job, device)->charged, 3);
  EXPECT_FALSE(UnitsIn(job, core).has_value());
  EXPECT_FALSE(UnitsIn(job, node).has_value());
  job.exclusive = true;
  EXPECT_EQ(UnitsIn(job, device)->charged, 8);
  EXPECT_EQ(UnitsIn(job, device)->working, 3);
  EXPECT_EQ(UnitsIn(job, node)->charged, 1);
  job.demand.devices = 0;
  EXPECT_EQ(UnitsIn(job, device)->charged, 8);
  EXPECT_EQ(UnitsIn(job, device)->working, 8);
  EXPECT_EQ(UnitsIn(job, core)->charged, 64);
  job.exclusive = false;
  EXPECT_FALSE(UnitsIn(job, device).has_value());
  EXPECT_EQ(UnitsIn(job, core)->charged, 5);
}

}  // namespace
}  // namespace carbon
