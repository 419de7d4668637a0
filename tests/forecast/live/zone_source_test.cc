#include "forecast/live/zone_source.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());

ZoneConfig Britain() { return {.name = "GB", .kind = SignalKind::kAverageDirect}; }
ForecastProvider Neso() {
  ForecastProvider source;
  source.provider = "neso";
  source.zone = "GB";
  source.refresh = absl::Minutes(5);
  return source;
}
ZoneSource NesoSource() { return ZoneSource(Britain(), Neso(), {}); }

std::string Minute(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%MZ", time, absl::UTCTimeZone());
}

// Two days of half-hours, all of `value`.
HttpReply Good(int value = 100, absl::Time begin = kNow) {
  std::vector<std::string> points;
  for (int i = 0; i < 96; ++i) {
    const absl::Time start = begin + i * absl::Minutes(30);
    points.push_back(absl::StrCat(R"({"from": ")", Minute(start), R"(", "to": ")",
                                  Minute(start + absl::Minutes(30)),
                                  R"(", "intensity": {"forecast": )", value, "}}"));
  }
  return {.status = 200,
          .content_type = "application/json",
          .body = absl::StrCat(R"({"data": [)", absl::StrJoin(points, ","), "]}")};
}

HttpReply Status(int status) {
  return {.status = status, .content_type = "application/json", .body = "{}"};
}

TEST(ZoneSource, AsksOnceAtATimeAndAgainAfterItsRefresh) {
  ZoneSource source = NesoSource();
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  EXPECT_FALSE(source.NextRequest(kNow).has_value());
  source.Take(Good(), kNow, 0);
  EXPECT_FALSE(source.NextRequest(kNow + absl::Seconds(299)).has_value());
  EXPECT_TRUE(source.NextRequest(kNow + absl::Minutes(5)).has_value());
}

TEST(ZoneSource, AsksAtOnceWhenTheClockWasSetBack) {
  ZoneSource source = NesoSource();
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  source.Take(Good(), kNow, 0);
  EXPECT_FALSE(source.NextRequest(kNow - absl::Seconds(30)).has_value());
  ASSERT_TRUE(source.NextRequest(kNow - absl::Hours(1)).has_value());
  source.Take(Good(), kNow - absl::Hours(1), 0);
  EXPECT_FALSE(source.NextRequest(kNow - absl::Hours(1)).has_value());
  EXPECT_TRUE(source.NextRequest(kNow - absl::Minutes(55)).has_value());
}

// Else it would seem fresh for an hour longer.
TEST(ZoneSource, CountsAsFetchedThenWhatItHasWhenTheClockWasSetBack) {
  ZoneSource source = NesoSource();
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  source.Take(Good(), kNow, 0);
  const absl::Time then = kNow - absl::Hours(1);
  ASSERT_TRUE(source.NextRequest(then).has_value());
  EXPECT_EQ(source.Fetched()->fetched_at, then);
  source.Take(Status(500), then + absl::Seconds(1), 0);
  EXPECT_EQ(source.Fetched()->fetched_at, then);

  ASSERT_TRUE(source.NextRequest(then + absl::Hours(1)).has_value());
  const absl::Time earlier = then - absl::Hours(1);
  source.Take(Status(500), earlier, 0);
  EXPECT_EQ(source.Fetched()->fetched_at, earlier) << "set back while it was asked";
}

TEST(ZoneSource, WaitsForAsLongAsTheServerSaysItsReplyIsFresh) {
  ZoneSource source = NesoSource();
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  HttpReply reply = Good();
  reply.fresh_for = absl::Minutes(30);
  source.Take(reply, kNow, 0);
  EXPECT_EQ(source.due(), kNow + absl::Minutes(30));
}

TEST(ZoneSource, KeepsWhatItHasWithItsAgeWhileItFails) {
  const absl::StatusOr<HttpReply> failures[] = {
      Status(500),
      Status(403),
      Status(404),
      Status(429),
      absl::UnavailableError("no connection"),
      HttpReply{.status = 200, .content_type = "application/json", .body = "garbage"}};
  for (const absl::StatusOr<HttpReply>& failure : failures) {
    ZoneSource source = NesoSource();
    ASSERT_TRUE(source.NextRequest(kNow).has_value());
    source.Take(Good(), kNow, 0);
    const absl::Time later = kNow + absl::Minutes(5);
    ASSERT_TRUE(source.NextRequest(later).has_value());
    source.Take(failure, later, 0.5);
    absl::StatusOr<FetchedForecast> fetched = source.Fetched();
    ASSERT_TRUE(fetched.ok()) << fetched.status();
    EXPECT_EQ(fetched->fetched_at, kNow);
    EXPECT_FALSE(fetched->trouble.ok());
    EXPECT_GT(source.due(), later);

    ASSERT_TRUE(source.NextRequest(source.due()).has_value());
    source.Take(Good(), source.due(), 0);
    EXPECT_TRUE(source.Fetched()->trouble.ok());
  }
}

TEST(ZoneSource, KeepsWhatItHasWhereAReplyIsAboutAnotherTime) {
  const absl::Time later = kNow + absl::Minutes(5);
  struct Case {
    absl::Time begin;
    const char* trouble;  // empty: it is taken
  } const cases[] = {
      {later - absl::Hours(48), "zone GB: the data ends at 2026-11-24T10:05:00Z, in the past"},
      {later - absl::Hours(48) + absl::Minutes(1), ""},
      {later + absl::Hours(1), ""},
      {later + absl::Minutes(61),
       "zone GB: the data begins at 2026-11-24T11:06:00Z, in the future"},
  };
  for (const Case& c : cases) {
    ZoneSource source = NesoSource();
    ASSERT_TRUE(source.NextRequest(kNow).has_value());
    source.Take(Good(100), kNow, 0);
    ASSERT_TRUE(source.NextRequest(later).has_value());
    source.Take(Good(200, c.begin), later, 0);
    absl::StatusOr<FetchedForecast> fetched = source.Fetched();
    ASSERT_TRUE(fetched.ok()) << fetched.status();
    const bool is_taken = *c.trouble == '\0';
    EXPECT_EQ(fetched->fetched_at, is_taken ? later : kNow) << c.begin;
    EXPECT_EQ(fetched->trouble.ok(), is_taken) << c.begin;
    EXPECT_THAT(std::string(fetched->trouble.message()), HasSubstr(c.trouble));
  }
}

TEST(ZoneSource, KeepsWhatItHasWhereAForecastIsMadeInTheFuture) {
  const ZoneConfig zone = {.name = "de", .kind = SignalKind::kAverageDirect};
  ForecastProvider config;
  config.provider = "carbon-aware-file";
  config.zone = "de";
  for (const auto& [generated_at, is_taken] :
       {std::pair("2026-11-24T10:01:00Z", true), std::pair("2026-11-24T10:01:01Z", false)}) {
    ZoneSource source(zone, config, {});
    ASSERT_TRUE(source.NextRequest(kNow).has_value());
    source.Take(HttpReply{.status = 200,
                          .content_type = "application/json",
                          .body = absl::StrCat(R"({"GeneratedAt": ")", generated_at,
                                               R"(", "Emissions": [{"Time": "2026-11-24T10:00:00Z",
                                                   "Rating": 5, "Duration": "01:00:00"}]})")},
                kNow, 0);
    EXPECT_EQ(source.Fetched().ok(), is_taken) << source.Fetched().status();
    if (is_taken) continue;
    EXPECT_THAT(std::string(source.Fetched().status().message()),
                HasSubstr("the forecast was generated in the future, at 2026-11-24T10:01:01Z"));
  }
}

TEST(ZoneSource, SaysWhyItHasNothing) {
  ZoneSource source = NesoSource();
  EXPECT_THAT(std::string(source.Fetched().status().message()), HasSubstr("not fetched yet"));
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  source.Take(absl::UnavailableError("no connection"), kNow, 0);
  EXPECT_EQ(source.Fetched().status().message(), "no connection");
}

TEST(ZoneSource, BacksOffLongerAfterEachFailure) {
  ZoneSource source = NesoSource();
  absl::Time now = kNow;
  absl::Duration before;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(source.NextRequest(now).has_value());
    source.Take(Status(500), now, 0);
    EXPECT_GT(source.due() - now, before);
    before = source.due() - now;
    now = source.due();
  }
}

TEST(ZoneSource, SeldomAsksAgainForWhatItWasRefused) {
  for (int status : {403, 404}) {
    ZoneSource source = NesoSource();
    ASSERT_TRUE(source.NextRequest(kNow).has_value());
    source.Take(Status(status), kNow, 0);
    EXPECT_EQ(source.due(), kNow + kRefusedWait) << status;
  }
}

TEST(ZoneSource, HeedsRetryAfter) {
  ZoneSource source = NesoSource();
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  HttpReply reply = Status(429);
  reply.retry_after = absl::Hours(1);
  source.Take(reply, kNow, 0);
  EXPECT_GE(source.due(), kNow + absl::Hours(1));
}

TEST(ZoneSource, WaitsAsLongAfterAReloadUnlessTheCredentialIsAnother) {
  ZoneSource before = NesoSource();
  ASSERT_TRUE(before.NextRequest(kNow).has_value());
  before.Take(Good(), kNow, 0);
  const absl::Time later = kNow + absl::Minutes(5);
  ASSERT_TRUE(before.NextRequest(later).has_value());
  before.Take(Status(403), later, 0);

  ZoneSource same = NesoSource();
  same.Inherit(before);
  EXPECT_EQ(same.due(), later + kRefusedWait);
  EXPECT_EQ(same.Fetched()->fetched_at, kNow);
  EXPECT_FALSE(same.Fetched()->trouble.ok());

  ZoneSource other(Britain(), Neso(), {.user = "", .secret = "new"});
  other.Inherit(before);
  EXPECT_TRUE(other.NextRequest(later).has_value());
  EXPECT_EQ(other.Fetched()->fetched_at, kNow) << "what it had stays";
}

TEST(ZoneSource, LogsInAgainOnceWhereItsTokenIsRefused) {
  const ZoneConfig zone = {.name = "CAISO", .kind = SignalKind::kMarginal};
  ForecastProvider config;
  config.provider = "watttime";
  config.zone = "CAISO_NORTH";
  ZoneSource source(zone, config, {.user = "me", .secret = "s3cret"});
  const HttpReply login = {
      .status = 200, .content_type = "application/json", .body = R"({"token": "abc"})"};
  for (int i = 0; i < 2; ++i) {
    std::optional<HttpRequest> request = source.NextRequest(kNow);
    ASSERT_TRUE(request.has_value()) << i;
    EXPECT_THAT(request->url, HasSubstr("/login"));
    source.Take(login, kNow, 0);
    request = source.NextRequest(kNow);
    ASSERT_TRUE(request.has_value()) << i;
    EXPECT_THAT(request->url, HasSubstr("/forecast"));
    source.Take(Status(401), kNow, 0);
  }
  EXPECT_FALSE(source.NextRequest(kNow).has_value());
}

// WattTime answers 403 with a page once a session is over.
TEST(ZoneSource, LogsInAgainOnceBeforeItTakesA403ForARefusal) {
  const ZoneConfig zone = {.name = "CAISO", .kind = SignalKind::kMarginal};
  const ForecastProvider config{.provider = "watttime", .zone = "CAISO_NORTH"};
  ZoneSource source(zone, config, {.user = "me", .secret = "s3cret"});
  const HttpReply login = {
      .status = 200, .content_type = "application/json", .body = R"({"token": "abc"})"};
  const HttpReply page = {.status = 403, .content_type = "text/html", .body = "<html></html>"};
  for (int i = 0; i < 2; ++i) {
    std::optional<HttpRequest> request = source.NextRequest(kNow);
    ASSERT_TRUE(request.has_value()) << i;
    EXPECT_THAT(request->url, HasSubstr("/login"));
    source.Take(login, kNow, 0);
    ASSERT_TRUE(source.NextRequest(kNow).has_value()) << i;
    source.Take(page, kNow, 0);
  }
  EXPECT_EQ(source.due(), kNow + kRefusedWait) << "with a new login it is a refusal";
}

ZoneSource MapsSource(const std::string& secret) {
  const ForecastProvider config{.provider = "electricity-maps", .zone = "FR"};
  return ZoneSource({.name = "FR"}, config, {.user = "", .secret = secret});
}

TEST(ZoneSource, AsksSoonAgainAfterA401ThatItDoesNotUnderstandAndSaysWhatTheServerSays) {
  ZoneSource source = MapsSource("tok-1");
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  source.Take(HttpReply{.status = 401, .body = R"({"error": "Access denied for this token"})"},
              kNow, 0);
  EXPECT_LT(source.due(), kNow + absl::Hours(1));
  EXPECT_THAT(source.State().error, HasSubstr("\"Access denied for this token\""));
}

TEST(ZoneSource, RemovesACredentialThatTheServerRepeats) {
  const std::string secret = "tok-3f9c1a77-b2d8-1f00";
  const std::string far = std::string(150, 'x');
  const std::string bodies[] = {
      absl::StrCat(R"({"error": "the token )", secret, R"( is bad"})"),
      absl::StrCat(R"({"error": ")", far, secret, R"( is cut short"})"),
      absl::StrCat(R"({"zone": ")", secret, "\"}"),
      absl::StrCat(R"({"unit": "x)", secret.substr(0, 12), "\"}"),
      absl::StrCat(R"({"forecast": [{"datetime": ")", secret, "\"}]}"),
  };
  for (const int status : {200, 400, 401, 403, 500}) {
    for (const std::string& body : bodies) {
      ZoneSource source = MapsSource(secret);
      ASSERT_TRUE(source.NextRequest(kNow).has_value());
      source.Take(HttpReply{.status = status, .content_type = "application/json", .body = body},
                  kNow, 0);
      const std::string log(source.Fetched().status().message());
      for (const std::string& shown : {log, source.State().error}) {
        ASSERT_NE(shown, "");
        for (size_t i = 0; i + 6 <= secret.size(); ++i) {
          EXPECT_EQ(shown.find(secret.substr(i, 6)), std::string::npos) << shown;
        }
      }
    }
  }
}

TEST(ZoneSource, RemovesALoginThatTheServerRepeats) {
  const ZoneConfig zone = {.name = "CAISO", .kind = SignalKind::kMarginal};
  const ForecastProvider config{.provider = "watttime", .zone = "CAISO_NORTH"};
  ZoneSource source(zone, config, {.user = "me", .secret = "passw0rd"});
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  // printf 'me:passw0rd' | base64
  source.Take(HttpReply{.status = 400, .body = R"({"error": "Basic bWU6cGFzc3cwcmQ="})"}, kNow, 0);
  EXPECT_THAT(source.State().error,
              HasSubstr("status 400, the request is refused: \"Basic (secret)"));
  const absl::Time later = source.due();
  ASSERT_TRUE(source.NextRequest(later).has_value());
  source.Take(HttpReply{.status = 200, .body = R"({"token": "sess-77aa12"})"}, later, 0);
  ASSERT_TRUE(source.NextRequest(later).has_value());
  source.Take(HttpReply{.status = 401, .body = R"({"error": "no sess-77aa12"})"}, later, 0);
  EXPECT_THAT(source.State().error, HasSubstr("\"no (secret)\""));
}

// Each try would be a new line of the log.
TEST(ZoneSource, SaysTheSameOfATroubleAsLongAsItLasts) {
  ZoneSource source = NesoSource();
  const auto fail = [&source](int status, absl::Duration wait) {
    const absl::Time now = std::max(kNow, source.due());
    EXPECT_TRUE(source.NextRequest(now).has_value());
    HttpReply reply = Status(status);
    reply.retry_after = wait;
    source.Take(reply, now, 0);
    return std::string(source.Fetched().status().message());
  };
  EXPECT_EQ(fail(429, absl::Seconds(90)),
            "neso: zone GB: status 429, too many requests; again in "
            "1m30s");
  EXPECT_EQ(fail(429, absl::Milliseconds(59'200)), fail(429, absl::Seconds(20)));
  EXPECT_THAT(fail(429, absl::Seconds(20)), HasSubstr("again in 1m30s"));
  EXPECT_THAT(source.State().error, HasSubstr("again in 20s")) << "status has the last one";
  EXPECT_THAT(fail(503, absl::Seconds(5)), HasSubstr("status 503"));
  EXPECT_THAT(fail(429, absl::Seconds(5)), HasSubstr("again in 5s")) << "a new trouble";
}

TEST(ZoneSource, AsksSoonAgainAfterAReplyOfAnotherLocation) {
  const ZoneConfig zone = {.name = "NL", .kind = SignalKind::kMarginal};
  const ForecastProvider config{
      .provider = "carbon-aware-sdk", .zone = "NL", .url = "http://127.0.0.1:1"};
  ZoneSource source(zone, config, {});
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  source.Take(HttpReply{.status = 200, .body = R"([{"location": "FR", "forecastData": []}])"}, kNow,
              0);
  EXPECT_LT(source.due(), kNow + absl::Minutes(1));
  EXPECT_THAT(source.State().errors, ::testing::ElementsAre(::testing::Pair("bad-reply", 1)));
}

TEST(ZoneSource, NamesTheProviderThatIsConfigured) {
  for (const char* name : {"carbon-aware-file", "electricity-maps-v3"}) {
    const ForecastProvider config{.provider = name, .zone = "fr"};
    ZoneSource source({.name = "FR"}, config, {.user = "", .secret = "token"});
    ASSERT_TRUE(source.NextRequest(kNow).has_value());
    source.Take(Status(500), kNow, 0);
    EXPECT_THAT(source.State().error, ::testing::StartsWith(absl::StrCat(name, ": zone fr: ")));
  }
}

TEST(ZoneSource, UsesAReplyWithABadRecordAndTellsWhatItLeftOut) {
  ZoneSource source = NesoSource();
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  HttpReply reply = Good();
  const std::string bad =
      R"({"from": "?", "to": "2026-11-24T10:30Z", "intensity": {"forecast": 5}},)";
  reply.body.insert(reply.body.find('[') + 1, bad);
  source.Take(reply, kNow, 0);
  const std::string note =
      "1 of 97 records left out, the first because of data[0].from: time \"?\" is not RFC 3339 "
      "(2026-11-24T02:00:00Z)";
  EXPECT_TRUE(source.Fetched()->trouble.ok());
  EXPECT_EQ(source.Fetched()->note, note);
  EXPECT_EQ(source.State().left_out, 1);
  EXPECT_EQ(source.State().note, note);
  EXPECT_EQ(source.State().error, "");

  const absl::Time later = kNow + absl::Minutes(5);
  ASSERT_TRUE(source.NextRequest(later).has_value());
  reply.body.insert(reply.body.find('[') + 1, bad);
  source.Take(reply, later, 0);
  EXPECT_EQ(source.Fetched()->note, note) << "the log says it once";
  EXPECT_EQ(source.State().left_out, 2);

  ASSERT_TRUE(source.NextRequest(later + absl::Minutes(5)).has_value());
  source.Take(Good(), later + absl::Minutes(5), 0);
  EXPECT_EQ(source.Fetched()->note, "");
  EXPECT_EQ(source.State().left_out, 0);
}

TEST(ZoneSource, KeepsWhatItHasOfNowWhereAReplyBeginsALittleLater) {
  ZoneSource source = NesoSource();
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  source.Take(Good(100), kNow, 0);
  const absl::Time later = kNow + absl::Minutes(5);
  ASSERT_TRUE(source.NextRequest(later).has_value());
  source.Take(Good(200, kNow + absl::Minutes(30)), later, 0);
  const IntensitySeries series = source.Fetched()->forecast.series;
  EXPECT_EQ(series.begin(), kNow);
  EXPECT_EQ(series.Mean(later, later)->value(), 100);
  EXPECT_EQ(series.Mean(kNow + absl::Minutes(30), kNow + absl::Hours(48))->value(), 200);
}

TEST(ZoneSource, AsksAsOftenAsItsProviderHasNewDataWhereNothingElseIsSaid) {
  ForecastProvider config = Neso();
  config.refresh.reset();
  ZoneSource source(Britain(), config, {});
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  source.Take(Good(), kNow, 0);
  EXPECT_EQ(source.due(), kNow + FindProvider("neso")->refresh);
}

TEST(ZoneSource, AsksForItsOwnKindWhereItHasOne) {
  ZoneConfig zone = Britain();
  zone.kind = SignalKind::kMarginal;
  zone.any_kind = true;
  ForecastProvider config = Neso();
  config.kind = SignalKind::kAverageDirect;
  EXPECT_TRUE(CheckProvider(zone, config).ok());
  ZoneSource source(zone, config, {});
  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  source.Take(Good(), kNow, 0);
  EXPECT_EQ(source.Fetched()->forecast.kind, SignalKind::kAverageDirect);
  EXPECT_EQ(source.State().kind, SignalKind::kAverageDirect);
}

TEST(ZoneSource, TellsHowItIsDoing) {
  ZoneSource source = NesoSource();
  SourceState state = source.State();
  EXPECT_EQ(state.zone, "GB");
  EXPECT_EQ(state.source, "neso:GB");
  EXPECT_EQ(state.provider, "neso");
  EXPECT_EQ(state.error, "");  // it was not asked yet: nothing is wrong
  EXPECT_EQ(state.fetched_at, std::nullopt);
  EXPECT_EQ(state.next_refresh, std::nullopt);

  ASSERT_TRUE(source.NextRequest(kNow).has_value());
  source.Take(Good(), kNow, 0);
  state = source.State();
  EXPECT_EQ(state.fetched_at, kNow);
  EXPECT_EQ(state.reaches, kNow + absl::Hours(48));
  EXPECT_EQ(state.next_refresh, kNow + absl::Minutes(5));
  EXPECT_EQ(state.requests, 1);
  EXPECT_EQ(state.failures, 0);

  absl::Time now = kNow;
  const absl::StatusOr<HttpReply> failures[] = {
      Status(429), Status(429), absl::DeadlineExceededError("late"),
      absl::UnavailableError("no connection"),
      HttpReply{.status = 200, .content_type = "application/json", .body = "garbage"}};
  for (const absl::StatusOr<HttpReply>& failure : failures) {
    now = source.due();
    ASSERT_TRUE(source.NextRequest(now).has_value());
    source.Take(failure, now, 0);
  }
  state = source.State();
  EXPECT_EQ(state.fetched_at, kNow);
  EXPECT_THAT(state.error, HasSubstr("JSON"));
  EXPECT_EQ(state.error_at, now);
  EXPECT_EQ(state.failures, 5);
  EXPECT_EQ(state.requests, 6);
  EXPECT_THAT(state.errors, ::testing::ElementsAre(
                                ::testing::Pair("429", 2), ::testing::Pair("bad-reply", 1),
                                ::testing::Pair("no-reply", 1), ::testing::Pair("timeout", 1)));

  now = source.due();
  ASSERT_TRUE(source.NextRequest(now).has_value());
  source.Take(Good(), now, 0);
  state = source.State();
  EXPECT_EQ(state.error, "");
  EXPECT_EQ(state.error_at, std::nullopt);
  EXPECT_EQ(state.failures, 0);
  EXPECT_EQ(state.errors.size(), 4u);
}

TEST(ZoneSource, KeepsItsDataAndCountsWhereOnlyItsRhythmChanges) {
  ZoneSource before = NesoSource();
  ASSERT_TRUE(before.NextRequest(kNow).has_value());
  before.Take(Good(), kNow, 0);
  ForecastProvider config = Neso();
  config.refresh = absl::Hours(1);
  ASSERT_TRUE(before.IsOf(Britain(), config));
  ZoneSource source(Britain(), config, {});
  source.Inherit(before);
  EXPECT_TRUE(source.Fetched().ok());
  EXPECT_EQ(source.State().requests, 1);
}

}  // namespace
}  // namespace carbon
