#include "forecast/plausibility/judged_history.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "forecast/plausibility/judged_forecast.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using Rule = PlausibilityRule;

constexpr int64_t kEnd = 24 * 90;

double Sound(int64_t hour) { return NoisyWave(hour, 10); }

// A synthetic zone that truly is at zero from 9 to 17 h on every day: a grid full of sun.
double Sunny(int64_t hour) {
  const double sun = std::sin(M_PI * (static_cast<double>(hour % 24) - 6) / 14);
  return std::max(0.0, 200 - 250 * std::max(0.0, sun));
}

JudgedHistory Judge(const std::function<double(int64_t)>& value, int64_t end = kEnd,
                    const PlausibilityConfig& config = {}) {
  return JudgeHistory(MakeHistory(0, end, value), config);
}

// Like Sound, except for hours [first, end).
std::function<double(int64_t)> With(int64_t first, int64_t end,
                                    const std::function<double(int64_t)>& fault) {
  return [=](int64_t hour) { return hour >= first && hour < end ? fault(hour) : Sound(hour); };
}

// Expects that the hours [first, end) of a history of kEnd hours are rejected, and no others.
void ExpectRejected(const JudgedHistory& judged, Rule rule, int64_t first, int64_t end,
                    int64_t known = kEnd) {
  ASSERT_THAT(judged.rejected, SizeIs(1));
  EXPECT_EQ(PlausibilityRuleName(judged.rejected[0].rule), PlausibilityRuleName(rule));
  EXPECT_EQ(judged.rejected[0].start, AtHour(first));
  EXPECT_EQ(judged.rejected[0].end, AtHour(end));
  EXPECT_EQ(judged.hours.intervals().size(), static_cast<size_t>(known - (end - first)));
  EXPECT_EQ(judged.habits.known_hours, known - (end - first));
}

TEST(JudgeHistory, BelievesAWaveWithNoise) {
  const JudgedHistory judged = Judge(Sound);
  EXPECT_THAT(judged.rejected, IsEmpty());
  EXPECT_EQ(judged.hours.intervals().size(), static_cast<size_t>(kEnd));
  EXPECT_TRUE(judged.habits.AreKnown());
  EXPECT_FALSE(judged.habits.reaches_zero);
  EXPECT_EQ(judged.habits.known_until, AtHour(kEnd));
}

TEST(JudgeHistory, TakesOneHourOf9000ForAHole) {
  ExpectRejected(Judge(With(1000, 1001, [](int64_t) { return 9000; })), Rule::kBounds, 1000, 1001);
}

TEST(JudgeHistory, TakesSingleOutliersForHolesUpAndDown) {
  for (const double factor : {0.0, 0.1, 4.0, 10.0}) {
    SCOPED_TRACE(factor);
    const JudgedHistory judged =
        Judge(With(1000, 1001, [=](int64_t hour) { return factor * Sound(hour); }));
    ExpectRejected(judged, factor == 0 ? Rule::kZero : Rule::kOutlier, 1000, 1001);
  }
}

TEST(JudgeHistory, TakesAnOutageInTheMiddleAndAtTheEndForAHole) {
  for (const int64_t hours : {1, 3, 10, 24, 24 * 6}) {
    SCOPED_TRACE(hours);
    ExpectRejected(Judge(With(1000, 1000 + hours, [](int64_t) { return 0; })), Rule::kZero, 1000,
                   1000 + hours);
    ExpectRejected(Judge(With(kEnd - hours, kEnd, [](int64_t) { return 0; })), Rule::kZero,
                   kEnd - hours, kEnd);
  }
}

TEST(JudgeHistory, FindsAnOutageOfZerosWithGaps) {
  const auto zeros = [](int64_t hour) { return hour % 3 == 0 ? -1 : 0; };
  const JudgedHistory judged = Judge(With(kEnd - 9, kEnd, zeros));
  EXPECT_EQ(judged.hours.intervals().back().end, AtHour(kEnd - 9));
}

TEST(JudgeHistory, DoesNotBelieveZerosForLastingLong) {
  const JudgedHistory judged = Judge(With(kEnd - 24 * 10, kEnd, [](int64_t) { return 0; }));
  EXPECT_EQ(judged.hours.intervals().back().end, AtHour(kEnd - 24 * 10));
}

TEST(JudgeHistory, TakesAllButTheFirstHourOfAFrozenSourceForAHole) {
  for (const int64_t hours : {6, 24, 24 * 6}) {
    SCOPED_TRACE(hours);
    const auto frozen = [=](int64_t) { return Sound(kEnd - hours - 1); };
    ExpectRejected(Judge(With(kEnd - hours, kEnd, frozen)), Rule::kConstant, kEnd - hours, kEnd);
  }
}

TEST(JudgeHistory, BelievesAValueThatStaysForAWeek) {
  EXPECT_THAT(Judge(With(kEnd - 24 * 8, kEnd, [](int64_t) { return 300; })).rejected, IsEmpty());
}

TEST(JudgeHistory, BelievesAStaticMix) {
  const auto steps = [](int64_t hour) { return hour < 24 * 45 ? 250 : 270; };
  const JudgedHistory judged = Judge(steps);
  EXPECT_THAT(judged.rejected, IsEmpty());
  EXPECT_EQ(judged.habits.max_constant_hours, SIZE_MAX);
}

TEST(JudgeHistory, TakesHoursAndDaysInAnotherUnitForHoles) {
  const auto scaled = [](double factor) {
    return [=](int64_t hour) { return factor * Sound(hour); };
  };
  ExpectRejected(Judge(With(kEnd - 10, kEnd, scaled(10))), Rule::kLevel, kEnd - 10, kEnd);
  ExpectRejected(Judge(With(kEnd - 10, kEnd, scaled(0.1))), Rule::kLevel, kEnd - 10, kEnd);
  ExpectRejected(Judge(With(kEnd - 48, kEnd, scaled(0.001))), Rule::kZero, kEnd - 48, kEnd);
  // Pounds a megawatt-hour.
  ExpectRejected(Judge(With(kEnd - 48, kEnd, scaled(2.2046))), Rule::kLevel, kEnd - 48, kEnd);
}

TEST(JudgeHistory, BelievesANewLevelAfterAWeek) {
  const auto level = [](int64_t days) {
    return With(kEnd - 24 * days, kEnd, [](int64_t hour) { return 2.2 * Sound(hour); });
  };
  EXPECT_THAT(Judge(level(6)).rejected, SizeIs(1));
  const JudgedHistory judged = Judge(level(7));
  EXPECT_THAT(judged.rejected, IsEmpty());
  EXPECT_TRUE(judged.habits.levels.IsPlausible(GramsPerKilowattHour(600)));
}

TEST(JudgeHistory, BelievesTheLevelThatTheAdministratorAccepts) {
  const absl::Time from = AtHour(kEnd - 24 * 3);
  const auto level = With(kEnd - 24 * 3, kEnd, [](int64_t hour) { return 6 * Sound(hour); });
  EXPECT_FALSE(Judge(level).rejected.empty());
  const JudgedHistory judged = Judge(level, kEnd, {.accept_from = from});
  EXPECT_THAT(judged.rejected, IsEmpty());
  EXPECT_FALSE(judged.habits.AreKnown()) << "three days say little";
  EXPECT_EQ(judged.habits.known_hours, 72);
}

TEST(JudgeHistory, BelievesASyntheticZoneThatTrulyReachesZero) {
  const JudgedHistory judged = Judge(Sunny);
  EXPECT_THAT(judged.rejected, IsEmpty());
  EXPECT_TRUE(judged.habits.reaches_zero);
  EXPECT_THAT(Judge([](int64_t) { return 0; }).rejected, IsEmpty()) << "or is always there";
}

// Synthetic: a grid that builds wind or sun. From an hour on it is at zero for six hours of every
// day, and takes two or three hours to get there and back.
std::function<double(int64_t)> BuildsWind(int64_t from) {
  return [=](int64_t hour) {
    constexpr double kShares[24] = {1, 1, 1, 1, 1, 1,   1,   1,   0.8, 0.5, 0.2, 0,
                                    0, 0, 0, 0, 0, 0.2, 0.6, 0.9, 1,   1,   1,   1};
    return hour < from ? Sound(hour) : kShares[hour % 24] * Sound(hour);
  };
}

// A forecast of three days from an hour on that comes true.
JudgedForecast JudgeNext(const std::function<double(int64_t)>& value, int64_t from,
                         const ZoneHabits& habits) {
  std::vector<IntensitySeries::Step> steps;
  for (int64_t hour = from; hour < from + 72; ++hour) {
    steps.push_back({AtHour(hour), GramsPerKilowattHour(value(hour))});
  }
  return JudgeForecast(*IntensitySeries::Create(steps, AtHour(from + 72)), AtHour(from), habits,
                       {});
}

TEST(JudgeHistory, BelievesASyntheticZoneThatNewlyReachesZeroWithinDays) {
  constexpr int64_t kTwoYears = 24 * 730;
  const auto after = [](int64_t days) {
    return Judge(BuildsWind(kTwoYears), kTwoYears + 24 * days);
  };
  EXPECT_FALSE(after(3).habits.reaches_zero);
  EXPECT_FALSE(after(3).rejected.empty());
  EXPECT_EQ(JudgeNext(BuildsWind(kTwoYears), kTwoYears + 72, after(3).habits).rejected_by,
            Rule::kZero);
  for (const int64_t days : {7, 8, 30}) {
    const JudgedHistory judged = after(days);
    EXPECT_TRUE(judged.habits.reaches_zero) << days;
    EXPECT_THAT(judged.rejected, IsEmpty()) << days;
    const JudgedForecast next =
        JudgeNext(BuildsWind(kTwoYears), kTwoYears + 24 * days, judged.habits);
    EXPECT_FALSE(next.rejected_by.has_value()) << next.reason;
  }
}

TEST(JudgeHistory, BelievesNoZerosThatComeOrGoAtOnceWhileTheyAreFew) {
  // For six hours of every day, for 30 days of two years. In the second year half of the hours next
  // to them are dead too.
  const std::function<double(int64_t)> shares[] = {
      [](int64_t hour) { return hour >= 9 && hour < 15 ? 0 : 1; },
      [](int64_t hour) { return hour == 8 || hour == 15 ? 0.4
                                : hour > 8 && hour < 15 ? 0
                                                        : 1; },
      [](int64_t hour) {
        return hour >= 11 && hour < 17 ? 0 : hour == 10 ? 0.2 : hour == 9 ? 0.5 : 1;
      },
  };
  constexpr int64_t kTwoYears = 24 * 730;
  for (const auto& share : shares) {
    const auto value = [&](int64_t hour) {
      return hour < kTwoYears ? Sound(hour) : share(hour % 24) * Sound(hour);
    };
    EXPECT_FALSE(Judge(value, kTwoYears + 24 * 30).habits.reaches_zero);
  }
}

TEST(JudgeHistory, BelievesHoursOfANewLevelOnSevenDaysOf28) {
  // On every third day, five hours at a fiftieth.
  const auto judged = [](int64_t times) {
    const int64_t from = kEnd - 24 * 3 * times;
    return Judge(With(from, kEnd, [=](int64_t hour) {
      return (hour - from) / 24 % 3 == 0 && hour % 24 >= 8 && hour % 24 < 13 ? 0.02 * Sound(hour)
                                                                             : Sound(hour);
    }));
  };
  EXPECT_THAT(judged(6).rejected, SizeIs(6));
  EXPECT_THAT(judged(7).rejected, IsEmpty());
  EXPECT_THAT(Judge(With(kEnd - 24 * 6 - 5, kEnd, [](int64_t hour) { return 0.02 * Sound(hour); }))
                  .rejected,
              testing::Not(IsEmpty()))
      << "which is less than seven days, on eight of them";
}

TEST(JudgeHistory, RejectsOneValueAlsoAfterAnotherHadLastedForAWeek) {
  // A source that was dead for eight days, a month ago, and is dead again.
  const auto value = [](int64_t hour) {
    if (hour >= kEnd - 24 * 38 && hour < kEnd - 24 * 30) return 300.0;
    return hour >= kEnd - 24 ? Sound(kEnd - 25) : Sound(hour);
  };
  const JudgedHistory judged = Judge(value);
  ASSERT_THAT(judged.rejected, SizeIs(1));
  EXPECT_EQ(judged.rejected[0].rule, Rule::kConstant);
  EXPECT_EQ(judged.rejected[0].start, AtHour(kEnd - 24));
}

TEST(JudgeHistory, ChecksOnlyBoundsWithoutTwoWeeks) {
  const auto dead = [](int64_t hour) { return hour == 20 ? 9000 : hour > 300 ? 0 : Sound(hour); };
  const JudgedHistory judged = Judge(dead, kMinHabitHours);
  ASSERT_THAT(judged.rejected, SizeIs(1));
  EXPECT_EQ(judged.rejected[0].rule, Rule::kBounds);
  EXPECT_FALSE(judged.habits.AreKnown());
}

TEST(JudgeHistory, LeavesOutEachRuleThatIsTurnedOff) {
  const auto frozen = [](int64_t) { return Sound(kEnd - 25); };
  const auto scaled = [](int64_t hour) { return 2.2 * Sound(hour); };
  const auto spike = [](int64_t hour) { return 4 * Sound(hour); };
  const struct {
    std::function<double(int64_t)> value;
    PlausibilityConfig config;
  } cases[] = {
      {With(500, 530, [](int64_t hour) { return 3500.0 + static_cast<double>(hour); }),
       {.bounds = false, .level = false, .outlier = false}},
      {With(kEnd - 24, kEnd, [](int64_t) { return 0; }), {.zero = false}},
      {With(kEnd - 24, kEnd, frozen), {.constant = false}},
      {With(kEnd - 48, kEnd, scaled), {.level = false}},
      {With(1000, 1001, spike), {.outlier = false}},
  };
  for (const auto& c : cases) {
    EXPECT_FALSE(Judge(c.value).rejected.empty());
    EXPECT_THAT(Judge(c.value, kEnd, c.config).rejected, IsEmpty());
  }
}

TEST(JudgeHistory, JudgesNothingOfNothing) {
  const JudgedHistory judged = JudgeHistory(*IntensityHistory::Create({}), {});
  EXPECT_THAT(judged.hours.intervals(), IsEmpty());
  EXPECT_FALSE(judged.habits.AreKnown());
}

}  // namespace
}  // namespace carbon
