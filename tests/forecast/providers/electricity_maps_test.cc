#include "forecast/providers/electricity_maps.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/providers/replies.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const ProviderAsk kAsk{.url = "https://host/v4", .zone = "DK-DK2"};
const Credential kToken{.secret = "s3cret"};

constexpr char kForecast[] = R"({
  "zone": "DK-DK2", "temporalGranularity": "hourly", "updatedAt": "2026-11-24T00:17:03.512Z",
  "forecast": [{"carbonIntensity": 77, "datetime": "2026-11-24T00:00:00.000Z"},
               {"carbonIntensity": 0, "datetime": "2026-11-24T01:00:00.000Z"},
               {"carbonIntensity": 81.5, "datetime": "2026-11-24T02:00:00.000Z"}]})";

TEST(ElectricityMapsForecastRequest, SendsAllThatWouldElseBeGuessed) {
  absl::StatusOr<HttpRequest> request = ElectricityMapsForecastRequest(kAsk, kToken, At(0));
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->UrlToSend(),
            "https://host/v4/carbon-intensity/forecast?horizonHours=72&zone=DK-DK2"
            "&temporalGranularity=hourly&emissionFactorType=lifecycle&flowTraced=true"
            "&disableCallerLookup=true");
  ASSERT_EQ(request->headers.size(), 1u);
  EXPECT_EQ(request->headers[0].name, "auth-token");
  EXPECT_EQ(request->headers[0].value, "s3cret");
  EXPECT_THAT(request->Redacted(), Not(HasSubstr("s3cret")));
}

TEST(ElectricityMapsForecastRequest, AsksForTheKindAndTheNextHorizon) {
  ProviderAsk ask = kAsk;
  ask.kind = SignalKind::kAverageDirect;
  ask.zone = "a&b";
  for (const auto& [horizon, hours] : {std::pair(absl::Minutes(1), 6),
                                       {absl::Hours(6), 6},
                                       {absl::Hours(7), 24},
                                       {absl::Hours(48), 48},
                                       {absl::Hours(400), 72}}) {
    ask.horizon = horizon;
    absl::StatusOr<HttpRequest> request = ElectricityMapsForecastRequest(ask, kToken, At(0));
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_THAT(request->url, HasSubstr(absl::StrCat("horizonHours=", hours, "&zone=a%26b&")));
    EXPECT_THAT(request->url, HasSubstr("emissionFactorType=direct"));
  }
  ask.kind = SignalKind::kMarginal;
  EXPECT_EQ(ElectricityMapsForecastRequest(ask, kToken, At(0)).status().message(),
            "electricity-maps: zone a&b: kind marginal is not given, only average-lifecycle, "
            "average-direct");
  EXPECT_EQ(ElectricityMapsForecastRequest(kAsk, {}, At(0)).status().message(),
            "electricity-maps: zone DK-DK2: the credential is missing");
}

TEST(ElectricityMapsHistoryRequests, AskForTenDaysAtATime) {
  absl::StatusOr<std::vector<HttpRequest>> requests =
      ElectricityMapsHistoryRequests(kAsk, kToken, At(0), At(0) + absl::Hours(24 * 11));
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->size(), 2u);
  EXPECT_THAT(
      (*requests)[0].url,
      StartsWith("https://host/v4/carbon-intensity/past-range?start=2026-11-24T00%3A00%3A00Z"
                 "&end=2026-12-04T00%3A00%3A00Z&zone=DK-DK2&"));
  EXPECT_THAT((*requests)[1].url, HasSubstr("start=2026-12-04T00%3A00%3A00Z"
                                            "&end=2026-12-05T00%3A00%3A00Z&"));
}

TEST(ParseElectricityMapsForecast, ReadsHoursAndKnowsNoIssueTime) {
  absl::StatusOr<ProviderForecast> forecast = ParseElectricityMapsForecast(kAsk, Json(kForecast));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->kind, SignalKind::kAverageLifecycle);
  EXPECT_EQ(forecast->issued_at, std::nullopt);
  EXPECT_EQ(forecast->series.begin(), At(0));
  EXPECT_EQ(forecast->series.end(), At(3));
  EXPECT_EQ(ValueAt(forecast->series, At(1, 59)), 0);
  EXPECT_EQ(ValueAt(forecast->series, At(2)), 81.5);
}

TEST(ParseElectricityMapsForecast, ReadsVersion3WithoutAGranularity) {
  const std::string body =
      absl::StrReplaceAll(kForecast, {{R"("temporalGranularity": "hourly",)", ""}});
  EXPECT_EQ(ParseElectricityMapsForecast(kAsk, Json(body))->series.end(), At(3));
}

TEST(ParseElectricityMapsForecast, TakesTheGranularityThatTheReplyDeclares) {
  const auto granular = [](const char* name) {
    return ParseElectricityMapsForecast(
        kAsk, Json(absl::StrCat(R"({"temporalGranularity": ")", name, R"(", "forecast": [
            {"carbonIntensity": 77, "datetime": "2026-11-24T00:00:00Z"},
            {"carbonIntensity": 78, "datetime": "2026-11-24T00:15:00Z"}]})")));
  };
  EXPECT_EQ(granular("15_minutes")->series.end(), At(0, 30));
  EXPECT_THAT(granular("5_minutes")->remark.note,
              HasSubstr("nothing is said of 2026-11-24T00:05:00Z to 2026-11-24T00:15:00Z"));
  EXPECT_THAT(granular("hourly").status().message(), HasSubstr("overlaps"));
  EXPECT_THAT(granular("daily").status().message(),
              HasSubstr("temporalGranularity: \"daily\" is not hourly, 15_minutes or 5_minutes"));
}

TEST(ParseElectricityMapsForecast, CutsNullsAtTheEndsAndEndsAtThemWithin) {
  const auto with = [](const char* a, const char* b, const char* c) {
    return ParseElectricityMapsForecast(
        kAsk, Json(absl::StrReplaceAll(kForecast, {{": 77", absl::StrCat(": ", a)},
                                                   {": 0,", absl::StrCat(": ", b, ",")},
                                                   {": 81.5", absl::StrCat(": ", c)}})));
  };
  EXPECT_EQ(with("null", "5", "6")->series.begin(), At(1));
  EXPECT_EQ(with("4", "5", "null")->series.end(), At(2));
  EXPECT_EQ(with("4", "null", "6")->series.end(), At(1));
  EXPECT_EQ(with("4", "null", "6")->remark.note,
            "nothing is said of 2026-11-24T01:00:00Z to 2026-11-24T02:00:00Z");
  EXPECT_EQ(with("null", "null", "null").status().code(), absl::StatusCode::kUnavailable);
}

TEST(ParseElectricityMapsForecast, SortsAndTakesEqualPointsOnce) {
  const auto points = [](const char* last) {
    return ParseElectricityMapsForecast(
        kAsk, Json(absl::StrCat(R"({"forecast": [
            {"carbonIntensity": 9, "datetime": "2026-11-24T01:00:00Z"},
            {"carbonIntensity": 8, "datetime": "2026-11-24T01:00:00+01:00"},
            {"carbonIntensity": )",
                                last, R"(, "datetime": "2026-11-24T02:00:00+01:00"}]})")));
  };
  EXPECT_EQ(points("9")->series.begin(), At(0));
  EXPECT_EQ(points("9")->series.end(), At(2));
  EXPECT_THAT(points("10").status().message(), HasSubstr("is said to be both 9 and 10 g/kWh"));
}

TEST(ParseElectricityMapsForecast, RefusesTheAnswerToAnotherQuestion) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"zone": "FR", "forecast": []})", "zone: \"FR\" is not DK-DK2"},
      {R"({"zone": null, "forecast": []})", "zone: null is not DK-DK2"},
      {R"({"emissionFactorType": "direct", "forecast": []})",
       "emissionFactorType: \"direct\" is not lifecycle"},
      {R"({"unit": "lb/MWh", "forecast": []})", "unit \"lb/MWh\" is not known"},
      {R"({"unit": 5, "forecast": []})", "unit: 5 is no string"},
      {R"({"forecast": {}})", "forecast: an object is no array"},
      {R"({"error": "No recent data"})", "forecast: is missing"},
      {R"({"forecast": [5]})", "forecast[0].datetime: is missing"},
      {R"({"forecast": [{"datetime": "2026-11-24T00:00:00Z"}]})",
       "forecast[0].carbonIntensity: is missing"},
      {R"({"forecast": [{"datetime": "2026-11-24T00:00:00", "carbonIntensity": 1}]})",
       "forecast[0].datetime: time \"2026-11-24T00:00:00\" has no offset"},
      {R"({"forecast": [{"datetime": "2026-11-24T00:00:00Z", "carbonIntensity": -1}]})",
       "forecast[0].carbonIntensity: -1 is negative"},
  };
  for (const auto& [body, message] : cases) {
    const absl::Status error = ParseElectricityMapsForecast(kAsk, Json(body)).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << body;
    EXPECT_THAT(error.message(), HasSubstr(message)) << body;
  }
}

TEST(ParseElectricityMapsForecast, TellsTheMeaningsOf401Apart) {
  const std::pair<const char*, absl::StatusCode> cases[] = {
      {R"({"error":"Invalid access token"})", absl::StatusCode::kUnauthenticated},
      {R"({"error":"Invalid auth-token"})", absl::StatusCode::kUnauthenticated},
      {"", absl::StatusCode::kUnauthenticated},
      {R"({"message":"Request unauthorized for zoneKey=FR"})", absl::StatusCode::kPermissionDenied},
      {R"({"message":"Your plan does not include forecasts"})",
       absl::StatusCode::kPermissionDenied},
      {R"({"error":"Too many requests"})", absl::StatusCode::kResourceExhausted},
  };
  for (const auto& [body, code] : cases) {
    const absl::Status error = ParseElectricityMapsForecast(kAsk, Json(body, 401)).status();
    EXPECT_EQ(error.code(), code) << body;
    EXPECT_THAT(std::string(error.message()),
                StartsWith("electricity-maps: zone DK-DK2: status 401, "));
  }
  EXPECT_EQ(ParseElectricityMapsForecast(kAsk, Json(R"({"error":"Access denied"})", 401))
                .status()
                .message(),
            "electricity-maps: zone DK-DK2: status 401, the credential is not accepted: "
            "\"Access denied\"");
}

TEST(ParseElectricityMapsForecast, CallsItselfVersion3WhereThatIsConfigured) {
  ProviderAsk ask = kAsk;
  ask.provider = "electricity-maps-v3";
  EXPECT_THAT(std::string(ParseElectricityMapsForecast(ask, Json("{}", 500)).status().message()),
              StartsWith("electricity-maps-v3: zone DK-DK2: status 500, "));
  EXPECT_THAT(std::string(ElectricityMapsForecastRequest(ask, {}, At(0)).status().message()),
              StartsWith("electricity-maps-v3: zone DK-DK2: the credential is missing"));
}

TEST(ParseElectricityMapsHistory, KeepsGapsAndMarksEstimates) {
  constexpr char kPoints[] = R"([
      {"carbonIntensity": 70, "datetime": "2026-11-24T00:00:00.000Z", "isEstimated": false,
       "emissionFactorType": "lifecycle", "estimationMethod": null, "zone": "DK-DK2"},
      {"carbonIntensity": null, "datetime": "2026-11-24T01:00:00.000Z", "isEstimated": false},
      {"carbonIntensity": 72, "datetime": "2026-11-24T02:00:00.000Z", "isEstimated": true,
       "estimationMethod": "TIME_SLICER_AVERAGE"}])";
  for (const char* key : {"data", "history"}) {
    absl::StatusOr<ProviderHistory> history = ParseElectricityMapsHistory(
        kAsk, Json(absl::StrCat(R"({"zone": "DK-DK2", ")", key, "\": ", kPoints, "}")));
    ASSERT_TRUE(history.ok()) << history.status();
    EXPECT_EQ(history->kind, SignalKind::kAverageLifecycle);
    EXPECT_THAT(history->history.intervals(),
                ElementsAre(Point(At(0), absl::Hours(1), 70),
                            Point(At(2), absl::Hours(1), 72, /*is_estimated=*/true)));
  }
  ProviderAsk direct = kAsk;
  direct.kind = SignalKind::kAverageDirect;
  const absl::StatusOr<ProviderHistory> of_another_kind =
      ParseElectricityMapsHistory(direct, Json(absl::StrCat("{\"data\": ", kPoints, "}")));
  EXPECT_THAT(of_another_kind->history.intervals(),
              ElementsAre(Point(At(2), absl::Hours(1), 72, /*is_estimated=*/true)));
  EXPECT_THAT(of_another_kind->remark.note,
              HasSubstr("data[0].emissionFactorType: \"lifecycle\" is not direct"));
}

}  // namespace
}  // namespace carbon
