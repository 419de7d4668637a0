#include "bench/policies/policy_study.h"

#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "replay/policies/gaia.h"
#include "replay/policies/simple_policies.h"
#include "tests/replay/policies/drawn_series.h"

namespace carbon {
namespace {

StudyZone Known(const IntensitySeries& series) {
  return {&series, &series, GramsPerKilowattHour(300)};
}

TEST(RunPolicy, ComparesWithRunningAtOnce) {
  const IntensitySeries series = SeriesOf({400, 150, 100, 600, 300});
  const std::vector<StudyJob> jobs = {
      {kSeriesBegin, absl::Hours(1), absl::Hours(2), absl::Hours(2), 1},
      {kSeriesBegin + absl::Hours(2), absl::Hours(1), absl::Hours(2), absl::Hours(2), 4}};
  const auto now = RunPolicy(jobs, Known(series), RunNow(), LengthKnowledge::kTrue);
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->relative, 1);
  const auto window = RunPolicy(jobs, Known(series), LowestWindow(), LengthKnowledge::kTrue);
  ASSERT_TRUE(window.ok()) << window.status();
  EXPECT_DOUBLE_EQ(window->relative, (100.0 + 4 * 100) / (400 + 4 * 100));
  EXPECT_EQ(window->mean_wait, absl::Hours(1));
  EXPECT_EQ(window->max_wait, absl::Hours(2));
  // For the mean length of two hours the first job's best start is an hour earlier.
  const auto mean = RunPolicy(jobs, Known(series), LowestWindow(), LengthKnowledge::kMeanOfClass);
  ASSERT_TRUE(mean.ok()) << mean.status();
  EXPECT_DOUBLE_EQ(mean->relative, (150.0 + 4 * 100) / (400 + 4 * 100));
}

TEST(RunPolicy, ASuspendedJobWaitsUntilItsEnd) {
  const IntensitySeries series = SeriesOf({100, 400, 400, 100, 300});
  const std::vector<StudyJob> jobs = {
      {kSeriesBegin, absl::Hours(2), absl::Hours(2), absl::Hours(2), 1}};
  const auto outcome = RunPolicy(jobs, Known(series), WaitAwhile(), LengthKnowledge::kTrue);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_DOUBLE_EQ(outcome->relative, 200.0 / 500);
  EXPECT_EQ(outcome->suspensions, 1);
  EXPECT_EQ(outcome->max_wait, absl::Hours(2));
}

TEST(RunPolicy, ARunThatIsNotKnownIsAnError) {
  const IntensitySeries series = SeriesOf({100, 400});
  const std::vector<StudyJob> jobs = {
      {kSeriesBegin, absl::Hours(3), absl::Hours(3), absl::ZeroDuration(), 1}};
  const auto outcome = RunPolicy(jobs, Known(series), RunNow(), LengthKnowledge::kTrue);
  EXPECT_EQ(outcome.status(),
            absl::OutOfRangeError(
                "the intensity is not known of a run of the job at 2024-01-01T00:00:00Z"));
}

TEST(LeastPossible, IsTheBestStart) {
  const IntensitySeries series = SeriesOf({400, 100, 400, 100, 300});
  const std::vector<StudyJob> jobs = {
      {kSeriesBegin, absl::Hours(2), absl::Hours(2), absl::Hours(2), 1}};
  EXPECT_DOUBLE_EQ(*LeastPossible(jobs, series, false), 1);
  EXPECT_DOUBLE_EQ(*LeastPossible(jobs, series, true), 200.0 / 500);
}

}  // namespace
}  // namespace carbon
