#include "forecast/live/zone_history_source.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forecast/live/live_history.h"
#include "forecast/live/zone_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using Part = ZoneHistorySource::Part;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());

ZoneConfig Britain() { return {.name = "GB", .kind = SignalKind::kAverageDirect}; }
ForecastProvider Neso() { return {.provider = "neso", .zone = "GB"}; }
ZoneHistorySource Source() { return {Britain(), Neso(), {}, absl::Hours(1)}; }

std::string Minute(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%MZ", time, absl::UTCTimeZone());
}

// Half-hours of what was measured from `from` to `to`.
HttpReply Measured(absl::Time from, absl::Time to) {
  std::vector<std::string> points;
  for (absl::Time start = from; start < to; start += absl::Minutes(30)) {
    points.push_back(absl::StrCat(R"({"from": ")", Minute(start), R"(", "to": ")",
                                  Minute(start + absl::Minutes(30)),
                                  R"(", "intensity": {"forecast": 1, "actual": 100}})"));
  }
  return {.status = 200,
          .content_type = "application/json",
          .body = absl::StrCat(R"({"data": [)", absl::StrJoin(points, ","), "]}")};
}

HttpReply Status(int status) {
  return {.status = status, .content_type = "application/json", .body = "{}"};
}

// The span that a request asks for, as its path says: /intensity/FROM/TO.
TimeSpan Asked(const HttpRequest& request) {
  const size_t at = request.url.find("/intensity/");
  TimeSpan span;
  std::string error;
  const auto parse = [&](const std::string& text, absl::Time* time) {
    EXPECT_TRUE(absl::ParseTime("%Y-%m-%dT%H:%MZ", text, time, &error)) << request.url << error;
  };
  if (at == std::string::npos) return span;
  std::string path = request.url.substr(at + 11);
  for (size_t i; (i = path.find("%3A")) != std::string::npos;) path.replace(i, 3, ":");
  parse(path.substr(0, 17), &span.from);
  parse(path.substr(18, 17), &span.to);
  return span;
}

// Asks for and answers everything that is due at `now`; what was asked.
std::vector<TimeSpan> AnswerAll(ZoneHistorySource* source, absl::Time now, Part part) {
  std::vector<TimeSpan> asked;
  while (std::optional<HttpRequest> request = source->NextRequest(now, part)) {
    asked.push_back(Asked(*request));
    source->Take(Measured(asked.back().from, std::min(asked.back().to, now)), now, 0);
  }
  return asked;
}

TEST(ZoneHistorySource, AsksForTheLastDaysFirstAndThenForWhatIsNew) {
  ZoneHistorySource source = Source();
  std::vector<TimeSpan> asked = AnswerAll(&source, kNow, Part::kRecent);
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].from, kNow - kHistoryPiece + absl::Hours(1));
  EXPECT_EQ(asked[0].to, kNow);

  EXPECT_THAT(AnswerAll(&source, kNow + absl::Minutes(59), Part::kRecent), SizeIs(0));
  asked = AnswerAll(&source, kNow + absl::Hours(1), Part::kRecent);
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].from, kNow - kHistoryOverlap) << "providers correct the past";
  EXPECT_EQ(asked[0].to, kNow + absl::Hours(1));
}

TEST(ZoneHistorySource, GoesAYearBackAPieceAtATime) {
  ZoneHistorySource source = Source();
  EXPECT_EQ(source.NextRequest(kNow, Part::kOlder), std::nullopt) << "news first";
  AnswerAll(&source, kNow, Part::kRecent);
  absl::Time now = kNow;
  absl::Time before = kNow - kHistoryPiece + absl::Hours(1);
  int pieces = 0;
  while (pieces < 100) {
    const std::vector<TimeSpan> asked = AnswerAll(&source, now, Part::kOlder);
    if (asked.empty()) break;
    ++pieces;
    ASSERT_THAT(asked, SizeIs(1)) << "the next one has its time";
    EXPECT_EQ(asked[0].to, before);
    EXPECT_LE(asked[0].to - asked[0].from, kHistoryPiece);
    before = asked[0].from;
    now += kBetweenPieces;
  }
  EXPECT_EQ(pieces, 36);
  EXPECT_LE(before, now - kHistoryReach + absl::Hours(1));
}

TEST(ZoneHistorySource, DoesNotFetchAgainWhatAnArchiveHolds) {
  ZoneHistorySource source = Source();
  source.Hold(kNow - kHistoryReach, kNow - absl::Hours(5));
  const std::vector<TimeSpan> asked = AnswerAll(&source, kNow, Part::kRecent);
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].from, kNow - absl::Hours(5) - kHistoryOverlap);
  EXPECT_THAT(AnswerAll(&source, kNow, Part::kOlder), SizeIs(0));
}

TEST(ZoneHistorySource, CatchesUpInPiecesAfterALongStop) {
  ZoneHistorySource source = Source();
  const absl::Time held = kNow - absl::Hours(24 * 60);
  source.Hold(kNow - kHistoryReach, held);
  absl::Time known = held;
  absl::Time now = kNow;
  int pieces = 0;
  for (; known < kNow && pieces < 100; ++pieces) {
    const std::vector<TimeSpan> asked = AnswerAll(&source, now, Part::kRecent);
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_LE(asked[0].from, known) << "no gap";
    EXPECT_GT(asked[0].to, known);
    EXPECT_LE(asked[0].to - asked[0].from, kHistoryPiece);
    known = asked[0].to;
    now += kBetweenPieces;
  }
  EXPECT_LE(pieces, 12);
}

TEST(ZoneHistorySource, GetsToNowWhereWhatWasMissedIsNotToBeHad) {
  for (const int status : {200, 403, 404, 400}) {
    ZoneHistorySource source = Source();
    source.Hold(kNow - kHistoryReach, kNow - absl::Hours(24 * 60));
    absl::Time now = kNow;
    bool is_up_to_date = false;
    for (int i = 0; i < 10 && !is_up_to_date; ++i, now += absl::Minutes(1)) {
      const std::optional<HttpRequest> request = source.NextRequest(now, Part::kRecent);
      if (!request.has_value()) continue;
      const TimeSpan asked = Asked(*request);
      is_up_to_date = asked.to == now;
      // Nothing was measured before the last day.
      source.Take(is_up_to_date ? Measured(kNow - absl::Hours(24), now) : Status(status), now, 0);
    }
    EXPECT_TRUE(is_up_to_date) << status;
    EXPECT_TRUE(source.trouble().ok()) << source.trouble();
  }
}

TEST(ZoneHistorySource, KeepsTheNewsWhereOlderHistoryIsRefused) {
  ZoneHistorySource source = Source();
  AnswerAll(&source, kNow, Part::kRecent);
  ASSERT_TRUE(source.NextRequest(kNow, Part::kOlder).has_value());
  EXPECT_EQ(source.Take(Status(403), kNow, 0), std::nullopt);
  EXPECT_TRUE(source.trouble().ok());
  EXPECT_FALSE(source.NextRequest(kNow + absl::Hours(5), Part::kOlder).has_value());
  EXPECT_THAT(AnswerAll(&source, kNow + absl::Hours(1), Part::kRecent), SizeIs(1));
  EXPECT_TRUE(source.NextRequest(kNow + kRefusedWait, Part::kOlder).has_value());
}

TEST(ZoneHistorySource, BacksOffAndSaysWhy) {
  ZoneHistorySource source = Source();
  absl::Time now = kNow;
  for (int i = 1; i <= 4; ++i) {
    ASSERT_TRUE(source.NextRequest(now, Part::kRecent).has_value());
    source.Take(Status(500), now, 0);
    EXPECT_THAT(std::string(source.trouble().message()), HasSubstr("status 500"));
    EXPECT_FALSE(source.NextRequest(now + absl::Seconds(4), Part::kRecent).has_value());
    now += absl::Minutes(15);
  }
  AnswerAll(&source, now, Part::kRecent);
  EXPECT_TRUE(source.trouble().ok());
}

constexpr char kNothing[] = R"({"data": []})";
HttpReply Nothing() {
  return {.status = 200, .content_type = "application/json", .body = kNothing};
}

TEST(ZoneHistorySource, CountsAnOlderPieceWithoutValuesOnceAndGoesOn) {
  ZoneHistorySource source = Source();
  AnswerAll(&source, kNow, Part::kRecent);
  absl::Time now = kNow;
  absl::Time before = kNow - kHistoryPiece + absl::Hours(1);
  for (int i = 0; i < kMaxEmptyPieces; ++i, now += kBetweenPieces) {
    const std::optional<HttpRequest> request = source.NextRequest(now, Part::kOlder);
    ASSERT_TRUE(request.has_value()) << i;
    EXPECT_EQ(Asked(*request).to, before);
    before = Asked(*request).from;
    EXPECT_EQ(source.Take(Nothing(), now, 0), std::nullopt);
    EXPECT_TRUE(source.trouble().ok());
    EXPECT_TRUE(source.older_trouble().ok());
  }
  EXPECT_FALSE(source.NextRequest(now + absl::Hours(23), Part::kOlder).has_value());
  // Perhaps it was an outage: after a day it looks once more.
  const std::vector<TimeSpan> asked = AnswerAll(&source, now + kNothingFurtherBack, Part::kOlder);
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].to, kNow - kHistoryPiece + absl::Hours(1));
}

TEST(ZoneHistorySource, TakesNewsWithoutValuesForATrouble) {
  ZoneHistorySource source = Source();
  ASSERT_TRUE(source.NextRequest(kNow, Part::kRecent).has_value());
  source.Take(Nothing(), kNow, 0);
  EXPECT_EQ(source.trouble(), absl::UnavailableError("neso: zone GB: the reply has no values"));
}

TEST(ZoneHistorySource, NoticesAServerThatIgnoresTheTimeRange) {
  const absl::Time then = kNow - absl::Hours(24 * 400);
  const HttpReply old = Measured(then, then + absl::Minutes(30));
  ZoneHistorySource source = Source();
  ASSERT_TRUE(source.NextRequest(kNow, Part::kRecent).has_value());
  EXPECT_EQ(source.Take(old, kNow, 0), std::nullopt);
  EXPECT_EQ(source.trouble().message(),
            "neso: zone GB: asked for 2026-11-14T11:00:00Z to 2026-11-24T10:00:00Z, the server "
            "answers with 2025-10-20T10:00:00Z to 2025-10-20T10:30:00Z: it ignores the time range");
  EXPECT_FALSE(source.NextRequest(kNow, Part::kOlder).has_value()) << "nothing is known yet";

  // The same last row, whatever is asked.
  ZoneHistorySource same = Source();
  int requests = 0;
  for (absl::Time now = kNow; now < kNow + absl::Hours(5); now += absl::Minutes(1)) {
    while (same.NextRequest(now, Part::kOlder).has_value() ||
           (now == kNow && same.NextRequest(now, Part::kRecent).has_value())) {
      same.Take(Measured(kNow - absl::Minutes(30), kNow), now, 0);
      ++requests;
    }
  }
  EXPECT_EQ(requests, 2) << "the news, and one piece further back";
  EXPECT_TRUE(same.trouble().ok()) << same.trouble();
  EXPECT_THAT(std::string(same.older_trouble().message()), HasSubstr("ignores the time range"));
}

TEST(ZoneHistorySource, TakesWhatServersRoundOutwards) {
  ZoneHistorySource source = Source();
  AnswerAll(&source, kNow, Part::kRecent);
  const std::optional<HttpRequest> request = source.NextRequest(kNow, Part::kOlder);
  ASSERT_TRUE(request.has_value());
  const TimeSpan asked = Asked(*request);
  source.Take(Measured(asked.to, asked.to + absl::Minutes(30)), kNow, 0);
  EXPECT_TRUE(source.older_trouble().ok()) << source.older_trouble();
}

TEST(ZoneHistorySource, TellsOnceWhatIsWrongFurtherBack) {
  ZoneHistorySource source = Source();
  AnswerAll(&source, kNow, Part::kRecent);
  absl::Time now = kNow;
  for (int i = 0; i < 4; ++i, now += absl::Hours(6)) {
    EXPECT_EQ(source.older_trouble().ok(), i < 3) << "one failure is none";
    ASSERT_TRUE(source.NextRequest(now, Part::kOlder).has_value());
    source.Take(HttpReply{.status = 500, .body = absl::StrCat(R"({"error": "try )", i, "\"}")}, now,
                0);
  }
  EXPECT_THAT(std::string(source.older_trouble().message()), HasSubstr("\"try 2\""));
  AnswerAll(&source, now, Part::kOlder);
  EXPECT_TRUE(source.older_trouble().ok());
}

TEST(ZoneHistorySource, GoesOnWithoutABadRecordAndTellsOfIt) {
  ZoneHistorySource source = Source();
  const auto with_a_contradiction = [](HttpReply reply) {
    reply.body.insert(reply.body.find('[') + 1,
                      R"({"from": "2026-11-23T10:00Z", "to": "2026-11-23T10:30Z",
                          "intensity": {"actual": 7}},)");
    return reply;
  };
  ASSERT_TRUE(source.NextRequest(kNow, Part::kRecent).has_value());
  const std::optional<IntensityHistory> told =
      source.Take(with_a_contradiction(Measured(kNow - absl::Hours(48), kNow)), kNow, 0);
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->intervals().size(), 95u);
  EXPECT_TRUE(source.trouble().ok());
  EXPECT_EQ(source.note(),
            "2 of 97 records left out, the first because of interval 2026-11-23T10:00:00Z: is said "
            "to be both 7 and 100 g/kWh");
  EXPECT_THAT(AnswerAll(&source, kNow + absl::Hours(1), Part::kRecent), SizeIs(1));
  EXPECT_EQ(source.note(), "");
}

TEST(ZoneHistorySource, LogsInAgainOnceBeforeItTakesA403ForARefusal) {
  const ZoneConfig zone = {.name = "CAISO", .kind = SignalKind::kMarginal};
  const ForecastProvider config{.provider = "watttime", .zone = "CAISO_NORTH"};
  ZoneHistorySource source(zone, config, {.user = "me", .secret = "s3cret"}, absl::Hours(1));
  const HttpReply login = {
      .status = 200, .content_type = "application/json", .body = R"({"token": "abc"})"};
  for (int i = 0; i < 2; ++i) {
    const std::optional<HttpRequest> request = source.NextRequest(kNow, Part::kRecent);
    ASSERT_TRUE(request.has_value()) << i;
    EXPECT_THAT(request->url, HasSubstr("/login"));
    source.Take(login, kNow, 0);
    ASSERT_TRUE(source.NextRequest(kNow, Part::kRecent).has_value()) << i;
    source.Take(HttpReply{.status = 403, .content_type = "text/html", .body = "<html>"}, kNow, 0);
  }
  EXPECT_FALSE(source.NextRequest(kNow + absl::Hours(5), Part::kRecent).has_value());
}

TEST(ZoneHistorySource, RemovesACredentialThatTheServerRepeats) {
  const ForecastProvider config{.provider = "eia-930", .zone = "CISO"};
  ZoneHistorySource source({.name = "CISO"}, config, {.user = "", .secret = "key-5d1e9f"},
                           absl::Hours(1));
  ASSERT_TRUE(source.NextRequest(kNow, Part::kRecent).has_value());
  source.Take(
      HttpReply{.status = 403, .body = R"({"error": {"message": "Invalid api_key key-5d1e9f"}})"},
      kNow, 0);
  EXPECT_EQ(source.trouble().message(),
            "eia-930: zone CISO: status 403, the credential is not accepted: \"Invalid api_key "
            "(secret)\"");
  EXPECT_TRUE(source.NextRequest(kNow + absl::Hours(1), Part::kRecent).has_value())
      << "a wrong key is soon another one";
}

TEST(ZoneHistorySource, AsksAtOnceWhenTheClockWasSetBack) {
  ZoneHistorySource source = Source();
  AnswerAll(&source, kNow, Part::kRecent);
  const std::vector<TimeSpan> asked =
      AnswerAll(&source, kNow - absl::Hours(24 * 30), Part::kRecent);
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked.back().to, kNow - absl::Hours(24 * 30));
}

TEST(ZoneHistorySource, GoesOnAfterAReloadUnlessTheCredentialIsAnother) {
  ZoneHistorySource before = Source();
  AnswerAll(&before, kNow, Part::kRecent);
  ZoneHistorySource same = Source();
  same.Inherit(before);
  EXPECT_FALSE(same.NextRequest(kNow, Part::kRecent).has_value());
  ZoneHistorySource other(Britain(), Neso(), {.user = "", .secret = "new"}, absl::Hours(1));
  other.Inherit(before);
  const std::optional<HttpRequest> request = other.NextRequest(kNow, Part::kRecent);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(Asked(*request).from, kNow - kHistoryOverlap) << "what is known stays known";
}

TEST(ZoneHistorySource, LogsInFirstAndAgainOnceWhereItsTokenIsRefused) {
  const ZoneConfig zone = {.name = "CAISO", .kind = SignalKind::kMarginal};
  const ForecastProvider config{.provider = "watttime", .zone = "CAISO_NORTH"};
  ZoneHistorySource source(zone, config, {.user = "me", .secret = "s3cret"}, absl::Hours(1));
  const HttpReply login = {
      .status = 200, .content_type = "application/json", .body = R"({"token": "abc"})"};
  for (int i = 0; i < 2; ++i) {
    std::optional<HttpRequest> request = source.NextRequest(kNow, Part::kRecent);
    ASSERT_TRUE(request.has_value()) << i;
    EXPECT_THAT(request->url, HasSubstr("/login"));
    source.Take(login, kNow, 0);
    request = source.NextRequest(kNow, Part::kRecent);
    ASSERT_TRUE(request.has_value()) << i;
    EXPECT_THAT(request->url, HasSubstr("/historical"));
    source.Take(Status(401), kNow, 0);
  }
  EXPECT_FALSE(source.NextRequest(kNow, Part::kRecent).has_value());
}

TEST(HistorySourcesOf, AreThoseConfiguredOrTheForecastProvidersThatCan) {
  ZoneConfig zone = Britain();
  zone.forecasts = {ForecastFile{.path = "a.csv"},
                    ForecastProvider{.provider = "carbon-aware-file", .zone = "uk"}, Neso(),
                    GramsPerKilowattHour(5)};
  ASSERT_THAT(HistorySourcesOf(zone), SizeIs(1));
  EXPECT_EQ(std::get<ForecastProvider>(HistorySourcesOf(zone)[0]).provider, "neso");
  zone.history = {HistoryFile{"h.csv"}};
  ASSERT_THAT(HistorySourcesOf(zone), SizeIs(1));
  EXPECT_EQ(std::get<HistoryFile>(HistorySourcesOf(zone)[0]).path, "h.csv");
  zone.history.emplace();
  EXPECT_THAT(HistorySourcesOf(zone), SizeIs(0));
}

}  // namespace
}  // namespace carbon
