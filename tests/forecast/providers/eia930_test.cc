#include "forecast/providers/eia930.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forecast/providers/replies.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const ProviderAsk kAsk{.url = "https://host/v2", .zone = "CISO"};

std::string Row(const char* period, const char* fuel, const char* value) {
  return absl::StrCat(R"({"period": ")", period,
                      R"(", "respondent": "CISO", "respondent-name": "CAISO", "fueltype": ")", fuel,
                      R"(", "type-name": "…", "value": )", value,
                      R"(, "value-units": "megawatthours"})");
}

HttpReply Rows(const std::vector<std::string>& rows) {
  return Json(absl::StrCat(R"({"response": {"total": ")", rows.size(),
                           R"(", "dateFormat": "YYYY-MM-DD\"T\"HH24", "data": [)",
                           absl::StrJoin(rows, ","), R"(]}, "apiVersion": "2.1.12"})"));
}

TEST(Eia930HistoryRequests, AskForHoursByTheirEndAndHideTheKey) {
  absl::StatusOr<std::vector<HttpRequest>> requests =
      Eia930HistoryRequests(kAsk, {.secret = "s3 cret"}, At(0, 30), At(0) + absl::Hours(24 * 13));
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->size(), 2u);
  EXPECT_EQ((*requests)[0].url,
            "https://host/v2/electricity/rto/fuel-type-data/data/?frequency=hourly"
            "&data%5B0%5D=value&facets%5Brespondent%5D%5B%5D=CISO&start=2026-11-24T01"
            "&end=2026-12-06T00&sort%5B0%5D%5Bcolumn%5D=period&sort%5B0%5D%5Bdirection%5D=asc"
            "&offset=0&length=5000");
  EXPECT_EQ((*requests)[0].UrlToSend(), absl::StrCat((*requests)[0].url, "&api_key=s3%20cret"));
  EXPECT_THAT((*requests)[0].Redacted(), Not(HasSubstr("cret\"")));
  EXPECT_THAT((*requests)[0].Redacted(), Not(HasSubstr("s3")));
  EXPECT_THAT((*requests)[1].url, HasSubstr("start=2026-12-06T01&end=2026-12-07T00"));
  EXPECT_EQ(Eia930HistoryRequests(kAsk, {}, At(0), At(1)).status().message(),
            "eia-930: zone CISO: the credential is missing");
}

// By hand: (300 x 490 + 100 x 820 + 600 x 11) / 1000, and with the direct factors
// (300 x 437 + 100 x 1050) / 1000.
TEST(ParseEia930History, WeighsFuelsByWhatTheyGenerate) {
  const HttpReply reply =
      Rows({Row("2026-11-24T01", "NG", "\"300\""), Row("2026-11-24T01", "COL", "100"),
            Row("2026-11-24T01", "WND", "\"600.0\"")});
  absl::StatusOr<ProviderHistory> lifecycle = ParseEia930History(kAsk, reply);
  ASSERT_TRUE(lifecycle.ok()) << lifecycle.status();
  EXPECT_EQ(lifecycle->kind, SignalKind::kAverageLifecycle);
  EXPECT_THAT(lifecycle->history.intervals(), ElementsAre(Point(At(0), absl::Hours(1), 235.6)));
  ProviderAsk ask = kAsk;
  ask.kind = SignalKind::kAverageDirect;
  absl::StatusOr<ProviderHistory> direct = ParseEia930History(ask, reply);
  ASSERT_TRUE(direct.ok()) << direct.status();
  EXPECT_EQ(direct->kind, SignalKind::kAverageDirect);
  EXPECT_THAT(direct->history.intervals(), ElementsAre(Point(At(0), absl::Hours(1), 236.1)));
  ask.kind = SignalKind::kMarginal;
  EXPECT_THAT(ParseEia930History(ask, reply).status().message(),
              HasSubstr("kind marginal is not given"));
}

TEST(ParseEia930History, LeavesStorageAndAPlantsOwnUseOut) {
  absl::StatusOr<ProviderHistory> history = ParseEia930History(
      kAsk, Rows({Row("2026-11-24T01", "NG", "\"100\""), Row("2026-11-24T01", "SUN", "\"-7\""),
                  Row("2026-11-24T01", "BAT", "\"-500\""), Row("2026-11-24T01", "PS", "null"),
                  Row("2026-11-24T02", "NG", "\"100\""), Row("2026-11-24T02", "SUN", "\"100\""),
                  Row("2026-11-24T02", "BAT", "\"500\"")}));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(history->history.intervals(),
              ElementsAre(Point(At(0), absl::Hours(1), 490), Point(At(1), absl::Hours(1), 269)));
}

TEST(ParseEia930History, LeavesHoursOutThatAreNotWhole) {
  absl::StatusOr<ProviderHistory> history = ParseEia930History(
      kAsk, Rows({Row("2026-11-24T01", "NG", "\"100\""), Row("2026-11-24T01", "NUC", "\"0\""),
                  Row("2026-11-24T02", "NG", "null"), Row("2026-11-24T02", "NUC", "\"100\""),
                  Row("2026-11-24T03", "NUC", "\"100\""), Row("2026-11-24T04", "NG", "\"0\""),
                  Row("2026-11-24T04", "NUC", "\"0\""), Row("2026-11-24T05", "NG", "\"0\""),
                  Row("2026-11-24T05", "NUC", "\"100\"")}));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(history->history.intervals(),
              ElementsAre(Point(At(0), absl::Hours(1), 490), Point(At(4), absl::Hours(1), 12)));
}

TEST(ParseEia930History, DoesNotNeedAFuelThatIsNullInEveryHour) {
  absl::StatusOr<ProviderHistory> history = ParseEia930History(
      kAsk, Rows({Row("2026-11-24T01", "NG", "\"100\""), Row("2026-11-24T01", "GEO", "null"),
                  Row("2026-11-24T02", "NG", "\"100\""), Row("2026-11-24T02", "GEO", "null")}));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(history->history.intervals(),
              ElementsAre(Point(At(0), absl::Hours(1), 490), Point(At(1), absl::Hours(1), 490)));
  EXPECT_EQ(history->remark.left_out, 0);
}

// Gas in each of four hours; `more` are other rows.
std::vector<std::string> FourHours(const std::vector<std::string>& more) {
  std::vector<std::string> rows = more;
  for (const char* hour : {"2026-11-24T01", "2026-11-24T02", "2026-11-24T03", "2026-11-24T04"}) {
    rows.push_back(Row(hour, "NG", "\"100\""));
  }
  return rows;
}

// It began in the last hour, or ended in the first: the other hours are whole without it. A large
// one that is missing at an end is not reported yet. Between, a small one matters if it emits much.
TEST(ParseEia930History, NeedsASmallFuelOnlyWhereItMatters) {
  const auto hours = [](const std::vector<std::string>& more) {
    std::vector<std::string> rows = more;
    for (const char* hour : {"2026-11-24T01", "2026-11-24T02", "2026-11-24T03"}) {
      rows.push_back(Row(hour, "NG", "\"100\""));
    }
    absl::StatusOr<ProviderHistory> history = ParseEia930History(kAsk, Rows(rows));
    EXPECT_TRUE(history.ok()) << history.status();
    return history.ok() ? history->history.intervals().size() : 0;
  };
  EXPECT_EQ(hours({}), 3u);
  EXPECT_EQ(hours({Row("2026-11-24T03", "SUN", "\"4\"")}), 3u);
  EXPECT_EQ(hours({Row("2026-11-24T01", "OIL", "\"4\"")}), 3u);
  EXPECT_EQ(hours({Row("2026-11-24T01", "COL", "\"80\""), Row("2026-11-24T02", "COL", "\"80\"")}),
            2u);
  // 4 x 48 of 49192 g, and 4 x 650 of 51600 g: more than a twentieth.
  EXPECT_EQ(hours({Row("2026-11-24T01", "SUN", "\"4\""), Row("2026-11-24T03", "SUN", "\"4\"")}),
            3u);
  EXPECT_EQ(hours({Row("2026-11-24T01", "OIL", "\"4\""), Row("2026-11-24T03", "OIL", "\"4\"")}),
            2u);
}

TEST(ParseEia930History, LosesOnlyTheHourOfABadRowAndSaysSo) {
  const std::pair<std::string, const char*> cases[] = {
      {Row("2026-11-24T02", "NG", "\"101\""), "fueltype: NG has two values at 2026-11-24T02"},
      {Row("2026-11-24T02", "H2", "\"50\""), "data[0].fueltype: fuel \"H2\" is not known"},
      {Row("2026-11-24T02", "H2", "\"-\""), "data[0].value: \"-\" is no number"},
      {Row("2026-11-24T02", "COL", "\"-\""), "data[0].value: \"-\" is no number"},
      {R"({"period": "2026-11-24T02", "value": 50})", "data[0].fueltype: is missing"},
  };
  for (const auto& [row, message] : cases) {
    absl::StatusOr<ProviderHistory> history = ParseEia930History(kAsk, Rows(FourHours({row})));
    ASSERT_TRUE(history.ok()) << history.status();
    EXPECT_THAT(history->history.intervals(),
                ElementsAre(Point(At(0), absl::Hours(1), 490), Point(At(2), absl::Hours(1), 490),
                            Point(At(3), absl::Hours(1), 490)))
        << message;
    EXPECT_EQ(history->remark.left_out, 1);
    EXPECT_THAT(history->remark.note, HasSubstr("1 of 5 records left out"));
    EXPECT_THAT(history->remark.note, HasSubstr(message));
  }
}

TEST(ParseEia930History, KeepsTheHourOfABadRowOfAFuelThatDoesNotMatter) {
  for (const std::string& row : {Row("2026-11-24T02", "SUN", "\"-\""),
                                 std::string(R"({"period": "2026-11-24T02", "value": 5})")}) {
    absl::StatusOr<ProviderHistory> history =
        ParseEia930History(kAsk, Rows(FourHours({row, Row("2026-11-24T01", "SUN", "\"2\""),
                                                 Row("2026-11-24T03", "SUN", "\"2\"")})));
    ASSERT_TRUE(history.ok()) << history.status();
    EXPECT_EQ(history->history.intervals().size(), 4u);
    EXPECT_THAT(history->remark.note, HasSubstr("1 of 7 records left out"));
  }
}

// Five rows of thirteen, and the four hours are whole without them.
TEST(ParseEia930History, CountsBadRowsAgainstRowsAndNotAgainstHours) {
  std::vector<std::string> rows;
  for (const char* hour : {"2026-11-24T01", "2026-11-24T02", "2026-11-24T03", "2026-11-24T04"}) {
    rows.push_back(Row(hour, "NUC", "\"100\""));
  }
  for (int i = 0; i < 5; ++i) rows.push_back(Row("yesterday", "NG", "\"100\""));
  absl::StatusOr<ProviderHistory> history = ParseEia930History(kAsk, Rows(FourHours(rows)));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->history.intervals().size(), 4u);
  EXPECT_EQ(history->remark.left_out, 5);
  EXPECT_THAT(history->remark.note, HasSubstr("5 of 13 records left out"));
}

TEST(ParseEia930History, RefusesAReplyInWhichAFuelCanNeverBeRead) {
  std::vector<std::string> rows;
  for (const char* hour : {"2026-11-24T01", "2026-11-24T02", "2026-11-24T03", "2026-11-24T04"}) {
    rows.push_back(Row(hour, "NUC", "\"100\""));
    rows.push_back(Row(hour, "COL", "\"1,234\""));
  }
  EXPECT_THAT(ParseEia930History(kAsk, Rows(FourHours(rows))).status().message(),
              HasSubstr("data[1].value: \"1,234\" is no number"));
}

// EIA adds codes: history must not end there.
TEST(ParseEia930History, GoesOnWithoutALittleOfANewFuel) {
  absl::StatusOr<ProviderHistory> history =
      ParseEia930History(kAsk, Rows(FourHours({Row("2026-11-24T02", "H2", "\"5\"")})));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->history.intervals().size(), 4u);
  EXPECT_EQ(history->remark.left_out, 1);
  EXPECT_THAT(history->remark.note, HasSubstr("fuel \"H2\" is not known"));
}

TEST(ParseEia930History, RefusesWhatIsCutOrContradictsItself) {
  const std::string good = Row("2026-11-24T01", "NG", "\"100\"");
  const std::pair<HttpReply, const char*> cases[] = {
      {Json("{}"), "response: is missing"},
      {Json(R"({"response": []})"), "response.data: is missing"},
      {Json(absl::StrCat(R"({"response": {"total": "17856", "data": [)", good, "]}}")),
       "response.total: \"17856\" rows, but 1 are here"},
      {Json(absl::StrCat(R"({"response": {"total": 2, "data": [)", good, "]}}")),
       "response.total: 2 rows, but 1 are here"},
      {Json(absl::StrCat(R"({"response": {"total": "many", "data": [)", good, "]}}")),
       "response.total: \"many\" rows"},
      {Rows({good, Row("2026-11-24T01", "NG", "\"101\"")}),
       "data[1].fueltype: NG has two values at 2026-11-24T01"},
      {Rows({Row("2026-11-24T01", "H2", "\"1\"")}), "data[0].fueltype: fuel \"H2\" is not known"},
      {Rows({Row("2026-11-24T01-08", "NG", "\"1\"")}), "data[0].period: time"},
      {Rows({Row("2026-11-24T01", "NG", "\"\"")}), "data[0].value: \"\" is no number"},
      {Rows({Row("2026-11-24T01", "NG", "\"NaN\"")}), "\"NaN\" is no number"},
      {Rows({Row("2026-11-24T01", "NG", "\"1e300\"")}), "\"1e300\" is no plausible generation"},
      {Rows({Row("2026-11-24T01", "NG", "[]")}), "data[0].value: an array is no number"},
      {Rows({R"({"period": "2026-11-24T01", "respondent": "PJM"})"}),
       "data[0].respondent: \"PJM\" is not CISO"},
      {Rows({R"({"period": "2026-11-24T01", "value-units": "MW"})"}),
       "data[0].value-units: \"MW\" is not megawatthours"},
  };
  for (const auto& [reply, message] : cases) {
    const absl::Status error = ParseEia930History(kAsk, reply).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << reply.body;
    EXPECT_THAT(error.message(), HasSubstr(message)) << reply.body;
  }
  EXPECT_TRUE(ParseEia930History(kAsk, Rows({}))->history.intervals().empty());
  // The same row twice is one row.
  EXPECT_TRUE(ParseEia930History(kAsk, Rows({good, good})).ok());
}

// The sources' values in the sources' units: Mt divided by TWh are g/kWh x 1000 / 1000.
TEST(FuelIntensity, IsWhatTheSourcesSay) {
  const auto of = [](const char* fuel, SignalKind kind) {
    return (*FuelIntensity(fuel, kind))->value();
  };
  EXPECT_NEAR(of("COL", SignalKind::kAverageDirect), 709e12 / 675.115e9, 0.5);
  EXPECT_NEAR(of("NG", SignalKind::kAverageDirect), 790e12 / 1806.063e9, 0.5);
  EXPECT_NEAR(of("OIL", SignalKind::kAverageDirect), 18e12 / 16.233e9, 0.5);
  EXPECT_EQ(of("COL", SignalKind::kAverageLifecycle), 820);
  for (const char* fuel : {"COL", "NG", "OIL", "NUC", "WAT", "SUN", "SNB", "WND", "WNB", "GEO"}) {
    EXPECT_GE(of(fuel, SignalKind::kAverageLifecycle), 11) << fuel;
  }
  EXPECT_EQ(*FuelIntensity("BAT", SignalKind::kAverageDirect), std::nullopt);
  EXPECT_EQ(FuelIntensity("", SignalKind::kAverageDirect).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace carbon
