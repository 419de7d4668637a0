// Intensities drawn at random, second by second, for oracles that try everything.
#ifndef TESTS_REPLAY_POLICIES_DRAWN_SERIES_H_
#define TESTS_REPLAY_POLICIES_DRAWN_SERIES_H_

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/intensity.h"
#include "gtest/gtest.h"
#include "replay/policies/comparison_policy.h"

namespace carbon {

inline const absl::Time kSeriesBegin = absl::FromUnixSeconds(1'704'067'200);  // Monday, 2024-01-01

// Each value for as long as `step`.
inline IntensitySeries SeriesOf(const std::vector<double>& values,
                                absl::Duration step = absl::Hours(1),
                                absl::Time begin = kSeriesBegin) {
  std::vector<IntensitySeries::Step> steps;
  absl::Time at = begin;
  for (const double value : values) {
    steps.push_back({at, GramsPerKilowattHour(value)});
    at += step;
  }
  absl::StatusOr<IntensitySeries> series = IntensitySeries::Create(steps, at);
  EXPECT_TRUE(series.ok()) << series.status();
  return *std::move(series);
}

// Few different values, so that many are equal.
inline std::vector<double> DrawValues(std::mt19937* random, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(100 + 10 * ((*random)() % 6));
  return values;
}

// The intensity of each second of the series, mg/kWh.
inline std::vector<int64_t> BySecond(const IntensitySeries& series) {
  std::vector<int64_t> seconds;
  for (int64_t at = absl::ToUnixSeconds(series.begin()); at < series.end_second(); ++at) {
    seconds.push_back(series.step_milligrams()[series.StepAt(at)]);
  }
  return seconds;
}

// A job that arrives in the first hours of the series.
inline PolicyJob DrawJob(std::mt19937* random, int max_length_hours, int max_delay_hours) {
  const auto draw = [random](int hours) {
    return absl::Seconds(1 + static_cast<int64_t>((*random)() % (3600u * hours)));
  };
  return {kSeriesBegin + draw(3), draw(max_length_hours), draw(max_delay_hours)};
}

inline int64_t SecondOf(absl::Time time) { return absl::ToInt64Seconds(time - kSeriesBegin); }

// Which seconds of the series the job runs in.
inline std::vector<int64_t> SecondsOf(const RunPlan& plan, absl::Duration length) {
  std::vector<int64_t> seconds;
  for (const TimeInterval& run : RunsOf(plan, length)) {
    for (int64_t at = SecondOf(run.start); at < SecondOf(run.end); ++at) seconds.push_back(at);
  }
  return seconds;
}

}  // namespace carbon

#endif  // TESTS_REPLAY_POLICIES_DRAWN_SERIES_H_
