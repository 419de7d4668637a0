#include "forecast/providers/neso.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/providers/replies.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ProviderAsk Ask(const char* zone) {
  return {.url = "https://host", .zone = zone, .kind = SignalKind::kAverageDirect};
}

std::string Minute(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%MZ", time, absl::UTCTimeZone());
}

// `count` half-hours from midnight, the first of 100 g/kWh, each a gram more.
std::string HalfHours(int count) {
  std::vector<std::string> points;
  for (int i = 0; i < count; ++i) {
    const absl::Time start = At(0) + i * absl::Minutes(30);
    points.push_back(absl::StrCat(
        R"({"from": ")", Minute(start), R"(", "to": ")", Minute(start + absl::Minutes(30)),
        R"(", "intensity": {"forecast": )", 100 + i, R"(, "actual": null, "index": "low"}})"));
  }
  return absl::StrCat("[", absl::StrJoin(points, ","), "]");
}

TEST(NesoForecastRequest, NamesTheZoneInThePath) {
  const std::pair<const char*, const char*> cases[] = {
      {"GB", "https://host/intensity/2026-11-24T13:07Z/fw48h"},
      {"1", "https://host/regional/intensity/2026-11-24T13:07Z/fw48h/regionid/1"},
      {"17", "https://host/regional/intensity/2026-11-24T13:07Z/fw48h/regionid/17"},
      {"RG10", "https://host/regional/intensity/2026-11-24T13:07Z/fw48h/postcode/RG10"},
      {"EC1A", "https://host/regional/intensity/2026-11-24T13:07Z/fw48h/postcode/EC1A"},
  };
  for (const auto& [zone, url] : cases) {
    absl::StatusOr<HttpRequest> request =
        NesoForecastRequest(Ask(zone), {}, At(13, 7) + absl::Seconds(59));
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->UrlToSend(), url);
    EXPECT_TRUE(request->headers.empty());
  }
  for (const char* zone :
       {"0", "18", "117", "-1", "gb", "rg10", "RG", "RG10 1NR", "../x", "R100"}) {
    EXPECT_THAT(NesoForecastRequest(Ask(zone), {}, At(0)).status().message(),
                HasSubstr("is neither GB, nor a region from 1 to 17, nor the outward part"))
        << zone;
  }
  ProviderAsk day = Ask("GB");
  day.horizon = absl::Hours(24);
  EXPECT_EQ(NesoForecastRequest(day, {}, At(0))->url,
            "https://host/intensity/2026-11-24T00:00Z/fw24h");
}

TEST(NesoHistoryRequests, AskForTwoWeeksAtATime) {
  absl::StatusOr<std::vector<HttpRequest>> requests =
      NesoHistoryRequests(Ask("13"), {}, At(0), At(0) + absl::Hours(24 * 15));
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->size(), 2u);
  EXPECT_EQ((*requests)[0].url,
            "https://host/regional/intensity/2026-11-24T00:00Z/2026-12-08T00:00Z/regionid/13");
  EXPECT_EQ((*requests)[1].url,
            "https://host/regional/intensity/2026-12-08T00:00Z/2026-12-09T00:00Z/regionid/13");
}

TEST(ParseNesoForecast, ReadsTheNationAndRegionsAsAnObjectOrAnArray) {
  const std::string points = HalfHours(96);
  const std::pair<const char*, std::string> cases[] = {
      {"GB", absl::StrCat(R"({"data": )", points, "}")},
      {"13",
       absl::StrCat(R"({"data": {"regionid": 13, "shortname": "London", "data": )", points, "}}")},
      {"13", absl::StrCat(R"({"data": [{"regionid": 13, "data": )", points, "}]}")},
      {"RG10",
       absl::StrCat(R"({"data": {"regionid": 12, "postcode": "RG10", "data": )", points, "}}")},
  };
  for (const auto& [zone, body] : cases) {
    absl::StatusOr<ProviderForecast> forecast = ParseNesoForecast(Ask(zone), Json(body));
    ASSERT_TRUE(forecast.ok()) << forecast.status();
    EXPECT_EQ(forecast->kind, SignalKind::kAverageDirect);
    EXPECT_EQ(forecast->issued_at, std::nullopt);
    EXPECT_EQ(forecast->series.end(), At(0) + absl::Hours(48));
    EXPECT_EQ(ValueAt(forecast->series, At(1, 29)), 102);
  }
}

// For days the forecast may end tonight.
TEST(ParseNesoForecast, UsesAForecastAsFarAsItReaches) {
  for (const int count : {1, 12, 47}) {
    absl::StatusOr<ProviderForecast> forecast =
        ParseNesoForecast(Ask("GB"), Json(absl::StrCat(R"({"data": )", HalfHours(count), "}")));
    ASSERT_TRUE(forecast.ok()) << forecast.status();
    EXPECT_EQ(forecast->series.end(), At(0) + count * absl::Minutes(30));
  }
}

TEST(ParseNesoForecast, GoesOnWhereOneHalfHourHasTwoValues) {
  std::string points = HalfHours(96);
  const std::string again = absl::StrReplaceAll(
      R"({"from": "@", "to": "2026-11-24T05:30Z", "intensity": {"forecast": 999}})",
      {{"@", "2026-11-24T05:00Z"}});
  points = absl::StrCat(points.substr(0, points.size() - 1), ",", again, "]");
  const std::string body = absl::StrCat(R"({"data": )", points, "}");
  absl::StatusOr<ProviderForecast> forecast = ParseNesoForecast(Ask("GB"), Json(body));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->series.end(), At(0) + absl::Hours(48));
  EXPECT_EQ(ValueAt(forecast->series, At(5)), 110) << "between 109 and 111";
  EXPECT_EQ(forecast->remark.left_out, 2);
  EXPECT_THAT(forecast->remark.note, HasSubstr("is said to be both 110 and 999 g/kWh"));

  absl::StatusOr<ProviderHistory> history = ParseNesoHistory(
      Ask("GB"),
      Json(absl::StrReplaceAll(body, {{"\"actual\": null, ", ""}, {"forecast", "actual"}})));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->history.intervals().size(), 95u) << "a hole";
  EXPECT_EQ(history->remark.left_out, 2);
}

TEST(ParseNesoForecast, TakesEmptyRepliesForAnOutage) {
  const std::pair<const char*, std::string> cases[] = {
      {"GB", "{}"},
      {"GB", R"({"data": []})"},
      {"GB", R"({"data": null})"},
      {"13", "{}"},
      {"13", R"({"data": {}})"},
      {"13", R"({"data": []})"},
      {"13", R"({"data": [{"regionid": 13, "data": []}]})"},
  };
  for (const auto& [zone, body] : cases) {
    const absl::Status error = ParseNesoForecast(Ask(zone), Json(body)).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable) << body.substr(0, 100);
  }
}

TEST(ParseNesoForecast, RefusesTheAnswerToAnotherQuestion) {
  const std::string points = HalfHours(96);
  const std::pair<const char*, std::string> cases[] = {
      {"regionid: 12 is not 13",
       absl::StrCat(R"({"data": {"regionid": 12, "data": )", points, "}}")},
      {"data: 2 regions, not one", R"({"data": [{}, {}]})"},
      {"data: is missing", R"({"data": [5]})"},
      {"data: is missing", R"({"data": {"regionid": 13}})"},
      {"data[0].intensity: is missing",
       absl::StrReplaceAll(absl::StrCat(R"({"data": {"data": )", points, "}}"),
                           {{"intensity", "density"}})},
      {"data[0].intensity.forecast: -1 is negative",
       absl::StrReplaceAll(absl::StrCat(R"({"data": {"data": )", HalfHours(1), "}}"),
                           {{": 100,", ": -1,"}})},
      {"is not after it",
       absl::StrReplaceAll(absl::StrCat(R"({"data": {"data": )", HalfHours(1), "}}"),
                           {{"\"to\": \"2026-11-24T00:30Z", "\"to\": \"2026-11-24T00:00Z"}})},
  };
  for (const auto& [message, body] : cases) {
    const absl::Status error = ParseNesoForecast(Ask("13"), Json(body)).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << message;
    EXPECT_THAT(error.message(), HasSubstr(message));
  }
}

TEST(ParseNesoForecast, RefusesTheReplyOfAnotherPostcode) {
  const auto of = [](const char* postcode) {
    return ParseNesoForecast(
        Ask("RG10"), Json(absl::StrCat(R"({"data": {"regionid": 12, )", R"("postcode": )", postcode,
                                       R"(, "data": )", HalfHours(96), "}}")));
  };
  EXPECT_TRUE(of("\"RG10\"").ok());
  EXPECT_TRUE(of("\"rg10\"").ok());
  EXPECT_TRUE(of("null").ok());
  EXPECT_EQ(of("\"EC1A\"").status().message(),
            "neso: zone RG10: data.postcode: \"EC1A\" is not RG10");
  EXPECT_FALSE(of("12").ok());
}

TEST(ParseNesoHistory, ReadsWhatWasMeasuredOfTheNation) {
  absl::StatusOr<ProviderHistory> history = ParseNesoHistory(Ask("GB"), Json(R"({"data": [
        {"from": "2026-11-24T00:00Z", "to": "2026-11-24T00:30Z",
         "intensity": {"forecast": 266, "actual": 263, "index": "moderate"}},
        {"from": "2026-11-24T00:30Z", "to": "2026-11-24T01:00Z",
         "intensity": {"forecast": 250, "actual": null, "index": "moderate"}},
        {"from": "2026-11-24T01:00Z", "to": "2026-11-24T01:30Z",
         "intensity": {"forecast": 250, "actual": 0, "index": "very low"}}]})"));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(history->history.intervals(), ElementsAre(Point(At(0), absl::Minutes(30), 263),
                                                        Point(At(1), absl::Minutes(30), 0)));
}

TEST(ParseNesoHistory, TakesARegionsLastForecastForAnEstimate) {
  absl::StatusOr<ProviderHistory> history = ParseNesoHistory(
      Ask("13"), Json(absl::StrCat(R"({"data": {"regionid": 13, "data": )", HalfHours(1), "}}")));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(history->history.intervals(),
              ElementsAre(Point(At(0), absl::Minutes(30), 100, /*is_estimated=*/true)));
}

}  // namespace
}  // namespace carbon
