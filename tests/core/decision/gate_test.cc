#include "core/decision/gate.h"

#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

ErrorScenarios::Draws All(double value) {
  ErrorScenarios::Draws draws;
  draws.fill(value);
  return draws;
}

TEST(ProspectOf, GivesTheMeanAndTheNormalProbabilityOfAnySaving) {
  // Savings of 30 and -10 in turn: 10 on average, with a standard deviation of 20.
  ErrorScenarios::Draws candidate;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) candidate[s] = s % 2 == 0 ? 70 : 110;
  const Prospect prospect = ProspectOf(candidate, All(100), /*shifts_in_zone=*/false);
  EXPECT_DOUBLE_EQ(prospect.expected_share, 0.1);
  EXPECT_NEAR(prospect.probability, 0.69146, 1e-5);  // half a standard deviation, by any table
}

TEST(ProspectOf, IsSureOfWhatDoesNotErr) {
  EXPECT_EQ(ProspectOf(All(90), All(100), false).probability, 1);
  EXPECT_EQ(ProspectOf(All(110), All(100), false).probability, 0);
  EXPECT_DOUBLE_EQ(ProspectOf(All(110), All(100), true).expected_share, -0.1);
}

TEST(ProspectOf, CallsNoSavingWhatIsEqualOrHasNothingToSave) {
  EXPECT_EQ(ProspectOf(All(100), All(100), false).probability, 0);
  EXPECT_EQ(ProspectOf(All(100), All(100), true).probability, 0);
  EXPECT_EQ(ProspectOf(All(0), All(0), true).probability, 0);
  EXPECT_EQ(ProspectOf(All(0), All(0), true).expected_share, 0);
}

TEST(ProspectOf, ExpectsLessAndIsLessSureWithinAZone) {
  ErrorScenarios::Draws candidate;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) candidate[s] = s % 2 == 0 ? 70 : 110;
  const Prospect within = ProspectOf(candidate, All(100), /*shifts_in_zone=*/true);
  EXPECT_DOUBLE_EQ(within.expected_share, 0.1 - 0.1 * 0.2);
  EXPECT_NEAR(within.probability, 0.63603, 1e-4);  // 8 / 23 of a standard deviation
}

TEST(CentralInterval90, LeavesOutFivePercentOnEitherSide) {
  ErrorScenarios::Draws draws;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) draws[s] = ErrorScenarios::kCount - s;
  const Interval90 interval = CentralInterval90(draws);
  EXPECT_EQ(interval.low, 4);
  EXPECT_EQ(interval.high, 61);
}

TEST(DrawEmissions, SharedErrorsCancelBetweenCandidatesOfOnePlace) {
  World world;
  world.AddZone("A", DayWith(300, 0, 0, 0));
  world.AddSite("a", "A");
  world.config.hardware["h100"].busy.quality = Quality::kEstimated;
  const auto snapshot = world.Publish();
  PoolRun run{};
  run.pool = &snapshot->pools()[0];
  run.option.intensity = &run.pool->forecast->series;
  run.option.runtime = absl::Hours(4);
  run.power = Watts(1000);
  const auto draw = [&](absl::Time start) {
    return DrawEmissions(run, Figure::kAttributional, DrawPerWatt(run, start, *snapshot));
  };
  const auto now = draw(world.now);
  EXPECT_EQ(now, draw(world.now));
  const Interval90 spread = CentralInterval90(now);
  // 4 kWh x 300 g/kWh = 1200 g, with 40% on the watts.
  EXPECT_LT(spread.low, 1200 * 0.6);
  EXPECT_GT(spread.high, 1200 * 1.4);
  // The watts err alike an hour later: what is left is the grid.
  const auto later = draw(world.now + absl::Hours(1));
  ErrorScenarios::Draws ratio;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) ratio[s] = later[s] / now[s];
  EXPECT_GT(CentralInterval90(ratio).low, 0.9);
  EXPECT_LT(CentralInterval90(ratio).high, 1.1);
}

}  // namespace
}  // namespace carbon
