#include "forecast/providers/reply_json.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

HttpReply Json(std::string body) {
  return {.status = 200, .content_type = "application/json", .body = std::move(body)};
}

absl::Time Utc(int year, int month, int day, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), absl::UTCTimeZone());
}

TEST(ParseReply, JudgesTheStatusAndTheTypeFirst) {
  EXPECT_TRUE(ParseReply(Json("{}")).ok());
  EXPECT_EQ(ParseReply({.status = 503, .body = "{}"}).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(ParseReply({.status = 200, .content_type = "text/html", .body = "{}"}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ParseReply, TellsNothingOfABodyThatIsNoJson) {
  for (const char* body : {R"({"token":"s3cret)", "s3cret", "{\"a\": NaN, \"b\": \"s3cret\"}",
                           "[1e999, \"s3cret\"]", "<html>s3cret</html>", "\xff\xfe s3cret"}) {
    const absl::Status error = ParseReply(Json(body)).status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << body;
    EXPECT_THAT(error.message(), HasSubstr("bytes is no JSON"));
    EXPECT_THAT(error.message(), Not(HasSubstr("s3cret")));
  }
  EXPECT_THAT(ParseReply(Json(" \n<!DOCTYPE html>")).status().message(), HasSubstr("like HTML"));
  EXPECT_EQ(ParseReply(Json("")).status().message(), "the reply of 0 bytes is no JSON");
}

TEST(ParseReply, RefusesDeepNestingButNotBracketsInStrings) {
  const auto nested = [](int depth) {
    return std::string(static_cast<size_t>(depth), '[') +
           std::string(static_cast<size_t>(depth), ']');
  };
  EXPECT_TRUE(ParseReply(Json(nested(kMaxReplyDepth))).ok());
  EXPECT_EQ(ParseReply(Json(nested(kMaxReplyDepth + 1))).status().message(),
            "is nested deeper than 16");
  EXPECT_FALSE(ParseReply(Json(std::string(1'000'000, '['))).ok());
  EXPECT_TRUE(ParseReply(Json("[\"\\\"[[[[[[[[[[[[[[[[[[[[\"]")).ok());
}

TEST(ParseReply, RefusesMoreThanAnyProviderHasToSay) {
  const std::string blanks(kMaxReplyBytes - 1, ' ');
  EXPECT_TRUE(ParseReply(Json(blanks + "5")).ok());
  EXPECT_EQ(ParseReply(Json(blanks + "55")).status().message(),
            "the reply of 4194305 bytes is above 4194304");
}

// Each takes up to 100 bytes when it is parsed, however few it has here.
TEST(ParseReply, RefusesMoreValuesThanAnyProviderHasBeforeItParsesThem) {
  const auto values = [](size_t count, const std::string& value) {
    std::string body = "[" + value;
    for (size_t i = 1; i < count; ++i) body += "," + value;
    return body + "]";
  };
  // The array is a value too.
  EXPECT_TRUE(ParseReply(Json(values(kMaxReplyValues - 1, "0"))).ok());
  for (const std::string& body :
       {values(kMaxReplyValues, "0"), values(kMaxReplyValues, "[]"), values(kMaxReplyValues, "{}"),
        values(kMaxReplyValues / 2 + 1, "{\"a\":0}")}) {
    EXPECT_EQ(ParseReply(Json(body)).status().message(), "has more than 400000 values");
  }
  EXPECT_TRUE(ParseReply(Json("\"" + std::string(kMaxReplyValues, ',') + "\"")).ok())
      << "in a string they are none";
}

TEST(ParseIntensityUnit, KnowsPoundsPerMegawattHour) {
  // 1 lb = 453.59237 g and 1 MWh = 1000 kWh.
  EXPECT_DOUBLE_EQ(ParseIntensityUnit("lbs_co2_per_mwh")->value(), 453.59237 / 1000);
  EXPECT_EQ(ParseIntensityUnit("gCO2eq/kWh")->value(), 1);
  const absl::Status error = ParseIntensityUnit("percentile").status();
  EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error.message(), "unit \"percentile\" is not known");
}

TEST(ReplyObject, ReadsInstantsOfAllPrecisions) {
  const std::pair<const char*, absl::Time> cases[] = {
      {"2018-01-20T12:00Z", Utc(2018, 1, 20, 12)},
      {"2018-01-20T12", Utc(2018, 1, 20, 12)},
      {"2018-01-20T12:30", Utc(2018, 1, 20, 12, 30)},
      {"2018-01-20T12:30:00", Utc(2018, 1, 20, 12, 30)},
      {"2018-01-20T12:30:00Z", Utc(2018, 1, 20, 12, 30)},
      {"2018-01-20T12:30:00+01:00", Utc(2018, 1, 20, 11, 30)},
      // A leap day, and the hours in which Europe's clocks change.
      {"2024-02-29T23:30", Utc(2024, 2, 29, 23, 30)},
      {"2026-03-29T01:30", Utc(2026, 3, 29, 1, 30)},
      {"2026-10-25T01:30", Utc(2026, 10, 25, 1, 30)},
  };
  for (const auto& [text, expected] : cases) {
    const json object = {{"at", text}};
    absl::StatusOr<absl::Time> time = ReplyObject(object, "row").UtcTime("at");
    ASSERT_TRUE(time.ok()) << time.status();
    EXPECT_EQ(*time, expected) << text;
  }
  for (const char* text : {"", "2018", "2018-01-20", "2018-01-20T24", "2026-02-29T00:00",
                           "2018-01-20T12-07", "2018-01-20 12:00:00.5", "now"}) {
    const json object = {{"at", text}};
    const absl::Status error = ReplyObject(object, "row").UtcTime("at").status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(error.message(), HasSubstr("row.at: time \""));
  }
  const json object = {{"at", "2018-01-20T12:30:00"}, {"made", "2018-01-20T12:30:07.25Z"}};
  EXPECT_THAT(ReplyObject(object, "row").Time("at").status().message(), HasSubstr("no offset"));
  EXPECT_EQ(*ReplyObject(object, "").Instant("made"), Utc(2018, 1, 20, 12, 30) + absl::Seconds(7));
}

TEST(ReplyObject, TellsNullFromZeroAndRefusesTheRest) {
  const json object = {
      {"null", nullptr}, {"zero", 0}, {"whole", 12}, {"half", 0.5}, {"text", "412.5"}};
  const ReplyObject row(object, "row");
  EXPECT_EQ(*row.Intensity("null"), std::nullopt);
  EXPECT_EQ(*row.Intensity("zero"), GramsPerKilowattHour(0));
  EXPECT_EQ(*row.Intensity("whole"), GramsPerKilowattHour(12));
  EXPECT_EQ(*row.Intensity("half", GramsPerKilowattHour(3)), GramsPerKilowattHour(1.5));
  EXPECT_EQ(*row.Intensity("text"), GramsPerKilowattHour(412.5));
  const std::pair<json, const char*> cases[] = {
      {{}, "row.value: is missing"},
      {{{"value", -1}}, "row.value: -1 is negative or not finite"},
      {{{"value", "12 g"}}, "row.value: \"12 g\" is no number"},
      {{{"value", ""}}, "row.value: \"\" is no number"},
      {{{"value", "NaN"}}, "row.value: \"NaN\" is no number"},
      {{{"value", "0x10"}}, "row.value: \"0x10\" is no number"},
      {{{"value", "-1"}}, "row.value: \"-1\" is negative or not finite"},
      {{{"value", true}}, "row.value: true is no number"},
      {{{"value", json::array()}}, "row.value: an array is no number"},
      {{{"value", 10001}}, "row.value: 10001 is above 10000 gCO2e/kWh"},
      {{{"value", 1e300}}, "row.value: 1e+300 is above"},
      {json(7), "row.value: is missing"},
  };
  for (const auto& [bad, message] : cases) {
    const absl::Status error = ReplyObject(bad, "row").Intensity("value").status();
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(error.message(), HasSubstr(message));
  }
}

TEST(ReplyObject, ChecksTypesAndQuotesInBounds) {
  const json object = {{"list", 5}, {"text", {1, 2}}, {"seconds", 0.5}, {"zone", "FR"}};
  const ReplyObject row(object, "");
  EXPECT_EQ(row.Array("list").status().message(), "list: 5 is no array");
  EXPECT_EQ(row.Array("none").status().message(), "none: is missing");
  EXPECT_EQ(row.Text("text").status().message(), "text: an array is no string");
  EXPECT_EQ(row.Seconds("seconds").status().message(),
            "seconds: 0.5 is not a whole number of seconds in a day");
  EXPECT_TRUE(row.Expect("zone", "FR").ok());
  EXPECT_TRUE(row.Expect("none", "FR").ok());
  EXPECT_EQ(row.Expect("zone", "DE").message(), "zone: \"FR\" is not DE");
  const json large = std::string(1'000'000, 'x') + "\n\x1b";
  EXPECT_LE(Shown(large).size(), 40u);
  EXPECT_EQ(Shown(json("\x1b[2J")), "\"\\u001b[2J\"");
}

}  // namespace
}  // namespace carbon
