#include "replay/policies/simple_policies.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/replay/policies/drawn_series.h"

namespace carbon {
namespace {

int64_t StartOf(const RunPlan& plan) { return SecondOf(plan.runs.at(0).start); }

TEST(RunNow, StartsWhenTheJobArrives) {
  const IntensitySeries series = SeriesOf({500, 100});
  EXPECT_EQ(RunNow().Plan({kSeriesBegin, absl::Hours(1), absl::Hours(24)}, {.series = &series}),
            StartAt(kSeriesBegin));
}

// The lines between the steps' starts, added up second by second (at the middle of each).
TEST(Cats, TriesEachStepWithLinesBetweenTheValues) {
  std::mt19937 random(1);
  for (int round = 0; round < 40; ++round) {
    std::vector<double> values = DrawValues(&random, 40);
    for (double& value : values) value += random() % 1000 / 100.0;
    const IntensitySeries series = SeriesOf(values, absl::Minutes(30));
    const PolicyJob job = DrawJob(&random, 4, 8);
    const int64_t arrival = SecondOf(job.arrival), length = absl::ToInt64Seconds(job.length);
    int64_t best = arrival;
    double least = 1e300;
    for (int64_t start = arrival; start <= arrival + absl::ToInt64Seconds(job.max_delay);
         start += 1800) {
      double sum = 0;
      for (int64_t at = start; at < start + length; ++at) {
        const double part = (static_cast<double>(at) + 0.5 - at / 1800 * 1800) / 1800;
        sum += values[at / 1800] * (1 - part) + values[at / 1800 + 1] * part;
      }
      if (sum >= least) continue;
      least = sum;
      best = start;
    }
    EXPECT_EQ(StartOf(Cats().Plan(job, {.series = &series})), best);
  }
}

TEST(Cats, LooksNoFurtherThan47Hours) {
  std::vector<double> values(2 * 24 * 4, 500);
  values[2 * 47 + 2] = values[2 * 47 + 3] = 10;
  const IntensitySeries series = SeriesOf(values, absl::Minutes(30));
  const PolicyJob job = {kSeriesBegin, absl::Minutes(30), absl::Hours(90)};
  EXPECT_EQ(StartOf(Cats().Plan(job, {.series = &series})), 0);
}

TEST(Threshold, StartsWithTheFirstSecondThatIsNotAboveIt) {
  std::mt19937 random(2);
  for (int round = 0; round < 60; ++round) {
    const IntensitySeries series = SeriesOf(DrawValues(&random, 20));
    const std::vector<int64_t> seconds = BySecond(series);
    const PolicyJob job = DrawJob(&random, 4, 8);
    const int64_t arrival = SecondOf(job.arrival);
    const auto latest = seconds.begin() + arrival + absl::ToInt64Seconds(job.max_delay);
    const auto first = std::find_if(seconds.begin() + arrival, latest,
                                    [](int64_t intensity) { return intensity <= 110'000; });
    const KnownIntensity known = {.series = &series, .long_run_mean = GramsPerKilowattHour(110)};
    EXPECT_EQ(StartOf(Threshold().Plan(job, known)), first - seconds.begin());
    EXPECT_EQ(Threshold(GramsPerKilowattHour(110)).Plan(job, {.series = &series}),
              Threshold().Plan(job, known));
  }
}

}  // namespace
}  // namespace carbon
