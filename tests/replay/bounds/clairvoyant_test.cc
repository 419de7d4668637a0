#include "replay/bounds/clairvoyant.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "replay/policies/policy_library.h"
#include "tests/replay/policies/drawn_series.h"

namespace carbon {
namespace {

// Every second of every place is tried.
TEST(LeastOfOneRun, IsTheLeastOfAllStartsInAllPlaces) {
  std::mt19937 random(1);
  for (int round = 0; round < 40; ++round) {
    const IntensitySeries here = SeriesOf(DrawValues(&random, 14));
    const IntensitySeries there = SeriesOf(DrawValues(&random, 14));
    const PolicyJob job = DrawJob(&random, 4, 5);
    const std::vector<BoundOption> options = {{&here, Watts(1000), job.length},
                                              {&there, Watts(900), job.length + absl::Minutes(37)}};
    GramsCo2e least(1e300);
    for (const BoundOption& option : options) {
      for (absl::Time start = job.arrival; start <= job.arrival + job.max_delay;
           start += absl::Seconds(1)) {
        const int64_t from = absl::ToUnixSeconds(start);
        const int64_t to = from + absl::ToInt64Seconds(option.runtime);
        least = std::min(least, option.power * (option.actual->IntegralUpTo(to) -
                                                option.actual->IntegralUpTo(from)));
      }
    }
    const auto bound = LeastOfOneRun(options, job.arrival, job.arrival + job.max_delay);
    ASSERT_TRUE(bound.has_value());
    EXPECT_EQ(bound->emission, least);
  }
}

TEST(LeastWithSuspension, IsTheSumOfTheCheapestSeconds) {
  std::mt19937 random(2);
  for (int round = 0; round < 40; ++round) {
    const IntensitySeries series = SeriesOf(DrawValues(&random, 14));
    const PolicyJob job = DrawJob(&random, 4, 5);
    std::vector<int64_t> seconds = BySecond(series);
    const int64_t arrival = SecondOf(job.arrival), length = absl::ToInt64Seconds(job.length);
    seconds.resize(arrival + length + absl::ToInt64Seconds(job.max_delay));
    seconds.erase(seconds.begin(), seconds.begin() + arrival);
    std::sort(seconds.begin(), seconds.end());
    const int64_t sum = std::accumulate(seconds.begin(), seconds.begin() + length, int64_t{0});
    const auto bound = LeastWithSuspension({{&series, Watts(1000), job.length}}, job.arrival,
                                           job.arrival + job.max_delay);
    ASSERT_TRUE(bound.has_value());
    EXPECT_EQ(bound->emission, Watts(1000) * IntensityIntegral{sum});
  }
}

TEST(Clairvoyant, IsAbsentWhereNothingIsKnown) {
  const IntensitySeries series = SeriesOf({100, 200});
  const std::vector<BoundOption> options = {{&series, Watts(1), absl::Hours(3)}};
  EXPECT_FALSE(LeastOfOneRun(options, kSeriesBegin, kSeriesBegin + absl::Hours(1)).has_value());
  EXPECT_FALSE(LeastWithSuspension(options, kSeriesBegin, kSeriesBegin).has_value());
}

TEST(Clairvoyant, NoPolicyIsBelowIt) {
  std::mt19937 random(3);
  for (const PolicyName& name : PolicyNames()) {
    const auto policy = MakePolicy(name.name);
    ASSERT_TRUE(policy.ok());
    for (int round = 0; round < 200; ++round) {
      const IntensitySeries series = SeriesOf(DrawValues(&random, 72));
      const PolicyJob job = DrawJob(&random, 12, 24);
      const RunPlan plan =
          (*policy)->Plan(job, {.series = &series, .long_run_mean = GramsPerKilowattHour(120)});
      const auto integral = IntegralOf(RunsOf(plan, job.length), series);
      ASSERT_TRUE(integral.has_value()) << name.name;
      const std::vector<BoundOption> options = {{&series, Watts(1000), job.length}};
      const absl::Time latest = job.arrival + job.max_delay;
      const auto bound = (*policy)->suspends() ? LeastWithSuspension(options, job.arrival, latest)
                                               : LeastOfOneRun(options, job.arrival, latest);
      ASSERT_TRUE(bound.has_value());
      EXPECT_GE(Watts(1000) * *integral, bound->emission) << name.name;
      // Suspension costs nothing here, so that it can only help.
      EXPECT_LE(LeastWithSuspension(options, job.arrival, latest)->emission,
                LeastOfOneRun(options, job.arrival, latest)->emission);
    }
  }
}

}  // namespace
}  // namespace carbon
