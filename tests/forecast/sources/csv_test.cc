#include "forecast/sources/csv.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::Time At(int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(2026, 11, 24, hour, minute), absl::UTCTimeZone());
}

double ValueAt(const IntensitySeries& series, absl::Time time) {
  absl::StatusOr<GramsPerKilowattHour> value = series.Mean(time, time);
  return value.ok() ? value->value() : -1;
}

TEST(ParseCsv, ReadsHeaderCommentsBlankLinesAndCrlf) {
  absl::StatusOr<IntensitySeries> series = ParseCsv(
      "# synthetic\r\n"
      "time,value\r\n"
      "\r\n"
      "2026-11-24T00:00:00Z,412.5\r\n"
      "2026-11-24 01:00:00+00:00 , 0\r\n"
      "  # the last\r\n"
      "2026-11-24T03:00:00+01:00,1.5e2\r\n");
  ASSERT_TRUE(series.ok()) << series.status();
  EXPECT_EQ(series->begin(), At(0));
  EXPECT_EQ(series->end(), At(3));
  EXPECT_EQ(ValueAt(*series, At(0, 59)), 412.5);
  EXPECT_EQ(ValueAt(*series, At(1)), 0);
  EXPECT_EQ(ValueAt(*series, At(2)), 150);
}

// A comma in the header, or a CR, need not mean anything.
TEST(ParseCsv, TakesAnyHeaderAboveTimesAndValues) {
  for (const char* header :
       {"time,intensity (g, direct)", "Grid of 2026", "a,b,c,d", "x\ry", "v,t"}) {
    absl::StatusOr<IntensitySeries> series = ParseCsv(
        absl::StrCat(header, "\n2026-11-24T00:00:00Z,1\r\r\n2026-11-24T01:00:00Z,2\n# \r c\n"));
    EXPECT_TRUE(series.ok()) << header << ": " << series.status();
  }
  EXPECT_TRUE(ParseHistoryCsv("a,b,c\n")->intervals().empty());
}

TEST(ParseCsv, NeedsNeitherHeaderNorFinalNewline) {
  absl::StatusOr<IntensitySeries> series =
      ParseCsv("2026-11-24T00:00:00Z,1\n2026-11-24T00:05:00Z,2");
  ASSERT_TRUE(series.ok()) << series.status();
  EXPECT_EQ(series->end(), At(0, 10));
}

TEST(ParseCsv, LetsTheLastValueHoldAsLongAsTheOneBefore) {
  absl::StatusOr<IntensitySeries> series =
      ParseCsv("2026-11-24T00:00:00Z,1\n2026-11-24T01:00:00Z,2\n2026-11-24T04:00:00Z,3\n");
  ASSERT_TRUE(series.ok()) << series.status();
  EXPECT_EQ(ValueAt(*series, At(3, 59)), 2);
  EXPECT_EQ(series->end(), At(7));
}

TEST(ParseCsv, RefusesBadLinesNamingTheLine) {
  const std::string good = "2026-11-24T00:00:00Z,1\n";
  const std::pair<std::string, std::string> cases[] = {
      {"2026-11-24T01:00:00Z,-4", "line 2: value -4 is negative"},
      {"2026-11-24T01:00:00Z,nan", "line 2: value nan is not finite"},
      {"2026-11-24T01:00:00Z,inf", "line 2: value inf is not finite"},
      {"2026-11-24T01:00:00Z,1e999", "line 2: value inf is not finite"},
      {"2026-11-24T01:00:00Z,10001", "line 2: value 10001 is above 10000 gCO2e/kWh"},
      {"2026-11-24T01:00:00Z,", "line 2: the value is missing"},
      {"2026-11-24T01:00:00Z,null", "line 2: the value is missing"},
      {"2026-11-24T01:00:00Z,12 g", "line 2: the value is not a number"},
      {"2026-11-24T01:00:00Z,0x10", "line 2: the value is not a number"},
      {"2026-11-24T01:00:00Z,1,5",
       "line 2: is not time,value: it has 3 fields, separated by \",\""},
      {"2026-11-24T01:00:00Z;15", "line 2: is not time,value: it has 1 field, separated by \",\""},
      {"2026-11-24T01:00:00,15", "line 2: the time has no offset"},
      {"2026-11-24T00:00:00Z,1", "line 2: time 2026-11-24T00:00:00Z occurs twice"},
      {"2026-11-23T23:00:00Z,1", "line 2: time 2026-11-23T23:00:00Z is before the line above"},
      {"time,value", "line 2: the time is not RFC 3339"},
  };
  for (const auto& [line, message] : cases) {
    absl::StatusOr<IntensitySeries> series = ParseCsv(good + line + "\n");
    EXPECT_EQ(series.status().code(), absl::StatusCode::kInvalidArgument) << line;
    EXPECT_THAT(std::string(series.status().message()), HasSubstr(message)) << line;
  }
}

TEST(ParseCsv, CountsCommentsAndBlankLinesInLineNumbers) {
  absl::StatusOr<IntensitySeries> series =
      ParseCsv("time,value\n\n# x\n2026-11-24T00:00:00Z,bad\n");
  EXPECT_THAT(std::string(series.status().message()), HasSubstr("line 4: "));
}

TEST(ParseCsv, RefusesFewerThanTwoValues) {
  for (const auto& [text, count] :
       {std::pair("", "0 values"), std::pair("time,value\n", "0 values"),
        std::pair("2026-11-24T00:00:00Z,1\n", "1 values")}) {
    absl::StatusOr<IntensitySeries> series = ParseCsv(text);
    EXPECT_EQ(series.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(series.status().message()), HasSubstr(count));
    EXPECT_THAT(std::string(series.status().message()), HasSubstr("at least 2 are needed"));
  }
}

TEST(ParseCsv, RefusesASpanAboveTheSeriesLimit) {
  absl::StatusOr<IntensitySeries> series =
      ParseCsv("2020-01-01T00:00:00Z,1\n2026-01-01T00:00:00Z,2\n");
  EXPECT_EQ(series.status().code(), absl::StatusCode::kInvalidArgument);
}

// A user who may choose the file may have chosen a link to a file that only root may read.
TEST(ParseCsv, QuotesNoTextOfTheFile) {
  const std::string good = "2026-11-24T00:00:00Z,1\n";
  for (const std::string& text : {
           std::string("root:s3cret:19000:0:99999:7:::\ndaemon:s3cret:1\n"),
           std::string("s3cret,s3cret\ns3cret,s3cret\n"),
           std::string("s3cret,s3cret,s3cret\ns3cret,s3cret,s3cret\n"),
           std::string("time_s3cret_utc,value,x\n1,2,3\n"),
           good + "s3cret,2\n",
           good + "2026-11-24T01:00:00s3cret,2\n",
           good + "2026-11-24T01:00:00Z,s3cret\n",
           good + "2026-11-24T01:00:00Z,1.s3cret.5\n",
           good + "2026-11-24T01:00:00Z,1,s3cret\n",
           good + "s3cret\n",
           good + "\"s3cret\n",
           good + std::string(70'000, 'x') + "s3cret",
           std::string("s3cret") + std::string(1 << 20, 'x'),
       }) {
    for (const CsvFormat& format : {CsvFormat{}, CsvFormat{.time_zone = "Europe/Berlin"}}) {
      for (const absl::Status& status :
           {ParseCsv(text, format).status(), ParseHistoryCsv(text, format).status(),
            ParseCsv(text, {.time_column = "x", .value_column = "y"}).status()}) {
        EXPECT_EQ(status.message().find("s3cret"), absl::string_view::npos) << status;
        EXPECT_LT(status.message().size(), 200u);
      }
      EXPECT_FALSE(ParseCsv(text, format).ok()) << text.substr(0, 100);
    }
  }
}

// The values of a file that says 1 at midnight and 2 an hour later, or what is wrong with it.
std::string TwoHours(const std::string& text, const CsvFormat& format = {}) {
  absl::StatusOr<IntensitySeries> series = ParseCsv(text, format);
  if (!series.ok()) return std::string(series.status().message());
  EXPECT_EQ(series->begin(), At(0)) << text;
  EXPECT_EQ(series->end(), At(2)) << text;
  return absl::StrCat(ValueAt(*series, At(0)), " ", ValueAt(*series, At(1)));
}

TEST(ParseCsv, ReadsWhatSpreadsheetsWrite) {
  for (const char* text : {
           "\xef\xbb\xbftime,value\n2026-11-24T00:00:00Z,1.5\n2026-11-24T01:00:00Z,2\n",
           "time,value\r2026-11-24T00:00:00Z,1.5\r2026-11-24T01:00:00Z,2\r",
           "\"time\",\"value\"\r\n\"2026-11-24T00:00:00Z\",\"1.5\"\r\n\"2026-11-24T01:00:00Z\","
           "2\r\n",
           "time;value\n2026-11-24T00:00:00Z;1,5\n2026-11-24T01:00:00Z;2,0\n",
           "sep=;\r\ntime;value\r\n2026-11-24T00:00:00Z;1,5\r\n2026-11-24T01:00:00Z;2\r\n",
           "2026-11-24T00:00:00Z\t1.5\n2026-11-24T01:00:00Z\t2\n",
           "time,value,\n2026-11-24T00:00:00Z,1.5,\n2026-11-24T01:00:00Z,2,\n,,\n",
           "time,value\n2026-11-24T00:00:00Z,1.5,,,\n2026-11-24T01:00:00Z,2\n",
           "time,value\n2026-11-24T00:00Z,1.5\n2026-11-24T01:00Z,2\n",
           "time,value\n2026-11-24 01:00+01,1.5\n2026-11-24 02:00:00+0100,2\n",
           "time,value\n2026-11-24 00:00:00 UTC,1.5\n2026-11-24 01:00 UTC,2\n",
           "datetime_utc,value\n2026-11-24,1.5\n2026-11-24 01:00,2\n",
       }) {
    EXPECT_EQ(TwoHours(text), "1.5 2") << text;
  }
}

TEST(ParseCsv, RefusesNumbersThatMayMeanTwoThings) {
  const std::string start = "time;value\n2026-11-24T00:00:00Z;1,5\n2026-11-24T01:00:00Z;";
  EXPECT_EQ(TwoHours(start + "1.234,5\n"),
            "line 3: the value is not a number: it has more than one \",\" or \".\"");
  EXPECT_EQ(TwoHours(start + "1.234\n"),
            "line 3: the value is not a number: lines above have \",\" for the decimals");
  EXPECT_EQ(TwoHours("2026-11-24T00:00:00Z,1\n2026-11-24T01:00:00Z,\"1,234\"\n"),
            "line 2: the value is not a number: a comma may mean decimals or thousands");
}

TEST(ParseCsv, ReadsEveryUnit) {
  const std::pair<IntensityUnit, double> cases[] = {
      {IntensityUnit::kGramsPerKilowattHour, 2},
      {IntensityUnit::kKilogramsPerKilowattHour, 2000},
      {IntensityUnit::kGramsPerMegawattHour, 0.002},
      {IntensityUnit::kKilogramsPerMegawattHour, 2},
      {IntensityUnit::kTonnesPerMegawattHour, 2000},
      {IntensityUnit::kPoundsPerMegawattHour, 0.907},  // series are kept in milligrams
  };
  const std::string text = "2026-11-24T00:00:00Z,2\n2026-11-24T01:00:00Z,2\n";
  for (const auto& [unit, grams] : cases) {
    absl::StatusOr<IntensitySeries> series = ParseCsv(text, {.unit = unit});
    ASSERT_TRUE(series.ok()) << series.status();
    EXPECT_NEAR(ValueAt(*series, At(0)), grams, 0.0005) << IntensityUnitName(unit);
  }
  EXPECT_EQ(
      TwoHours("2026-11-24T00:00:00Z,210\n", {.unit = IntensityUnit::kKilogramsPerKilowattHour}),
      "line 1: value 210 kgCO2e/kWh is above 10000 gCO2e/kWh");
}

TEST(ParseCsv, ReadsTimesWithoutAnOffsetInTheZoneOfCarbonJson) {
  const std::string text = "2026-11-24 01:00,1\n2026-11-24T02:00:00,2\n";
  EXPECT_EQ(TwoHours(text, {.time_zone = "Europe/Berlin"}), "1 2");
  // An offset is believed.
  EXPECT_EQ(TwoHours("2026-11-24T00:00Z,1\n2026-11-24 02:00,2\n", {.time_zone = "Europe/Berlin"}),
            "1 2");
  EXPECT_EQ(TwoHours(text), "line 1: the time has no offset; write Z for UTC");
}

TEST(ParseCsv, QuotesNoFirstLineThatMayBeASecret) {
  EXPECT_EQ(TwoHours("hunter2\n$6$salt$hash\n"),
            "line 2: is not time,value: it has 1 field, separated by \",\"");
}

TEST(ParseHistoryCsv, TakesTheHourThatOccursTwiceInItsOrder) {
  // Clocks go back from 3:00 to 2:00 on 25 October, at 1:00 UTC.
  absl::StatusOr<IntensityHistory> history = ParseHistoryCsv(
      "2026-10-25 01:00,1\n2026-10-25 02:00,2\n2026-10-25 02:30,3\n2026-10-25 02:00,4\n"
      "2026-10-25 02:30,5\n2026-10-25 03:00,6\n",
      {.time_zone = "Europe/Berlin"});
  ASSERT_TRUE(history.ok()) << history.status();
  const absl::Time midnight = At(0) - absl::Hours(24 * 30);
  std::vector<int64_t> minutes;
  for (const IntensityHistory::Interval& interval : history->intervals()) {
    minutes.push_back(absl::ToInt64Minutes(interval.start - midnight));
  }
  EXPECT_THAT(minutes, ElementsAre(-60, 0, 30, 60, 90, 120));
}

// "start-end value" of each interval, in minutes after midnight.
std::vector<std::string> Intervals(const std::string& text) {
  absl::StatusOr<IntensityHistory> history = ParseHistoryCsv(text);
  if (!history.ok()) return {std::string(history.status().message())};
  std::vector<std::string> result;
  for (const IntensityHistory::Interval& interval : history->intervals()) {
    result.push_back(absl::StrCat(absl::ToInt64Minutes(interval.start - At(0)), "-",
                                  absl::ToInt64Minutes(interval.end - At(0)), " ",
                                  interval.value.value()));
  }
  return result;
}

TEST(ParseHistoryCsv, KeepsHoles) {
  EXPECT_THAT(Intervals("time,value\n"
                        "2026-11-24T00:00:00Z,1\n"
                        "2026-11-24T01:00:00Z,2\n"
                        "2026-11-24T02:00:00Z,\n"
                        "2026-11-24T03:00:00Z,NULL\n"
                        "2026-11-24T04:00:00Z,0\n"
                        "2026-11-24T05:00:00Z,NA\n"
                        "2026-11-24T06:00:00Z,\"#N/A\"\n"
                        "2026-11-24T07:00:00Z,NaN\n"
                        "2026-11-24T08:00:00Z,-\n"
                        "2026-11-24T12:00:00Z,3\n"
                        "2026-11-26T00:00:00Z,4\n"),
              ElementsAre("0-60 1", "60-120 2", "240-300 0", "720-780 3", "2880-2940 4"));
}

// Clocks go forward from 2:00 to 3:00 on 29 March, at 1:00 UTC.
TEST(ParseCsv, PassesOverALineWithoutAValueAtATimeThatClocksSkip) {
  const CsvFormat berlin = {.time_zone = "Europe/Berlin"};
  for (const char* nothing : {"", "-", "NA", "NaN"}) {
    const std::string text =
        absl::StrCat("2026-03-29 01:00,1\n2026-03-29 02:00,", nothing, "\n2026-03-29 03:00,3\n");
    absl::StatusOr<IntensityHistory> history = ParseHistoryCsv(text, berlin);
    ASSERT_TRUE(history.ok()) << history.status();
    ASSERT_EQ(history->intervals().size(), 2u);
    EXPECT_EQ(history->intervals()[0].end, history->intervals()[1].start);
    absl::StatusOr<IntensitySeries> series = ParseCsv(text, berlin);
    ASSERT_TRUE(series.ok()) << series.status();
    EXPECT_EQ(series->end() - series->begin(), absl::Hours(2));
  }
  EXPECT_EQ(ParseHistoryCsv("2026-03-29 01:00,1\n2026-03-29 02:00,2\n", berlin).status().message(),
            "line 2: the time does not exist in Europe/Berlin, where clocks went forward");
}

TEST(ParseHistoryCsv, PassesOverALineWithoutAValueWhoseTimeDoesNotCount) {
  EXPECT_THAT(Intervals("time,value\n2026-11-24T00:00:00Z,1\n2026-11-24T00:00:00Z,\n,-\n"
                        "2026-11-24T01:00:00Z,\n2026-11-24T01:00:00Z,2\n"),
              ElementsAre("0-60 1", "60-120 2"));
  absl::StatusOr<IntensityHistory> history =
      ParseHistoryCsv("2026-10-25 02:00,\n2026-10-25 03:00,1\n", {.time_zone = "Europe/Berlin"});
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->intervals().size(), 1u) << "which of two hours has no value";
  EXPECT_EQ(ParseCsv("2026-11-24T00:00:00Z,1\n2026-11-24T00:00:00Z,\n").status().message(),
            "line 2: time 2026-11-24T00:00:00Z occurs twice")
      << "of a forecast";
}

TEST(ParseHistoryCsv, FollowsAChangeOfStep) {
  EXPECT_THAT(Intervals("2026-11-24T00:00:00Z,1\n"
                        "2026-11-24T01:00:00Z,2\n"
                        "2026-11-24T02:00:00Z,3\n"
                        "2026-11-24T02:15:00Z,4\n"
                        "2026-11-24T02:30:00Z,5\n"
                        "2026-11-24T02:45:00Z,6\n"
                        "2026-11-24T09:00:00Z,7\n"),
              ElementsAre("0-60 1", "60-120 2", "120-135 3", "135-150 4", "150-165 5", "165-180 6",
                          "540-555 7"));
  // Three hours are the usual step here, and so no hole.
  EXPECT_THAT(Intervals("2026-11-24T00:00:00Z,1\n2026-11-24T03:00:00Z,2\n"
                        "2026-11-24T06:00:00Z,3\n2026-11-24T12:00:00Z,4\n"),
              ElementsAre("0-180 1", "180-360 2", "360-540 3", "720-900 4"));
}

TEST(ParseHistoryCsv, TakesNothingForAHistoryAndOneValueForAnHour) {
  EXPECT_THAT(Intervals("time,value\n"), IsEmpty());
  EXPECT_THAT(Intervals("2026-11-24T00:00:00Z,1\n"), ElementsAre("0-60 1"));
}

TEST(ParseHistoryCsv, RefusesWhatAForecastMayNotHave) {
  const std::string good = "2026-11-24T00:00:00Z,1\n";
  EXPECT_THAT(Intervals(good + "2026-11-24T01:00:00Z,-4\n"),
              ElementsAre("line 2: value -4 is negative"));
  EXPECT_THAT(Intervals(good + good),
              ElementsAre("line 2: time 2026-11-24T00:00:00Z occurs twice"));
  EXPECT_THAT(Intervals(good + "2026-11-24T01:00:00,15\n"),
              ElementsAre("line 2: the time has no offset; write Z for UTC"));
}

}  // namespace
}  // namespace carbon
