#include "cli/outcome/prometheus_query.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kStart = absl::FromUnixSeconds(1795546800);

HttpRequest Request(const PrometheusMeter& meter, const std::string& secret) {
  return PrometheusRequest(meter, secret, 17, kStart, kStart + absl::Hours(1));
}

TEST(PrometheusRequest, AsksAtTheEndOfTheRun) {
  const PrometheusMeter meter = {.url = "http://127.0.0.1:9090/prom/",
                                 .query = "sum(w{uuid=\"$job_id\"}) * $seconds"};
  const HttpRequest request = Request(meter, "");
  EXPECT_EQ(request.url,
            "http://127.0.0.1:9090/prom/api/v1/query?query=sum%28w%7Buuid%3D%2217%22%7D%29%20%2A%20"
            "3600&time=1795550400");
  EXPECT_THAT(request.headers, IsEmpty());
}

TEST(PrometheusRequest, SendsATokenOrALoginInAHeaderThatIsSecret) {
  PrometheusMeter meter = {.url = "https://p", .query = "$job_id"};
  HttpRequest request = Request(meter, "a-token");
  ASSERT_THAT(request.headers, SizeIs(1));
  EXPECT_EQ(request.headers[0].name, "Authorization");
  EXPECT_EQ(request.headers[0].value, "Bearer a-token");
  EXPECT_TRUE(request.headers[0].is_secret);
  meter.user = "carbon";
  request = Request(meter, "password");
  EXPECT_EQ(request.headers[0].value, "Basic Y2FyYm9uOnBhc3N3b3Jk");
  EXPECT_THAT(request.url, Not(HasSubstr("password")));
}

absl::StatusOr<std::optional<double>> Parse(const std::string& body, int status = 200) {
  return ParsePrometheusReply({.status = status, .content_type = "application/json", .body = body});
}
absl::StatusOr<std::optional<double>> ParseResult(const std::string& type,
                                                  const std::string& result) {
  return Parse(absl::StrCat("{\"status\":\"success\",\"data\":{\"resultType\":\"", type,
                            "\",\"result\":", result, "}}"));
}
absl::StatusOr<std::optional<double>> ParseValue(const std::string& value) {
  return ParseResult("vector",
                     absl::StrCat("[{\"metric\":{},\"value\":[1795550400.5,", value, "]}]"));
}

TEST(ParsePrometheusReply, ReadsOneValueOfAVectorOrAScalar) {
  EXPECT_EQ(*ParseValue("\"288000\""), 288000);
  EXPECT_EQ(*ParseValue("\"2.88e+05\""), 288000);
  EXPECT_EQ(*ParseValue("\"0\""), 0);
  EXPECT_EQ(*ParseResult("scalar", "[1795550400,\"7\"]"), 7);
}

// What is not known is never zero.
TEST(ParsePrometheusReply, HasNoValueOfNoSeriesOrOfWhatCannotBeAnEnergy) {
  EXPECT_EQ(*ParseResult("vector", "[]"), std::nullopt);
  for (const char* value : {"\"NaN\"", "\"+Inf\"", "\"-Inf\"", "\"-3\""}) {
    ASSERT_TRUE(ParseValue(value).ok()) << value;
    EXPECT_EQ(*ParseValue(value), std::nullopt) << value;
  }
}

TEST(ParsePrometheusReply, RefusesSeveralSeriesAndRanges) {
  const auto two = ParseResult(
      "vector", R"([{"metric":{"a":"1"},"value":[1,"1"]},{"metric":{"a":"2"},"value":[1,"2"]}])");
  EXPECT_EQ(two.status(),
            absl::InvalidArgumentError("data.result: has 2 series: sum() makes them one"));
  const auto range = ParseResult("matrix", R"([{"metric":{},"values":[[1,"1"]]}])");
  EXPECT_THAT(range.status().message(), HasSubstr("avg_over_time()"));
  EXPECT_FALSE(ParseResult("string", "[1,\"7\"]").ok());
}

TEST(ParsePrometheusReply, QuotesTheErrorOfThePrometheus) {
  const auto wrong = Parse(
      R"({"status":"error","errorType":"bad_data","error":"1:5: parse error: unexpected end"})",
      400);
  EXPECT_FALSE(wrong.ok());
  EXPECT_THAT(wrong.status().message(), HasSubstr("status 400"));
  EXPECT_THAT(wrong.status().message(), HasSubstr("parse error: unexpected end"));
  EXPECT_FALSE(Parse(R"({"status":"error","errorType":"timeout","error":"slow"})", 503).ok());
}

TEST(ParsePrometheusReply, RefusesWhatIsNotItsForm) {
  for (const char* body :
       {"", "<html>", "[]", "{}", R"({"status":"success"})", R"({"status":"success","data":5})",
        R"({"status":5,"data":{"resultType":"vector","result":[]}})",
        R"({"status":"error","data":{"resultType":"vector","result":[]}})",
        R"({"data":{"resultType":"vector","result":[]}})",
        R"({"status":"success","data":{"resultType":"vector","result":{}}})",
        R"({"status":"success","data":{"resultType":"vector","result":[5]}})",
        R"({"status":"success","data":{"resultType":"vector","result":[{"value":[1]}]}})",
        R"({"status":"success","data":{"resultType":"scalar","result":["1","7"]}})"}) {
    EXPECT_FALSE(Parse(body).ok()) << body;
  }
  for (const char* value : {"7", "null", "\"\"", "\"seven\"", "\"0x7\"", "\"inf\""}) {
    EXPECT_FALSE(ParseValue(value).ok()) << value;
  }
}

}  // namespace
}  // namespace carbon
