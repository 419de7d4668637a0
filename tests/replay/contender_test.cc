#include "replay/contender.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/replay/small_world.h"

namespace carbon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNoon = GridDay(1, 12);

// Dirty in the afternoon, cleaner at night; the clean site is cleaner still at any time.
std::vector<double> Nights(double day, double night) {
  std::vector<double> hours;
  for (int hour = 0; hour < 24 * 20; ++hour) hours.push_back(hour % 24 < 8 ? night : day);
  return hours;
}

class Contenders : public testing::Test {
 protected:
  Contenders() : world_(Nights(500, 300), Nights(100, 60)) {
    world_.config.policies[0].max_delay = absl::Hours(24);
    world_.Add(kNoon, absl::Hours(3));
  }

  ReplayedJob Run(const std::string& name) {
    absl::StatusOr<Contender> contender = MakeContender(name, world_.config);
    EXPECT_TRUE(contender.ok()) << contender.status();
    SmallWorld world = world_;
    world.config = contender->config;
    world.options.comparison = contender->policy;
    OracleForecasts oracle(world_.Actuals());
    const absl::StatusOr<ReplayResult> result =
        Replay(world.trace, world.config, world_.Actuals(), &oracle, world.options);
    EXPECT_TRUE(result.ok()) << result.status();
    return result->jobs.at(0);
  }

  SmallWorld world_;
};

TEST_F(Contenders, ThePlacerMovesAndDelays) {
  const ReplayedJob job = Run("placer");
  EXPECT_EQ(job.enforced.pool, 1);
  EXPECT_EQ(job.enforced.start, GridDay(2));
}

TEST_F(Contenders, StaticBestMovesAtOnce) {
  const ReplayedJob job = Run("static-best");
  EXPECT_EQ(job.enforced.pool, 1);
  EXPECT_EQ(job.enforced.start, kNoon);
}

TEST_F(Contenders, RunNowChangesNothing) {
  const ReplayedJob job = Run("run-now");
  EXPECT_EQ(job.enforced.pool, 0);
  EXPECT_EQ(job.enforced.start, kNoon);
  EXPECT_EQ(job.outcome, Outcome::kKeptHome);
}

TEST_F(Contenders, APolicyDelaysAtHome) {
  const ReplayedJob job = Run("lowest-window");
  EXPECT_EQ(job.enforced.pool, 0);
  EXPECT_EQ(job.enforced.start, GridDay(2));
  EXPECT_EQ(job.planned, GridDay(2));
  EXPECT_EQ(job.outcome, Outcome::kPlaced);
}

TEST_F(Contenders, APolicyWaitsNoLongerThanTheConfigurationAllows) {
  world_.config.policies[0].max_delay = absl::Hours(6);
  EXPECT_EQ(Run("lowest-window").enforced.start, kNoon);
  world_.config.policies[0].max_delay = absl::Hours(24);
  world_.config.policies[0].may_change_time = false;
  EXPECT_EQ(Run("lowest-window").enforced.start, kNoon);
}

TEST_F(Contenders, WhatThePlacerLeavesAloneIsLeftAlone) {
  world_.trace.jobs[0].comment = world_.trace.names.Add("carbon:off");
  const ReplayedJob job = Run("lowest-window");
  EXPECT_EQ(job.outcome, Outcome::kLeftAlone);
  EXPECT_EQ(job.enforced.start, kNoon);
}

TEST(MakeContender, RefusesWhatTheClusterCannotRun) {
  EXPECT_THAT(ContenderNames(), Contains("cats"));
  EXPECT_THAT(ContenderNames(), Not(Contains("ecovisor")));
  const auto suspends = MakeContender("ecovisor", {});
  EXPECT_TRUE(absl::IsInvalidArgument(suspends.status()));
  EXPECT_THAT(std::string(suspends.status().message()), HasSubstr("suspends jobs"));
  const auto unknown = MakeContender("greenest", {});
  EXPECT_TRUE(absl::IsInvalidArgument(unknown.status()));
  EXPECT_THAT(std::string(unknown.status().message()),
              HasSubstr("\"greenest\" is not one of placer, static-best, run-now, "));
}

}  // namespace
}  // namespace carbon
