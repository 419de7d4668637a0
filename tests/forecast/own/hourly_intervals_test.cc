#include "forecast/own/hourly_intervals.h"

#include <vector>

#include "forecast/own/hourly_history.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Interval = IntensityHistory::Interval;

Interval At(double start_hour, double end_hour, double grams, bool is_estimated = false) {
  return {HistoryStart() + absl::Minutes(60 * start_hour),
          HistoryStart() + absl::Minutes(60 * end_hour), GramsPerKilowattHour(grams), is_estimated};
}

IntensityHistory Of(std::vector<Interval> intervals) {
  return *IntensityHistory::Create(std::move(intervals));
}

TEST(ByHour, TakesTheMeanOfWhatIsKnownOfAnHour) {
  const IntensityHistory history =
      Of({At(0, 0.25, 100), At(0.25, 1, 200), At(1.5, 2, 50, true), At(2, 2.4, 7), At(3, 5, 30)});
  EXPECT_THAT(ByHour(history).intervals(),
              ElementsAre(At(0, 1, 175), At(1, 2, 50, true), At(3, 4, 30), At(4, 5, 30)));
}

TEST(ByHour, PassesOverLongIntervalsAndWhatLiesBeforeTheStart) {
  EXPECT_THAT(ByHour(Of({At(0, 24, 100)})).intervals(), IsEmpty());
  EXPECT_THAT(ByHour(Of({At(0, 1, 1), At(1, 2, 2)}), AtHour(1)).intervals(),
              ElementsAre(At(1, 2, 2)));
}

TEST(ByHour, CountsHoursBeforeTheEpochToo) {
  const absl::Time start = absl::UnixEpoch() - absl::Minutes(90);
  const IntensityHistory history =
      Of({{start, start + absl::Minutes(90), GramsPerKilowattHour(5)}});
  ASSERT_EQ(ByHour(history).intervals().size(), 2u);
  EXPECT_EQ(ByHour(history).intervals()[0].start, absl::UnixEpoch() - absl::Hours(2));
}

// A forecast is the same as from the values themselves.
TEST(ByHour, KeepsWhatAForecastSees) {
  std::vector<Interval> fine;
  for (int i = 0; i < 24 * 12 * 3; ++i) {
    if (i % 97 == 0 || (i > 300 && i < 340)) continue;
    fine.push_back(At(i / 12.0, (i + 1) / 12.0, 100 + i % 37));
  }
  const IntensityHistory history = Of(fine);
  const HourlyHistory direct = HourlyHistory::From(history, AtHour(100));
  const HourlyHistory by_hour = HourlyHistory::From(ByHour(history), AtHour(100));
  ASSERT_EQ(direct.size(), by_hour.size());
  EXPECT_EQ(direct.known_hours(), by_hour.known_hours());
  for (size_t i = 0; i < direct.size(); ++i) {
    EXPECT_NEAR(direct.grams_per_kwh()[i], by_hour.grams_per_kwh()[i], 1e-9);
  }
}

TEST(MergeHours, BelievesThePreferredAndFillsItsHoles) {
  const IntensityHistory preferred = Of({At(1, 2, 10), At(3, 4, 30)});
  const IntensityHistory other = Of({At(0, 1, 1), At(1, 2, 2), At(2, 3, 3), At(4, 5, 5)});
  EXPECT_THAT(MergeHours(preferred, other).intervals(),
              ElementsAre(At(0, 1, 1), At(1, 2, 10), At(2, 3, 3), At(3, 4, 30), At(4, 5, 5)));
  EXPECT_THAT(MergeHours(Of({}), other).intervals(), other.intervals());
  EXPECT_THAT(MergeHours(preferred, Of({})).intervals(), preferred.intervals());
}

}  // namespace
}  // namespace carbon
