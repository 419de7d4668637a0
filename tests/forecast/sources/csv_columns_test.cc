// Which columns are taken, seen through what is read of them.
#include "forecast/sources/csv_columns.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "forecast/sources/csv.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

absl::Time At(int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(2026, 12, 1, hour, minute), absl::UTCTimeZone());
}

// "first second" values of a file of two steps that begins at midnight UTC, or what is wrong.
std::string Values(const std::string& text, const CsvFormat& format = {},
                   std::optional<SignalKind> kind = std::nullopt) {
  absl::StatusOr<IntensitySeries> series = ParseCsv(text, format, kind);
  if (!series.ok()) return std::string(series.status().message());
  EXPECT_EQ(series->begin(), At(0));
  EXPECT_EQ(series->steps().size(), 2u);
  return absl::StrCat(series->steps()[0].value.value(), " ", series->steps()[1].value.value());
}

constexpr char kElectricityMaps[] =
    "Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO\xe2\x82\x82"
    "eq/kWh (direct),Carbon intensity gCO\xe2\x82\x82"
    "eq/kWh (Life cycle),Data source,Data estimated,Data estimation method\n"
    "2026-12-01 00:00:00,Exampleland,Exampleland,XX,170.5,210.5,\"a, b\",false,\n"
    "2026-12-01 01:00:00,Exampleland,Exampleland,XX,158,198,\"a, b\",false,\n";

TEST(FindCsvColumns, TakesTheColumnOfTheKindFromElectricityMaps) {
  EXPECT_EQ(Values(kElectricityMaps, {}, SignalKind::kAverageLifecycle), "210.5 198");
  EXPECT_EQ(Values(kElectricityMaps, {}, SignalKind::kAverageDirect), "170.5 158");
  EXPECT_EQ(Values(kElectricityMaps), "210.5 198");
  EXPECT_EQ(Values(kElectricityMaps, {}, SignalKind::kMarginal),
            "line 1: Electricity Maps' file has no marginal intensity; to take one of its columns, "
            "name it in \"columns\"");
  // As it was until 2024.
  const std::string older = absl::StrReplaceAll(
      kElectricityMaps,
      {{"Zone id", "Zone Id"}, {"Carbon intensity", "Carbon Intensity"}, {"Life cycle", "LCA"}});
  EXPECT_EQ(Values(older, {}, SignalKind::kAverageLifecycle), "210.5 198");
}

TEST(FindCsvColumns, ReadsNesosFilesInUtc) {
  const std::string mix =
      "DATETIME,GAS,GENERATION,CARBON_INTENSITY,ZERO_CARBON\n"
      "2026-12-01T00:00:00,1,2,120,3\n2026-12-01 00:30:00+00:00,1,2,130,3\n";
  EXPECT_EQ(Values(mix, {}, SignalKind::kAverageDirect), "120 130");
  EXPECT_THAT(Values(mix, {}, SignalKind::kAverageLifecycle),
              HasSubstr("line 1: NESO's file has no average-lifecycle intensity"));
  // A forecast takes what was forecast, a history what was measured.
  const std::string forecast =
      "datetime,forecast,actual,index\n"
      "2026-12-01T00:00:00,140,120,low\n2026-12-01T00:30:00,150,,low\n";
  EXPECT_EQ(Values(forecast), "140 150");
  absl::StatusOr<IntensityHistory> history = ParseHistoryCsv(forecast);
  ASSERT_TRUE(history.ok()) << history.status();
  ASSERT_EQ(history->intervals().size(), 1u);
  EXPECT_EQ(history->intervals()[0].value, GramsPerKilowattHour(120));
}

TEST(FindCsvColumns, TakesTimeAndValueAmongOthers) {
  // R writes the numbers of its rows.
  EXPECT_EQ(
      Values("\"\",\"time\",\"value\"\n\"1\",2026-12-01T00:00Z,1\n\"2\",2026-12-01T01:00Z,2\n"),
      "1 2");
  EXPECT_EQ(Values("zone;value;Time\nXX;1,5;2026-12-01T00:00Z\nXX;2;2026-12-01T01:00Z\n"), "1.5 2");
}

TEST(FindCsvColumns, TakesWhatCarbonJsonNames) {
  const std::string text =
      "Start (UTC),Zone,Intensity,Other\n2026-12-01 00:00,XX,1,9\n2026-12-01 01:00,XX,2,9\n";
  EXPECT_EQ(Values(text, {.time_column = "Start (UTC)", .value_column = "intensity"}), "1 2");
  EXPECT_EQ(Values("a,b\n1,2026-12-01T00:00Z\n2,2026-12-01T01:00Z\n",
                   {.time_column = "b", .value_column = "a"}),
            "1 2");
  // One of them, where the header is known otherwise; its kind is then not asked for.
  EXPECT_EQ(Values(kElectricityMaps,
                   {.value_column = "Carbon intensity gCO\xe2\x82\x82"
                                    "eq/kWh (direct)"},
                   SignalKind::kMarginal),
            "170.5 158");
}

TEST(FindCsvColumns, RefusesInOneLineWhatItCannotTell) {
  const std::string text = "a,b,c\n2026-12-01T00:00Z,1,2\n";
  EXPECT_EQ(Values(text),
            "line 1: of 3 columns none is known for time and value; name them with \"columns\"");
  EXPECT_EQ(Values(text, {.time_column = "a", .value_column = "d"}),
            "line 1: has no column \"d\" as \"columns\" says, in 3 fields");
  EXPECT_EQ(Values("a,b,B\n2026-12-01T00:00Z,1,2\n", {.time_column = "a", .value_column = "b"}),
            "line 1: has two columns \"b\"");
  EXPECT_EQ(Values("# x\n2026-12-01T00:00Z,1\n", {.time_column = "a", .value_column = "b"}),
            "line 2: is no header, but \"columns\" names the columns");
  EXPECT_EQ(Values(kElectricityMaps, {.time_zone = "Europe/Berlin"}),
            "line 1: times are in UTC by the header of column 1, but in Europe/Berlin by "
            "\"time_zone\"");
  EXPECT_EQ(Values(text, {.time_column = "a", .value_column = "b", .time_zone = "Europe/Nowhere"}),
            "time zone \"Europe/Nowhere\" is not known on this machine");
}

TEST(FindCsvColumns, NamesLineAndColumnOfWhatIsWrong) {
  const std::string header = "time,zone,value\n2026-12-01T00:00Z,XX,1\n";
  const std::pair<const char*, const char*> cases[] = {
      {"2026-12-01T01:00Z,XX,-4", "line 3, column 3: value -4 is negative"},
      {"2026-12-01T01:00Z,XX,", "line 3, column 3: the value is missing"},
      {"noon,XX,2", "line 3, column 1: the time is not RFC 3339 (2026-11-24T02:00:00Z)"},
      {"2026-12-01T01:00Z,XX", "line 3: has 2 fields, the header has 3"},
      {"2026-12-01T01:00Z,X,X,2", "line 3: has 4 fields, the header has 3"},
  };
  for (const auto& [line, message] : cases) {
    EXPECT_EQ(Values(absl::StrCat(header, line, "\n")), message);
  }
  EXPECT_EQ(Values(header + "2026-12-01T01:00Z,XX,2,,\n"), "1 2");
}

// One of them may be a secret, in a file that is none of ours.
TEST(FindCsvColumns, QuotesNoNameOfTheFile) {
  for (const CsvFormat& format : {CsvFormat{}, CsvFormat{.time_column = "x", .value_column = "y"},
                                  CsvFormat{.time_zone = "Europe/Berlin"}}) {
    for (const char* text : {"s3cret,s3cret,s3cret\n1,2,3\n", "s3cret_utc,value,x\n1,2,3\n"}) {
      EXPECT_EQ(Values(text, format).find("s3cret"), std::string::npos) << Values(text, format);
    }
  }
}

}  // namespace
}  // namespace carbon
