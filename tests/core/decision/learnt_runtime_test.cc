// How a decision uses what was learnt of runtimes (core/runtime/expected_runtime.h).
#include <cmath>

#include "core/decision/decision.h"
#include "core/record/record.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

// A job with a limit of four hours that is expected to run half of that.
JobRequest LearntJob(const World& world, double spread = 0, const std::string& comment = "") {
  JobRequest job = world.Job(comment);
  job.learnt_runtime =
      ExpectedRuntime{.share = 0.5, .spread = spread, .jobs = 12, .level = RuntimeLevel::kName};
  return job;
}

World LearningSite() {
  World world = OneSite();
  world.policy().learnt_runtime = true;
  return world;
}

TEST(LearntRuntime, IsUsedForEmissionAndTheLimitForCapacity) {
  const World world = LearningSite();
  const Decision decision = world.Place(LearntJob(world));
  EXPECT_EQ(decision.chosen->start(), world.Hour(10));
  EXPECT_EQ(decision.chosen->runtime(), absl::Hours(2));
  EXPECT_DOUBLE_EQ(decision.chosen->gross().value(), 16 * 200);
  EXPECT_EQ(decision.chosen->first().time_limit, absl::Hours(4));
  EXPECT_EQ(decision.chosen->Booked().front().when, (TimeInterval{world.Hour(10), world.Hour(14)}));
  EXPECT_EQ(RuntimeSource(decision), "learnt");
}

TEST(LearntRuntime, DoesNotShortenWhatADeadlineNeeds) {
  World world = LearningSite();
  world.policy().margin = absl::Minutes(30);
  JobRequest job = LearntJob(world);
  for (const int deadline : {10, 12, 14, 15}) {
    job.deadline = world.Hour(deadline);
    const Decision decision = world.Place(job);
    EXPECT_LE(decision.chosen->start() + *job.time_limit + absl::Minutes(30), *job.deadline);
  }
}

TEST(LearntRuntime, IsNotUsedBesideAHintOrWithoutThePolicysLeave) {
  World world = LearningSite();
  const Decision hinted = world.Place(LearntJob(world, 0, "carbon:runtime=1h"));
  EXPECT_EQ(hinted.chosen->runtime(), absl::Hours(1));
  EXPECT_EQ(RuntimeSource(hinted), "hint");
  const Decision worked = world.Place(LearntJob(world, 0, "carbon:flops=1e19"));
  EXPECT_EQ(RuntimeSource(worked), "flops");
  EXPECT_EQ(RuntimeSource(world.Place(world.Job())), "time_limit");
  world.policy().learnt_runtime = false;
  const Decision unasked = world.Place(LearntJob(world));
  EXPECT_EQ(unasked.chosen->runtime(), absl::Hours(4));
  EXPECT_EQ(RuntimeSource(unasked), "time_limit");
}

TEST(LearntRuntime, IsAtLeastASecondAndAtMostTheLimit) {
  const World world = LearningSite();
  JobRequest job = LearntJob(world);
  job.learnt_runtime->share = 1e-6;
  EXPECT_EQ(world.Place(job).chosen->runtime(), absl::Seconds(1));
  job.learnt_runtime->share = 1;
  EXPECT_EQ(world.Place(job).chosen->runtime(), absl::Hours(4));
  EXPECT_EQ(RuntimeSource(world.Place(job)), "learnt");
}

// The interval of the saving, in grams, by how uncertain the runtime is.
TEST(LearntRuntime, ErrsInTheScenarios) {
  const World world = LearningSite();
  const auto width = [&](double spread) {
    const Saving saving = *world.Place(LearntJob(world, spread)).saving;
    EXPECT_DOUBLE_EQ(saving.mean.value(), 16 * 300);
    return (saving.high - saving.low).value();
  };
  const double certain = width(0);
  EXPECT_GT(width(0.1), 1.2 * certain);
  EXPECT_GT(width(0.25), 2 * certain);
}

// What both would err alike in leaves the saved share as sure as it was.
TEST(LearntRuntime, ErrsAlikeAtHomeAndElsewhere) {
  World world = TwoSites();
  world.policy().learnt_runtime = true;
  world.forecasts[0].series = *IntensitySeries::Create(
      {{world.now - absl::Hours(1), GramsPerKilowattHour(500)}}, world.Hour(96));
  const auto width = [&](double spread) {
    const Saving saving = *world.Place(LearntJob(world, spread)).saving;
    return saving.share_high - saving.share_low;
  };
  EXPECT_NEAR(width(0.25), width(0), 0.01);
}

// At its limit a job is stopped: no scenario is longer.
TEST(LearntRuntime, DoesNotErrBeyondTheLimit) {
  const World world = LearningSite();
  JobRequest job = LearntJob(world, 0.5);
  job.learnt_runtime->share = 1;
  const Decision learnt = world.Place(job);
  const Decision limit = world.Place(world.Job());
  EXPECT_LE(learnt.saving->high.value(), limit.saving->high.value() + 1e-6);
  EXPECT_LT(learnt.saving->low.value(), limit.saving->low.value());
}

// At home the job may run for all of its limit. Where that takes longer than the limit it is not
// sent.
TEST(LearntRuntime, SendsNoJobWhereItsLimitWouldStopIt) {
  World world;
  world.AddZone("DIRTY", DayWith(500, 0, 0, 0));
  world.AddZone("CLEAN", DayWith(50, 0, 0, 0));
  world.AddSite("home", "DIRTY", "h100");
  world.AddSite("away", "CLEAN", "a100");  // a quarter of the speed
  world.policy().may_change_hardware = true;
  world.policy().learnt_runtime = true;
  JobRequest job = LearntJob(world, 0, "carbon:hardware=any");
  job.learnt_runtime->share = 0.1;  // 24 minutes, or 96 there
  EXPECT_EQ(WhyExcluded(world.Place(job))["away"], "the job would outlast its time limit there");
  world.policy().may_change_time_limit = true;
  const Decision longer = world.Place(job);
  EXPECT_EQ(longer.chosen->first().pool(), "away");
  EXPECT_EQ(longer.chosen->first().time_limit, absl::Hours(16));
}

}  // namespace
}  // namespace carbon
