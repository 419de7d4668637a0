#include "forecast/own/hourly_history.h"

#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;

IntensityHistory::Interval From(int from_minute, int to_minute, double grams) {
  return {HistoryStart() + absl::Minutes(from_minute), HistoryStart() + absl::Minutes(to_minute),
          GramsPerKilowattHour(grams)};
}

TEST(HourlyHistory, WeighsPartsOfAnHourByTheirTime) {
  const auto history = IntensityHistory::Create(
      {From(0, 15, 100), From(15, 60, 200), From(60, 90, 50), From(90, 180, 80)});
  const HourlyHistory hourly = HourlyHistory::From(*history, AtHour(3));
  EXPECT_EQ(hourly.begin(), AtHour(0));
  EXPECT_EQ(hourly.end(), AtHour(3));
  EXPECT_THAT(hourly.grams_per_kwh(), ElementsAre(175, 65, 80));
}

TEST(HourlyHistory, KnowsAnHourOfWhichHalfIsKnown) {
  const auto history =
      IntensityHistory::Create({From(0, 30, 100), From(60, 89, 900), From(120, 180, 300)});
  const HourlyHistory hourly = HourlyHistory::From(*history, AtHour(3));
  EXPECT_TRUE(hourly.is_known(0));
  EXPECT_FALSE(hourly.is_known(1));
  EXPECT_EQ(hourly.known_hours(), 2u);
  EXPECT_THAT(hourly.grams_per_kwh(), ElementsAre(100, 200, 300)) << "a straight line between";
}

TEST(HourlyHistory, TakesNothingOfAnHourFromALongInterval) {
  const auto history = IntensityHistory::Create({From(0, 180, 10), From(180, 24 * 60, 20)});
  EXPECT_EQ(HourlyHistory::From(*history, AtHour(24)).known_hours(), 3u);
}

TEST(HourlyHistory, PassesOverTheFutureAndTheHourThatIsNotOver) {
  const IntensityHistory history = MakeHistory(0, 100, WeekWave);
  const HourlyHistory hourly = HourlyHistory::From(history, AtHour(50) + absl::Minutes(59));
  EXPECT_EQ(hourly.end(), AtHour(50));
  EXPECT_EQ(HourlyHistory::From(history, AtHour(-5)).size(), 0u);
}

TEST(HourlyHistory, FillsALongHoleWithTheSameHourOfTheDaysAround) {
  const auto value = [](int64_t hour) {
    return hour >= 30 && hour < 42 ? -1.0 : static_cast<double>(hour);
  };
  const HourlyHistory hourly = HourlyHistory::From(MakeHistory(0, 96, value), AtHour(96));
  EXPECT_FALSE(hourly.is_known(35));
  // Between hour 11 and hour 59, 6 of 13 hours into the hole.
  EXPECT_DOUBLE_EQ(hourly.grams_per_kwh()[35], 11 + 48 * 6 / 13.0);
}

TEST(HourlyHistory, TakesADayThatRepeatsTheOneBeforeForMissing) {
  const auto value = [](int64_t hour) {
    return NoisyWave(hour >= 240 && hour < 280 ? 216 + (hour - 240) % 24 : hour, 20);
  };
  const HourlyHistory hourly = HourlyHistory::From(MakeHistory(0, 400, value), AtHour(400));
  for (size_t hour = 0; hour < 400; ++hour) {
    EXPECT_EQ(hourly.is_known(hour), hour < 240 || hour >= 280) << hour;
  }
}

TEST(HourlyHistory, BelievesShortRepeatsConstantsAndWhatAlwaysRepeats) {
  const std::function<double(int64_t)> rules[] = {
      [](int64_t hour) { return NoisyWave(hour >= 240 && hour < 263 ? hour - 24 : hour, 20); },
      [](int64_t) { return 0.0; }, [](int64_t hour) { return NoisyWave(hour % 24, 20); },
      [](int64_t hour) { return hour > 100 && hour < 200 ? 370.0 : NoisyWave(hour, 20); }};
  for (const auto& rule : rules) {
    EXPECT_EQ(HourlyHistory::From(MakeHistory(0, 400, rule), AtHour(400)).known_hours(), 400u);
  }
}

TEST(HourlyHistory, DoesNotKnowHoursAtItsEndThatOnlyRepeatTheOneBefore) {
  for (const int64_t frozen : {1, 3, 6, 100}) {
    const auto dead = [=](int64_t hour) {
      return NoisyWave(hour < 400 - frozen ? hour : 399 - frozen, 20);
    };
    const HourlyHistory hourly = HourlyHistory::From(MakeHistory(0, 400, dead), AtHour(400));
    EXPECT_EQ(hourly.end(), AtHour(400 - frozen));
    EXPECT_EQ(hourly.grams_per_kwh().back(), dead(399));
  }
}

TEST(HourlyHistory, KnowsARunOfOneValueAtItsEndThatMayBeTrue) {
  // A fleet of coal plants every night, six hours of it at the end; the same without a week to
  // compare with; a static mix; a value that has lasted for a week.
  const auto nightly = [](int64_t hour) { return hour % 24 < 8 ? 370.0 : NoisyWave(hour, 20); };
  for (const int64_t end : {24 * 20 + 6, 24 * 5 + 6}) {
    EXPECT_EQ(HourlyHistory::From(MakeHistory(0, end, nightly), AtHour(end)).end(), AtHour(end));
  }
  const auto fixed = [](int64_t) { return 250.0; };
  EXPECT_EQ(HourlyHistory::From(MakeHistory(0, 100, fixed), AtHour(100)).end(), AtHour(100));
  const auto settled = [](int64_t hour) { return hour < 231 ? NoisyWave(hour, 20) : 250.0; };
  EXPECT_EQ(HourlyHistory::From(MakeHistory(0, 400, settled), AtHour(400)).end(), AtHour(400));
}

TEST(HourlyHistory, UntilKnowsNothingOfWhatCameLater) {
  const auto value = [](int64_t hour) {
    return hour >= 30 && hour < 42 ? -1.0 : static_cast<double>(hour);
  };
  const HourlyHistory whole = HourlyHistory::From(MakeHistory(0, 96, value), AtHour(96));
  for (const int64_t end : {1, 30, 36, 42, 45, 96}) {
    const HourlyHistory part = whole.Until(AtHour(end));
    const HourlyHistory fresh = HourlyHistory::From(MakeHistory(0, end, value), AtHour(end));
    EXPECT_EQ(part.end(), fresh.end()) << end;
    EXPECT_EQ(part.grams_per_kwh(), fresh.grams_per_kwh()) << end;
  }
  EXPECT_EQ(whole.Until(AtHour(36)).end(), AtHour(30));
}

TEST(HourlyHistory, KeepsThreeYears) {
  const HourlyHistory hourly = HourlyHistory::From(MakeHistory(0, 30000, WeekWave), AtHour(30000));
  EXPECT_EQ(hourly.size(), static_cast<size_t>(HourlyHistory::kMaxDays) * 24);
  EXPECT_EQ(hourly.end(), AtHour(30000));
}

}  // namespace
}  // namespace carbon
