// Runs the built scarbon report on logs made of real records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/decision/watch.h"
#include "core/record/event_records.h"
#include "core/record/record.h"
#include "tests/cli/log/sample_line.h"
#include "tests/cli/run_scarbon.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class ScarbonReport : public ::testing::Test {
 protected:
  Ran Run(const std::string& arguments) {
    return RunScarbon(absl::StrCat("report --file ", log_, " ", arguments), "TZ=UTC");
  }
  nlohmann::json Json(const std::string& arguments) {
    const Ran ran = Run(absl::StrCat("--json ", arguments));
    EXPECT_EQ(ran.code, 0) << ran.err;
    return nlohmann::json::parse(ran.out);
  }
  void Append(const std::string& text) { std::ofstream(log_, std::ios::app) << text; }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const std::string log_ = folder_ + "/placements.jsonl";
};

TEST_F(ScarbonReport, SaysWhatWasSavedAndWhatItCost) {
  Append(Line({.sequence = 1}) + Line({.sequence = 2, .account = "bio", .after = absl::Hours(1)}));
  const Ran ran = Run("");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr("Carbon report, 2026-11-24 (UTC), of "));
  EXPECT_THAT(ran.out,
              HasSubstr("2 decisions: 2 placed, 0 in shadow, 0 kept at home, 0 left alone"));
  EXPECT_THAT(ran.out, ContainsRegex("CO2e, location-based +76.8 kg +28.4 kg +48.4 kg +"
                                     "43.6 to 53.2 kg +63% \\(57 to 69%\\) predicted"));
  EXPECT_THAT(ran.out, HasSubstr("2 of 2 jobs start later than at home, by 7:00 h on average"));
  EXPECT_THAT(ran.out, HasSubstr("THE WORST"));
}

TEST_F(ScarbonReport, HasTheSameFiguresInEachForm) {
  Append(Line({.sequence = 1}) + Line({.sequence = 2, .account = "bio"}));
  const nlohmann::json json = Json("");
  EXPECT_EQ(json["v"], 2);
  EXPECT_EQ(json["counts"]["placed"], 2);
  EXPECT_EQ(json["groups"].size(), 2);
  const nlohmann::json& location = json["figures"][1];
  EXPECT_EQ(location["name"], "co2e_location");
  EXPECT_EQ(location["home"], 76800);
  EXPECT_EQ(location["run"], 28400);
  EXPECT_EQ(location["basis"], "predicted");
  EXPECT_EQ(location["jobs"], 2);
  EXPECT_TRUE(json["figures"][3]["home"].is_null());  // the market-based one
  EXPECT_TRUE(json["shadow"].is_null());
  EXPECT_THAT(Run("--csv").out,
              HasSubstr("\ntotal,,co2e_location,g,76800,28400,,,48400,43560,53240,predicted"));
  EXPECT_THAT(Run("--html").out, HasSubstr("48.4 kg"));
}

TEST_F(ScarbonReport, ShowsOnlyWhatIsAskedFor) {
  Append(Line({.sequence = 1}) + Line({.sequence = 2, .account = "bio", .after = absl::Hours(40)}));
  EXPECT_EQ(Json("-A bio")["counts"]["decisions"], 1);
  EXPECT_EQ(Json("-A bio")["filters"][0], "account bio");
  EXPECT_EQ(Json("-E 2026-11-25")["counts"]["decisions"], 1);
  EXPECT_EQ(Json("-S 2026-11-25 -E 2026-11-26")["counts"]["decisions"], 0);
  EXPECT_EQ(Json("--group-by site,policy")["groups"][0]["group"]["site"], "oslo");
  EXPECT_EQ(Json("--top 1")["worst"].size(), 1);
  EXPECT_EQ(Json("--top 0")["best"].size(), 0);
}

TEST_F(ScarbonReport, ShowsTheShadowIfAskedTo) {
  Append(Line({.sequence = 1, .mode = Mode::kShadow}));
  const nlohmann::json json = Json("--shadow");
  EXPECT_EQ(json["figures"][1]["saved"], 0);
  EXPECT_EQ(json["shadow"]["figures"][1]["saved"], 24200);
  EXPECT_EQ(json["shadow"]["accounts"][0]["waits"]["mean_s"], 7 * 3600);
  EXPECT_THAT(Run("--shadow").out, HasSubstr("SHADOW"));
  const Ran without = Run("");
  EXPECT_THAT(without.out, Not(HasSubstr("SHADOW:")));
  EXPECT_THAT(without.out, HasSubstr("--shadow shows what they would have saved"));
}

TEST_F(ScarbonReport, KeepsTheTimelineBesideARecordWithoutATime) {
  nlohmann::json undated = nlohmann::json::parse(Line({.sequence = 2}));
  undated.erase("time");
  Append(Line({.sequence = 1}) + undated.dump() + "\n");
  const nlohmann::json json = Json("");
  EXPECT_EQ(json["timeline"]["step"], "hour");
  ASSERT_EQ(json["timeline"]["buckets"].size(), 1);
  EXPECT_EQ(json["timeline"]["buckets"][0]["jobs"], 1);
  EXPECT_EQ(json["period"]["first_decision"], json["period"]["last_decision"]);
}

TEST_F(ScarbonReport, TakesTheErrorsThatJobsShareFromTheConfiguration) {
  for (uint64_t week = 0; week < 4; ++week) {
    Append(Line({.sequence = week, .after = absl::Hours(24 * 7) * week}));
  }
  const std::string config = folder_ + "/carbon.json";
  std::ofstream(config) << R"({
    "paths": {"log": "/nowhere/placements.jsonl", "snapshot": "/nowhere/snapshot"},
    "zones": {"DE": {"kind": "average-lifecycle", "forecast": [{"static": 400}]},
              "NO": {"kind": "average-lifecycle", "forecast": [{"static": 30}]}},
    "sites": {
      "frankfurt": {"zone": "DE", "pue": {"value": 1, "quality": "measured", "source": "test"}},
      "oslo": {"zone": "NO", "pue": {"value": 1, "quality": "measured", "source": "test"}}},
    "pools": {"frankfurt": {"site": "frankfurt", "partition": "frankfurt", "hardware": "h100-sxm"},
              "oslo": {"site": "oslo", "partition": "oslo", "hardware": "h100-sxm"}},
    "policies": [{"name": "all", "mode": "enforce"}]})";
  const auto width = [this](const std::string& arguments) {
    const nlohmann::json figure = Json(arguments)["figures"][1];
    return figure["share_high"].get<double>() - figure["share_low"].get<double>();
  };
  EXPECT_NEAR(width("--config " + config), width("") / 2, 1e-6);
  EXPECT_THAT(Run("").out, HasSubstr("--config names the configuration"));
  EXPECT_THAT(Run("--config " + config).out, Not(HasSubstr("--config names the configuration")));
  const Ran wrong = Run("--config /nowhere/carbon.json");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("/nowhere/carbon.json"));
}

TEST_F(ScarbonReport, ReadsTheRotatedLogsToo) {
  Append(Line({.sequence = 2}));
  std::ofstream(log_ + ".1") << Line({.sequence = 1});
  EXPECT_EQ(Json("")["counts"]["decisions"], 2);
}

TEST_F(ScarbonReport, WritesAFileOrSaysWhyNot) {
  Append(Line({}));
  const Ran ran = Run(absl::StrCat("--html -o ", folder_, "/page.html"));
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(Contents(folder_ + "/page.html"), HasSubstr("<title>Carbon report, 2026-11-24"));
  const Ran refused = Run(absl::StrCat("-o ", folder_, "/none/page.html"));
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("/none/page.html"));
}

TEST_F(ScarbonReport, SaysWhatIsWrongWithOptions) {
  Append(Line({}));
  for (const auto& [arguments, message] :
       {std::pair("--group-by job", "field \"job\": is not one of"),
        {"-S yesterdayish", "yesterdayish"},
        {"--json --csv", "--json excludes --csv"},
        {"--top -1", "--top"},
        {"--html extra", "extra"}}) {
    const Ran ran = Run(arguments);
    EXPECT_EQ(ran.code, 2) << arguments;
    EXPECT_THAT(ran.err, HasSubstr(message));
    EXPECT_EQ(ran.out, "");
  }
  const Ran absent = RunScarbon("report --file /nowhere/placements.jsonl");
  EXPECT_EQ(absent.code, 1);
  EXPECT_THAT(absent.err, HasSubstr("/nowhere/placements.jsonl"));
}

TEST_F(ScarbonReport, SaysThatAPeriodIsEmpty) {
  Append(Line({}));
  EXPECT_THAT(Run("-E 2000-01-01").out, HasSubstr("There is no decision in this period."));
}

// The page's own test looks at the whole page (page_test.py).
TEST_F(ScarbonReport, KeepsNamesOutOfMarkupAndTerminal) {
  Append(Line({.name = "</script><script>alert(1)</script>\x1b[2J", .account = "<b>"}));
  const std::string page = Run("--html").out;
  EXPECT_THAT(page, Not(HasSubstr("</script><script>alert")));
  EXPECT_THAT(page, HasSubstr("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;?[2J"));
  EXPECT_THAT(page, HasSubstr("\\u003c/script\\u003e"));
  EXPECT_THAT(Run("").out, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace carbon
