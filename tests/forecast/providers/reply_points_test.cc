#include "forecast/providers/reply_points.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/providers/replies.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const ProviderAsk kAsk{.url = "https://host", .zone = "ZZ", .kind = SignalKind::kMarginal};
constexpr absl::Duration kHour = absl::Hours(1);

// `count` hours from midnight, the first of 100 g/kWh, each a gram more.
ReplyPoints Hours(int first, int end) {
  ReplyPoints points;
  for (int i = first; i < end; ++i) points.Add(Point(At(0) + i * kHour, kHour, 100 + i));
  return points;
}

TEST(ReplyPoints, SortsAndTakesEqualRecordsOnce) {
  ReplyPoints points;
  for (const int hour : {2, 0, 1, 0}) points.Add(Point(At(hour), kHour, hour));
  const absl::StatusOr<ProviderForecast> forecast = std::move(points).Forecast(kAsk, At(0));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->kind, SignalKind::kMarginal);
  EXPECT_EQ(forecast->issued_at, At(0));
  EXPECT_EQ(forecast->series.begin(), At(0));
  EXPECT_EQ(forecast->series.end(), At(3));
  EXPECT_EQ(ValueAt(forecast->series, At(2)), 2);
  EXPECT_EQ(forecast->remark.left_out, 0);
  EXPECT_EQ(forecast->remark.note, "");
}

TEST(ReplyPoints, LeavesARecordOutThatCannotBeUsedAndCountsIt) {
  ReplyPoints points = Hours(0, 10);
  points.Add(absl::InvalidArgumentError("data[10].value: \"x\" is no number"));
  points.Add(Point(At(12), -kHour, 1));
  points.Add(std::nullopt);
  const absl::StatusOr<ProviderHistory> history = std::move(points).History(kAsk);
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->history.intervals().size(), 10u);
  EXPECT_EQ(history->remark.left_out, 2);
  EXPECT_EQ(history->remark.note,
            "2 of 13 records left out, the first because of data[10].value: \"x\" is no number");
}

TEST(ReplyPoints, CountsRecordsApartFromValuesThatAreMadeOfSeveral) {
  ReplyPoints points;
  for (int i = 0; i < 9; ++i) points.Count(absl::OkStatus());
  points.Count(absl::InvalidArgumentError("data[9].value: \"x\" is no number"));
  points.AddValue(Point(At(0), kHour, 1));
  const absl::StatusOr<ProviderHistory> history = std::move(points).History(kAsk);
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(history->history.intervals(), ElementsAre(Point(At(0), kHour, 1)));
  EXPECT_EQ(history->remark.note,
            "1 of 10 records left out, the first because of data[9].value: \"x\" is no number");
}

TEST(ReplyPoints, LeavesOutATimeThatHasTwoValues) {
  ReplyPoints points = Hours(0, 10);
  points.Add(Point(At(4), kHour, 999));
  const absl::StatusOr<ProviderHistory> history = std::move(points).History(kAsk);
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->history.intervals().size(), 9u);
  for (const IntensityHistory::Interval& interval : history->history.intervals()) {
    EXPECT_NE(interval.start, At(4));
  }
  EXPECT_EQ(history->remark.left_out, 2);
  EXPECT_THAT(history->remark.note, HasSubstr("2026-11-24T04:00:00Z: is said to be both 104"));
}

TEST(ReplyPoints, LeavesOutTheLongerOfTwoThatOverlap) {
  ReplyPoints points = Hours(0, 10);
  points.Add(Point(At(3), absl::Hours(24 * 20), 999));
  const absl::StatusOr<ProviderHistory> history = std::move(points).History(kAsk);
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->history.intervals().size(), 10u);
  EXPECT_EQ(history->remark.left_out, 1);
}

TEST(ReplyPoints, RefusesAReplyOfWhichHalfCannotBeUsed) {
  ReplyPoints points = Hours(0, 3);
  for (int i = 0; i < 2; ++i) points.Add(absl::InvalidArgumentError("first"));
  EXPECT_TRUE(ReplyPoints(points).History(kAsk).ok());
  points.Add(absl::InvalidArgumentError("last"));
  const absl::Status error = ReplyPoints(points).History(kAsk).status();
  EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error.message(), "first");
  EXPECT_FALSE(std::move(points).Forecast(kAsk, std::nullopt).ok());
}

TEST(ReplyPoints, IsAnEmptyHistoryAndNoForecastWithoutValues) {
  ReplyPoints points;
  points.Add(std::nullopt);
  EXPECT_THAT(ReplyPoints(points).History(kAsk)->history.intervals(), IsEmpty());
  EXPECT_EQ(std::move(points).Forecast(kAsk, std::nullopt).status(),
            absl::UnavailableError("the reply has no values"));
}

TEST(ReplyPoints, FillsAShortHoleOfAForecastWithTheMeanOfItsSides) {
  ReplyPoints points = Hours(0, 5);
  for (int i = 6; i < 24; ++i) points.Add(Point(At(i), kHour, 200));
  const absl::StatusOr<ProviderForecast> forecast =
      ReplyPoints(points).Forecast(kAsk, std::nullopt);
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.end(), At(24));
  EXPECT_EQ(ValueAt(forecast->series, At(5)), 152);
  EXPECT_EQ(forecast->remark.note, "holes of 1h in all filled");
  EXPECT_EQ(std::move(points).History(kAsk)->history.intervals().size(), 23u)
      << "a history keeps its holes";
}

TEST(ReplyPoints, EndsAForecastAtAHoleThatIsTooLongToFill) {
  ReplyPoints points = Hours(0, 5);
  for (int i = 7; i < 40; ++i) points.Add(Point(At(0) + i * kHour, kHour, 200));
  ProviderAsk ask = kAsk;
  ask.now = At(2);
  const absl::StatusOr<ProviderForecast> forecast = ReplyPoints(points).Forecast(ask, std::nullopt);
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.end(), At(5));
  EXPECT_EQ(forecast->remark.note,
            "nothing is said of 2026-11-24T05:00:00Z to 2026-11-24T07:00:00Z");
  ask.now = At(5);
  const absl::StatusOr<ProviderForecast> later = std::move(points).Forecast(ask, std::nullopt);
  EXPECT_EQ(later->series.begin(), At(7)) << "the part before the hole is over";
  EXPECT_EQ(later->remark.note, "");
}

TEST(ReplyPoints, FillsNoHoleWhereTheyAreMoreThanATenth) {
  ReplyPoints points;
  for (int i = 0; i < 20; i += 2) points.Add(Point(At(i), kHour, 100));
  EXPECT_EQ(std::move(points).Forecast(kAsk, std::nullopt)->series.end(), At(1));
}

}  // namespace
}  // namespace carbon
