#include "forecast/providers/carbon_aware_web.h"

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

const ProviderAsk kAsk{
    .url = "http://sdk:8080/", .zone = "west europe", .kind = SignalKind::kMarginal};

TEST(CarbonAwareRequests, AskTheWebApiOrForTheFile) {
  EXPECT_EQ(CarbonAwareForecastRequest(kAsk, {}, At(0))->UrlToSend(),
            "http://sdk:8080/emissions/forecasts/current?location=west%20europe");
  absl::StatusOr<std::vector<HttpRequest>> requests =
      CarbonAwareHistoryRequests(kAsk, {}, At(0), At(1));
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->size(), 1u);
  EXPECT_EQ((*requests)[0].url,
            "http://sdk:8080/emissions/bylocation?location=west%20europe"
            "&time=2026-11-24T00%3A00%3A00Z&toTime=2026-11-24T01%3A00%3A00Z");
  ProviderAsk file = kAsk;
  EXPECT_EQ(CarbonAwareFileRequest(file, {}, At(0))->UrlToSend(),
            "http://sdk:8080/west%20europe.json");
  file.url = "https://host/forecasts/de.json";
  EXPECT_EQ(CarbonAwareFileRequest(file, {}, At(0))->UrlToSend(), file.url);
}

TEST(ParseCarbonAwareForecast, ReadsBothFormsAsTheKindAskedFor) {
  const std::pair<const char*, const char*> cases[] = {
      {"application/octet-stream",
       R"({"GeneratedAt": "2026-11-23T23:50:00Z", "Emissions": [
           {"Time": "2026-11-24T00:00:00Z", "Rating": 310, "Duration": "00:15:00"}]})"},
      {"application/json",
       R"([{"generatedAt": "2026-11-23T23:50:00Z", "location": "west europe", "windowSize": 15,
            "forecastData": [{"location": "NL", "timestamp": "2026-11-24T00:00:00+00:00",
                              "duration": 15, "value": 310}]}])"},
  };
  for (const auto& [type, body] : cases) {
    absl::StatusOr<ProviderForecast> forecast =
        ParseCarbonAwareForecast(kAsk, {.status = 200, .content_type = type, .body = body});
    ASSERT_TRUE(forecast.ok()) << forecast.status();
    EXPECT_EQ(forecast->kind, SignalKind::kMarginal);
    EXPECT_EQ(forecast->issued_at, At(0) - absl::Minutes(10));
    EXPECT_EQ(ValueAt(forecast->series, At(0)), 310);
    EXPECT_EQ(forecast->series.end(), At(0, 15));
  }
}

TEST(ParseCarbonAwareForecast, SaysWhoAndWhereAndLooksAtTheStatusFirst) {
  EXPECT_EQ(ParseCarbonAwareForecast(kAsk, Json("{}")).status().message(),
            "carbon-aware-sdk: zone west europe: Emissions is missing");
  EXPECT_EQ(ParseCarbonAwareForecast(kAsk, Json("{}", 404)).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(ParseCarbonAwareForecast(kAsk, Json(std::string(1'000'000, '['))).status().message(),
            "carbon-aware-sdk: zone west europe: is nested deeper than 16");
}

// Not NOT_FOUND, which would wait for hours: the next reply may be the right one.
TEST(ParseCarbonAwareForecast, TakesAReplyOfAnotherLocationForABadReply) {
  const absl::Status error =
      ParseCarbonAwareForecast(kAsk, Json(R"([{"location": "FR", "forecastData": []}])")).status();
  EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      error.message(),
      "carbon-aware-sdk: zone west europe: location \"west europe\" is not in the file, which has "
      "1");
}

TEST(ParseCarbonAwareForecast, CallsItselfAsTheConfigurationDoes) {
  ProviderAsk ask = kAsk;
  ask.provider = "carbon-aware-file";
  EXPECT_EQ(ParseCarbonAwareForecast(ask, Json("{}")).status().message(),
            "carbon-aware-file: zone west europe: Emissions is missing");
}

TEST(ParseCarbonAwareForecast, ReadsNoMoreThanAReplyMayHave) {
  const absl::Status status =
      ParseCarbonAwareForecast(kAsk, Json(std::string((4 << 20) + 1, ' '))).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "carbon-aware-sdk: zone west europe: the reply of 4194305 bytes is above 4194304");
}

TEST(ParseCarbonAwareHistory, KeepsGaps) {
  absl::StatusOr<ProviderHistory> history = ParseCarbonAwareHistory(kAsk, Json(R"([
      {"location": "NL", "time": "2026-11-24T03:00:00+01:00", "rating": 70.5,
       "duration": "00:30:00"},
      {"location": "NL", "time": "2026-11-24T00:00:00.25Z", "rating": 0, "duration": "01:00"},
      {"location": "NL", "time": "2026-11-24T01:00:00Z", "rating": null,
       "duration": "01:00:00"}])"));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->kind, SignalKind::kMarginal);
  EXPECT_THAT(history->history.intervals(),
              ElementsAre(Point(At(0), absl::Hours(1), 0), Point(At(2), absl::Minutes(30), 70.5)));
}

TEST(ParseCarbonAwareHistory, RefusesBadEmissionsNamingThem) {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", "an object is no list of emissions"},
      {"[5]", "[0].time: is missing"},
      {R"([{"time": "2026-11-24T00:00:00", "rating": 1, "duration": "01:00:00"}])",
       "[0].time: time \"2026-11-24T00:00:00\" has no offset"},
      {R"([{"time": "2026-11-24T00:00:00Z", "rating": 1}])", "[0].duration: is missing"},
      {R"([{"time": "2026-11-24T00:00:00Z", "rating": 1, "duration": "1h"}])",
       "[0].duration: \"1h\" is not hh:mm[:ss]"},
      {R"([{"time": "2026-11-24T00:00:00Z", "rating": 1, "duration": "00:00:00"}])",
       "interval 2026-11-24T00:00:00Z: its end, 2026-11-24T00:00:00Z, is not after it"},
      {R"([{"time": "2026-11-24T00:00:00Z", "duration": "01:00:00"}])", "[0].rating: is missing"},
  };
  for (const auto& [body, message] : cases) {
    const absl::Status error = ParseCarbonAwareHistory(kAsk, Json(body)).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << body;
    EXPECT_THAT(error.message(), HasSubstr(message)) << body;
  }
  EXPECT_TRUE(ParseCarbonAwareHistory(kAsk, Json("[]"))->history.intervals().empty());
}

}  // namespace
}  // namespace carbon
