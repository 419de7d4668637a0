#include "replay/policies/lets_wait_awhile.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/replay/policies/drawn_series.h"

namespace carbon {
namespace {

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", text, absl::UTCTimeZone(), &time, &error)) << error;
  return time;
}

// 1 January 2024 is a Monday.
TEST(SlackUntilDue, NextWorkday) {
  struct Case {
    const char* end;
    const char* due;
  };
  for (const Case& one : {
           Case{"2024-01-01 08:30", "2024-01-01 09:00"},  // Monday, before work
           Case{"2024-01-01 09:00", "2024-01-01 09:00"},
           Case{"2024-01-01 17:00", "2024-01-01 17:00"},  // not after 17:00
           Case{"2024-01-01 17:30", "2024-01-02 09:00"},
           Case{"2024-01-05 23:30", "2024-01-06 09:00"},  // Friday evening: on Saturday
           Case{"2024-01-06 00:00", "2024-01-08 09:00"},  // Saturday
           Case{"2024-01-07 23:30", "2024-01-08 09:00"},  // Sunday
       }) {
    EXPECT_EQ(SlackUntilDue(ResultDue::kNextWorkday, At(one.end), absl::UTCTimeZone()),
              At(one.due) - At(one.end))
        << one.end;
  }
}

TEST(SlackUntilDue, SemiWeekly) {
  struct Case {
    const char* end;
    const char* due;
  };
  for (const Case& one : {
           Case{"2024-01-01 09:00", "2024-01-01 09:00"},
           Case{"2024-01-01 09:30", "2024-01-04 09:00"},
           Case{"2024-01-03 23:30", "2024-01-04 09:00"},
           Case{"2024-01-04 09:30", "2024-01-08 09:00"},
           Case{"2024-01-07 12:00", "2024-01-08 09:00"},
       }) {
    EXPECT_EQ(SlackUntilDue(ResultDue::kSemiWeekly, At(one.end), absl::UTCTimeZone()),
              At(one.due) - At(one.end))
        << one.end;
  }
}

TEST(SlackUntilDue, CountsWorkingHoursOfTheZone) {
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  EXPECT_EQ(SlackUntilDue(ResultDue::kNextWorkday, At("2024-01-01 16:30"), berlin),
            At("2024-01-02 08:00") - At("2024-01-01 16:30"));
}

// Every start and every choice of half hours is tried.
TEST(LetsWaitAwhile, EndsInTimeAndEmitsTheLeast) {
  std::mt19937 random(1);
  const LetsWaitAwhile whole(ResultDue::kNextWorkday, false);
  const LetsWaitAwhile interrupted(ResultDue::kNextWorkday, true);
  for (int round = 0; round < 100; ++round) {
    const IntensitySeries series = SeriesOf(DrawValues(&random, 4 * 48), absl::Minutes(30));
    const int64_t steps = 1 + random() % 60;
    const PolicyJob job = {kSeriesBegin + absl::Minutes(30 * (random() % 48)),
                           absl::Minutes(30 * steps), absl::InfiniteDuration()};
    const absl::Duration slack =
        SlackUntilDue(ResultDue::kNextWorkday, job.arrival + job.length, absl::UTCTimeZone());
    std::vector<int64_t> values;
    for (absl::Time at = job.arrival; at < job.arrival + job.length + slack;
         at += absl::Minutes(30)) {
      values.push_back(series.step_milligrams()[series.StepAt(absl::ToUnixSeconds(at))]);
    }
    int64_t best = 0, least = INT64_MAX;
    for (int64_t start = 0; start + steps <= static_cast<int64_t>(values.size()); ++start) {
      int64_t sum = 0;
      for (int64_t i = 0; i < steps; ++i) sum += values[start + i];
      if (sum >= least) continue;
      least = sum;
      best = start;
    }
    const KnownIntensity known = {.series = &series};
    EXPECT_EQ(whole.Plan(job, known).runs.at(0).start, job.arrival + absl::Minutes(30 * best));
    std::sort(values.begin(), values.end());
    int64_t cheapest = 0;
    for (int64_t i = 0; i < steps; ++i) cheapest += 1800 * values[i];
    const std::vector<TimeInterval> runs = RunsOf(interrupted.Plan(job, known), job.length);
    EXPECT_EQ(IntegralOf(runs, series)->milligram_seconds_per_kwh, cheapest);
    EXPECT_LE(runs.back().end, job.arrival + job.length + slack);
  }
}

TEST(LetsWaitAwhile, WaitsNoLongerThanTheJobMay) {
  const IntensitySeries series = SeriesOf({500, 400, 300, 200, 100, 100, 100, 100, 100});
  const PolicyJob job = {kSeriesBegin, absl::Hours(1), absl::Hours(2)};
  EXPECT_EQ(LetsWaitAwhile(ResultDue::kNextWorkday, false).Plan(job, {.series = &series}),
            StartAt(kSeriesBegin + absl::Hours(2)));
}

}  // namespace
}  // namespace carbon
