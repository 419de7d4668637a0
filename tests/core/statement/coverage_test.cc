#include "core/statement/coverage.h"

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "core/config/profile.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

StatedRun Reserved(AllocationUnit unit, int64_t units, absl::Duration ran) {
  StatedRun run;
  run.unit = unit;
  run.units = units;
  run.ran = ran;
  return run;
}

// 80 device-hours, 640 core-hours and 30 node-hours: 750 of nothing.
TEST(Coverage, NeverAddsHoursOfDifferentUnits) {
  Coverage coverage;
  coverage.Add(Reserved(AllocationUnit::kDevice, 8, absl::Hours(6)), true);
  coverage.Add(Reserved(AllocationUnit::kDevice, 8, absl::Hours(4)), false);
  coverage.Add(Reserved(AllocationUnit::kCore, 64, absl::Hours(10)), true);
  coverage.Add(Reserved(AllocationUnit::kNode, 3, absl::Hours(10)), false);
  EXPECT_EQ(coverage.runs, 4);
  EXPECT_EQ(coverage.covered_runs, 2);
  ASSERT_EQ(coverage.hours.size(), 3u);
  EXPECT_DOUBLE_EQ(coverage.hours[AllocationUnit::kDevice].reserved, 80);
  EXPECT_DOUBLE_EQ(*coverage.hours[AllocationUnit::kDevice].share(), 0.6);
  EXPECT_EQ(*coverage.hours[AllocationUnit::kCore].share(), 1);
  EXPECT_EQ(*coverage.hours[AllocationUnit::kNode].share(), 0);
  EXPECT_EQ(CoverageText(coverage),
            "2 of 4 runs, with 60% of the device-hours, 100% of the core-hours and 0% of the "
            "node-hours reserved");
  EXPECT_FALSE(coverage.is_full());
}

TEST(Coverage, ARunWhoseUnitsAreNotKnownStillLacks) {
  Coverage coverage;
  coverage.Add(Reserved(AllocationUnit::kDevice, 8, absl::Hours(6)), true);
  EXPECT_TRUE(coverage.is_full());
  coverage.Add(Reserved(AllocationUnit::kNode, 0, absl::Hours(5)), false);
  EXPECT_FALSE(coverage.is_full());
  EXPECT_EQ(CoverageText(coverage), "1 of 2 runs, with 100% of the device-hours reserved");
}

TEST(Coverage, ARunThatTookNoTimeLacksNothing) {
  Coverage coverage;
  EXPECT_TRUE(coverage.is_full());
  coverage.Add(Reserved(AllocationUnit::kDevice, 8, absl::ZeroDuration()), false);
  EXPECT_TRUE(coverage.is_full());
  EXPECT_TRUE(coverage.hours.empty());
  EXPECT_EQ(CoverageText(coverage), "1 of 1 run");
}

TEST(HoursByUnit, AreListedByUnit) {
  HoursByUnit hours;
  EXPECT_EQ(hours.Text(), "nothing reserved");
  hours.Add(Reserved(AllocationUnit::kNode, 2, absl::Minutes(90)));
  EXPECT_EQ(hours.Text(), "3.00 node-hours reserved");
  hours.Add(Reserved(AllocationUnit::kDevice, 8, absl::Hours(2)));
  hours.Add(Reserved(AllocationUnit::kNode, 1, absl::Hours(1)));
  EXPECT_EQ(hours.Text(), "16.0 device-hours and 4.00 node-hours reserved");
}

}  // namespace
}  // namespace carbon
