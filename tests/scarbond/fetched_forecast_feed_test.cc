#include "scarbond/fetched_forecast_feed.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/grid/forecast_codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"
#include "tests/core/world.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FetchedForecastFeedTest : public ::testing::Test {
 protected:
  FetchedForecastFeedTest() {
    umask(022);
    for (const char* zone : {"DE", "NO"}) {
      world_.AddZone(zone, {300, 200});
      config_.zones.push_back({.name = zone});
    }
    config_.paths.forecasts = path_;
    fetched_ = {.pid = 4711, .started_at = world_.now, .updated_at = world_.now};
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_st>(log_)));
    spdlog::set_pattern("%v");
  }

  // As scarbond-fetch writes it.
  void Write() {
    fetched_.part = SerializeForecasts(world_.forecasts);
    WriteBytes(SerializeFetchedForecasts(fetched_));
  }
  void WriteBytes(const std::string& bytes) const {
    const std::string temporary = path_ + ".new";
    std::ofstream(temporary) << bytes;
    std::filesystem::rename(temporary, path_);
  }
  void Refresh(FetchedForecastFeed* feed, absl::Duration later = absl::ZeroDuration()) {
    feed->Refresh(world_.now + later, ForecastFeed::Work::kInPortions);
  }
  std::vector<std::string> Warnings(const FetchedForecastFeed& feed) const {
    return FormatFindings(feed.Findings(), Severity::kWarning);
  }
  ZoneForecast& forecast() { return world_.forecasts.front(); }
  std::string WhyRefused(const ZoneConfig& zone) {
    const absl::Status status = CheckFetched(zone, forecast(), world_.now);
    EXPECT_EQ(status.ok() || absl::IsInvalidArgument(status), true) << status;
    return std::string(status.message());
  }
  void SetValue(double grams) {
    forecast().series =
        *IntensitySeries::Create({{world_.now, GramsPerKilowattHour(grams)}}, world_.Hour(96));
  }

  World world_;
  DaemonConfig config_;
  FetchedForecasts fetched_;
  const TemporaryFolder temporary_;
  const std::string path_ = temporary_.path() + "/forecasts";
  std::ostringstream log_;
};

TEST_F(FetchedForecastFeedTest, GivesWhatTheFileHas) {
  fetched_.findings = {{Severity::kNote, FindingCode::kHistoryShort, "zone DE", "3 hours"}};
  fetched_.sources = {{.zone = "DE", .source = "neso:DE"}};
  fetched_.errors = {{"DE", "neso:DE", absl::Hours(24), 0.1}};
  fetched_.implausible = {{"NO", "csv:no.csv", 5}};
  Write();
  FetchedForecastFeed feed(config_);
  Refresh(&feed);
  EXPECT_EQ(feed.part(), SerializeForecasts(world_.forecasts));
  ASSERT_EQ(feed.zones().size(), 2u);
  EXPECT_EQ(feed.zones()[0].zone, "DE");
  EXPECT_EQ(feed.zones()[0].made_at, world_.now);
  EXPECT_EQ(feed.Sources().size(), 1u);
  EXPECT_EQ(feed.errors(), fetched_.errors);
  EXPECT_EQ(feed.Implausible(), fetched_.implausible);
  EXPECT_EQ(feed.Findings(), fetched_.findings);
  EXPECT_EQ(log_.str(), "");
}

TEST_F(FetchedForecastFeedTest, HasNoForecastAndSaysSoBeforeThereIsAFile) {
  FetchedForecastFeed feed(config_);
  EXPECT_EQ(feed.part(), SerializeForecasts({}));
  Refresh(&feed);
  EXPECT_EQ(feed.part(), SerializeForecasts({}));
  EXPECT_THAT(Warnings(feed), ElementsAre(HasSubstr("No such file or directory; there are none")));
  EXPECT_THAT(log_.str(), HasSubstr("there are none yet"));
  Write();
  Refresh(&feed);
  EXPECT_EQ(feed.zones().size(), 2u);
  EXPECT_THAT(Warnings(feed), IsEmpty());
  EXPECT_THAT(log_.str(), HasSubstr("forecasts: read again"));
}

TEST_F(FetchedForecastFeedTest, KeepsTheLastGoodOneWhileTheFileIsBrokenAndLogsThatOnce) {
  Write();
  FetchedForecastFeed feed(config_);
  Refresh(&feed);
  const std::string good = feed.part();
  const std::string whole = SerializeFetchedForecasts(fetched_);
  for (const std::string& bytes :
       {std::string("garbage"), whole.substr(0, whole.size() - 1), whole + "x", std::string()}) {
    WriteBytes(bytes);
    Refresh(&feed);
    EXPECT_EQ(feed.part(), good);
    EXPECT_EQ(feed.zones().size(), 2u);
    EXPECT_THAT(Warnings(feed), ElementsAre(HasSubstr("the last that could be read are used")));
    EXPECT_EQ(feed.Findings()[0].code, FindingCode::kFetchedForecastsUnusable);
  }
  const std::string logged = log_.str();
  EXPECT_EQ(std::count(logged.begin(), logged.end(), '\n'), 1) << logged;
}

// Of which scarbond's own parser would make a broken snapshot.
TEST_F(FetchedForecastFeedTest, RefusesAFileWhoseForecastPartBreaksItsFormat) {
  Write();
  FetchedForecastFeed feed(config_);
  Refresh(&feed);
  const std::string good = feed.part();
  for (size_t i = 0; i < fetched_.part.size(); i += 7) {
    fetched_.part = good.substr(0, i);
    WriteBytes(SerializeFetchedForecasts(fetched_));
    Refresh(&feed);
    EXPECT_EQ(feed.part(), good) << i;
    EXPECT_FALSE(Warnings(feed).empty());
  }
  world_.forecasts.push_back(world_.forecasts.front());
  Write();
  Refresh(&feed);
  EXPECT_THAT(Warnings(feed), ElementsAre(HasSubstr("has two forecasts of one zone")));
  EXPECT_EQ(feed.part(), good);
}

TEST_F(FetchedForecastFeedTest, RefusesAFileThatOthersMayWrite) {
  Write();
  chmod(path_.c_str(), 0666);
  FetchedForecastFeed feed(config_);
  Refresh(&feed);
  EXPECT_TRUE(feed.zones().empty());
  EXPECT_THAT(Warnings(feed), ElementsAre(HasSubstr("is writable by group or others")));
  chmod(path_.c_str(), 0644);
  Refresh(&feed);
  EXPECT_EQ(feed.zones().size(), 2u);
}

TEST_F(FetchedForecastFeedTest, SaysSoOnceScarbondFetchIsSilent) {
  Write();
  FetchedForecastFeed feed(config_);
  Refresh(&feed, FetchedForecastFeed::kMaxSilence);
  EXPECT_THAT(Warnings(feed), IsEmpty());
  Refresh(&feed, absl::Minutes(4));
  EXPECT_THAT(Warnings(feed),
              ElementsAre("forecasts: scarbond-fetch has written none for 4 minutes"));
  EXPECT_EQ(feed.Findings()[0].code, FindingCode::kFetchedForecastsOld);
  // Its forecasts are used as long as they are valid.
  EXPECT_EQ(feed.part(), SerializeForecasts(world_.forecasts));
  EXPECT_THAT(log_.str(), HasSubstr("scarbond-fetch has written none for 4m\n"));
  fetched_.updated_at = world_.now + absl::Minutes(5);
  Write();
  Refresh(&feed, absl::Minutes(5));
  EXPECT_THAT(Warnings(feed), IsEmpty());
  EXPECT_THAT(log_.str(), HasSubstr("scarbond-fetch writes again\n"));
}

// It would never be silent.
TEST_F(FetchedForecastFeedTest, RefusesAFileThatClaimsToBeOfTheFuture) {
  fetched_.updated_at = world_.now + absl::Hours(9000);
  Write();
  FetchedForecastFeed feed(config_);
  Refresh(&feed);
  EXPECT_TRUE(feed.zones().empty());
  EXPECT_THAT(Warnings(feed), ElementsAre(HasSubstr("claims to be written in the future")));
}

TEST_F(FetchedForecastFeedTest, LeavesOutAZoneThatIsAbsurdAndNoOther) {
  SetValue(9999);
  Write();
  FetchedForecastFeed feed(config_);
  Refresh(&feed);
  ASSERT_EQ(feed.zones().size(), 1u);
  EXPECT_EQ(feed.zones()[0].zone, "NO");
  EXPECT_THAT(Warnings(feed), ElementsAre(HasSubstr("zone DE: its fetched forecast is left out: "
                                                    "not plausible (bounds)")));
  // Another figure each time does not fill the log.
  for (int i = 0; i < 10; ++i) {
    SetValue(9000 - i);
    Write();
    Refresh(&feed);
  }
  const std::string logged = log_.str();
  EXPECT_EQ(std::count(logged.begin(), logged.end(), '\n'), 1) << logged;
}

TEST_F(FetchedForecastFeedTest, LeavesOutWhatIsOfZonesThatAreNotConfigured) {
  world_.AddZone("XX", {1});
  fetched_.sources = {{.zone = "XX", .source = "x"}, {.zone = "NO", .source = "y"}};
  fetched_.errors = {{"XX", "x", absl::Hours(24), 0.1}};
  fetched_.implausible = {{"XX", "x", 5}};
  Write();
  FetchedForecastFeed feed(config_);
  Refresh(&feed);
  EXPECT_EQ(feed.zones().size(), 2u);
  EXPECT_EQ(feed.Sources().size(), 1u);
  EXPECT_TRUE(feed.errors().empty());
  EXPECT_TRUE(feed.Implausible().empty());
  // Where one goes, it is left out at once.
  config_.zones.pop_back();
  ASSERT_TRUE(feed.Configure(config_).ok());
  Refresh(&feed);
  EXPECT_EQ(feed.zones().size(), 1u);
}

TEST_F(FetchedForecastFeedTest, TakesNoFindingForOneAboutAnythingButFetching) {
  fetched_.findings = {{Severity::kWarning, FindingCode::kScarbondNotPublishing, "scarbond", "x"},
                       {Severity::kWarning, FindingCode::kArchiveUnusable, "archive", "y"}};
  Write();
  FetchedForecastFeed feed(config_);
  Refresh(&feed);
  ASSERT_EQ(feed.Findings().size(), 2u);
  EXPECT_EQ(feed.Findings()[0].code, FindingCode::kOther);
  EXPECT_EQ(feed.Findings()[0].fact, "x");
  EXPECT_EQ(feed.Findings()[1].code, FindingCode::kArchiveUnusable);
}

TEST_F(FetchedForecastFeedTest, ChecksKindAndTimes) {
  ZoneConfig zone{.name = "DE"};
  EXPECT_EQ(WhyRefused(zone), "");
  forecast().kind = SignalKind::kMarginal;
  EXPECT_EQ(WhyRefused(zone), "is marginal, not average-lifecycle");
  zone.any_kind = true;
  EXPECT_EQ(WhyRefused(zone), "");
  forecast().issued_at = world_.now + absl::Minutes(2);
  EXPECT_THAT(WhyRefused(zone), HasSubstr("claims to be made in the future"));
  forecast().issued_at.reset();
  forecast().fetched_at = world_.now + absl::Minutes(2);
  EXPECT_THAT(WhyRefused(zone), HasSubstr("claims to be made in the future"));
  forecast().fetched_at = world_.now;
  forecast().valid_until = world_.now + absl::Hours(24 * 16);
  EXPECT_THAT(WhyRefused(zone), HasSubstr("claims to be valid until"));
  zone.max_age = absl::Hours(24 * 20);
  EXPECT_EQ(WhyRefused(zone), "");
}

// What the administrator wrote is not judged; what a source gave is.
TEST_F(FetchedForecastFeedTest, AcceptsTheAdministratorsOwnValues) {
  ZoneConfig zone{.name = "DE"};
  SetValue(5000);
  EXPECT_THAT(WhyRefused(zone), HasSubstr("not plausible (bounds)"));
  zone.plausibility.bounds = false;
  EXPECT_EQ(WhyRefused(zone), "");
  zone.plausibility.bounds = true;
  zone.forecasts = {GramsPerKilowattHour(5000)};
  EXPECT_THAT(WhyRefused(zone), HasSubstr("not plausible (bounds)"));
  forecast().source = "static";
  EXPECT_EQ(WhyRefused(zone), "");
  forecast().source = "neso:DE";
  zone.climatology = GramsPerKilowattHour(5000);
  EXPECT_THAT(WhyRefused(zone), HasSubstr("not plausible (bounds)"));
  forecast().series = *IntensitySeries::Create(
      {{world_.now, GramsPerKilowattHour(300)}, {world_.Hour(48), GramsPerKilowattHour(5000)}},
      world_.Hour(96));
  forecast().horizon = world_.Hour(48);
  EXPECT_EQ(WhyRefused(zone), "");
  forecast().horizon = world_.Hour(-1);
  EXPECT_NE(WhyRefused(zone), "");
}

TEST_F(FetchedForecastFeedTest, WaitsForTheDescriptorAndNoLongerThanItIsTold) {
  FetchedForecastFeed feed(config_);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  feed.Poll(absl::Milliseconds(1), ends[0]);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  feed.Poll(absl::Hours(1), ends[0]);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace carbon
