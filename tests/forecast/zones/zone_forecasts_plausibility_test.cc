// Tests ZoneForecasts with sources and histories that are not plausible.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "forecast/zones/zone_forecasts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/own/synthetic_history.h"
#include "tests/forecast/zone_forecasts_fixture.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

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
  EXPECT_THAT(Notes(), ElementsAre("zone GB: 24 hours of history are known since "
                                   "accept_from, 336 are needed to judge its sources "
                                   "by: only absolute bounds are checked"));
  config_.zones[0].plausibility = {};
  forecasts_->Configure(config_, now_);
  EXPECT_EQ(Make()[0].source, "own:ridge");
  EXPECT_THAT(Notes(), IsEmpty());
}

TEST_F(ZoneForecastsTest, NotesAZoneWithoutEnoughHistory) {
  Start();
  Answer(Zero);
  EXPECT_EQ(Make()[0].source, "neso:GB") << "nothing speaks against it";
  EXPECT_THAT(Notes(), ElementsAre(HasSubstr("zone GB: 0 hours of history are known")));
  EXPECT_THAT(Warnings(), IsEmpty());
  Tell("GB", 0, kNowHour);
  EXPECT_THAT(Notes(), IsEmpty());
}

TEST_F(ZoneForecastsTest, TellsOneTroubleInTheSameWordsThoughItsFiguresChange) {
  Start();
  Tell("GB", 0, kNowHour);
  for (int64_t hour = 0; hour < 6; ++hour) {
    now_ = AtHour(kNowHour + hour);
    Answer(1500 + 60.0 * static_cast<double>(hour));
    Make();
    ASSERT_THAT(problems_, ElementsAre(HasSubstr("not plausible (level): about 5 times")));
  }
  Answer(120);
  Make();
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("not plausible (level): about 0.4 times")));
}

TEST_F(ZoneForecastsTest, TellsAFaultOfItsHistoryInTheSameWordsAsOthersLeaveTheWeek) {
  Start();
  const auto value = [](int64_t hour) {
    return hour == kNowHour - 24 * 6 || hour == kNowHour - 24 * 3 ? 9000 : Truth(hour);
  };
  std::vector<std::string> troubles;
  for (const int64_t later : {0, 24 * 2, 24 * 3}) {
    now_ = AtHour(kNowHour + later);
    forecasts_->Take(
        {"GB", Neso(), SignalKind::kAverageDirect, MakeHistory(0, kNowHour + later, value), now_});
    Make();
    ASSERT_THAT(Warnings(), SizeIs(1));
    EXPECT_THAT(Warnings()[0], HasSubstr("counted as missing, 2 times in 7 days"));
    if (troubles.empty()) troubles = Warnings();
    EXPECT_EQ(Warnings(), troubles) << later;
  }
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
  const std::string line = absl::StrCat(
      "zone GB: history of neso:GB: not plausible (zero): 0 g/kWh from ",
      FormatTimestamp(AtHour(kNowHour - 10)),
      " on; counted as missing; if that is true, set \"zero\": false or \"accept_from\" "
      "in the zone's \"plausibility\"");
  EXPECT_THAT(Warnings(), ElementsAre(line));
  EXPECT_THAT(problems_, testing::Contains(line)) << "for the log";
  ASSERT_THAT(forecasts_->RejectedHistory(), SizeIs(1));
  EXPECT_EQ(forecasts_->RejectedHistory()[0].hours, 10);

  now_ = AtHour(kNowHour + 24 * 8);
  Tell("GB", kNowHour, kNowHour + 24 * 8);
  Make();
  EXPECT_THAT(Warnings(), IsEmpty()) << "it is long past";
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
