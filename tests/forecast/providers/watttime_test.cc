#include "forecast/providers/watttime.h"

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

const ProviderAsk kAsk{.url = "https://host", .zone = "CAISO_NORTH", .kind = SignalKind::kMarginal};

constexpr char kReply[] = R"({
  "data": [{"point_time": "2026-11-24T00:00:00+00:00", "value": 1000},
           {"point_time": "2026-11-24T00:05:00Z", "value": 0},
           {"point_time": "2026-11-24T00:10:00Z", "value": 500.5}],
  "meta": {"data_point_period_seconds": 300, "region": "CAISO_NORTH", "warnings": [],
           "signal_type": "co2_moer", "units": "lbs_co2_per_mwh",
           "generated_at": "2026-11-23T23:55:00+00:00"}})";

HttpReply Changed(const char* from, const char* to) {
  return Json(absl::StrReplaceAll(kReply, {{from, to}}));
}

TEST(WattTimeLogin, BuysATokenThatTheOtherRequestsCarry) {
  // printf 'me:pass' | base64
  absl::StatusOr<HttpRequest> login = WattTimeLoginRequest(kAsk, {.user = "me", .secret = "pass"});
  ASSERT_TRUE(login.ok()) << login.status();
  EXPECT_EQ(login->UrlToSend(), "https://host/login");
  EXPECT_EQ(login->headers[0].value, "Basic bWU6cGFzcw==");
  EXPECT_THAT(login->Redacted(), Not(HasSubstr("bWU6")));
  absl::StatusOr<Credential> token = ParseWattTimeLogin(kAsk, Json(R"({"token": "t0ken"})"));
  ASSERT_TRUE(token.ok()) << token.status();
  absl::StatusOr<HttpRequest> request = WattTimeForecastRequest(kAsk, *token, At(0));
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->UrlToSend(),
            "https://host/v3/forecast?region=CAISO_NORTH&signal_type=co2_moer&horizon_hours=72");
  EXPECT_EQ(request->headers[0].value, "Bearer t0ken");
  EXPECT_THAT(request->Redacted(), Not(HasSubstr("t0ken")));
}

TEST(WattTimeLogin, NeverQuotesWhatMayBeAToken) {
  for (const char* body : {R"({"token": 5, "x": "t0ken"})", R"({"token": "t0ken\n"})", "\"t0ken\"",
                           R"({"token": ""})", R"({"token": "t0ken)", "[]"}) {
    const absl::Status error = ParseWattTimeLogin(kAsk, Json(body)).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << body;
    EXPECT_THAT(error.message(), Not(HasSubstr("t0ken")));
  }
  EXPECT_EQ(ParseWattTimeLogin(kAsk, Json("{}", 401)).status().code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(WattTimeLoginRequest(kAsk, {.secret = "pass"}).status().message(),
            "watttime: zone CAISO_NORTH: the credential names no user");
  EXPECT_EQ(WattTimeLoginRequest(kAsk, {.user = "me"}).status().message(),
            "watttime: zone CAISO_NORTH: the credential is missing");
}

TEST(WattTimeForecastRequest, AsksForWholeHoursOfAtMostThreeDays) {
  ProviderAsk ask = kAsk;
  for (const auto& [horizon, hours] :
       {std::pair(absl::Minutes(1), 1), {absl::Minutes(61), 2}, {absl::Hours(336), 72}}) {
    ask.horizon = horizon;
    EXPECT_THAT(WattTimeForecastRequest(ask, {.secret = "t"}, At(0))->url,
                HasSubstr(absl::StrCat("horizon_hours=", hours)));
  }
  ask.kind = SignalKind::kAverageDirect;
  EXPECT_THAT(WattTimeForecastRequest(ask, {.secret = "t"}, At(0)).status().message(),
              HasSubstr("kind average-direct is not given, only marginal"));
}

TEST(WattTimeHistoryRequests, AskForLessThan32DaysAtATime) {
  absl::StatusOr<std::vector<HttpRequest>> requests =
      WattTimeHistoryRequests(kAsk, {.secret = "t"}, At(0), At(0) + absl::Hours(24 * 40));
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->size(), 2u);
  EXPECT_EQ((*requests)[0].url,
            "https://host/v3/historical?region=CAISO_NORTH&signal_type=co2_moer"
            "&start=2026-11-24T00%3A00%3A00Z&end=2026-12-25T00%3A00%3A00Z"
            "&include_imputed_marker=true");
  EXPECT_THAT((*requests)[1].url, HasSubstr("start=2026-12-25T00%3A00%3A00Z"));
}

TEST(ParseWattTimeForecast, ConvertsPoundsPerMegawattHour) {
  absl::StatusOr<ProviderForecast> forecast = ParseWattTimeForecast(kAsk, Json(kReply));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->kind, SignalKind::kMarginal);
  EXPECT_EQ(forecast->issued_at, At(0) - absl::Minutes(5));
  EXPECT_EQ(forecast->series.begin(), At(0));
  EXPECT_EQ(forecast->series.end(), At(0, 15));
  // 453.59237 g/kWh, kept in whole milligrams.
  EXPECT_EQ(ValueAt(forecast->series, At(0)), 453.592);
  EXPECT_EQ(ValueAt(forecast->series, At(0, 5)), 0);
}

TEST(ParseWattTimeForecast, RefusesTheAnswerToAnotherQuestion) {
  const std::pair<std::pair<const char*, const char*>, const char*> cases[] = {
      {{"lbs_co2_per_mwh", "percentile"}, "unit \"percentile\" is not known"},
      {{"\"lbs_co2_per_mwh\"", "null"}, "meta.units: null is no string"},
      {{"CAISO_NORTH", "PJM_DC"}, "meta.region: \"PJM_DC\" is not CAISO_NORTH"},
      {{"co2_moer", "health_damage"}, "meta.signal_type: \"health_damage\" is not co2_moer"},
      {{"\"meta\"", "\"met\""}, "meta: is missing"},
      {{"300", "0"}, "meta.data_point_period_seconds: 0 is not a whole number"},
      {{"300", "\"5 min\""}, "meta.data_point_period_seconds: \"5 min\" is not a whole number"},
      {{"300", "1200"}, "overlaps the one of 2026-11-24T00:00:00Z"},
      {{"value\"", "worth\""}, "data[0].value: is missing"},
      {{"2026-11-23T23:55:00+00:00", "yesterday"}, "meta.generated_at: time \"yesterday\""},
  };
  for (const auto& [change, message] : cases) {
    const absl::Status error =
        ParseWattTimeForecast(kAsk, Changed(change.first, change.second)).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << message;
    EXPECT_THAT(error.message(), HasSubstr(message));
  }
}

TEST(ParseWattTimeForecast, UsesItAsFarAsItReaches) {
  const std::pair<std::pair<const char*, const char*>, const char*> cases[] = {
      {{"300", "60"}, "nothing is said of 2026-11-24T00:01:00Z to 2026-11-24T00:05:00Z"},
      {{"value\": 0", "value\": null"},
       "nothing is said of 2026-11-24T00:05:00Z to 2026-11-24T00:10:00Z"},
      {{"value\": 0", "value\": -5"},
       "1 of 3 records left out, the first because of data[1].value"},
  };
  for (const auto& [change, note] : cases) {
    const absl::StatusOr<ProviderForecast> forecast =
        ParseWattTimeForecast(kAsk, Changed(change.first, change.second));
    ASSERT_TRUE(forecast.ok()) << forecast.status();
    EXPECT_EQ(forecast->series.begin(), At(0));
    EXPECT_LE(forecast->series.end(), At(0, 5));
    EXPECT_THAT(forecast->remark.note, HasSubstr(note));
  }
  EXPECT_EQ(ParseWattTimeForecast(kAsk, Changed("300", "\"300\""))->series.end(), At(0, 15));
}

TEST(ParseWattTimeForecast, TellsALoginThatIsOverFromAPlanThatLacksIt) {
  EXPECT_EQ(ParseWattTimeForecast(kAsk, Json("{}", 401)).status().code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ParseWattTimeForecast(
                kAsk, {.status = 403, .content_type = "text/html", .body = "<html>403</html>"})
                .status()
                .code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(ParseWattTimeHistory, KeepsGapsAndMarksWhatWasImputed) {
  absl::StatusOr<ProviderHistory> history = ParseWattTimeHistory(kAsk, Json(R"({"data": [
          {"point_time": "2026-11-24T00:10:00Z", "value": 2000, "imputed_data_used": true},
          {"point_time": "2026-11-24T00:05:00Z", "value": null},
          {"point_time": "2026-11-24T00:00:00Z", "value": 1000, "imputed_data_used": false}],
        "meta": {"data_point_period_seconds": 300, "region": "CAISO_NORTH",
                 "signal_type": "co2_moer", "units": "lbs_co2_per_mwh"}})"));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->kind, SignalKind::kMarginal);
  EXPECT_THAT(history->history.intervals(),
              ElementsAre(Point(At(0), absl::Minutes(5), 453.59237),
                          Point(At(0, 10), absl::Minutes(5), 907.18474, /*is_estimated=*/true)));
}

}  // namespace
}  // namespace carbon
