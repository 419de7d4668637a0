#include "cli/forecast/outlook.h"

#include <cmath>
#include <random>

#include "core/decision/decision.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;

// One zone, of which an hour is as uncertain as any other.
World Even(const std::vector<double>& hourly) {
  World world;
  world.AddZone("A", hourly);
  world.forecasts[0].spread = {.near = 0.1, .far = 0.1};
  return world;
}

TEST(LookAhead, GoesFromTheHourThatHoldsNowToTheEndOfTheSpan) {
  const World world = Even({100, 200, 300, 400});
  const absl::Time now = world.now + absl::Minutes(20);
  const absl::StatusOr<ZoneOutlook> outlook =
      LookAhead(*world.Publish(), 0, {.now = now, .to = now + absl::Hours(3)});
  ASSERT_TRUE(outlook.ok()) << outlook.status();
  EXPECT_EQ(outlook->at_now.value(), 100);
  EXPECT_EQ(outlook->now, now);
  std::vector<double> means;
  absl::Time last = world.now;
  for (const OutlookStep& step : outlook->steps) {
    EXPECT_EQ(step.start, last);
    EXPECT_LT(step.band.low, step.band.mean);
    EXPECT_GT(step.band.high, step.band.mean);
    means.push_back(step.band.mean.value());
    last = step.end;
  }
  EXPECT_THAT(means, ElementsAre(100, 200, 300, 400));
  EXPECT_EQ(last, now + absl::Hours(3));
  EXPECT_FALSE(outlook->best.has_value());
}

TEST(LookAhead, EndsWithTheForecastAndWeighsByTimeWithinAStep) {
  const World world = Even({100, 200, 300, 400});
  const absl::StatusOr<ZoneOutlook> outlook = LookAhead(
      *world.Publish(), 0, {.now = world.Hour(90), .to = world.Hour(500), .step = absl::Hours(4)});
  ASSERT_TRUE(outlook.ok()) << outlook.status();
  ASSERT_EQ(outlook->steps.size(), 2u);
  EXPECT_EQ(outlook->steps[1].end, world.Hour(96));
  EXPECT_EQ(outlook->steps[1].band.mean.value(), 250);
}

// The share of the draws, of which the decisions are made too, that lie within the band.
TEST(LookAhead, ItsBandsHoldFourFifthsOfTheScenarios) {
  const World world = Even({100, 200, 300, 400});
  const auto snapshot = world.Publish();
  const absl::StatusOr<ZoneOutlook> outlook =
      LookAhead(*snapshot, 0, {.now = world.now, .to = world.Hour(48)});
  ASSERT_TRUE(outlook.ok()) << outlook.status();
  for (const OutlookStep& step : outlook->steps) {
    int within = 0;
    for (const double integral : snapshot->scenarios().Integrate(0, world.forecasts[0].series,
                                                                 step.start, absl::Hours(1))) {
      const double grams = integral / 3.6e6;
      if (grams >= step.band.low.value() && grams <= step.band.high.value()) ++within;
    }
    EXPECT_GE(within, 50);
    EXPECT_LE(within, 54);
  }
}

TEST(LookAhead, TellsWhoseValuesTheyAre) {
  World world = Even({100});
  world.forecasts[0].own_from = world.Hour(2);
  world.forecasts[0].horizon = world.Hour(4);
  const auto snapshot = world.Publish();
  const absl::StatusOr<ZoneOutlook> outlook =
      LookAhead(*snapshot, 0, {.now = world.now, .to = world.Hour(6)});
  ASSERT_TRUE(outlook.ok()) << outlook.status();
  std::vector<Origin> origins;
  for (const OutlookStep& step : outlook->steps) origins.push_back(step.origin);
  EXPECT_THAT(origins, ElementsAre(Origin::kSource, Origin::kSource, Origin::kOwn, Origin::kOwn,
                                   Origin::kClimatology, Origin::kClimatology));
  EXPECT_EQ(OriginName(Origin::kOwn), "own");
}

TEST(LookAhead, TellsThatAForecastOfOursIsOurs) {
  World world = Even({100});
  world.forecasts[0].source = "own:ridge";
  world.forecasts[0].horizon = world.Hour(1);
  const auto snapshot = world.Publish();
  const absl::StatusOr<ZoneOutlook> outlook =
      LookAhead(*snapshot, 0, {.now = world.now, .to = world.Hour(2)});
  ASSERT_TRUE(outlook.ok()) << outlook.status();
  EXPECT_EQ(outlook->steps[0].origin, Origin::kOwn);
  EXPECT_EQ(outlook->steps[1].origin, Origin::kClimatology);
}

// Every second of the span is tried.
TEST(LookAhead, FindsTheBestWindowToTheSecond) {
  std::mt19937 random(7);
  for (int i = 0; i < 20; ++i) {
    std::vector<double> hourly(24);
    for (double& value : hourly) value = std::uniform_int_distribution<int>(20, 500)(random);
    const World world = Even(hourly);
    const absl::Time now =
        world.now + absl::Seconds(std::uniform_int_distribution<int>(0, 3599)(random));
    const absl::Duration duration =
        absl::Seconds(std::uniform_int_distribution<int>(600, 6 * 3600)(random));
    const absl::Time to = now + absl::Hours(10);
    const absl::StatusOr<ZoneOutlook> outlook =
        LookAhead(*world.Publish(), 0, {.now = now, .to = to, .duration = duration});
    ASSERT_TRUE(outlook.ok()) << outlook.status();
    const IntensitySeries& series = world.forecasts[0].series;
    absl::Time best = now;
    for (absl::Time start = now; start + duration <= to; start += absl::Seconds(1)) {
      if (*series.Integrate(start, start + duration) < *series.Integrate(best, best + duration)) {
        best = start;
      }
    }
    EXPECT_EQ(outlook->best->start, best);
    EXPECT_EQ(outlook->best->band.mean, *series.Mean(best, best + duration));
    EXPECT_DOUBLE_EQ(outlook->best->saving,
                     1 - *series.Mean(best, best + duration) / *series.Mean(now, now + duration));
  }
}

TEST(LookAhead, GivesTheSavingWithItsSign) {
  const World world = Even({300, 290, 100, 300});
  const absl::StatusOr<ZoneOutlook> outlook = LookAhead(
      *world.Publish(), 0, {.now = world.now, .to = world.Hour(4), .duration = absl::Hours(1)});
  ASSERT_TRUE(outlook.ok()) << outlook.status();
  EXPECT_EQ(outlook->best->start, world.Hour(2));
  EXPECT_EQ(outlook->best->now.mean.value(), 300);
  EXPECT_NEAR(outlook->best->saving, 2.0 / 3, 1e-12);
  EXPECT_LT(outlook->best->saving_low, 2.0 / 3);
  EXPECT_GT(outlook->best->saving_high, 2.0 / 3);
  EXPECT_GT(outlook->best->saving_low, 0);  // two thirds are beyond any doubt here

  const World flat = Even({300, 299, 300, 300});
  const absl::StatusOr<ZoneOutlook> unsure = LookAhead(
      *flat.Publish(), 0, {.now = flat.now, .to = flat.Hour(4), .duration = absl::Hours(1)});
  EXPECT_LT(unsure->best->saving_low, 0);
  EXPECT_GT(unsure->best->saving_high, 0);
}

// The same hours, hardware and site err alike in the decision, so that its saving is the zone's.
TEST(LookAhead, AgreesWithTheDecision) {
  World world = Even(DayWith(400, 6, 10, 100));
  world.AddSite("here", "A");
  const Decision decision = world.Place(world.Job());
  ASSERT_EQ(decision.outcome, Outcome::kPlaced);
  const absl::StatusOr<ZoneOutlook> outlook = LookAhead(
      *world.Publish(), 0, {.now = world.now, .to = world.Hour(28), .duration = absl::Hours(4)});
  ASSERT_TRUE(outlook.ok()) << outlook.status();
  EXPECT_EQ(outlook->best->start, decision.chosen->start());
  EXPECT_NEAR(outlook->best->saving, decision.saving->share, 1e-12);
  // Its interval holds 90%.
  EXPECT_GT(outlook->best->saving_low, decision.saving->share_low - 1e-9);
  EXPECT_LT(outlook->best->saving_high, decision.saving->share_high + 1e-9);
}

TEST(LookAhead, SaysWhatIsOutOfReach) {
  const World world = Even({100});
  const auto refusal = [&](const OutlookSpan& span) {
    const absl::Status status = LookAhead(*world.Publish(), 0, span).status();
    EXPECT_TRUE(absl::IsOutOfRange(status)) << status;
    return std::string(status.message());
  };
  EXPECT_EQ(refusal({.now = world.Hour(96), .to = world.Hour(100)}),
            "zone A: the forecast has ended");
  EXPECT_EQ(refusal({.now = world.Hour(-2), .to = world.Hour(100)}),
            "zone A: the forecast begins only later");
  EXPECT_EQ(refusal({.now = world.Hour(1), .to = world.Hour(1)}),
            "zone A: the span ends before now");
  EXPECT_EQ(refusal({.now = world.Hour(1), .to = world.Hour(5), .duration = absl::Hours(8)}),
            "zone A: a run of 8h does not fit the 4h looked at");
}

}  // namespace
}  // namespace carbon
