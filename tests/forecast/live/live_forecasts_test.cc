#include "forecast/live/live_forecasts.h"

#include <sys/stat.h>

#include <fstream>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "forecast/live/live_history.h"
#include "forecast/sources/forecast_file.h"
#include "forecast/sources/source_choice.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/http/loopback_server.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kMaxWait = absl::Seconds(20);

std::string Minute(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%MZ", time, absl::UTCTimeZone());
}

// Half-hours of Great Britain, or of one of its regions: forecast and measured, around now.
std::string HalfHours(bool is_regional) {
  const absl::Time now =
      absl::UnixEpoch() + absl::Floor(absl::Now() - absl::UnixEpoch(), absl::Hours(1));
  std::vector<std::string> points;
  for (int i = -48; i < 96; ++i) {
    const absl::Time start = now + i * absl::Minutes(30);
    points.push_back(absl::StrCat(R"({"from": ")", Minute(start), R"(", "to": ")",
                                  Minute(start + absl::Minutes(30)),
                                  R"(", "intensity": {"forecast": 100)",
                                  i < 0 ? R"(, "actual": 90)" : R"(, "actual": null)", "}}"));
  }
  const std::string data = absl::StrCat("[", absl::StrJoin(points, ","), "]");
  return is_regional ? absl::StrCat(R"({"data": {"data": )", data, "}}")
                     : absl::StrCat(R"({"data": )", data, "}");
}

LoopbackServer::Answer Neso(const std::string& path) {
  if (absl::StrContains(path, "regionid/14")) return {500, "{}"};
  return {200, HalfHours(absl::StrContains(path, "/regional/"))};
}

// A zone of each of these names at Neso, all at `url`.
DaemonConfig At(const std::string& url, const std::vector<std::string>& zones) {
  DaemonConfig config;
  for (const std::string& zone : zones) {
    const ForecastProvider source{.provider = "neso", .zone = zone, .url = url};
    config.zones.push_back({.name = absl::StrCat("zone-", zone),
                            .kind = SignalKind::kAverageDirect,
                            .forecasts = {source}});
  }
  return config;
}

absl::StatusOr<FetchedForecast> Find(const LiveForecasts& live, const ZoneConfig& zone) {
  return live.Find(zone, std::get<ForecastProvider>(zone.forecasts[0]));
}

TEST(HistorySourcesOf, TakesAnotherRhythmOfForecastsForNoOtherHistory) {
  ForecastProvider source{.provider = "neso", .zone = "GB"};
  const ZoneConfig before{.name = "GB", .kind = SignalKind::kAverageDirect, .forecasts = {source}};
  source.refresh = absl::Minutes(7);
  const ZoneConfig after{.name = "GB", .kind = SignalKind::kAverageDirect, .forecasts = {source}};
  ASSERT_THAT(HistorySourcesOf(after), SizeIs(1));
  EXPECT_EQ(std::get<ForecastProvider>(HistorySourcesOf(before)[0]),
            std::get<ForecastProvider>(HistorySourcesOf(after)[0]));
}

TEST(LiveForecasts, FetchesAllAndOneThatFailsLeavesTheOthersAlone) {
  LoopbackServer server(Neso);
  const DaemonConfig config = At(server.url(), {"GB", "13", "14"});
  LiveForecasts live;
  ASSERT_TRUE(live.Configure(config).ok());
  EXPECT_THAT(std::string(Find(live, config.zones[0]).status().message()),
              HasSubstr("not fetched yet"));
  live.FetchAll(kMaxWait);
  EXPECT_EQ(live.replies(), 3);
  EXPECT_TRUE(Find(live, config.zones[0]).ok()) << Find(live, config.zones[0]).status();
  EXPECT_TRUE(Find(live, config.zones[1]).ok()) << Find(live, config.zones[1]).status();
  EXPECT_THAT(std::string(Find(live, config.zones[2]).status().message()), HasSubstr("status 500"));
  ZoneConfig other = config.zones[0];
  other.name = "other";
  EXPECT_EQ(Find(live, other).status().code(), absl::StatusCode::kNotFound);
}

TEST(LiveForecasts, SaysNothingOfManyZonesBeforeTheyWereAskedAndOnlyOfThoseThatFail) {
  LoopbackServer server(Neso);
  DaemonConfig config = At(server.url(), {"GB", "13", "14", "15"});
  LiveForecasts live;
  ASSERT_TRUE(live.Configure(config).ok());
  const auto problems = [&] {
    std::vector<std::string> lines;
    for (const ZoneConfig& zone : config.zones) {
      ReadZoneForecast(zone, absl::Now(), &lines,
                       [&](const ForecastProvider& source) { return live.Find(zone, source); });
    }
    return lines;
  };
  EXPECT_THAT(problems(), IsEmpty());
  live.FetchAll(kMaxWait);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("zone zone-14: neso:14: neso: zone 14: status 500"),
                                      "zone zone-14: no usable forecast"));
}

TEST(LiveForecasts, SaysWhatTheServerSaysWithoutTheTokenThatItRepeats) {
  constexpr char kToken[] = "tok-3f9c1a77-b2d8";
  LoopbackServer server([&](const std::string&) {
    return LoopbackServer::Answer{400,
                                  absl::StrCat(R"({"error": "bad zone\n(token )", kToken, ")\"}")};
  });
  const TemporaryFolder folder;
  const std::string file = absl::StrCat(folder.path(), "/token");
  std::ofstream(file) << kToken << "\n";
  ASSERT_EQ(chmod(file.c_str(), 0600), 0);
  const ForecastProvider source{
      .provider = "electricity-maps-v3", .zone = "FR", .url = server.url(), .secret_file = file};
  DaemonConfig config;
  config.zones.push_back({.name = "FR", .forecasts = {source}});
  LiveForecasts live;
  ASSERT_TRUE(live.Configure(config).ok());
  live.FetchAll(kMaxWait);
  EXPECT_EQ(live.State(config.zones[0], source).error,
            "electricity-maps-v3: zone FR: status 400, the request is refused: \"bad zone (token "
            "(secret))\"");
}

TEST(LiveForecasts, NeitherForgetsNorAsksAgainWhenTheConfigurationIsReadAgain) {
  LoopbackServer server(Neso);
  DaemonConfig config = At(server.url(), {"GB", "14"});
  LiveForecasts live;
  ASSERT_TRUE(live.Configure(config).ok());
  live.FetchAll(kMaxWait);
  ASSERT_THAT(server.paths(), SizeIs(2));
  config.zones[0].max_age = absl::Hours(1);
  ASSERT_TRUE(live.Configure(config).ok());
  EXPECT_TRUE(Find(live, config.zones[0]).ok());
  live.FetchAll(kMaxWait);
  EXPECT_THAT(server.paths(), SizeIs(2)) << "one is fresh, the other backs off";
}

TEST(LiveForecasts, ChangesNothingWhereASecretCannotBeRead) {
  LoopbackServer server(Neso);
  DaemonConfig config = At(server.url(), {"GB"});
  LiveForecasts live;
  ASSERT_TRUE(live.Configure(config).ok());
  DaemonConfig wrong = config;
  std::get<ForecastProvider>(wrong.zones[0].forecasts[0]).secret_file = "/no/such/token";
  const absl::Status status = live.Configure(wrong);
  EXPECT_THAT(std::string(status.message()), HasSubstr("zone zone-GB: /no/such/token"));
  live.FetchAll(kMaxWait);
  EXPECT_TRUE(Find(live, config.zones[0]).ok());
}

// Polls until no request is under way, and collects the replies.
std::vector<HistoryReply> FetchHistory(LiveForecasts* live, LiveHistory* history, size_t wanted) {
  std::vector<HistoryReply> replies;
  const absl::Time start = absl::Now();
  while (replies.size() < wanted && absl::Now() < start + kMaxWait) {
    history->Start(absl::Now());
    live->Poll(absl::Milliseconds(100));
    for (HistoryReply& reply : history->TakeReplies()) replies.push_back(std::move(reply));
  }
  return replies;
}

TEST(LiveHistory, AsksOneUrlForOnePieceAtATime) {
  LoopbackServer server(Neso);
  const DaemonConfig config = At(server.url(), {"GB", "1", "2", "3"});
  LiveForecasts live;
  LiveHistory history(live.client());
  ASSERT_TRUE(history.Configure(config).ok());
  const std::vector<HistoryReply> replies = FetchHistory(&live, &history, 4);
  ASSERT_THAT(replies, SizeIs(4)) << absl::StrJoin(
      FormatFindings(history.Findings(), Severity::kWarning), "\n");
  std::set<std::string> zones;
  for (const HistoryReply& reply : replies) {
    zones.insert(reply.zone);
    EXPECT_EQ(reply.kind, SignalKind::kAverageDirect);
    EXPECT_GE(reply.history.intervals().size(), 48u);
  }
  EXPECT_THAT(zones, SizeIs(4)) << "each has its turn before one goes further back";
  EXPECT_EQ(server.most_at_once(), 1);
}

TEST(LiveHistory, SaysThatAServerIgnoresTheTimeRange) {
  LoopbackServer server([](const std::string&) {
    return LoopbackServer::Answer{200, R"([{"location": "NL", "time": "2020-04-01T00:00:00Z",
                                            "rating": 416, "duration": "01:00:00"}])"};
  });
  DaemonConfig config;
  const ForecastProvider source{.provider = "carbon-aware-sdk", .zone = "NL", .url = server.url()};
  config.zones.push_back({.name = "NL", .history = std::vector<HistorySource>{source}});
  LiveForecasts live;
  LiveHistory history(live.client());
  ASSERT_TRUE(history.Configure(config).ok());
  const absl::Time start = absl::Now();
  while (FormatFindings(history.Findings(), Severity::kWarning).empty() &&
         absl::Now() < start + kMaxWait) {
    history.Start(start);
    live.Poll(absl::Milliseconds(100));
  }
  EXPECT_THAT(FormatFindings(history.Findings(), Severity::kWarning),
              ElementsAre(AllOf(HasSubstr("zone NL: history of carbon-aware-sdk:NL: "),
                                HasSubstr("the server answers with 2020-04-01T00:00:00Z to "
                                          "2020-04-01T01:00:00Z: it ignores the time "
                                          "range"))));
  EXPECT_THAT(history.TakeReplies(), IsEmpty());
  EXPECT_THAT(server.paths(), SizeIs(1));
}

TEST(LiveHistory, GoesOnWithoutABadRecordAndNotesIt) {
  LoopbackServer server([](const std::string& path) {
    std::string body = HalfHours(absl::StrContains(path, "/regional/"));
    body.insert(body.find('[') + 1, R"({"from": "?", "to": "?", "intensity": {}},)");
    return LoopbackServer::Answer{200, body};
  });
  const DaemonConfig config = At(server.url(), {"GB"});
  LiveForecasts live;
  LiveHistory history(live.client());
  ASSERT_TRUE(history.Configure(config).ok());
  EXPECT_THAT(FetchHistory(&live, &history, 1), SizeIs(1));
  EXPECT_THAT(FormatFindings(history.Findings(), Severity::kWarning), IsEmpty());
  EXPECT_THAT(FormatFindings(history.Findings(), Severity::kNote),
              ElementsAre(HasSubstr("zone zone-GB: history of neso:GB: 1 of 145 records left out, "
                                    "the first because of data[0].from: time \"?\"")));
}

TEST(LiveHistory, SaysWhoseHistoryFails) {
  LoopbackServer server([](const std::string&) { return LoopbackServer::Answer{500, "{}"}; });
  const DaemonConfig config = At(server.url(), {"GB"});
  LiveForecasts live;
  LiveHistory history(live.client());
  ASSERT_TRUE(history.Configure(config).ok());
  EXPECT_THAT(FormatFindings(history.Findings(), Severity::kWarning), IsEmpty());
  const absl::Time start = absl::Now();
  while (FormatFindings(history.Findings(), Severity::kWarning).empty() &&
         absl::Now() < start + kMaxWait) {
    history.Start(start);
    live.Poll(absl::Milliseconds(100));
  }
  EXPECT_THAT(FormatFindings(history.Findings(), Severity::kWarning),
              ElementsAre(HasSubstr("zone zone-GB: history of neso:GB: ")));
  EXPECT_THAT(server.paths(), SizeIs(1));
}

}  // namespace
}  // namespace carbon
