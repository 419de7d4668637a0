// Tests the section "meter" of a carbon.json, and the placeholders of its query.
#include <string>

#include "absl/strings/str_cat.h"
#include "core/config/config.h"
#include "core/config/meter_query.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/config_text.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kStart = absl::FromUnixSeconds(1795546800);

std::string QueryFor(const std::string& query) {
  EXPECT_EQ(MeterQueryFault(query), "");
  return MeterQueryFor(query, 17, kStart, kStart + absl::Hours(2));
}

TEST(MeterQuery, NamesTheRun) {
  EXPECT_EQ(QueryFor("avg_over_time(sum(w{uuid=\"$job_id\"})[$range:30s]) * $seconds"),
            "avg_over_time(sum(w{uuid=\"17\"})[7200s:30s]) * 7200");
  EXPECT_EQ(QueryFor("$job_id@$start-$end"), "17@1795546800-1795554000");
}

TEST(MeterQuery, KeepsWhatIsNoPlaceholder) {
  const std::string replaced = "label_replace(w, \"a\", \"$1${name}\", \"b\", \"(.*)$\") * $";
  EXPECT_EQ(QueryFor("$job_id + " + replaced), "17 + " + replaced);
}

TEST(MeterQuery, SaysWhatIsWrong) {
  EXPECT_EQ(MeterQueryFault("sum(w{uuid=\"17\"})"), "does not name the job: it has no $job_id");
  EXPECT_EQ(MeterQueryFault("w{uuid=\"$jobid\"}"),
            "unknown placeholder \"$jobid\" (label_replace() takes \"${jobid}\" too); did you mean "
            "\"$job_id\"?");
  EXPECT_EQ(MeterQueryFault("$job_id" + std::string(kMaxMeterQueryBytes, ' ')),
            "is longer than 2000 bytes");
}

constexpr char kMeter[] =
    R"({"meter": {"prometheus": {"url": "https://p", "query": "w{uuid=\"$job_id\"}",
    "unit": "kWh", "includes_pue": true, "user": "u", "secret_file": "s", "timeout": "3s",
    "max_queries": 7}}})";

TEST(ParseConfig, ReadsAPrometheus) {
  const MeterConfig meter = Parse(kMeter).daemon.meter;
  ASSERT_TRUE(meter.prometheus.has_value());
  EXPECT_EQ(meter.prometheus->url, "https://p");
  EXPECT_EQ(meter.prometheus->query, "w{uuid=\"$job_id\"}");
  EXPECT_EQ(meter.prometheus->unit, EnergyUnit::kKilowattHours);
  EXPECT_TRUE(meter.prometheus->includes_pue);
  EXPECT_EQ(meter.prometheus->user, "u");
  EXPECT_EQ(meter.prometheus->secret_file, "s");
  EXPECT_EQ(meter.prometheus->timeout, absl::Seconds(3));
  EXPECT_EQ(meter.prometheus->max_queries, 7);
  EXPECT_FALSE(Parse("{}").daemon.meter.prometheus.has_value());
  EXPECT_FALSE(Parse("{\"meter\": {}}").daemon.meter.prometheus.has_value());
}

// The unit, and what the figure counts, are never guessed.
TEST(ParseConfig, RefusesAPrometheusThatIsNotWhole) {
  EXPECT_THAT(Errors("{\"meter\": {\"prometheus\": {}}}"),
              ElementsAre(HasSubstr("\"url\""), HasSubstr("\"query\""), HasSubstr("\"unit\""),
                          HasSubstr("\"includes_pue\"")));
  const auto errors = [](const std::string& members) {
    return Errors(absl::StrCat("{\"meter\": {\"prometheus\": {\"url\": \"http://p\", ",
                               "\"includes_pue\": false, ", members, "}}}"));
  };
  const std::string unit = "\"unit\": \"J\", ";
  const std::string query = "\"query\": \"$job_id\"";
  EXPECT_THAT(errors(unit + "\"query\": \"sum(w)\""),
              ElementsAre("c:1: /meter/prometheus/query: does not name the job: it has no "
                          "$job_id"));
  EXPECT_THAT(errors("\"unit\": \"W\", " + query),
              ElementsAre(HasSubstr("/meter/prometheus/unit: \"W\" is none of J, Wh, kWh")));
  EXPECT_THAT(errors(unit + "\"user\": \"u\", " + query), ElementsAre(HasSubstr("secret_file")));
  EXPECT_THAT(errors(unit + "\"timeout\": \"5m\", " + query), ElementsAre(HasSubstr("longer")));
  EXPECT_THAT(errors(unit + "\"max_queries\": 0, " + query), ElementsAre(HasSubstr("[1, 100000]")));
}

}  // namespace
}  // namespace carbon
