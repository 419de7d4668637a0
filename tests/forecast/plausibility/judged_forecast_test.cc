#include "forecast/plausibility/judged_forecast.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using Rule = PlausibilityRule;

constexpr int64_t kNowHour = 24 * 90;

double Sound(int64_t hour) { return NoisyWave(hour, 10); }

IntensitySeries Series(const std::function<double(int64_t)>& value, int64_t hours = 72) {
  std::vector<IntensitySeries::Step> steps;
  for (int64_t hour = kNowHour; hour < kNowHour + hours; ++hour) {
    steps.push_back({AtHour(hour), GramsPerKilowattHour(value(hour))});
  }
  return *IntensitySeries::Create(steps, AtHour(kNowHour + hours));
}

ZoneHabits Habits(const std::function<double(int64_t)>& value = Sound) {
  return JudgeHistory(MakeHistory(0, kNowHour - 2, value), {}).habits;
}

JudgedForecast Judge(const std::function<double(int64_t)>& value, int64_t hours = 72,
                     const PlausibilityConfig& config = {}, const ZoneHabits& habits = Habits()) {
  return JudgeForecast(Series(value, hours), AtHour(kNowHour), habits, config);
}

std::string RuleOf(const JudgedForecast& judged) {
  return judged.rejected_by.has_value() ? std::string(PlausibilityRuleName(*judged.rejected_by))
                                        : "";
}

TEST(JudgeForecast, BelievesWhatIsLikeThePast) {
  const JudgedForecast judged = Judge(Sound);
  EXPECT_EQ(RuleOf(judged), "");
  EXPECT_EQ(judged.reason, "");
  EXPECT_NEAR(judged.level.value(), 285, 30);
}

TEST(JudgeForecast, RejectsAForecastOfZerosWhereZeroNeverWas) {
  const JudgedForecast judged = Judge([](int64_t) { return 0; });
  EXPECT_EQ(RuleOf(judged), "zero");
  EXPECT_THAT(judged.reason, HasSubstr("not plausible (zero): zero for hours on end; the zone's "));
  EXPECT_THAT(judged.reason,
              HasSubstr("; if that is true, set \"zero\": false or \"accept_from\""));
  EXPECT_EQ(RuleOf(Judge([](int64_t hour) { return hour < kNowHour + 60 ? Sound(hour) : 0; })),
            "zero")
      << "towards its end too";
}

TEST(JudgeForecast, RejectsOneValueForADay) {
  const JudgedForecast judged = Judge([](int64_t) { return 310; });
  EXPECT_EQ(RuleOf(judged), "constant");
  EXPECT_EQ(judged.reason, "not plausible (constant): 310 g/kWh for a day or more");
  EXPECT_EQ(RuleOf(Judge([](int64_t) { return 310; }, 12)), "");
}

TEST(JudgeForecast, RejectsAnotherUnit) {
  for (const double factor : {10.0, 0.1, 2.2046, 1 / 2.2046, 1000.0, 0.001}) {
    SCOPED_TRACE(factor);
    EXPECT_NE(RuleOf(Judge([=](int64_t hour) { return std::min(10000.0, factor * Sound(hour)); })),
              "");
  }
  EXPECT_THAT(Judge([](int64_t hour) { return 2.2046 * Sound(hour); }).reason,
              HasSubstr("not plausible (level): about 2 times the zone's usual "));
}

TEST(JudgeForecast, GivesTheSameReasonForTheSameTrouble) {
  const auto reason = [](int64_t later) {
    return Judge([=](int64_t hour) { return 5 * Sound(hour + later); }).reason;
  };
  EXPECT_EQ(reason(0), reason(24 * 7 * 3));
}

TEST(JudgeForecast, BridgesASingleOddHour) {
  const auto spike = [](int64_t hour) { return hour == kNowHour + 30 ? 9000 : Sound(hour); };
  const JudgedForecast judged = Judge(spike);
  EXPECT_EQ(RuleOf(judged), "");
  EXPECT_THAT(judged.reason,
              HasSubstr("not plausible (outlier): 9000 g/kWh at 2025-04-02T06:00:0"));
  const auto mean = [&](const IntensitySeries& series, int64_t hour) {
    return series.Mean(AtHour(hour), AtHour(hour + 1))->value();
  };
  EXPECT_NEAR(mean(judged.series, kNowHour + 30), (Sound(kNowHour + 29) + Sound(kNowHour + 31)) / 2,
              0.01);
  for (const int64_t hour : {kNowHour, kNowHour + 29, kNowHour + 31, kNowHour + 71}) {
    EXPECT_NEAR(mean(judged.series, hour), Sound(hour), 0.01) << hour;
  }
  EXPECT_EQ(judged.series.end(), AtHour(kNowHour + 72));
}

TEST(JudgeForecast, BridgesAnOddHourOfQuarterHours) {
  std::vector<IntensitySeries::Step> steps;
  for (int64_t quarter = 0; quarter < 4 * 48; ++quarter) {
    const double value = quarter / 4 == 10 ? 0 : Sound(kNowHour + quarter / 4);
    steps.push_back({AtHour(kNowHour) + quarter * absl::Minutes(15), GramsPerKilowattHour(value)});
  }
  const IntensitySeries series = *IntensitySeries::Create(steps, AtHour(kNowHour + 48));
  const JudgedForecast judged = JudgeForecast(series, AtHour(kNowHour), Habits(), {});
  EXPECT_EQ(RuleOf(judged), "");
  EXPECT_GT(judged.series.Mean(AtHour(kNowHour + 10), AtHour(kNowHour + 11))->value(), 150);
  EXPECT_EQ(judged.series.Mean(AtHour(kNowHour + 11), AtHour(kNowHour + 48)),
            series.Mean(AtHour(kNowHour + 11), AtHour(kNowHour + 48)));
}

TEST(JudgeForecast, ChecksOnlyBoundsWithoutHistory) {
  const auto rule = [](double value) {
    return RuleOf(JudgeForecast(Series([=](int64_t) { return value; }), AtHour(kNowHour), {}, {}));
  };
  EXPECT_EQ(rule(0), "") << "a grid of hydro power";
  EXPECT_EQ(rule(2900), "");
  EXPECT_EQ(rule(3100), "bounds");
}

// It ends in an hour or three: nothing good is left to bridge with.
TEST(JudgeForecast, RejectsWhatIsWrongTillItsEnd) {
  const auto rule = [](double value, int64_t hours, const ZoneHabits& habits) {
    return RuleOf(
        JudgeForecast(Series([=](int64_t) { return value; }, hours), AtHour(kNowHour), habits, {}));
  };
  const ZoneHabits known = Habits();
  for (const int64_t hours : {1, 2, 3}) {
    EXPECT_EQ(rule(5000, hours, {}), "bounds") << hours;
    EXPECT_EQ(rule(0, hours, known), "zero") << hours;
    EXPECT_EQ(rule(2500, hours, known), "level") << hours;
    EXPECT_EQ(rule(300, hours, known), "") << hours;
  }
}

TEST(JudgeForecast, BelievesZerosOfASyntheticZoneThatTrulyReachesZero) {
  const auto sunny = [](int64_t hour) {
    const double sun = std::sin(M_PI * (static_cast<double>(hour % 24) - 6) / 14);
    return std::max(0.0, 200 - 250 * std::max(0.0, sun));
  };
  EXPECT_EQ(Judge(sunny, 72, {}, Habits(sunny)).reason, "");
  EXPECT_EQ(RuleOf(Judge([](int64_t) { return 0; }, 72, {}, Habits(sunny))), "level")
      << "but not for days";
  const auto always = [](int64_t) { return 0; };
  EXPECT_EQ(Judge(always, 72, {}, Habits(always)).reason, "");
}

TEST(JudgeForecast, BelievesAConstantOfAZoneWithAStaticMix) {
  const auto constant = [](int64_t) { return 250; };
  EXPECT_EQ(Judge(constant, 72, {}, Habits(constant)).reason, "");
}

TEST(JudgeForecast, ComparesNoLevelWithAnOldHistory) {
  const ZoneHabits old = JudgeHistory(MakeHistory(0, kNowHour - 24 * 30, Sound), {}).habits;
  EXPECT_EQ(RuleOf(Judge([](int64_t hour) { return 2 * Sound(hour); }, 72, {}, old)), "");
  EXPECT_EQ(RuleOf(Judge([](int64_t hour) { return 6 * Sound(hour); }, 72, {}, old)), "level");
}

TEST(JudgeForecast, LeavesOutEachRuleThatIsTurnedOff) {
  const struct {
    std::function<double(int64_t)> value;
    PlausibilityConfig config;
  } cases[] = {
      {[](int64_t hour) { return 10 * Sound(hour); }, {.bounds = false, .level = false}},
      {[](int64_t) { return 0; }, {.zero = false}},
      {[](int64_t) { return 310; }, {.constant = false}},
      {[](int64_t hour) { return 2.2 * Sound(hour); }, {.level = false}},
      {[](int64_t hour) { return hour == kNowHour + 30 ? 4 * Sound(hour) : Sound(hour); },
       {.outlier = false}},
  };
  for (const auto& c : cases) {
    EXPECT_NE(Judge(c.value).reason, "");
    EXPECT_EQ(Judge(c.value, 72, c.config).reason, "");
  }
}

TEST(JudgeForecast, LooksOnlyAtWhatLiesAhead) {
  std::vector<IntensitySeries::Step> steps = {{AtHour(kNowHour - 24), GramsPerKilowattHour(0)}};
  const std::vector<IntensitySeries::Step> ahead = Series(Sound).steps();
  steps.insert(steps.end(), ahead.begin(), ahead.end());
  const IntensitySeries series = *IntensitySeries::Create(steps, AtHour(kNowHour + 72));
  const JudgedForecast judged = JudgeForecast(series, AtHour(kNowHour), Habits(), {});
  EXPECT_EQ(judged.reason, "");
  EXPECT_EQ(JudgeForecast(series, AtHour(kNowHour + 100), Habits(), {}).reason, "")
      << "nothing lies ahead";
}

}  // namespace
}  // namespace carbon
