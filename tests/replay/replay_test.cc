#include "replay/replay.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/config/profile.h"
#include "gtest/gtest.h"
#include "tests/replay/small_world.h"

namespace carbon {
namespace {

std::vector<double> Constant(double value, int days = 20) {
  return std::vector<double>(static_cast<size_t>(24 * days), value);
}

// `low` in the 12 hours before noon, else `high`.
std::vector<double> LowMornings(double low, double high, int days = 20) {
  std::vector<double> hours;
  for (int hour = 0; hour < 24 * days; ++hour) hours.push_back(hour % 24 < 12 ? low : high);
  return hours;
}

const absl::Time kNoon = GridDay(1, 12);

TEST(Replay, AJobRunsWhereItsGridIsClean) {
  SmallWorld world(Constant(500), Constant(100));
  world.Add(kNoon, absl::Hours(3));
  const ReplayResult result = world.RunWithOracle();
  ASSERT_EQ(result.jobs.size(), 1u);
  const ReplayedJob& job = result.jobs[0];
  EXPECT_EQ(job.outcome, Outcome::kPlaced);
  EXPECT_EQ(job.policy, 0);
  EXPECT_EQ(job.home.pool, 0);
  EXPECT_EQ(job.enforced.pool, 1);
  EXPECT_EQ(job.home.start, kNoon);
  EXPECT_EQ(job.enforced.start, kNoon);
  const double kwh = ShippedProfiles().at("h100-sxm").busy.value.value() * 8 * 1.1 * 3 / 1000;
  ASSERT_TRUE(job.home.footprint.has_value() && job.enforced.footprint.has_value());
  EXPECT_NEAR(job.home.footprint->energy.value(), kwh, 1e-9);
  EXPECT_NEAR(job.home.footprint->gross.value(), kwh * 500, 1e-6);
  EXPECT_NEAR(job.enforced.footprint->gross.value(), kwh * 100, 1e-6);
  // Nodes stay powered, so that the job adds less than it draws.
  ASSERT_TRUE(job.home.footprint->consequential.has_value());
  EXPECT_LT(*job.home.footprint->consequential, job.home.footprint->gross);
}

TEST(Replay, OnlyAJobThatNamesNoPartitionIsMovedWhereThePolicySaysSo) {
  SmallWorld world(Constant(500), Constant(100));
  world.config.policies[0].may_change_named_partition = false;
  world.Add(kNoon, absl::Hours(3));
  world.Add(kNoon, absl::Hours(3)).names_partition = false;
  world.trace.default_partition = world.trace.names.Add(kDirty);
  const ReplayResult result = world.RunWithOracle();
  ASSERT_EQ(result.jobs.size(), 2u);
  EXPECT_EQ(result.jobs[0].enforced.pool, 0);
  EXPECT_EQ(result.jobs[1].enforced.pool, 1);
}

TEST(Replay, AJobRunsWhenItsGridIsClean) {
  SmallWorld world(LowMornings(100, 500), Constant(800));
  world.config.policies[0].max_delay = absl::Hours(24);
  world.Add(kNoon, absl::Hours(3));
  const ReplayedJob job = world.RunWithOracle().jobs.at(0);
  EXPECT_EQ(job.enforced.pool, 0);
  EXPECT_EQ(job.planned, GridDay(2));
  EXPECT_EQ(job.enforced.start, GridDay(2));
}

// The clean site has one node, on which somebody's job runs by its limit until the evening.
TEST(Replay, AFullMachineLeavesNothingToShift) {
  for (const bool is_full : {false, true}) {
    SmallWorld world(Constant(500), Constant(100), 1);
    if (is_full) world.Add(kNoon - absl::Hours(1), absl::Hours(8), 1, kClean);
    world.Add(kNoon, absl::Hours(3));
    const ReplayResult result = world.RunWithOracle();
    EXPECT_EQ(result.jobs.back().enforced.pool, is_full ? 0 : 1);
    EXPECT_EQ(result.jobs.back().enforced.start, kNoon);
  }
}

// Of a burst that the clean site cannot hold, only as many go there as fit, and nobody waits for
// it.
TEST(Replay, ABurstDoesNotExceedTheCleanSite) {
  SmallWorld world(Constant(500), Constant(100), 4);
  for (int i = 0; i < 8; ++i) world.Add(kNoon, absl::Hours(3)).user_id = 2000 + i;
  const ReplayResult result = world.RunWithOracle();
  int64_t moved = 0;
  for (const ReplayedJob& job : result.jobs) {
    moved += job.enforced.pool;
    EXPECT_EQ(job.enforced.start, kNoon);
  }
  EXPECT_EQ(moved, 4);
}

// A thousand jobs at one instant, decided one by one: whatever was planned before is seen by the
// next, so that no pool is ever planned beyond what it has.
TEST(Replay, ABurstOfAThousandJobsNeverExceedsAPool) {
  const int64_t nodes = 40;
  SmallWorld world(LowMornings(300, 500), LowMornings(60, 100), nodes);
  world.config.policies[0].max_delay = absl::Hours(48);
  for (int i = 0; i < 1000; ++i) {
    world.Add(kNoon, absl::Hours(1 + i % 6), 1 + i % 2, i % 3 == 0 ? kClean : kDirty).user_id =
        2000 + i;
  }
  const ReplayResult result = world.RunWithOracle();
  EXPECT_EQ(result.decisions, 1000);
  EXPECT_EQ(result.looks, 1);
  // By pool and time: nodes that plans take, and give back.
  std::map<std::pair<int, absl::Time>, int64_t> changes;
  int64_t placed = 0;
  for (const ReplayedJob& job : result.jobs) {
    const TraceJob& traced = world.trace.jobs[job.job];
    if (job.outcome != Outcome::kPlaced) continue;
    ++placed;
    changes[{job.enforced.pool, job.planned}] += traced.nodes;
    changes[{job.enforced.pool, job.planned + *traced.limit}] -= traced.nodes;
  }
  EXPECT_GT(placed, 400);  // the pools have room for about half of them in time
  std::map<int, int64_t> in_use;
  for (const auto& [at, change] : changes) {
    in_use[at.first] += change;
    EXPECT_LE(in_use[at.first], nodes) << at.second;
  }
}

TEST(Replay, ADeadlineIsMet) {
  SmallWorld world(LowMornings(100, 500), Constant(800));
  world.config.policies[0].max_delay = absl::Hours(24);
  world.Add(kNoon, absl::Hours(3)).deadline = kNoon + absl::Hours(6);
  world.Add(kNoon, absl::Hours(3)).deadline = kNoon + absl::Hours(20);
  const ReplayResult result = world.RunWithOracle();
  EXPECT_EQ(result.jobs.at(0).enforced.start, kNoon);
  EXPECT_EQ(result.jobs.at(1).enforced.start, GridDay(2));
}

TEST(Replay, RunsForAsLongAsTheJobDidAndPlansForItsLimit) {
  SmallWorld world(Constant(500), Constant(100));
  world.Add(kNoon, absl::Hours(3)).limit = absl::Hours(10);
  const ReplayedJob job = world.RunWithOracle().jobs.at(0);
  EXPECT_EQ(job.home.runtime, absl::Hours(3));
  EXPECT_EQ(job.enforced.runtime, absl::Hours(3));
}

TEST(Replay, AShadowPolicyCountsAsEnforcedUnlessAskedOtherwise) {
  for (const bool enforce : {true, false}) {
    SmallWorld world(Constant(500), Constant(100));
    world.config.policies[0].mode = Mode::kShadow;
    world.options.enforce_shadow = enforce;
    world.Add(kNoon, absl::Hours(3));
    EXPECT_EQ(world.RunWithOracle().jobs.at(0).enforced.pool, enforce ? 1 : 0);
  }
}

TEST(Replay, AnArrayIsOneDecision) {
  SmallWorld world(Constant(500), Constant(100));
  for (int i = 0; i < 3; ++i) world.Add(kNoon, absl::Hours(3)).array = 7;
  const ReplayResult result = world.RunWithOracle();
  EXPECT_EQ(result.decisions, 1);
  for (const ReplayedJob& job : result.jobs) EXPECT_EQ(job.enforced.pool, 1);
}

// At home each task runs where it ran. So nothing may change where nothing is decided.
TEST(Replay, TasksOfOneArrayThatRanInTwoPoolsStayThereIfNothingIsDecided) {
  SmallWorld world(Constant(500), Constant(100));
  for (const char* pool : {kDirty, kClean, kDirty, kClean}) {
    world.Add(kNoon, absl::Hours(3), 1, pool).array = 7;
  }
  world.config.policies[0].mode = Mode::kOff;
  const ReplayResult result = world.RunWithOracle();
  EXPECT_EQ(result.decisions, 2);
  for (const ReplayedJob& job : result.jobs) {
    EXPECT_EQ(job.enforced.pool, job.home.pool);
    EXPECT_EQ(job.enforced.start, job.home.start);
    EXPECT_EQ(job.enforced.footprint->gross.value(), job.home.footprint->gross.value());
  }
}

TEST(Replay, ALaterRunInAnotherPoolStaysThere) {
  SmallWorld world(Constant(500), Constant(100));
  world.Add(kNoon, absl::Hours(1), 1, kClean);
  world.Add(kNoon + absl::Hours(2), absl::Hours(3), 1, kDirty).job_id = 1;
  FinishTrace(&world.trace);
  EXPECT_EQ(world.RunWithOracle().jobs.at(1).enforced.pool, 0);
}

TEST(Replay, ARequeuedRunStaysWhereItsFirstRunWas) {
  SmallWorld world(Constant(500), Constant(100));
  world.Add(kNoon, absl::Hours(1));
  world.Add(kNoon + absl::Hours(2), absl::Hours(3)).job_id = 1;
  FinishTrace(&world.trace);
  const ReplayResult result = world.RunWithOracle();
  EXPECT_EQ(result.decisions, 1);
  EXPECT_EQ(result.jobs.at(1).enforced.pool, 1);
  EXPECT_EQ(result.jobs.at(1).enforced.start, kNoon + absl::Hours(2));
}

TEST(Replay, AJobThatThePluginLeavesAloneStaysAtHome) {
  SmallWorld world(Constant(500), Constant(100));
  TraceJob& job = world.Add(kNoon, absl::Hours(3));
  job.leave_alone = Reason::kDependency;
  job.eligible = kNoon + absl::Hours(2);
  const ReplayResult result = world.RunWithOracle();
  EXPECT_EQ(result.left_alone.at("dependency"), 1);
  EXPECT_EQ(result.jobs.at(0).enforced.pool, 0);
  EXPECT_EQ(result.jobs.at(0).enforced.start, kNoon + absl::Hours(2));
}

TEST(Replay, CountsWhatItLeavesOut) {
  SmallWorld world(Constant(500), Constant(100));
  world.Add(kNoon, absl::Hours(1));
  world.Add(kNoon, absl::Hours(2), 1, "debug");
  world.Add(kNoon, absl::Hours(3), 5);
  world.Add(kNoon + absl::Hours(9), absl::Hours(4));
  world.options.to = kNoon + absl::Hours(9);
  const ReplayResult result = world.RunWithOracle();
  EXPECT_EQ(result.jobs.size(), 1u);
  EXPECT_DOUBLE_EQ(result.report.read.device_hours, 8);
  EXPECT_DOUBLE_EQ(result.report[RowReason::kNoPool].device_hours, 16);
  EXPECT_DOUBLE_EQ(result.report[RowReason::kTooLarge].device_hours, 3 * 40);
  EXPECT_DOUBLE_EQ(result.report[RowReason::kOutsidePeriod].device_hours, 32);
  EXPECT_EQ(result.report.Total().rows, 4);
  EXPECT_EQ(result.unknown_partitions.at("debug").rows, 1);

  world.options.from = world.options.to - absl::Seconds(1);
  OracleForecasts oracle(world.Actuals());
  EXPECT_EQ(Replay(world.trace, world.config, world.Actuals(), &oracle, world.options).status(),
            absl::InvalidArgumentError(
                "no job is left to replay: 4 left out: was submitted outside the period"));
}

TEST(Replay, AJobWhoseGridIsNotKnownHasNoFootprint) {
  SmallWorld world(Constant(500, 2), Constant(100, 2));
  world.Add(GridDay(1, 23), absl::Hours(3));
  world.Add(GridDay(1, 23), absl::Hours(1)).devices = 0;
  const ReplayResult result = world.RunWithOracle();
  for (const auto& [job, why] : {std::pair(0, Unscored::kNoGrid), {1, Unscored::kNoUnits}}) {
    EXPECT_FALSE(result.jobs.at(job).home.footprint.has_value());
    EXPECT_EQ(result.jobs.at(job).home.unscored, why);
  }
}

// A few hundred jobs of many sizes at two sites that are often full.
void AddManyJobs(int days, SmallWorld* world) {
  std::mt19937 random(3);
  absl::Time time = GridDay(12);
  while (time < GridDay(12 + days)) {
    time += absl::Minutes(random() % 100);
    const char* const home = random() % 2 == 0 ? kDirty : kClean;
    TraceJob& job = world->Add(time, absl::Minutes(10 + random() % 900), 1 + random() % 2, home);
    job.user_id = 1000 + random() % 5;
    job.limit = job.elapsed * static_cast<int64_t>(1 + random() % 3);
  }
}

std::vector<std::pair<int, absl::Time>> PlansBefore(const ReplayResult& result, const Trace& trace,
                                                    absl::Time time) {
  std::vector<std::pair<int, absl::Time>> plans;
  for (const ReplayedJob& job : result.jobs) {
    if (trace.jobs[job.job].submit < time) plans.emplace_back(job.enforced.pool, job.planned);
  }
  return plans;
}

TEST(Replay, NoDecisionLooksAtWhatIsMeasuredLater) {
  const absl::Time change = GridDay(14, 9);
  std::vector<double> dirty = MadeUpHours(1, 300, 20), clean = MadeUpHours(2, 280, 20);
  const auto run = [&] {
    SmallWorld world(dirty, clean);
    world.config.policies[0].max_delay = absl::Hours(24);
    AddManyJobs(4, &world);
    OwnForecasts own(world.Actuals(), "");
    const ReplayResult result = world.RunWith(&own);
    return std::pair(PlansBefore(result, world.trace, change),
                     PlansBefore(result, world.trace, absl::InfiniteFuture()));
  };
  const auto [before, all] = run();
  for (size_t hour = 14 * 24 + 9; hour < dirty.size(); ++hour) {
    dirty[hour] = 900 - dirty[hour];
    clean[hour] = 50 + hour % 7;
  }
  const auto [changed_before, changed_all] = run();
  EXPECT_GT(before.size(), 40u);
  EXPECT_EQ(before, changed_before);
  EXPECT_NE(all, changed_all);
}

// FNV-1a over all that was decided, and when each job started in both runs.
uint64_t DigestOf(const ReplayResult& result) {
  uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](int64_t value) {
    for (int i = 0; i < 8; ++i) hash = (hash ^ ((value >> 8 * i) & 0xff)) * 0x100000001b3;
  };
  for (const ReplayedJob& job : result.jobs) {
    add(static_cast<int64_t>(job.outcome));
    add(job.policy);
    add(job.enforced.pool);
    for (const absl::Time time : {job.planned, job.enforced.start, job.home.start}) {
      add(absl::ToUnixSeconds(time));
    }
    add(absl::ToInt64Seconds(job.enforced.runtime));
  }
  add(result.decisions);
  add(result.looks);
  return hash;
}

// Two sites that are often full, with jobs of all kinds: whole nodes and parts of them, arrays,
// requeued runs, jobs of no length, and jobs that outlast their limit.
void AddBusyDays(int days, SmallWorld* world) {
  std::mt19937 random(11);
  world->config.policies[0].max_delay = absl::Hours(12);
  absl::Time time = GridDay(12);
  int64_t array = 0;
  while (time < GridDay(12 + days)) {
    time += absl::Seconds(random() % 1500);
    const char* const home = random() % 3 == 0 ? kClean : kDirty;
    const int64_t nodes = 1 + random() % 3;
    const absl::Duration length = absl::Seconds(random() % 20 == 0 ? 0 : 60 + random() % 20000);
    TraceJob& job = world->Add(time, length, nodes, home);
    job.limit = absl::Minutes(1) + length * static_cast<int64_t>(random() % 3);
    job.user_id = 1000 + random() % 7;
    job.priority = random() % 3;
    if (random() % 2 == 0) {
      job.devices = nodes * (1 + random() % 7);
      job.cpus = nodes * (1 + random() % 63);
    }
    if (random() % 10 == 0) {
      const TraceJob task = job;
      ++array;
      world->trace.jobs.back().array = array;
      for (int i = 1; i < 4; ++i) {
        world->trace.jobs.push_back(task);
        world->trace.jobs.back().array = array;
        world->trace.jobs.back().job_id = static_cast<int64_t>(world->trace.jobs.size());
      }
    } else if (random() % 15 == 0) {
      job.eligible = job.submit + absl::Minutes(random() % 300);
      job.leave_alone = Reason::kDependency;
    } else if (random() % 15 == 0) {
      TraceJob again = job;
      again.submit = again.eligible = job.submit + absl::Minutes(1);
      world->trace.jobs.push_back(again);
      time = again.submit;
    }
  }
  FinishTrace(&world->trace);
}

// The decisions of a small replay, as they were when each look was made of the whole queue and one
// thread did it all.
TEST(Replay, DecidesAsItDidBefore) {
  SmallWorld world(MadeUpHours(1, 300, 40), MadeUpHours(2, 280, 40), 4);
  AddBusyDays(6, &world);
  const ReplayResult oracle = world.RunWithOracle();
  OwnForecasts own(world.Actuals(), "");
  const ReplayResult from_history = world.RunWith(&own);
  EXPECT_GT(oracle.decisions, 300);
  EXPECT_EQ(DigestOf(oracle), 17629063434618455788u);
  EXPECT_EQ(DigestOf(from_history), 5408545923153355906u);
}

TEST(Replay, DecidesTheSameOnLooksThatAreMadeOfTheWholeQueue) {
  for (const int64_t nodes : {3, 5}) {
    SmallWorld world(MadeUpHours(1, 300, 40), MadeUpHours(2, 280, 40), nodes);
    AddBusyDays(6, &world);
    const ReplayResult by_change = world.RunWithOracle();
    world.options.rebuild_looks = true;
    const ReplayResult whole = world.RunWithOracle();
    EXPECT_EQ(DigestOf(by_change), DigestOf(whole));
    EXPECT_EQ(by_change.left_alone, whole.left_alone);
    EXPECT_GT(by_change.looks, 100);
  }
}

TEST(Replay, GivesTheSameTwice) {
  SmallWorld world(MadeUpHours(1, 300, 20), MadeUpHours(2, 280, 20), 2);
  world.config.policies[0].max_delay = absl::Hours(12);
  AddManyJobs(4, &world);
  const ReplayResult one = world.RunWithOracle(), two = world.RunWithOracle();
  ASSERT_EQ(one.jobs.size(), two.jobs.size());
  for (size_t i = 0; i < one.jobs.size(); ++i) {
    EXPECT_EQ(one.jobs[i].enforced.start, two.jobs[i].enforced.start);
    EXPECT_EQ(one.jobs[i].enforced.pool, two.jobs[i].enforced.pool);
    EXPECT_EQ(one.jobs[i].home.start, two.jobs[i].home.start);
  }
}

}  // namespace
}  // namespace carbon
