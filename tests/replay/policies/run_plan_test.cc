#include "replay/policies/run_plan.h"

#include <vector>

#include "gtest/gtest.h"
#include "tests/replay/policies/drawn_series.h"

namespace carbon {
namespace {

absl::Time Hour(int hour) { return kSeriesBegin + absl::Hours(hour); }

TEST(RunPlan, TheLastRunLastsUntilTheJobEnds) {
  const RunPlan plan = {{{Hour(0), Hour(1)}, {Hour(3), Hour(4)}}};
  using Runs = std::vector<TimeInterval>;
  EXPECT_EQ(RunsOf(plan, absl::Hours(5)), (Runs{{Hour(0), Hour(1)}, {Hour(3), Hour(7)}}));
  EXPECT_EQ(RunsOf(plan, absl::Hours(1)), (Runs{{Hour(0), Hour(1)}}));
  EXPECT_EQ(RunsOf(plan, absl::Minutes(90)),
            (Runs{{Hour(0), Hour(1)}, {Hour(3), Hour(3) + absl::Minutes(30)}}));
  EXPECT_EQ(RunsOf(StartAt(Hour(2)), absl::ZeroDuration()), (Runs{{Hour(2), Hour(2)}}));
}

TEST(RunPlan, WhatIsNotCoveredIsNotKnown) {
  const IntensitySeries series = SeriesOf({100, 200, 300});
  EXPECT_EQ(IntegralOf({{Hour(0), Hour(1)}, {Hour(2), Hour(3)}}, series)->milligram_seconds_per_kwh,
            400'000 * 3600);
  EXPECT_FALSE(IntegralOf({{Hour(0), Hour(1)}, {Hour(2), Hour(4)}}, series).has_value());
}

}  // namespace
}  // namespace carbon
