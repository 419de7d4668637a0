#include "cli/replay/measured_hours.h"

#include "gtest/gtest.h"

namespace carbon {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
const absl::Time kBegin = absl::FromUnixSeconds(1'000'000'000);

// A span of so many days, that begins so many days after kBegin.
TimeSpan Days(int64_t first, int64_t days) {
  return {kBegin + first * kDay, kBegin + (first + days) * kDay};
}

TEST(WeeksTo, ReachesTheTimeOrTheWeekAfterIt) {
  EXPECT_EQ(WeeksTo(kBegin, kBegin), 0);
  EXPECT_EQ(WeeksTo(kBegin, kBegin + absl::Seconds(1)), 1);
  EXPECT_EQ(WeeksTo(kBegin, kBegin + kWeek), 1);
  EXPECT_EQ(WeeksTo(kBegin, kBegin - absl::Seconds(1)), 0);
  EXPECT_EQ(WeeksTo(kBegin, kBegin - kWeek), -1);
}

TEST(WeeksInto, MovesByYearsWhereThatIsEnough) {
  // Two years are measured, and the jobs are of the third year after them.
  EXPECT_EQ(WeeksInto(Days(5 * 364, 28), Days(0, 2 * 364)), -4 * 52);
  EXPECT_EQ(WeeksInto(Days(-364, 28), Days(0, 2 * 364)), 2 * 52);
  EXPECT_EQ(WeeksInto(Days(100, 28), Days(0, 2 * 364)), 0);
}

TEST(WeeksInto, MovesByWeeksWhereTheYearIsNotMeasured) {
  // The days 61 to 100 are after two months of measured hours.
  EXPECT_EQ(WeeksInto(Days(200, 28), Days(0, 100)), -19);
  EXPECT_EQ(WeeksInto(Days(-10, 28), Days(0, 100)), 11);
}

TEST(WeeksInto, LeavesADayBeforeTheJobsWhereTwoMonthsAreNotMeasured) {
  EXPECT_EQ(WeeksInto(Days(200, 28), Days(0, 40)), -27);
  EXPECT_EQ(WeeksInto(Days(200, 28), Days(0, 29)), std::nullopt);
  EXPECT_EQ(WeeksInto(Days(200, 28), TimeSpan{}), std::nullopt);
}

}  // namespace
}  // namespace carbon
