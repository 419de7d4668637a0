#include "forecast/providers/energinet.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/providers/replies.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const ProviderAsk kAsk{.url = "https://host", .zone = "DK1", .kind = SignalKind::kAverageDirect};

HttpReply Records(const char* records) {
  return Json(absl::StrCat(R"({"total": 2, "limit": 0, "dataset": "CO2EmisProg", "records": [)",
                           records, "]}"));
}

TEST(EnerginetRequests, AskInUtcForAllRecordsOfOneArea) {
  EXPECT_EQ(EnerginetForecastRequest(kAsk, {}, At(13, 7))->UrlToSend(),
            "https://host/dataset/CO2EmisProg?start=2026-11-24T13%3A05&timezone=UTC"
            "&filter=%7B%22PriceArea%22%3A%5B%22DK1%22%5D%7D&sort=Minutes5UTC%20asc&limit=0");
  absl::StatusOr<std::vector<HttpRequest>> requests =
      EnerginetHistoryRequests(kAsk, {}, At(0), At(1));
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->size(), 1u);
  EXPECT_THAT((*requests)[0].url,
              HasSubstr("/dataset/CO2Emis?start=2026-11-24T00%3A00&end=2026-11-24T01%3A00&"));
  ProviderAsk other = kAsk;
  other.zone = "SE4\"]}";
  EXPECT_EQ(EnerginetForecastRequest(other, {}, At(0)).status().message(),
            "energinet: zone SE4\"]}: is neither DK1 nor DK2");
}

TEST(ParseEnerginetForecast, ReadsInstantsWithoutAnOffsetAsUtcWhateverTheirOrder) {
  absl::StatusOr<ProviderForecast> forecast = ParseEnerginetForecast(kAsk, Records(R"(
      {"Minutes5UTC": "2026-11-24T00:05:00", "Minutes5DK": "2026-11-24T01:05:00",
       "PriceArea": "DK1", "CO2Emission": 0.0},
      {"Minutes5UTC": "2026-11-24T00:00:00", "Minutes5DK": "2026-11-24T01:00:00",
       "PriceArea": "DK1", "CO2Emission": 83.0})"));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_EQ(forecast->kind, SignalKind::kAverageDirect);
  EXPECT_EQ(forecast->issued_at, std::nullopt);
  EXPECT_EQ(forecast->series.begin(), At(0));
  EXPECT_EQ(forecast->series.end(), At(0, 10));
  EXPECT_EQ(ValueAt(forecast->series, At(0)), 83);
  EXPECT_EQ(ValueAt(forecast->series, At(0, 5)), 0);
}

TEST(ParseEnerginetForecast, RefusesBadRecordsNamingThem) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"Minutes5UTC": "2026-11-24T00:00:00", "PriceArea": "DK2", "CO2Emission": 1})",
       "records[0].PriceArea: \"DK2\" is not DK1"},
      {R"({"Minutes5DK": "2026-11-24T00:00:00", "PriceArea": "DK1", "CO2Emission": 1})",
       "records[0].Minutes5UTC: is missing"},
      {R"({"Minutes5UTC": "2026-11-24T00:00:00", "PriceArea": "DK1"})",
       "records[0].CO2Emission: is missing"},
      {R"({"Minutes5UTC": "2026-11-24T00:00:00", "CO2Emission": 1},
          {"Minutes5UTC": "2026-11-24T00:04:00", "CO2Emission": 1})",
       "overlaps the one of 2026-11-24T00:00:00Z"},
  };
  for (const auto& [records, message] : cases) {
    const absl::Status error = ParseEnerginetForecast(kAsk, Records(records)).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << records;
    EXPECT_THAT(error.message(), HasSubstr(message)) << records;
  }
  EXPECT_EQ(ParseEnerginetForecast(kAsk, Records("")).status().code(),
            absl::StatusCode::kUnavailable);
}

// In local time the hour from 01:00 UTC occurs twice; in UTC nothing happens.
TEST(ParseEnerginetHistory, IsNotMisledByTheEndOfSummerTime) {
  absl::StatusOr<ProviderHistory> history = ParseEnerginetHistory(kAsk, Records(R"(
      {"Minutes5UTC": "2026-10-25T00:55:00", "Minutes5DK": "2026-10-25T02:55:00", "CO2Emission": 1},
      {"Minutes5UTC": "2026-10-25T01:00:00", "Minutes5DK": "2026-10-25T02:00:00", "CO2Emission": 2},
      {"Minutes5UTC": "2026-10-25T01:05:00", "Minutes5DK": "2026-10-25T02:05:00",
       "CO2Emission": null})"));
  ASSERT_TRUE(history.ok()) << history.status();
  const absl::Time hour = absl::FromCivil(absl::CivilHour(2026, 10, 25, 1), absl::UTCTimeZone());
  EXPECT_THAT(history->history.intervals(),
              ElementsAre(Point(hour - absl::Minutes(5), absl::Minutes(5), 1),
                          Point(hour, absl::Minutes(5), 2)));
}

}  // namespace
}  // namespace carbon
