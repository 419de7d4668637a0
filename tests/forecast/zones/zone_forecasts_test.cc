#include "forecast/zones/zone_forecasts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/strip.h"
#include "core/base/timestamp.h"
#include "forecast/archive/series_blob.h"
#include "forecast/own/forecast_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/file.h"
#include "tests/forecast/own/synthetic_history.h"
#include "tests/forecast/zone_forecasts_fixture.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

TEST_F(ZoneForecastsTest, CarriesAProvidersForecastOnToFourteenDays) {
  Start();
  Answer();
  Tell("GB", 0, kNowHour - 2);
  const std::vector<ZoneForecast> made = Make();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].source, "neso:GB");
  EXPECT_EQ(made[0].own_from, now_ + absl::Hours(72));
  EXPECT_EQ(made[0].horizon, now_ + absl::Hours(14 * 24 + 1));
  EXPECT_EQ(made[0].valid_until, now_ + absl::Hours(2));
  ASSERT_TRUE(made[0].errors.has_value());
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_THAT(forecasts_->TakeNews(), IsEmpty());
}

// As NESO's does for days.
TEST_F(ZoneForecastsTest, CarriesAForecastOnThatEndsTonight) {
  Start();
  Answer(330, 6);
  Tell("GB", 0, kNowHour - 2);
  const std::vector<ZoneForecast> made = Make();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].source, "neso:GB");
  EXPECT_EQ(made[0].own_from, now_ + absl::Hours(6));
  EXPECT_EQ(made[0].horizon, now_ + absl::Hours(14 * 24 + 1));
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ZoneForecastsTest, GoesFromDataToOursToTheStaticValue) {
  config_.zones[0].forecasts.push_back(GramsPerKilowattHour(400));
  Start();
  Answer();
  EXPECT_EQ(Make()[0].source, "neso:GB");
  EXPECT_EQ(Make()[0].own_from, std::nullopt) << "nothing is known of the past";
  now_ += absl::Hours(2);
  EXPECT_EQ(Make()[0].source, "static") << "too old, and no history";
  Tell("GB", 0, kNowHour);
  const std::vector<ZoneForecast> ours = Make();
  EXPECT_EQ(ours[0].source, "own:ridge");
  EXPECT_EQ(ours[0].issued_at, AtHour(kNowHour));
  EXPECT_TRUE(ours[0].errors.has_value());
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("zone GB: neso:GB: the data are stale")));
  now_ = AtHour(kNowHour) + kOldestHistoryEnd + absl::Hours(1);
  EXPECT_EQ(Make()[0].source, "static") << "a history of a week ago says too little";
}

TEST_F(ZoneForecastsTest, NeedsNothingButHistory) {
  config_.zones[0].forecasts.clear();
  config_.zones[0].history = {Neso()};
  Start();
  Tell("GB", kNowHour - 24 * 3, kNowHour - 1);
  const std::vector<ZoneForecast> made = Make();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].source, "own:yesterday");
  EXPECT_EQ(made[0].kind, SignalKind::kAverageDirect);
  EXPECT_FALSE(made[0].errors.has_value()) << "the spread holds";
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ZoneForecastsTest, HasNoForecastWithoutDataHistoryAndStaticValue) {
  Start();
  EXPECT_THAT(Make(), IsEmpty());
  EXPECT_THAT(problems_,
              ElementsAre("zone GB: neso:GB: no connection", "zone GB: no usable forecast"));
}

TEST_F(ZoneForecastsTest, ServesTheArchivesLastForecastAfterARestartWithItsTrueAge) {
  Start();
  Answer();
  Tell("GB", 0, kNowHour);
  Make();
  answer_ = absl::UnavailableError("no connection");
  now_ += absl::Hours(1);
  Start();
  std::vector<ZoneForecast> made = Make();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].source, "neso:GB");
  EXPECT_EQ(made[0].fetched_at, AtHour(kNowHour));
  EXPECT_EQ(made[0].valid_until, AtHour(kNowHour + 2));
  EXPECT_EQ(made[0].own_from, AtHour(kNowHour + 72)) << "history is there too";
  EXPECT_THAT(problems_, ElementsAre("zone GB: neso:GB: no connection"));

  now_ += absl::Hours(1);
  EXPECT_EQ(Make()[0].source, "own:ridge") << "its age goes on";
  now_ = AtHour(kNowHour + 3);
  Answer();
  EXPECT_EQ(Make()[0].fetched_at, now_) << "until the provider answers";
}

TEST_F(ZoneForecastsTest, DoesNotServeAnArchivedForecastOfATimeToCome) {
  Start();
  Answer();
  Make();
  answer_ = absl::UnavailableError("no connection");
  now_ -= absl::Hours(1);
  Start();
  EXPECT_THAT(Make(), IsEmpty());
}

TEST_F(ZoneForecastsTest, SparesProvidersTheHistoryThatTheArchiveHolds) {
  Start();
  EXPECT_THAT(forecasts_->held(), IsEmpty());
  Tell("GB", 100, 200);
  Tell("GB", 24 * 100, kNowHour - 2);
  Start();
  ASSERT_THAT(forecasts_->held(), SizeIs(1)) << "what lies before a gap of days is fetched again";
  EXPECT_EQ(forecasts_->held()[0].source, Neso());
  EXPECT_EQ(forecasts_->held()[0].from, AtHour(24 * 100));
  EXPECT_EQ(forecasts_->held()[0].to, AtHour(kNowHour - 2));
}

TEST_F(ZoneForecastsTest, KeepsEveryForecastOnceAndWhatCame) {
  Start();
  for (int i = 0; i < 3; ++i) {
    Answer(100 + i);
    Make();
    Make();
    now_ += absl::Hours(1);
  }
  Tell("GB", 0, 48);
  forecasts_.reset();
  const auto archive = ArchiveReader::Open(config_.paths.archive);
  ASSERT_TRUE(archive.ok()) << archive.status();
  const Feed feed{"GB", "neso:GB", SignalKind::kAverageDirect};
  EXPECT_EQ((*archive)->Forecasts(feed, absl::UnixEpoch(), now_)->size(), 3u);
  EXPECT_EQ((*archive)->History(feed, absl::UnixEpoch(), now_, now_)->intervals().size(), 48u);
}

TEST_F(ZoneForecastsTest, KeepsForecastFilesAndReadsHistoryFiles) {
  const auto write = [&](const std::string& name, int64_t first, int64_t end) {
    const std::string path = folder_ + "/" + name;
    std::ofstream file(path);
    for (int64_t hour = first; hour < end; ++hour) {
      file << FormatTimestamp(AtHour(hour)) << "," << Truth(hour) << "\n";
    }
    file.close();
    const timespec times[2] = {absl::ToTimespec(now_), absl::ToTimespec(now_)};
    EXPECT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    return path;
  };
  ZoneConfig& zone = config_.zones[0];
  zone.forecasts = {ForecastFile{.path = write("ahead.csv", kNowHour, kNowHour + 48)}};
  zone.history = {HistoryFile{write("past.csv", 0, kNowHour - 1)}};
  Start();
  std::vector<ZoneForecast> made = Make();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].source, "csv:ahead.csv");
  EXPECT_EQ(made[0].own_from, AtHour(kNowHour + 48));
  now_ += zone.max_age;
  write("past.csv", 0, kNowHour);
  made = Make();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].source, "own:ridge");
  EXPECT_EQ(made[0].issued_at, AtHour(kNowHour)) << "the file was read again";

  write("past.csv", 0, kNowHour + 10);
  now_ = AtHour(kNowHour + 5);
  made = Make();
  ASSERT_THAT(made, SizeIs(1));
  now_ = AtHour(kNowHour + 8);
  EXPECT_EQ(Make()[0].issued_at, AtHour(kNowHour + 5)) << "the rest was not measured";

  fs::remove(folder_ + "/past.csv");
  EXPECT_EQ(Make()[0].source, "own:ridge") << "what it said last stays";
  EXPECT_THAT(problems_, testing::Contains(HasSubstr("zone GB: history of csv:past.csv: ")));
  forecasts_.reset();
  const auto archive = ArchiveReader::Open(config_.paths.archive);
  ASSERT_TRUE(archive.ok()) << archive.status();
  const Feed ahead{"GB", "csv:ahead.csv", SignalKind::kAverageDirect};
  EXPECT_EQ((*archive)->Forecasts(ahead, absl::UnixEpoch(), now_)->size(), 1u);
  const Feed past{"GB", "csv:past.csv", SignalKind::kAverageDirect};
  EXPECT_EQ((*archive)->History(past, absl::UnixEpoch(), now_, now_)->intervals().size(),
            static_cast<size_t>(kNowHour + 5));
}

TEST_F(ZoneForecastsTest, ReadsAHistoryFileAgainWhereItsKeysChanged) {
  const std::string path = folder_ + "/past.csv";
  std::ofstream file(path);
  for (int64_t hour = 0; hour < kNowHour; ++hour) {
    file << absl::StripSuffix(FormatTimestamp(AtHour(hour)), "Z") << "," << Truth(hour) << "\n";
  }
  file.close();
  ZoneConfig& zone = config_.zones[0];
  zone.forecasts.clear();
  zone.history = {HistoryFile{path}};
  Start();
  EXPECT_THAT(Make(), IsEmpty());
  EXPECT_THAT(problems_,
              testing::Contains(HasSubstr("csv:past.csv: line 1: the time has no offset")));
  std::get<HistoryFile>((*zone.history)[0]).csv.time_zone = "UTC";
  forecasts_->Configure(config_, now_);
  const std::vector<ZoneForecast> made = Make();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].source, "own:ridge");
  EXPECT_THAT(problems_, testing::Not(testing::Contains(HasSubstr("past.csv"))));
}

// A year in steps of five minutes, another one at each request, would be 319 KB each.
TEST_F(ZoneForecastsTest, ArchivesNoMoreOfAForecastThanIsEverUsed) {
  Start();
  Answer(330, 24 * 380);
  ASSERT_THAT(Make(), SizeIs(1));
  auto archive = ArchiveReader::Open(config_.paths.archive);
  ASSERT_TRUE(archive.ok()) << archive.status();
  const auto kept = (*archive)->LastForecast({"GB", "neso:GB", SignalKind::kAverageDirect});
  ASSERT_TRUE(kept.ok() && kept->has_value());
  EXPECT_LE((*kept)->series.end(), now_ + kForecastReach + absl::Hours(48));
  EXPECT_GE((*kept)->series.end(), now_ + kForecastReach);
  EXPECT_EQ((*kept)->series.begin(), answer_->forecast.series.begin());
}

TEST_F(ZoneForecastsTest, GoesOnWithoutAnArchiveThatCannotBeUsed) {
  std::ofstream(config_.paths.archive) << "something else";
  Start();
  Answer();
  Tell("GB", 0, kNowHour);
  const std::vector<ZoneForecast> made = Make();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_TRUE(made[0].own_from.has_value());
  EXPECT_THAT(forecasts_->TakeNews(), ElementsAre(HasSubstr("is no archive of forecasts")));
  Make();
  EXPECT_THAT(forecasts_->TakeNews(), IsEmpty());
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("is no archive of forecasts")))
      << "as long as it lasts";
}

// A byte that changed within a forecast passes SQLite's check of its pages.
TEST_F(ZoneForecastsTest, LosesADamagedForecastAndNothingElseOfTheArchive) {
  Start();
  Answer();
  Make();
  forecasts_.reset();
  std::string bytes = *ReadFile(config_.paths.archive, 1 << 30);
  const size_t at = bytes.find(EncodeSeries(answer_->forecast.series));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 9;
  ASSERT_TRUE(WriteFileAtomically(config_.paths.archive, bytes).ok());

  answer_ = absl::UnavailableError("no connection");
  now_ += absl::Minutes(50);
  Start();
  EXPECT_THAT(Make(), IsEmpty());
  EXPECT_THAT(forecasts_->TakeNews(), ElementsAre(HasSubstr("forecast of zone GB: series: ")));
  Tell("GB", 0, 48);
  now_ += absl::Hours(23);
  Answer();
  Tell("GB", 48, kNowHour + 23);
  EXPECT_THAT(Make(), SizeIs(1)) << "a day after the damaged one";
  now_ += absl::Minutes(5);
  Make();
  EXPECT_THAT(forecasts_->TakeNews(), IsEmpty()) << "it was not closed";
  forecasts_.reset();
  const auto archive = ArchiveReader::Open(config_.paths.archive);
  ASSERT_TRUE(archive.ok()) << archive.status();
  const Feed feed{"GB", "neso:GB", SignalKind::kAverageDirect};
  EXPECT_EQ((*archive)->History(feed, absl::UnixEpoch(), now_, now_)->intervals().size(),
            static_cast<size_t>(kNowHour + 23));
  EXPECT_EQ((*archive)->LastForecast(feed)->value().fetched_at, now_ - absl::Minutes(5));
}

TEST_F(ZoneForecastsTest, SpendsNoMoreThanItsTimeAndGoesOnNextTime) {
  for (const char* name : {"A", "B", "C"}) AddZone(name);
  Start();
  Answer();
  for (const ZoneConfig& zone : config_.zones) Tell(zone.name, 0, kNowHour);
  size_t carried_on = 0;
  int calls = 0;
  do {
    const std::vector<ZoneForecast> made = Make(/*pieces=*/2);
    ASSERT_THAT(made, SizeIs(4)) << "the provider's at least";
    size_t now_carried_on = 0;
    for (const ZoneForecast& forecast : made) now_carried_on += forecast.own_from.has_value();
    EXPECT_LE(now_carried_on, carried_on + 2);
    EXPECT_GE(now_carried_on, carried_on);
    carried_on = now_carried_on;
  } while (forecasts_->is_behind() && ++calls < 20);
  EXPECT_EQ(carried_on, 4u);
  EXPECT_GT(calls, 1);
  int asked = 0;
  forecasts_->Make(
      now_, [this](const ZoneConfig&, const ForecastProvider&) { return answer_; },
      [&] { return ++asked > 0; }, &problems_);
  EXPECT_EQ(asked, 0) << "nothing has changed";
}

TEST_F(ZoneForecastsTest, GoesOnBetweenTwoCalls) {
  for (const char* name : {"A", "B"}) AddZone(name);
  Start();
  for (const ZoneConfig& zone : config_.zones) Tell(zone.name, 0, kNowHour);
  EXPECT_THAT(Make(/*pieces=*/0), IsEmpty());
  EXPECT_TRUE(forecasts_->is_behind());
  EXPECT_TRUE(forecasts_->Advance(now_, [] { return true; }));
  EXPECT_FALSE(forecasts_->Advance(now_, [] { return true; })) << "all are there";
  EXPECT_THAT(Make(/*pieces=*/0), SizeIs(3));
}

TEST_F(ZoneForecastsTest, MakesOursAnewWhenTheHourTurnsAndWhenHistoryCame) {
  Start();
  Tell("GB", 0, kNowHour - 2);
  EXPECT_EQ(Make()[0].issued_at, AtHour(kNowHour - 2));
  now_ += absl::Minutes(5);
  Tell("GB", kNowHour - 2, kNowHour);
  EXPECT_EQ(Make()[0].issued_at, AtHour(kNowHour));
  EXPECT_EQ(Make()[0].fetched_at, AtHour(kNowHour));
  now_ = AtHour(kNowHour + 1);
  EXPECT_EQ(Make()[0].fetched_at, AtHour(kNowHour + 1));
}

// While some zones' errors are of the new hour and others' not, those of the old hour are shown,
// for only errors of the same hour share their scenarios.
TEST_F(ZoneForecastsTest, ShowsTheErrorsOfOneHourOnly) {
  AddZone("A");
  Start();
  Answer();
  for (const ZoneConfig& zone : config_.zones) Tell(zone.name, 0, kNowHour);
  std::vector<ZoneForecast> made = Make();
  ASSERT_TRUE(made[0].errors.has_value() && made[1].errors.has_value());
  const absl::Time before = made[0].errors->origin;
  now_ += absl::Hours(1);
  for (const ZoneConfig& zone : config_.zones) Tell(zone.name, kNowHour, kNowHour + 1);
  made = Make(/*pieces=*/2);
  EXPECT_TRUE(forecasts_->is_behind());
  EXPECT_EQ(made[0].errors->origin, before);
  EXPECT_EQ(made[1].errors->origin, before);
  made = Make();
  EXPECT_EQ(made[0].errors->origin, before + absl::Hours(1));
  EXPECT_EQ(made[1].errors->origin, before + absl::Hours(1));
}

TEST_F(ZoneForecastsTest, JudgesAProviderByItsArchivedErrorsOnceThereAreEnough) {
  Start();
  now_ = AtHour(kNowHour - 24 * 80);
  for (int day = 0; day < 80; ++day) {
    Answer(900);  // three times what comes
    Make(/*pieces=*/0);
    now_ += absl::Hours(24);
  }
  Answer(900);
  Tell("GB", 0, kNowHour);
  const std::vector<ZoneForecast> made = Make();
  ASSERT_TRUE(made[0].errors.has_value());
  EXPECT_EQ(made[0].errors->origin, now_) << "those of the provider count from now";
  const std::vector<ZoneForecasts::SourceError> realised =
      forecasts_->RealisedErrors(config_.zones[0], now_);
  ASSERT_THAT(realised, SizeIs(1));
  EXPECT_EQ(realised[0].source, "neso:GB");
  EXPECT_EQ(realised[0].error.hours, 7 * 24);
  EXPECT_GT(realised[0].error.bias, 1.5);
}

TEST_F(ZoneForecastsTest, LooksInTheArchiveForWhatASourceHasBecome) {
  Start();
  Answer();
  Make();
  answer_ = absl::UnavailableError("no connection");
  config_.zones[0].kind = SignalKind::kMarginal;
  config_.zones[0].any_kind = true;
  Start();
  EXPECT_THAT(Make(), IsEmpty()) << "of this kind it has nothing";
  config_.zones[0].kind = SignalKind::kAverageDirect;
  forecasts_->Configure(config_, now_);
  EXPECT_THAT(Make(), SizeIs(1));
}

// Metrics with the same labels twice are refused with all others.
TEST_F(ZoneForecastsTest, TellsTheErrorOfAProviderAndItsMirrorOnce) {
  ForecastProvider mirror = Neso();
  mirror.url = "https://mirror.example";
  config_.zones[0].forecasts.push_back(mirror);
  Start();
  Answer();
  Make();
  now_ += absl::Hours(60);
  Tell("GB", 0, kNowHour + 60);
  EXPECT_THAT(forecasts_->RealisedErrors(config_.zones[0], now_), SizeIs(1));
}

TEST_F(ZoneForecastsTest, NeverStandsInWithAForecastOfAnotherKind) {
  Start();
  Tell("GB", 0, kNowHour);
  EXPECT_EQ(Make()[0].source, "own:ridge");
  config_.zones[0].kind = SignalKind::kMarginal;
  config_.zones[0].history = {Neso()};
  forecasts_->Configure(config_, now_);
  EXPECT_THAT(Make(), IsEmpty());
}

TEST_F(ZoneForecastsTest, KeepsWhatItKnowsWhenTheConfigurationIsReadAgain) {
  config_.paths.archive.clear();
  Start();
  Answer();
  Tell("GB", 0, kNowHour);
  EXPECT_TRUE(Make()[0].own_from.has_value());
  config_.zones[0].max_age = absl::Hours(1);
  AddZone("A");
  Tell("GB", 0, kNowHour - 1);  // more of the same, not looked at yet
  forecasts_->Configure(config_, now_);
  const std::vector<ZoneForecast> made = Make(/*pieces=*/0);
  ASSERT_THAT(made, SizeIs(2));
  EXPECT_TRUE(made[0].own_from.has_value());
  EXPECT_FALSE(made[1].own_from.has_value());
}

}  // namespace
}  // namespace carbon
