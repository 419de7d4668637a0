#include "replay/policies/gaia.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/replay/policies/drawn_series.h"

namespace carbon {
namespace {

constexpr int kRounds = 60;

int64_t SumOf(const std::vector<int64_t>& seconds, int64_t from, int64_t length) {
  return std::accumulate(seconds.begin() + from, seconds.begin() + from + length, int64_t{0});
}

int64_t StartOf(const RunPlan& plan) { return SecondOf(plan.runs.at(0).start); }

TEST(LowestSlot, StartsInTheFirstSecondOfTheLeastIntensity) {
  std::mt19937 random(1);
  for (int round = 0; round < kRounds; ++round) {
    const IntensitySeries series = SeriesOf(DrawValues(&random, 20));
    const std::vector<int64_t> seconds = BySecond(series);
    const PolicyJob job = DrawJob(&random, 4, 6);
    const int64_t arrival = SecondOf(job.arrival);
    const int64_t last = arrival + absl::ToInt64Seconds(job.max_delay);
    const auto least =
        std::min_element(seconds.begin() + arrival, seconds.begin() + last + 1) - seconds.begin();
    EXPECT_EQ(StartOf(LowestSlot().Plan(job, {.series = &series})), least);
  }
}

TEST(LowestWindow, TriesEachWholeHourAfterTheArrival) {
  std::mt19937 random(2);
  for (int round = 0; round < kRounds; ++round) {
    const IntensitySeries series = SeriesOf(DrawValues(&random, 20));
    const std::vector<int64_t> seconds = BySecond(series);
    const PolicyJob job = DrawJob(&random, 5, 8);
    const int64_t arrival = SecondOf(job.arrival), length = absl::ToInt64Seconds(job.length);
    int64_t best = arrival;
    for (int64_t delay = 0; delay <= absl::ToInt64Seconds(job.max_delay); delay += 3600) {
      if (SumOf(seconds, arrival + delay, length) < SumOf(seconds, best, length)) {
        best = arrival + delay;
      }
    }
    EXPECT_EQ(StartOf(LowestWindow().Plan(job, {.series = &series})), best);
  }
}

TEST(LowestWindow, ChoosesNoRunThatTheForecastDoesNotCover) {
  // The cleanest hour is the last one, which a job of two hours would exceed.
  const IntensitySeries series = SeriesOf({300, 200, 300, 100});
  const PolicyJob job = {kSeriesBegin, absl::Hours(2), absl::Hours(24)};
  EXPECT_EQ(StartOf(LowestWindow().Plan(job, {.series = &series})), 2 * 3600);
  const PolicyJob long_job = {kSeriesBegin, absl::Hours(5), absl::Hours(24)};
  EXPECT_EQ(StartOf(LowestWindow().Plan(long_job, {.series = &series})), 0);
}

TEST(CarbonTime, SavesMostForEachHourUntilTheEnd) {
  std::mt19937 random(3);
  for (int round = 0; round < kRounds; ++round) {
    const IntensitySeries series = SeriesOf(DrawValues(&random, 20));
    const std::vector<int64_t> seconds = BySecond(series);
    const PolicyJob job = DrawJob(&random, 5, 8);
    const int64_t arrival = SecondOf(job.arrival), length = absl::ToInt64Seconds(job.length);
    int64_t best = 0;
    // a/b < c/d as a*d < c*b, which is exact.
    __int128 saved = 0, takes = 1;
    for (int64_t delay = 0; delay <= absl::ToInt64Seconds(job.max_delay); delay += 3600) {
      const __int128 saves =
          SumOf(seconds, arrival, length) - SumOf(seconds, arrival + delay, length);
      if (saved * (delay + length) < saves * takes) {
        saved = saves;
        takes = delay + length;
        best = delay;
      }
    }
    EXPECT_EQ(StartOf(CarbonTime().Plan(job, {.series = &series})), arrival + best);
  }
}

TEST(WaitAwhile, RunsInTheCheapestSecondsOfAllThatItMayUse) {
  std::mt19937 random(4);
  for (int round = 0; round < kRounds; ++round) {
    const IntensitySeries series = SeriesOf(DrawValues(&random, 20));
    const std::vector<int64_t> seconds = BySecond(series);
    const PolicyJob job = DrawJob(&random, 5, 8);
    const int64_t arrival = SecondOf(job.arrival), length = absl::ToInt64Seconds(job.length);
    std::vector<int64_t> wanted(static_cast<size_t>(length + absl::ToInt64Seconds(job.max_delay)));
    std::iota(wanted.begin(), wanted.end(), arrival);
    std::stable_sort(wanted.begin(), wanted.end(),
                     [&](int64_t a, int64_t b) { return seconds[a] < seconds[b]; });
    wanted.resize(static_cast<size_t>(length));
    std::sort(wanted.begin(), wanted.end());
    const RunPlan plan = WaitAwhile().Plan(job, {.series = &series});
    EXPECT_EQ(SecondsOf(plan, job.length), wanted);
    for (size_t i = 1; i < plan.runs.size(); ++i) {
      EXPECT_LT(plan.runs[i - 1].end, plan.runs[i].start);
    }
  }
}

TEST(Ecovisor, RunsBelowTheQuantileOfADayUntilItHasWaitedForLongEnough) {
  std::mt19937 random(5);
  for (int round = 0; round < kRounds; ++round) {
    const IntensitySeries series = SeriesOf(DrawValues(&random, 48));
    const std::vector<int64_t> seconds = BySecond(series);
    const PolicyJob job = DrawJob(&random, 6, 10);
    const int64_t arrival = SecondOf(job.arrival);
    std::vector<int64_t> day(seconds.begin() + arrival, seconds.begin() + arrival + 86400);
    std::sort(day.begin(), day.end());
    const int64_t threshold = day[static_cast<size_t>(std::ceil(0.3 * 86400)) - 1];
    std::vector<int64_t> runs;
    int64_t may_wait = absl::ToInt64Seconds(job.max_delay);
    for (int64_t at = arrival; static_cast<int64_t>(runs.size()) < absl::ToInt64Seconds(job.length);
         ++at) {
      if (seconds[at] < threshold || may_wait == 0) {
        runs.push_back(at);
      } else {
        --may_wait;
      }
    }
    EXPECT_EQ(SecondsOf(Ecovisor().Plan(job, {.series = &series}), job.length), runs);
  }
}

TEST(Gaia, AJobThatMayNotWaitRunsAtOnce) {
  const IntensitySeries series = SeriesOf({500, 100, 100});
  const PolicyJob job = {kSeriesBegin, absl::Hours(1), absl::ZeroDuration()};
  const KnownIntensity known = {.series = &series};
  for (const RunPlan& plan : {LowestSlot().Plan(job, known), LowestWindow().Plan(job, known),
                              CarbonTime().Plan(job, known), WaitAwhile().Plan(job, known),
                              Ecovisor().Plan(job, known)}) {
    EXPECT_EQ(RunsOf(plan, job.length),
              (std::vector<TimeInterval>{{kSeriesBegin, kSeriesBegin + absl::Hours(1)}}));
  }
}

TEST(Gaia, AJobThatArrivesWhereNothingIsKnownRunsAtOnce) {
  const IntensitySeries series = SeriesOf({500, 100, 100});
  const absl::Time late = kSeriesBegin + absl::Hours(30);
  const PolicyJob job = {late, absl::Hours(1), absl::Hours(24)};
  const KnownIntensity known = {.series = &series};
  for (const RunPlan& plan : {LowestSlot().Plan(job, known), LowestWindow().Plan(job, known),
                              CarbonTime().Plan(job, known), WaitAwhile().Plan(job, known),
                              Ecovisor().Plan(job, known)}) {
    EXPECT_EQ(plan.runs.at(0).start, late);
  }
}

}  // namespace
}  // namespace carbon
