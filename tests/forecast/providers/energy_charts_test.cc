#include "forecast/providers/energy_charts.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/providers/replies.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const ProviderAsk kAsk{.url = "https://host", .zone = "de"};

// 1795478400 is 2026-11-24T00:00:00Z (date -ud @1795478400).
HttpReply Reply(const char* seconds, const char* measured, const char* forecast) {
  return Json(absl::StrCat(R"({"unix_seconds": [)", seconds, R"(], "co2eq": [)", measured,
                           R"(], "co2eq_forecast": [)", forecast, R"(], "deprecated": false})"));
}

constexpr char kQuarters[] = "1795478400, 1795479300, 1795480200, 1795481100, 1795482000";

TEST(EnergyChartsRequests, NameTheCountryAndTheSpan) {
  EXPECT_EQ(EnergyChartsForecastRequest(kAsk, {}, At(0))->UrlToSend(),
            "https://host/co2eq?country=de");
  absl::StatusOr<std::vector<HttpRequest>> requests =
      EnergyChartsHistoryRequests(kAsk, {}, At(0), At(0) + absl::Hours(24 * 32));
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->size(), 2u);
  EXPECT_EQ((*requests)[1].url,
            "https://host/co2eq?country=de&start=2026-12-25T00%3A00Z&end=2026-12-26T00%3A00Z");
  ProviderAsk marginal = kAsk;
  marginal.kind = SignalKind::kMarginal;
  EXPECT_THAT(EnergyChartsForecastRequest(marginal, {}, At(0)).status().message(),
              HasSubstr("energy-charts: zone de: kind marginal is not given"));
}

TEST(ParseEnergyChartsForecast, BeginsWithWhatWasMeasuredAndEndsBeforeTheNulls) {
  absl::StatusOr<ProviderForecast> forecast = ParseEnergyChartsForecast(
      kAsk, Reply(kQuarters, "491.5, 497.4, null, null, null", "null, null, 505.0, 0, null"));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->kind, SignalKind::kAverageLifecycle);
  EXPECT_EQ(forecast->issued_at, std::nullopt);
  EXPECT_EQ(forecast->series.begin(), At(0));
  EXPECT_EQ(forecast->series.end(), At(1));
  EXPECT_EQ(ValueAt(forecast->series, At(0, 15)), 497.4);
  EXPECT_EQ(ValueAt(forecast->series, At(0, 30)), 505);
  EXPECT_EQ(ValueAt(forecast->series, At(0, 59)), 0);
}

TEST(ParseEnergyChartsForecast, PrefersTheForecastToWhatWasMeasured) {
  absl::StatusOr<ProviderForecast> forecast = ParseEnergyChartsForecast(
      kAsk, Reply(kQuarters, "1, 2, 3, null, null", "null, 12, 13, 14, 15"));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(ValueAt(forecast->series, At(0)), 1);
  EXPECT_EQ(ValueAt(forecast->series, At(0, 15)), 12);
}

TEST(ParseEnergyChartsForecast, GoesBackNoFurtherThanTheLastGap) {
  absl::StatusOr<ProviderForecast> forecast = ParseEnergyChartsForecast(
      kAsk, Reply(kQuarters, "1, null, 3, null, null", "null, null, null, 14, 15"));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.begin(), At(0, 30));
}

TEST(ParseEnergyChartsForecast, EndsAtAGapWithinNamingIt) {
  absl::StatusOr<ProviderForecast> forecast = ParseEnergyChartsForecast(
      kAsk, Reply(kQuarters, "1, 2, null, null, null", "null, 12, null, 14, 15"));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.end(), At(0, 30));
  EXPECT_EQ(forecast->remark.note,
            "nothing is said of 2026-11-24T00:30:00Z to 2026-11-24T00:45:00Z");
}

TEST(ParseEnergyChartsForecast, LeavesARowOutThatCannotBeReadAndSaysSo) {
  for (const char* bad : {"-1", "true", "\"x\""}) {
    absl::StatusOr<ProviderForecast> forecast =
        ParseEnergyChartsForecast(kAsk, Reply(kQuarters, "null, null, null, null, null",
                                              absl::StrCat("1, 2, 3, 4, ", bad).c_str()));
    ASSERT_TRUE(forecast.ok()) << forecast.status();
    EXPECT_EQ(forecast->series.end(), At(1));
    EXPECT_THAT(forecast->remark.note, HasSubstr("1 of 5 records left out, the first because of "
                                                 "co2eq_forecast[4]: "));
  }
}

TEST(ParseEnergyChartsForecast, TellsTheStepFromAllInstants) {
  // Unsorted, with an instant missing between the first two.
  absl::StatusOr<ProviderForecast> forecast = ParseEnergyChartsForecast(
      kAsk, Reply("1795482000, 1795480200, 1795481100", "null, null, null", "3, 1, 2"));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.begin(), At(0, 30));
  EXPECT_EQ(forecast->series.end(), At(1, 15));
  EXPECT_THAT(ParseEnergyChartsForecast(
                  kAsk, Reply("1795478400, 1795480200, 1795481100", "null, null, null", "1, 2, 3"))
                  ->remark.note,
              HasSubstr("nothing is said of 2026-11-24T00:15:00Z to 2026-11-24T00:30:00Z"));
}

TEST(ParseEnergyChartsForecast, IsUnavailableWhereThereIsNoForecast) {
  for (const HttpReply& reply :
       {Reply(kQuarters, "1, 2, 3, 4, 5", "null, null, null, null, null"), Reply("", "", ""),
        Json(R"({"unix_seconds": [1795478400], "co2eq": [1], "co2eq_forecast": null})")}) {
    EXPECT_EQ(ParseEnergyChartsForecast(kAsk, reply).status().code(),
              absl::StatusCode::kUnavailable)
        << reply.body;
  }
}

TEST(ParseEnergyChartsForecast, RefusesColumnsThatAreNone) {
  const std::pair<HttpReply, const char*> cases[] = {
      {Json("{}"), "unix_seconds: is missing"},
      {Json(R"({"unix_seconds": []})"), "co2eq: is missing"},
      {Reply("1795478400, 1795479300", "1", "1, 2"), "co2eq: 1 values for 2 unix_seconds"},
      {Reply("1795478400, 1795479300", "1, 2", "1"), "co2eq_forecast: 1 values for 2"},
      {Reply("1795478400, \"x\"", "1, 2", "1, 2"),
       "unix_seconds[1]: \"x\" is no second of this century"},
      {Reply("1795478400, 1.5", "1, 2", "1, 2"), "unix_seconds[1]: 1.5 is no second"},
      {Reply("-1, 1795478400", "1, 2", "1, 2"), "unix_seconds[0]: -1 is no second"},
      {Reply("1795478400000, 1795478400", "1, 2", "1, 2"), "is no second of this century"},
      {Reply("18446744073709551615, 1795478400", "1, 2", "1, 2"), "is no second of this century"},
      {Reply("1795478400", "null", "1"), "no two are within an hour of each other"},
      {Reply("1795478400, 1795564800", "1, 2", "1, 2"), "no two are within an hour"},
      {Reply("1795478400, 1795478400", "1, 2", "1, 2"), "no two are within an hour"},
      {Reply("1795478400, 1795479300", "1, -2", "1, 2"), "co2eq[1]: -2 is negative"},
      {Reply("1795478400, 1795479300", "1, 2", "1, \"2 g\""),
       "co2eq_forecast[1]: \"2 g\" is no number"},
  };
  for (const auto& [reply, message] : cases) {
    const absl::Status error = ParseEnergyChartsForecast(kAsk, reply).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << reply.body;
    EXPECT_THAT(error.message(), HasSubstr(message)) << reply.body;
  }
}

TEST(ParseEnergyChartsHistory, KeepsGapsAndLeavesTheForecastOut) {
  absl::StatusOr<ProviderHistory> history = ParseEnergyChartsHistory(
      kAsk, Reply(kQuarters, "491.5, null, 0, null, null", "1, 2, 3, 4, 5"));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(history->history.intervals(), ElementsAre(Point(At(0), absl::Minutes(15), 491.5),
                                                        Point(At(0, 30), absl::Minutes(15), 0)));
  // The same row twice is one row.
  EXPECT_EQ(ParseEnergyChartsHistory(
                kAsk, Reply("1795478400, 1795479300, 1795478400", "1, 2, 1", "null, null, null"))
                ->history.intervals()
                .size(),
            2u);
  EXPECT_TRUE(ParseEnergyChartsHistory(
                  kAsk, Reply(kQuarters, "null, null, null, null, null", "1, 2, 3, 4, 5"))
                  ->history.intervals()
                  .empty());
}

}  // namespace
}  // namespace carbon
