#include "bench/policies/workloads.h"

#include <cmath>
#include <vector>

#include "absl/time/civil_time.h"
#include "gtest/gtest.h"
#include "tests/replay/policies/drawn_series.h"

namespace carbon {
namespace {

TEST(GaiaWorkload, WaitsAndMeansAreThoseOfTheClass) {
  const std::vector<StudyJob> jobs =
      GaiaWorkload({{absl::Seconds(5), absl::Hours(1), 2},
                    {absl::Seconds(6), absl::Hours(2), 1},  // not less than two hours
                    {absl::Seconds(7), absl::Hours(4), 1}},
                   kSeriesBegin);
  ASSERT_EQ(jobs.size(), 3u);
  EXPECT_EQ(jobs[0].arrival, kSeriesBegin + absl::Seconds(5));
  EXPECT_EQ(jobs[0].max_delay, absl::Hours(6));
  EXPECT_EQ(jobs[0].mean_length, absl::Hours(1));
  EXPECT_EQ(jobs[0].weight, 2);
  EXPECT_EQ(jobs[1].max_delay, absl::Hours(24));
  EXPECT_EQ(jobs[1].mean_length, absl::Hours(3));
}

TEST(LetsWaitAwhileWorkload, IsAsThePaperDescribesIt) {
  const std::vector<StudyJob> jobs = LetsWaitAwhileWorkload(1);
  EXPECT_EQ(jobs.size(), 3387u);
  double hours = 0;
  for (const StudyJob& job : jobs) {
    const absl::CivilSecond local = absl::ToCivilSecond(job.arrival, absl::UTCTimeZone());
    EXPECT_EQ(local.year(), 2020);
    EXPECT_GE(local.hour(), 9);
    EXPECT_LT(local.hour(), 17);
    EXPECT_EQ(local.minute() % 30, 0);
    const absl::Weekday weekday = absl::GetWeekday(absl::CivilDay(local));
    EXPECT_NE(weekday, absl::Weekday::saturday);
    EXPECT_NE(weekday, absl::Weekday::sunday);
    EXPECT_GE(job.length, absl::Hours(4));
    EXPECT_LT(job.length, absl::Hours(90));
    hours += absl::ToDoubleHours(job.length) / 3387;
  }
  EXPECT_NEAR(hours, 46.75, 1.5);
  EXPECT_EQ(LetsWaitAwhileWorkload(1)[17].arrival, jobs[17].arrival);
  EXPECT_NE(LetsWaitAwhileWorkload(2)[17].length, jobs[17].length);
}

TEST(WithNoise, HasTheDeviationThatIsAsked) {
  const IntensitySeries actual = SeriesOf(std::vector<double>(5000, 200));
  const IntensitySeries noisy = WithNoise(actual, 0.05, 1);
  double sum = 0, squares = 0;
  for (const IntensitySeries::Step& step : noisy.steps()) {
    sum += (step.value.value() - 200) / 5000;
    squares += std::pow(step.value.value() - 200, 2) / 5000;
  }
  EXPECT_NEAR(sum, 0, 0.5);
  EXPECT_NEAR(std::sqrt(squares), 10, 0.3);
}

TEST(AtHalfHours, TakesTheValuesAtHalfHours) {
  const auto series = AtHalfHours(SeriesOf({1, 2, 3, 4, 5}, absl::Minutes(15)));
  ASSERT_TRUE(series.ok());
  ASSERT_EQ(series->steps().size(), 3u);
  EXPECT_EQ(series->steps()[1].value, GramsPerKilowattHour(3));
  EXPECT_EQ(series->end(), kSeriesBegin + absl::Minutes(90));
}

TEST(Cut, KeepsWhatLiesWithin) {
  const auto series =
      Cut(SeriesOf({1, 2, 3, 4}), kSeriesBegin + absl::Minutes(90), kSeriesBegin + absl::Hours(3));
  ASSERT_TRUE(series.ok());
  EXPECT_EQ(series->begin(), kSeriesBegin + absl::Minutes(90));
  EXPECT_EQ(series->end(), kSeriesBegin + absl::Hours(3));
  EXPECT_EQ(series->steps().front().value, GramsPerKilowattHour(2));
  EXPECT_EQ(series->steps().back().value, GramsPerKilowattHour(3));
}

}  // namespace
}  // namespace carbon
