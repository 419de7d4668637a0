#include "bench/placement/federation.h"

#include <cmath>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"

namespace carbon {
namespace {

const std::vector<Rule> kRules = {{"no gate", -1e9, 0},
                                  {"never", 0, 1.5},
                                  {"rule 1, never", 0, 1.5, /*is_rule_1=*/true},
                                  {"rule 1, ever", -1e9, 0, /*is_rule_1=*/true}};

ZoneForecast ForecastOf(const std::string& zone, const std::vector<double>& hours) {
  std::vector<IntensitySeries::Step> steps;
  for (size_t hour = 0; hour < hours.size(); ++hour) {
    steps.push_back({GridDay(0, static_cast<int>(hour)), GramsPerKilowattHour(hours[hour])});
  }
  const absl::Time end = GridDay(0, static_cast<int>(hours.size()));
  return {.zone = zone,
          .source = "made up",
          .fetched_at = kGridBegin,
          .valid_until = end,
          .series = *IntensitySeries::Create(steps, end),
          .horizon = end,
          .long_run_mean = GramsPerKilowattHour(hours.front())};
}

Federation Create(const std::vector<std::vector<double>>& hours) {
  std::vector<ZoneForecast> zones;
  for (size_t i = 0; i < hours.size(); ++i) {
    zones.push_back(ForecastOf(absl::StrCat("Z", i), hours[i]));
  }
  absl::StatusOr<Federation> federation =
      Federation::Create(std::make_shared<const DrawnForecasts>(std::move(zones)), kRules,
                         {absl::Hours(6), absl::Hours(24)}, kGridBegin);
  EXPECT_TRUE(federation.ok()) << federation.status();
  return *std::move(federation);
}

// PUE and hardware are the same everywhere, so the least forecast mean is the greenest plan.
TEST(Federation, WithoutAGateTakesTheLeastForecastFromEveryHome) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const std::vector<std::vector<double>> hours = {MadeUpHours(3 * seed, 300, 5),
                                                    MadeUpHours(3 * seed + 1, 310, 5),
                                                    MadeUpHours(3 * seed + 2, 290, 5)};
    const Federation federation = Create(hours);
    for (const size_t slack : {0, 1}) {
      const size_t wait = slack == 0 ? 6 : 24;
      for (const size_t runtime : {1, 6, 24, 72}) {
        double least = INFINITY;
        ZonePlan expected;
        for (size_t start = 0; start <= wait; ++start) {
          for (size_t zone = 0; zone < hours.size(); ++zone) {
            double sum = 0;
            for (size_t i = start; i < start + runtime; ++i) sum += hours[zone][i];
            if (sum >= least - 1e-6) continue;
            least = sum;
            expected = {zone, GridDay(0, static_cast<int>(start))};
          }
        }
        for (size_t home = 0; home < hours.size(); ++home) {
          const auto plan =
              federation.Decide(0, slack, home, absl::Hours(static_cast<int64_t>(runtime)));
          ASSERT_TRUE(plan.ok()) << plan.status();
          EXPECT_EQ(plan->zone, expected.zone);
          EXPECT_EQ(plan->start, expected.start);
        }
      }
    }
  }
}

TEST(Federation, ARuleThatIsNeverSureTakesTheCleanestSiteAndTheOlderOneKeepsEveryHome) {
  const Federation federation = Create({MadeUpHours(1, 300, 5), MadeUpHours(2, 30, 5)});
  for (const size_t home : {0, 1}) {
    EXPECT_EQ(*federation.Decide(1, 1, home, absl::Hours(6)), (ZonePlan{1, kGridBegin}));
    EXPECT_EQ(*federation.Decide(2, 1, home, absl::Hours(6)), (ZonePlan{home, kGridBegin}));
  }
}

TEST(Federation, WithoutAGateBothRulesTakeTheSame) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const Federation federation =
        Create({MadeUpHours(2 * seed, 300, 5), MadeUpHours(2 * seed + 1, 310, 5)});
    for (const size_t home : {0, 1}) {
      EXPECT_EQ(*federation.Decide(3, 1, home, absl::Hours(6)),
                *federation.Decide(0, 1, home, absl::Hours(6)));
    }
  }
}

TEST(Federation, EmissionsAreDrawnAroundTheForecast) {
  const Federation federation = Create({std::vector<double>(96, 500)});
  const ErrorScenarios::Draws draws = federation.EmissionDraws({0, GridDay(0, 3)}, absl::Hours(10));
  double mean = 0;
  for (const double draw : draws) mean += draw / static_cast<double>(draws.size());
  // Up to PUE's error, which multiplies the intensity's: 10 Wh at 500 g/kWh.
  EXPECT_NEAR(mean, 5, 0.15);
  EXPECT_NE(draws[0], draws[1]);
}

TEST(Federation, RefusesNoZonesAndOneTwice) {
  const auto create = [](std::vector<ZoneForecast> zones) {
    return Federation::Create(std::make_shared<const DrawnForecasts>(std::move(zones)), kRules,
                              {absl::Hours(6)}, kGridBegin)
        .status()
        .code();
  };
  EXPECT_EQ(create({}), absl::StatusCode::kInvalidArgument);
  const ZoneForecast zone = ForecastOf("Z", {1, 2, 3});
  EXPECT_EQ(create({zone, zone}), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace carbon
