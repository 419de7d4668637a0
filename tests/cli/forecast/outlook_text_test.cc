#include "cli/forecast/outlook_text.h"

#include <nlohmann/json.hpp>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow =
    absl::FromCivil(absl::CivilMinute(2026, 11, 24, 10, 20), absl::UTCTimeZone());
const absl::Time kHour = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());

Band BandOf(double mean, double low, double high) {
  return {GramsPerKilowattHour(mean), GramsPerKilowattHour(low), GramsPerKilowattHour(high)};
}

ZoneForecast Forecast() {
  return {.zone = "DE",
          .source = "energy-charts:de",
          .fetched_at = kNow - absl::Minutes(10),
          .valid_until = kNow + absl::Hours(20),
          .series =
              *IntensitySeries::Create({{kHour, GramsPerKilowattHour(1)}}, kHour + absl::Hours(4)),
          .own_from = kHour + absl::Hours(1),
          .horizon = kHour + absl::Hours(2)};
}

class OutlookTextTest : public ::testing::Test {
 protected:
  OutlookTextTest() {
    outlook_.forecast = &forecast_;
    outlook_.now = kNow;
    outlook_.at_now = GramsPerKilowattHour(420.25);
    const auto add = [this](int hour, Band band, Origin origin) {
      outlook_.steps.push_back(
          {kHour + absl::Hours(hour), kHour + absl::Hours(hour + 1), band, origin});
    };
    add(0, BandOf(420.25, 400, 440), Origin::kSource);
    add(1, BandOf(300, 270, 335.5), Origin::kOwn);
    add(2, BandOf(350, 300, 400), Origin::kClimatology);
    style_.width = 40;
    style_.zone = absl::UTCTimeZone();
  }

  void FindBest() {
    outlook_.best = {.duration = absl::Hours(1),
                     .start = kHour + absl::Hours(1),
                     .band = BandOf(300, 270, 335.5),
                     .now = BandOf(380, 360, 400),
                     .saving = 0.2105,
                     .saving_low = -0.012,
                     .saving_high = 0.3};
  }

  ZoneForecast forecast_ = Forecast();
  ZoneOutlook outlook_;
  ChartStyle style_;
};

TEST_F(OutlookTextTest, IsAChartATableAndTheBestStart) {
  FindBest();
  EXPECT_EQ(
      OutlookText(outlook_, style_, true),
      R"(DE: energy-charts:de, average-lifecycle, made 00:10:00 ago, until 2026-11-24T12:00:00; bands hold 80%

gCO2e/kWh
   450 ┤
       │░░░░░░░░░░
       │━━━━━━━━━━
   400 ┤░░░░░░░░░░          ░░░░░░░░░░
       │                    ░░░░░░░░░░
       │                    ░░░░░░░░░░
   350 ┤                    ━━━━━━━━━━
       │          ░░░░░░░░░░░░░░░░░░░░
       │          ░░░░░░░░░░░░░░░░░░░░
   300 ┤          ━━━━━━━━━━░░░░░░░░░░
       │          ░░░░░░░░░░
       │          ░░░░░░░░░░
   250 ┤
       └┬─────────┬─────────┬─────────
        10:00     11:00     12:00

START               G/KWH   LOW  HIGH FROM
------------------- ----- ----- ----- -----------
2026-11-24T10:00:00 420.2 400.0 440.0 source
2026-11-24T11:00:00 300.0 270.0 335.5 own
2026-11-24T12:00:00 350.0 300.0 400.0 climatology

Best start of a run of 1h: 2026-11-24T11:00:00 (in 00:40:00), at 300.0 g/kWh (270.0-335.5): 21% (-1 to 30%) less than the 380.0 of a start now
)");
}

TEST_F(OutlookTextTest, IsRowsAloneWithoutAHeader) {
  FindBest();
  EXPECT_EQ(OutlookText(outlook_, style_, false),
            "2026-11-24T10:00:00 420.2 400.0 440.0 source\n"
            "2026-11-24T11:00:00 300.0 270.0 335.5 own\n"
            "2026-11-24T12:00:00 350.0 300.0 400.0 climatology\n");
}

TEST_F(OutlookTextTest, SaysNowWhereNoOtherStartIsBetter) {
  FindBest();
  outlook_.best->start = outlook_.now;
  EXPECT_THAT(OutlookText(outlook_, style_, true),
              HasSubstr("Best start of a run of 1h: now, at 300.0 g/kWh (270.0-335.5)\n"));
}

TEST_F(OutlookTextTest, SumsUpAZoneInALine) {
  EXPECT_EQ(
      SummaryText({outlook_}, absl::UTCTimeZone(), true),
      R"(ZONE   NOW 24H LOW AT                  24H HIGH AT                  HORIZON             SOURCE           KIND              AGE
---- ----- ------- ------------------- -------- ------------------- ------------------- ---------------- ----------------- --------
DE   420.2   300.0 2026-11-24T11:00:00    420.2 2026-11-24T10:00:00 2026-11-24T12:00:00 energy-charts:de average-lifecycle 00:10:00
)");
  FindBest();
  EXPECT_THAT(SummaryText({outlook_}, absl::UTCTimeZone(), false),
              HasSubstr(" 2026-11-24T11:00:00 300.0 21% (-1 to 30%) energy-charts:de "));
}

TEST_F(OutlookTextTest, LooksNoFurtherThanADayForAZonesExtremes) {
  outlook_.steps.push_back({kNow + absl::Hours(24), kNow + absl::Hours(25), BandOf(1, 1, 1)});
  EXPECT_THAT(SummaryText({outlook_}, absl::UTCTimeZone(), false),
              HasSubstr(" 300.0 2026-11-24T11"));
}

TEST_F(OutlookTextTest, KnowsNoAgeOfAStaticValue) {
  forecast_.source = "static";
  EXPECT_THAT(OutlookText(outlook_, style_, true),
              HasSubstr("DE: static, average-lifecycle, until 2026-11-24T12:00:00;"));
  EXPECT_THAT(SummaryText({outlook_}, absl::UTCTimeZone(), false),
              HasSubstr(" static average-lifecycle -\n"));
}

TEST_F(OutlookTextTest, IsJsonWithoutRounding) {
  FindBest();
  const nlohmann::json json = nlohmann::json::parse(OutlooksJson({outlook_}, kNow, true));
  EXPECT_EQ(json["now"], "2026-11-24T10:20:00Z");
  const nlohmann::json& zone = json["zones"][0];
  EXPECT_EQ(zone["zone"], "DE");
  EXPECT_EQ(zone["issued_at"], nullptr);
  EXPECT_EQ(zone["own_from"], "2026-11-24T11:00:00Z");
  EXPECT_EQ(zone["now"], 420.25);
  EXPECT_EQ(zone["low_24h"]["start"], "2026-11-24T11:00:00Z");
  EXPECT_EQ(zone["steps"].size(), 3u);
  EXPECT_EQ(zone["steps"][1]["high"], 335.5);
  EXPECT_EQ(zone["steps"][2]["from"], "climatology");
  EXPECT_EQ(zone["best"]["saving_low"], -0.012);
  EXPECT_EQ(zone["best"]["duration_s"], 3600);
  EXPECT_THAT(OutlooksJson({outlook_}, kNow, false), Not(HasSubstr("steps")));
}

TEST_F(OutlookTextTest, IsCsv) {
  forecast_.zone = "D,E";
  EXPECT_EQ(OutlooksCsv({outlook_}, true),
            "zone,start,end,mean,low,high,from\n"
            "\"D,E\",2026-11-24T10:00:00Z,2026-11-24T11:00:00Z,420.25,400,440,source\n"
            "\"D,E\",2026-11-24T11:00:00Z,2026-11-24T12:00:00Z,300,270,335.5,own\n"
            "\"D,E\",2026-11-24T12:00:00Z,2026-11-24T13:00:00Z,350,300,400,climatology\n");
  EXPECT_EQ(SummaryCsv({outlook_}, false),
            "\"D,E\",420.25,300,2026-11-24T11:00:00Z,420.25,2026-11-24T10:00:00Z,"
            "2026-11-24T12:00:00Z,,,,,,energy-charts:de,average-lifecycle,,"
            "2026-11-24T10:10:00Z\n");
}

}  // namespace
}  // namespace carbon
