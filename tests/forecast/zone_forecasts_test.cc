#include "forecast/zone_forecasts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/file.h"
#include "forecast/archive/series_blob.h"
#include "forecast/own/forecast_error.h"
#include "forecast/timestamp.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

constexpr int64_t kNowHour = 24 * 150 + 10;

double Truth(int64_t hour) { return NoisyWave(hour, 20); }

// A day's archive and zones in a folder of their own, a provider that answers as it is told, and a
// clock that is set.
class ZoneForecastsTest : public testing::Test {
 protected:
  ZoneForecastsTest() {
    config_.paths.archive = folder_ + "/archive.sqlite";
    AddZone("GB");
  }

  static ForecastProvider Neso() { return {.provider = "neso", .zone = "GB"}; }

  ZoneConfig& AddZone(const std::string& name) {
    config_.zones.push_back({.name = name,
                             .kind = SignalKind::kAverageDirect,
                             .forecasts = {Neso()},
                             .max_age = absl::Hours(2)});
    return config_.zones.back();
  }

  void Start() {
    forecasts_.emplace();
    forecasts_->Configure(config_, now_);
  }

  // The provider answered now with a forecast of so many hours.
  void Answer(const std::function<double(int64_t)>& value, int64_t hours = 72) {
    const absl::Time begin =
        absl::UnixEpoch() + absl::Floor(now_ - absl::UnixEpoch(), absl::Hours(1));
    const int64_t first = absl::ToInt64Hours(begin - AtHour(0));
    std::vector<IntensitySeries::Step> steps;
    for (int64_t hour = first; hour < first + hours; ++hour) {
      steps.push_back({AtHour(hour), GramsPerKilowattHour(value(hour))});
    }
    answer_ = FetchedForecast{{SignalKind::kAverageDirect, std::nullopt,
                               *IntensitySeries::Create(steps, begin + absl::Hours(hours))},
                              now_,
                              absl::OkStatus()};
  }
  // … that has this mean.
  void Answer(double mean = 330, int64_t hours = 72) {
    Answer([mean](int64_t hour) { return mean / 300 * WeekWave(hour); }, hours);
  }

  // What was measured in hours [first, end) came in.
  void Tell(const std::string& zone, int64_t first, int64_t end) {
    forecasts_->Take(
        {zone, Neso(), SignalKind::kAverageDirect, MakeHistory(first, end, Truth), now_});
  }

  std::vector<ZoneForecast> Make(int pieces = 1000) {
    problems_.clear();
    return forecasts_->Make(
        now_, [this](const ZoneConfig&, const ForecastProvider&) { return answer_; },
        [&pieces] { return pieces-- > 0; }, &problems_);
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  Config config_;
  absl::Time now_ = AtHour(kNowHour);
  absl::StatusOr<FetchedForecast> answer_ = absl::UnavailableError("no connection");
  std::optional<ZoneForecasts> forecasts_;
  std::vector<std::string> problems_;
};

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
  EXPECT_THAT(problems_, testing::Contains(HasSubstr("csv:past.csv: line 1: time ")));
  std::get<HistoryFile>((*zone.history)[0]).csv.time_zone = "UTC";
  forecasts_->Configure(config_, now_);
  const std::vector<ZoneForecast> made = Make();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].source, "own:ridge");
  EXPECT_THAT(problems_, testing::Not(testing::Contains(HasSubstr("past.csv"))));
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
  EXPECT_THAT(forecasts_->Troubles(), ElementsAre(HasSubstr("is no archive of forecasts")))
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

double Zero(int64_t) { return 0; }

TEST_F(ZoneForecastsTest, PassesOverAForecastOfZerosForTheNextSource) {
  ForecastProvider mirror = Neso();
  mirror.url = "https://mirror.example";
  config_.zones[0].forecasts.push_back(mirror);
  Start();
  Tell("GB", 0, kNowHour);
  Answer(Zero);
  const absl::StatusOr<FetchedForecast> zeros = answer_;
  Answer();
  std::vector<SourceLook> looks;
  const std::vector<ZoneForecast> made = forecasts_->Make(
      now_,
      [&](const ZoneConfig&, const ForecastProvider& source) {
        return source.url.empty() ? zeros : answer_;
      },
      [] { return true; }, &problems_,
      [&](const ZoneConfig&, const std::vector<SourceLook>& found) { looks = found; });
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_GT(made[0].series.Mean(now_, now_ + absl::Hours(24))->value(), 200);
  ASSERT_THAT(looks, SizeIs(2));
  EXPECT_TRUE(looks[0].is_implausible);
  EXPECT_EQ(looks[0].fetched_at, now_) << "it did answer";
  EXPECT_TRUE(looks[1].in_use);
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("zone GB: neso:GB: not plausible (zero): zero")));
}

TEST_F(ZoneForecastsTest, TakesOursWhereTheOnlySourceIsImplausible) {
  Start();
  Tell("GB", 0, kNowHour);
  for (const auto& value :
       {std::function<double(int64_t)>(Zero),
        std::function<double(int64_t)>([](int64_t) { return 300; }),
        std::function<double(int64_t)>([](int64_t hour) { return 5 * WeekWave(hour); })}) {
    Answer(value);
    EXPECT_EQ(Make()[0].source, "own:ridge");
  }
  Answer();
  EXPECT_EQ(Make()[0].source, "neso:GB");
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ZoneForecastsTest, HasNoForecastWhereNoPlausibleSourceIsLeft) {
  Start();
  Answer(5000.0);
  EXPECT_THAT(Make(), IsEmpty()) << "also without a history";
  EXPECT_THAT(problems_,
              ElementsAre(HasSubstr("neso:GB: not plausible (bounds): values above 3000"),
                          "zone GB: no usable forecast"));
}

TEST_F(ZoneForecastsTest, BridgesASingleOddHourAndTellsIt) {
  Start();
  Tell("GB", 0, kNowHour);
  Answer([](int64_t hour) { return hour == kNowHour + 20 ? 9000 : WeekWave(hour); });
  const std::vector<ZoneForecast> made = Make();
  EXPECT_EQ(made[0].source, "neso:GB");
  EXPECT_LT(made[0].series.Mean(AtHour(kNowHour + 20), AtHour(kNowHour + 21))->value(), 500);
  EXPECT_LT(made[0].long_run_mean.value(), 310);
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("zone GB: neso:GB: not plausible (outlier): 9000")));
}

TEST_F(ZoneForecastsTest, BelievesASourceThatKeepsItsNewLevelFor7DaysAndARestart) {
  for (const bool with_archive : {true, false}) {
    SCOPED_TRACE(with_archive);
    if (!with_archive) config_.paths.archive.clear();
    now_ = AtHour(kNowHour);
    Start();
    for (int64_t day = 0; day <= 8; ++day) {
      now_ = AtHour(kNowHour + 24 * day);
      if (with_archive && day == 4) Start();
      Tell("GB", 0, kNowHour + 24 * day);
      Answer(900);
      const std::string source = Make()[0].source;
      EXPECT_EQ(source, day < 7 ? "own:ridge" : "neso:GB") << day;
    }
    Answer(Zero);
    EXPECT_EQ(Make()[0].source, "own:ridge");
  }
}

TEST_F(ZoneForecastsTest, BelievesWhatTheAdministratorAccepts) {
  config_.zones[0].plausibility.zero = false;
  Start();
  Tell("GB", 0, kNowHour);
  Answer(Zero);
  EXPECT_EQ(Make()[0].source, "neso:GB");
  config_.zones[0].plausibility = {.accept_from = now_ - absl::Hours(24)};
  forecasts_->Configure(config_, now_);
  EXPECT_EQ(Make()[0].source, "neso:GB");
  EXPECT_THAT(forecasts_->Notes(), ElementsAre("zone GB: 24 hours of history are known since "
                                               "accept_from, 336 are needed to judge its sources "
                                               "by: only absolute bounds are checked"));
  config_.zones[0].plausibility = {};
  forecasts_->Configure(config_, now_);
  EXPECT_EQ(Make()[0].source, "own:ridge");
  EXPECT_THAT(forecasts_->Notes(), IsEmpty());
}

TEST_F(ZoneForecastsTest, NotesAZoneWithoutEnoughHistory) {
  Start();
  Answer(Zero);
  EXPECT_EQ(Make()[0].source, "neso:GB") << "nothing speaks against it";
  EXPECT_THAT(forecasts_->Notes(), ElementsAre(HasSubstr("zone GB: 0 hours of history are known")));
  EXPECT_THAT(forecasts_->Troubles(), IsEmpty());
  Tell("GB", 0, kNowHour);
  EXPECT_THAT(forecasts_->Notes(), IsEmpty());
}

TEST_F(ZoneForecastsTest, TakesADeadEndOfItsHistoryForAHoleAndTellsIt) {
  Start();
  Tell("GB", 0, kNowHour - 10);
  forecasts_->Take(
      {"GB", Neso(), SignalKind::kAverageDirect, MakeHistory(kNowHour - 10, kNowHour, Zero), now_});
  const std::vector<ZoneForecast> made = Make();
  EXPECT_EQ(made[0].source, "own:ridge");
  EXPECT_EQ(made[0].issued_at, AtHour(kNowHour - 10));
  EXPECT_GT(made[0].series.Mean(now_, now_ + absl::Hours(24))->value(), 200);
  const std::string line =
      absl::StrCat("zone GB: history of neso:GB: not plausible (zero): 0 g/kWh from ",
                   FormatTimestamp(AtHour(kNowHour - 10)), " on; counted as missing");
  EXPECT_THAT(forecasts_->Troubles(), ElementsAre(line));
  EXPECT_THAT(problems_, testing::Contains(line)) << "for the log";
  ASSERT_THAT(forecasts_->RejectedHistory(), SizeIs(1));
  EXPECT_EQ(forecasts_->RejectedHistory()[0].hours, 10);

  now_ = AtHour(kNowHour + 24 * 8);
  Tell("GB", kNowHour, kNowHour + 24 * 8);
  Make();
  EXPECT_THAT(forecasts_->Troubles(), IsEmpty()) << "it is long past";
  EXPECT_EQ(forecasts_->RejectedHistory()[0].hours, 10) << "and a hole all the same";
}

TEST_F(ZoneForecastsTest, TakesHoursFromTheNextHistoryWhereTheFirstIsDead) {
  ForecastProvider mirror = Neso();
  mirror.url = "https://mirror.example";
  config_.zones[0].history = {Neso(), mirror};
  Start();
  const auto dead = [](int64_t hour) { return hour < kNowHour - 10 ? Truth(hour) : 0; };
  forecasts_->Take(
      {"GB", Neso(), SignalKind::kAverageDirect, MakeHistory(0, kNowHour, dead), now_});
  forecasts_->Take(
      {"GB", mirror, SignalKind::kAverageDirect, MakeHistory(0, kNowHour, Truth), now_});
  EXPECT_EQ(Make()[0].issued_at, now_);
}

}  // namespace
}  // namespace carbon
