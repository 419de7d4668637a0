#include "core/grid/intensity_history.h"

#include <limits>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using Interval = IntensityHistory::Interval;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

absl::Time At(int hour) {
  return absl::FromCivil(absl::CivilHour(2026, 11, 24, hour), absl::UTCTimeZone());
}

Interval Hour(int hour, double value) {
  return {At(hour), At(hour + 1), GramsPerKilowattHour(value)};
}

TEST(IntensityHistory, KeepsGapsAndPutsTheRestInOrder) {
  absl::StatusOr<IntensityHistory> history =
      IntensityHistory::Create({Hour(5, 50), Hour(0, 0), Hour(1, 10), Hour(5, 50)});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(history->intervals(), testing::ElementsAre(Hour(0, 0), Hour(1, 10), Hour(5, 50)));
  EXPECT_TRUE(IntensityHistory::Create({})->intervals().empty());
}

TEST(IntensityHistory, BecomesASeriesOnlyWhereThereIsNoGap) {
  absl::StatusOr<IntensitySeries> series =
      IntensityHistory::Create({Hour(1, 10), Hour(0, 0)})->ToSeries();
  ASSERT_TRUE(series.ok()) << series.status();
  EXPECT_EQ(series->begin(), At(0));
  EXPECT_EQ(series->end(), At(2));
  EXPECT_EQ(*series->Mean(At(0), At(2)), GramsPerKilowattHour(5));
  EXPECT_EQ(IntensityHistory::Create({Hour(0, 1), Hour(3, 1)})->ToSeries().status().message(),
            "nothing is said of 2026-11-24T01:00:00Z to 2026-11-24T03:00:00Z");
  EXPECT_EQ(IntensityHistory::Create({})->ToSeries().status().message(), "there are no values");
}

TEST(IntensityHistory, RefusesWhatCannotBeNamingTheInterval) {
  const absl::Time half = At(2) + absl::Milliseconds(500);
  const std::pair<Interval, const char*> cases[] = {
      {{half, At(3), GramsPerKilowattHour(1)}, "does not start and end on whole seconds"},
      {{At(2), half, GramsPerKilowattHour(1)}, "does not start and end on whole seconds"},
      {{At(2), absl::InfiniteFuture(), GramsPerKilowattHour(1)}, "on whole seconds"},
      {{At(2), At(3) + absl::Hours(24 * 31), GramsPerKilowattHour(1)}, "or more than 31 days"},
      {{At(2), At(2), GramsPerKilowattHour(1)}, "its end, 2026-11-24T02:00:00Z, is not after it"},
      {Hour(2, -1), "-1 g/kWh is not in [0, 10000]"},
      {Hour(2, kNan), "nan g/kWh is not in"},
      {Hour(2, 10001), "10001 g/kWh is not in"},
      {Hour(1, 11), "is said to be both 10 and 11 g/kWh"},
      {{At(0), At(2), GramsPerKilowattHour(1)}, "overlaps the one of 2026-11-24T00:00:00Z"},
  };
  for (const auto& [interval, message] : cases) {
    const absl::Status error = IntensityHistory::Create({Hour(1, 10), interval}).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << message;
    EXPECT_THAT(error.message(), HasSubstr(message));
    EXPECT_THAT(error.message(), HasSubstr("interval 2026-11-24T0")) << message;
  }
}

}  // namespace
}  // namespace carbon
