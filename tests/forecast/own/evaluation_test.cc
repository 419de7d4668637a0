#include "forecast/own/evaluation.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"

namespace carbon {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

ForecastPair Pair(std::vector<double> forecast, std::vector<double> actual) {
  return {AtHour(0), std::move(forecast), std::move(actual)};
}

// 24 hours of `value`, except for the first few.
std::vector<double> Day(double value, const std::vector<double>& first = {}) {
  std::vector<double> day(24, value);
  std::copy(first.begin(), first.end(), day.begin());
  return day;
}

TEST(AccuracyOfDay, AgreesWithWhatIsReckonedByHand) {
  // Errors 10 of 100 and 40 of 200, once; otherwise none.
  const ForecastPair pair = Pair(Day(100, {110, 160}), Day(100, {100, 200}));
  const DayAccuracy accuracy = AccuracyOfDay({pair}, 0);
  EXPECT_DOUBLE_EQ(accuracy.mape, (0.1 + 0.2) / 24);
  EXPECT_DOUBLE_EQ(accuracy.normalised_mae, 50.0 / 2500);
  EXPECT_EQ(accuracy.hours, 24);
}

TEST(AccuracyOfDay, LeavesOutUnknownHoursAndRelativeErrorsOfZero) {
  const DayAccuracy accuracy = AccuracyOfDay({Pair(Day(100, {7, 5}), Day(80, {kNan, 0}))}, 0);
  EXPECT_DOUBLE_EQ(accuracy.mape, 0.25);
  EXPECT_DOUBLE_EQ(accuracy.normalised_mae, (5 + 22 * 20.0) / (22 * 80));
  EXPECT_EQ(accuracy.hours, 23);
  EXPECT_TRUE(std::isnan(accuracy.rank_correlation));
}

TEST(AccuracyOfDay, LooksAtTheDayAskedFor) {
  std::vector<double> forecast = Day(100), actual = Day(50);
  for (int hour = 0; hour < 24; ++hour) {
    forecast.push_back(200);
    actual.push_back(160);
  }
  const std::vector<ForecastPair> pairs = {Pair(forecast, actual)};
  EXPECT_DOUBLE_EQ(AccuracyOfDay(pairs, 0).mape, 1);
  EXPECT_DOUBLE_EQ(AccuracyOfDay(pairs, 1).mape, 0.25);
  EXPECT_EQ(AccuracyOfDay(pairs, 2).hours, 0);
}

TEST(AccuracyOfDay, CorrelatesRanksNotValues) {
  std::vector<double> rising, cubed, falling;
  for (int hour = 0; hour < 24; ++hour) {
    rising.push_back(hour + 1);
    cubed.push_back(std::pow(hour + 1, 3));
    falling.push_back(24 - hour);
  }
  EXPECT_DOUBLE_EQ(AccuracyOfDay({Pair(cubed, rising)}, 0).rank_correlation, 1);
  EXPECT_DOUBLE_EQ(AccuracyOfDay({Pair(falling, rising)}, 0).rank_correlation, -1);
  EXPECT_DOUBLE_EQ(AccuracyOfDay({Pair(Day(5), rising)}, 0).rank_correlation, 0);
  // Two neighbours exchanged: 1 - 6 x 2 / (24 x (24 x 24 - 1)).
  std::vector<double> exchanged = rising;
  std::swap(exchanged[3], exchanged[4]);
  EXPECT_NEAR(AccuracyOfDay({Pair(exchanged, rising)}, 0).rank_correlation, 1 - 12.0 / (24 * 575),
              1e-12);
  // Ties share their mean rank: one hour above 23 equal ones, in both or at different hours.
  EXPECT_DOUBLE_EQ(AccuracyOfDay({Pair(Day(1, {2}), Day(5, {9}))}, 0).rank_correlation, 1);
  EXPECT_NEAR(AccuracyOfDay({Pair(Day(1, {2}), Day(5, {5, 9}))}, 0).rank_correlation, -1.0 / 23,
              1e-12);
}

TEST(SavingCaptured, IsTheChoiceAgainstTheOracles) {
  // At once: 100. The forecast chooses hour 2, which is 70; the best, hour 3, is 40.
  const ForecastPair pair = Pair(Day(100, {90, 95, 50, 60}), Day(100, {100, 90, 70, 40}));
  EXPECT_DOUBLE_EQ(SavingCaptured({pair}, absl::Hours(1), absl::Hours(4)), 0.5);
  // Two hours: at once 190, both choose hours 2 and 3: 110.
  EXPECT_DOUBLE_EQ(SavingCaptured({pair}, absl::Hours(2), absl::Hours(4)), 1);
  // Sums, not means of shares: a second forecast that waits for a worse hour costs.
  const ForecastPair worse = Pair(Day(100, {90, 80}), Day(100, {100, 130, 60}));
  EXPECT_DOUBLE_EQ(SavingCaptured({pair, worse}, absl::Hours(1), absl::Hours(4)), 0.0);
}

TEST(SavingCaptured, PrefersTheEarliestOfEqualsAndNeedsAllHours) {
  const ForecastPair level = Pair(Day(100), Day(100, {100, 90}));
  EXPECT_DOUBLE_EQ(SavingCaptured({level}, absl::Hours(1), absl::Hours(4)), 0);
  EXPECT_TRUE(std::isnan(SavingCaptured({Pair(Day(1), Day(1))}, absl::Hours(1), absl::Hours(4))));
  EXPECT_TRUE(std::isnan(SavingCaptured({level}, absl::Hours(1), absl::Hours(24))));
  const ForecastPair hole = Pair(Day(100), Day(100, {100, 90, kNan}));
  EXPECT_TRUE(std::isnan(SavingCaptured({hole}, absl::Hours(1), absl::Hours(4))));
}

TEST(RollingForecasts, UsesOnlyWhatWasKnown) {
  const auto rule = [](int64_t hour) { return NoisyWave(hour, 20); };
  const HourlyHistory history = HourlyHistory::From(MakeHistory(0, 24 * 90, rule), AtHour(24 * 90));
  EvaluationPlan plan;
  plan.from = AtHour(24 * 70);
  plan.to = AtHour(24 * 90);
  const auto pairs = RollingForecasts(history, ForecastMethod::kRidge, plan);
  ASSERT_EQ(pairs.size(), 17u);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const int64_t day = 70 + static_cast<int64_t>(i);
    EXPECT_EQ(pairs[i].origin, AtHour(24 * day));
    const HourlyHistory then =
        HourlyHistory::From(MakeHistory(0, 24 * day, rule), AtHour(24 * day));
    EXPECT_EQ(pairs[i].forecast, *ForecastHours(then, ForecastMethod::kRidge, 4));
    for (int64_t hour = 0; hour < 96; ++hour) {
      EXPECT_DOUBLE_EQ(pairs[i].actual[static_cast<size_t>(hour)], rule(24 * day + hour));
    }
  }
}

TEST(RollingForecasts, StartsAtTheOriginWhereTheHistoryEndsBefore) {
  const auto rule = [](int64_t hour) {
    return hour >= 24 * 10 - 5 && hour < 24 * 10 ? -1.0 : hour;
  };
  const HourlyHistory history = HourlyHistory::From(MakeHistory(0, 24 * 12, rule), AtHour(24 * 12));
  EvaluationPlan plan;
  plan.from = AtHour(24 * 10);
  plan.to = AtHour(24 * 11);
  plan.days_ahead = 1;
  const auto pairs = RollingForecasts(history, ForecastMethod::kYesterday, plan);
  ASSERT_EQ(pairs.size(), 1u);
  // The last 24 known hours end at 235: what was at hour 216 + i, and 5 hours of the day before.
  for (size_t i = 0; i < 24; ++i) {
    EXPECT_EQ(pairs[0].forecast[i],
              i < 19 ? 216.0 + static_cast<double>(i) : 192.0 + static_cast<double>(i));
  }
}

}  // namespace
}  // namespace carbon
