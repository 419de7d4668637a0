#include "replay/known_runtimes.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/replay/small_world.h"

namespace carbon {
namespace {

// The dirty site is clean before noon. The other site is never clean.
SmallWorld Mornings() {
  std::vector<double> hours;
  for (int hour = 0; hour < 24 * 20; ++hour) hours.push_back(hour % 24 < 12 ? 100 : 500);
  SmallWorld world(hours, std::vector<double>(24 * 20, 900), /*nodes=*/40);
  world.config.policies[0].max_delay = absl::Hours(24);
  return world;
}

// A job whose limit is 20 hours, and that runs for two.
TraceJob& AddShort(SmallWorld* world, absl::Time submit, const std::string& name = "train") {
  TraceJob& job = world->Add(submit, absl::Hours(20));
  job.elapsed = absl::Hours(2);
  job.name = world->trace.names.Add(name);
  return job;
}

// When the last job starts. By its limit 16:00 is best, because all clean hours are within the 20
// hours that follow. By its real runtime that is as bad a time as any in the afternoon.
absl::Time StartOfLast(const SmallWorld& world, RuntimeKnowledge runtimes) {
  SmallWorld with = world;
  with.options.runtimes = runtimes;
  return with.RunWithOracle().jobs.back().enforced.start;
}

const absl::Time kNoon = GridDay(8, 12);
const absl::Time kByLimit = GridDay(8, 16);
const absl::Time kByRuntime = GridDay(9);

TEST(KnownRuntimes, ReadsTheNamesThatItWrites) {
  for (const RuntimeKnowledge one : {RuntimeKnowledge::kConfigured, RuntimeKnowledge::kLimit,
                                     RuntimeKnowledge::kLearnt, RuntimeKnowledge::kExact}) {
    EXPECT_EQ(*ParseRuntimeKnowledge(RuntimeKnowledgeName(one)), one);
  }
  EXPECT_EQ(ParseRuntimeKnowledge("guessed").status().message(),
            "\"guessed\" is not one of configured, limit, learnt, known");
}

TEST(KnownRuntimes, AReplaySaysWhichJobsWerePlannedWithTheirLimit) {
  SmallWorld world = Mornings();
  AddShort(&world, kNoon);
  AddShort(&world, kNoon + absl::Hours(1)).comment = world.trace.names.Add("carbon:runtime=2h");
  const auto planned_by_limit = [&world](RuntimeKnowledge runtimes) {
    SmallWorld with = world;
    with.options.runtimes = runtimes;
    std::vector<bool> jobs;
    for (const ReplayedJob& job : with.RunWithOracle().jobs) {
      jobs.push_back(job.is_planned_by_limit);
    }
    return jobs;
  };
  EXPECT_EQ(planned_by_limit(RuntimeKnowledge::kLimit), (std::vector<bool>{true, false}));
  EXPECT_EQ(planned_by_limit(RuntimeKnowledge::kExact), (std::vector<bool>{false, false}));
}

TEST(KnownRuntimes, AJobIsPlannedWithWhatIsKnownOfItsRuntime) {
  SmallWorld world = Mornings();
  for (int day = 1; day < 7; ++day) AddShort(&world, GridDay(day));
  AddShort(&world, kNoon);
  EXPECT_EQ(StartOfLast(world, RuntimeKnowledge::kLimit), kByLimit);
  EXPECT_EQ(StartOfLast(world, RuntimeKnowledge::kLearnt), kByRuntime);
  EXPECT_EQ(StartOfLast(world, RuntimeKnowledge::kExact), kByRuntime);
  EXPECT_EQ(StartOfLast(world, RuntimeKnowledge::kConfigured), kByLimit);
  world.config.policies[0].learnt_runtime = true;
  EXPECT_EQ(StartOfLast(world, RuntimeKnowledge::kConfigured), kByRuntime);
  EXPECT_EQ(StartOfLast(world, RuntimeKnowledge::kLimit), kByLimit);
}

TEST(KnownRuntimes, JobsThatFailedDoNotCount) {
  SmallWorld world = Mornings();
  for (int day = 1; day < 7; ++day) AddShort(&world, GridDay(day)).is_typical = false;
  AddShort(&world, kNoon);
  EXPECT_EQ(StartOfLast(world, RuntimeKnowledge::kLearnt), kByLimit);
}

// All of them end after the last job was submitted.
TEST(KnownRuntimes, JobsThatStillRunAreNotKnown) {
  SmallWorld world = Mornings();
  for (int i = 0; i < 6; ++i) AddShort(&world, kNoon - absl::Hours(1));
  AddShort(&world, kNoon);
  EXPECT_EQ(StartOfLast(world, RuntimeKnowledge::kLearnt), kByLimit);
}

TEST(KnownRuntimes, AHintIsBetter) {
  SmallWorld world = Mornings();
  for (int day = 1; day < 7; ++day) AddShort(&world, GridDay(day));
  AddShort(&world, kNoon).comment = world.trace.names.Add("carbon:runtime=20h");
  EXPECT_EQ(StartOfLast(world, RuntimeKnowledge::kLearnt), kByLimit);
  EXPECT_EQ(StartOfLast(world, RuntimeKnowledge::kExact), kByLimit);
}

// They are learnt from in the order in which they end, however they waited.
TEST(KnownRuntimes, LearnsFromJobsThatWaitedWhenTheyEnd) {
  const PoolConfig pool = {.name = "p", .partition = "p"};
  SimulatedCluster cluster({{.config = &pool, .shape = {1, 8, 64, "option"}}});
  PlacementConfig config;
  config.policies.emplace_back();
  KnownRuntimes runtimes(RuntimeKnowledge::kLearnt, &config);
  EXPECT_TRUE(config.policies[0].learnt_runtime);
  TraceJob traced;
  traced.name = 1;
  traced.limit = absl::Hours(10);
  const absl::Time begin = GridDay(1);
  cluster.AdvanceTo(begin);
  for (int i = 0; i < 3; ++i) {
    const SimulatedJob job = {.pool = 0,
                              .devices_per_node = 8,
                              .cpus_per_node = 64,
                              .begin = begin,
                              .limit = absl::Hours(10),
                              .runtime = absl::Minutes(90)};
    runtimes.NoteSubmitted(cluster.Submit(job), traced, job);
  }
  // One after another they end after 1.5, 3 and 4.5 hours, but each is known an hour at most later.
  std::vector<int64_t> known;
  for (int hour = 1; hour <= 6; ++hour) {
    const absl::Time now = begin + absl::Hours(hour) + absl::Minutes(30);
    cluster.AdvanceTo(now);
    const auto expected = runtimes.Of(traced, now, cluster);
    known.push_back(expected.has_value() ? expected->jobs : 0);
  }
  EXPECT_EQ(known, (std::vector<int64_t>{0, 1, 1, 2, 3, 3}));
}

}  // namespace
}  // namespace carbon
