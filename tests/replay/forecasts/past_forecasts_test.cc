#include "replay/forecasts/past_forecasts.h"

#include <cmath>

#include "core/base/timestamp.h"
#include "forecast/own/forecast_error.h"
#include "forecast/own/hourly_history.h"
#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"

namespace carbon {
namespace {

constexpr int kDaysAhead = 15;

// The first day on or after `day` on which a regression is due: every 60 days since the Unix epoch.
int DueDay(int day) {
  const int64_t since = absl::ToInt64Hours(GridDay(day) - absl::UnixEpoch()) / 24;
  return day + static_cast<int>((60 - since % 60) % 60);
}

TEST(PastForecastStore, GivesWhatRollingForecastsGivesFromADayOnWhichItFits) {
  const ZoneRecord record = RecordOf("A", MadeUpHours(5, 300, 300));
  const int due = DueDay(100);
  EvaluationPlan plan;
  plan.from = GridDay(due, 7);
  plan.to = GridDay(due + 59 + kDaysAhead, 7);
  plan.days_ahead = kDaysAhead;
  plan.refit_every = absl::Hours(60 * 24);
  const std::vector<ForecastPair> expected = RollingForecasts(
      HourlyHistory::From(record.history(), plan.to), ForecastMethod::kRidge, plan);
  ASSERT_EQ(expected.size(), 60u);

  PastForecastStore store(record.history(), kDaysAhead);
  const std::vector<ForecastPair> pairs = store.EndingBy(plan.to);
  ASSERT_GE(pairs.size(), 60u);
  for (size_t i = 0; i < expected.size(); ++i) {
    const ForecastPair& pair = pairs[pairs.size() - expected.size() + i];
    EXPECT_EQ(pair.origin, expected[i].origin);
    EXPECT_EQ(pair.forecast, expected[i].forecast);
    EXPECT_EQ(pair.actual, expected[i].actual);
  }
}

TEST(PastForecastStore, GivesThoseThatAreOverADayApart) {
  const ZoneRecord record = RecordOf("A", MadeUpHours(5, 300, 400));
  PastForecastStore store(record.history(), kDaysAhead);
  const std::vector<ForecastPair> pairs = store.EndingBy(GridDay(390, 3));
  ASSERT_EQ(pairs.size(), kMaxPastForecasts);
  EXPECT_EQ(pairs.back().origin, GridDay(390 - kDaysAhead, 3));
  for (size_t i = 1; i < pairs.size(); ++i) {
    EXPECT_EQ(pairs[i].origin - pairs[i - 1].origin, absl::Hours(24));
    EXPECT_EQ(pairs[i].forecast.size(), size_t{24} * kDaysAhead);
    EXPECT_EQ(pairs[i].actual.size(), size_t{24} * kDaysAhead);
  }
  // With too little history before them there are fewer, and then none.
  EXPECT_LT(store.EndingBy(GridDay(150)).size(), size_t{100});
  EXPECT_TRUE(store.EndingBy(GridDay(60)).empty());
}

TEST(PastForecastStore, LeavesOutOriginsAtWhichThePastIsNotKnown) {
  std::vector<double> hours = MadeUpHours(5, 300, 300);
  std::string csv = ToCsv(hours);
  const std::string hole = FormatTimestamp(GridDay(260, 4));
  const size_t at = csv.find(hole);
  csv.erase(at, csv.find('\n', at) + 1 - at);
  const auto record = ZoneRecord::Create("A", csv);
  ASSERT_TRUE(record.ok()) << record.status();
  PastForecastStore store(record->history(), kDaysAhead);
  for (const ForecastPair& pair : store.EndingBy(GridDay(290, 5))) {
    EXPECT_NE(pair.origin, GridDay(260, 5));
    for (size_t hour = 0; hour < pair.actual.size(); ++hour) {
      EXPECT_EQ(std::isnan(pair.actual[hour]),
                pair.origin + absl::Hours(static_cast<int64_t>(hour)) == GridDay(260, 4));
    }
  }
}

}  // namespace
}  // namespace carbon
