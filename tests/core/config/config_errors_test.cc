// Tests what ParseConfig refuses, and the words and places of its errors.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/config/config.h"
#include "core/json/json_lines.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/config_text.h"

namespace carbon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Lt;
using testing::SizeIs;

TEST(ParseConfig, SaysWhatIsNotJsonAndWhere) {
  EXPECT_THAT(Errors("{\n\"zones\": {\n,}}"),
              ElementsAre("c:3: is not JSON, at column 1: syntax error while parsing object key - "
                          "unexpected ','; expected string literal"));
  EXPECT_THAT(Errors(""), ElementsAre(HasSubstr("c:1: is not JSON, at column 1: ")));
  EXPECT_THAT(Errors("\n\n{\n"), ElementsAre(HasSubstr("unexpected end of input")));
  EXPECT_THAT(Errors("{}\n{}"), ElementsAre(HasSubstr("c:2: is not JSON")));
  EXPECT_THAT(Errors("{} /* open"), ElementsAre(HasSubstr("missing closing '*/'")));
  EXPECT_THAT(Errors("{\"zones\": {\"a\": 1e999}}"),
              ElementsAre(HasSubstr("c:1: is not JSON: number overflow")));
  EXPECT_THAT(Errors("{\"a\": \"\xff\"}"), ElementsAre(HasSubstr("ill-formed UTF-8 byte")));
  EXPECT_THAT(Errors("{\n\"a\": \"two\nlines\"}"), ElementsAre(HasSubstr("c:2: is not JSON")));
  EXPECT_THAT(Errors(std::string("{\0}", 3)), ElementsAre(HasSubstr("c:1: is not JSON")));
}

TEST(ParseConfig, RefusesWhatIsNoObject) {
  EXPECT_THAT(Errors("[]"), ElementsAre("c:1: must be an object, not an array"));
  EXPECT_THAT(Errors("null"), ElementsAre("c:1: must be an object, not null"));
  EXPECT_THAT(Errors("\n\"carbon\""), ElementsAre("c:2: must be an object, not \"carbon\""));
}

TEST(ParseConfig, ReportsAllThatIsWrongInOrderWithPathAndLine) {
  EXPECT_THAT(
      Errors(R"({
  "zones": {
    "DE": {"kind": "average", "max_age": "0s"},
    "FR": {"forcast": []}
  },
  "sites": {
    "paris": {"zone": "FRR", "pue": 0.9}
  },
  "polices": []
})"),
      ElementsAre("c:3: /zones/DE/kind: \"average\" is none of average-lifecycle, average-direct, "
                  "marginal",
                  "c:3: /zones/DE/max_age: \"0s\" must be longer than zero",
                  "c:4: /zones/FR: \"kind\" is missing",
                  "c:4: /zones/FR/forcast: unknown key \"forcast\"; did you mean \"forecast\"?",
                  "c:7: /sites/paris/pue: must be a number of at least 1 and at most 10, not 0.9",
                  "c:7: /sites/paris/zone: unknown zone \"FRR\"; did you mean \"FR\"?",
                  "c:9: /polices: unknown key \"polices\"; did you mean \"policies\"?"));
}

TEST(ParseConfig, TellsTheLineWhateverStandsBeforeIt) {
  // A number is known to have ended only when the character after it is read.
  EXPECT_THAT(Errors("{\"policies\": [{\"name\": \"a\", \"match\": {\"uid\": [\n1,\n-2\n,3.5\n]\n"
                     "}}]}"),
              ElementsAre(HasSubstr("c:3: /policies/0/match/uid/1: "),
                          HasSubstr("c:4: /policies/0/match/uid/2: ")));
  EXPECT_THAT(Errors("\xef\xbb\xbf// BOM\r\n/*\r\n\n*/ {\r\n\"x\": 1}"),
              ElementsAre(HasSubstr("c:5: /x: unknown key")));
  EXPECT_THAT(Errors("{\"paths\":\n{\"log\"\n:\n3}}"), ElementsAre(HasSubstr("c:2: /paths/log: ")));
}

TEST(ParseConfig, EscapesKeysInPointersButFindsTheirLine) {
  EXPECT_THAT(Errors("{\"zones\": {\n\"a/b~c\": {\"kind\": \"marginal\",\n\"x/y\": 1}}}"),
              ElementsAre(HasSubstr("c:3: /zones/a~1b~0c/x~1y: unknown key \"x/y\"")));
}

TEST(ParseConfig, ChecksTypesBeforeAccess) {
  struct Case {
    const char* json;
    const char* error;
  };
  const std::vector<Case> cases = {
      {R"({"zones": []})", "c:1: /zones: must be an object, not an array"},
      {R"({"policies": {}})", "c:1: /policies: must be an array, not an object"},
      {R"({"sites": {"a": 3}})", "c:1: /sites/a: must be an object, not 3"},
      {R"({"pools": null})", "c:1: /pools: must be an object, not null"},
      {R"({"hardware": "h100"})", "c:1: /hardware: must be an object, not \"h100\""},
      {R"({"hardware": {"x": 5}})", "c:1: /hardware/x: a hardware profile is a JSON object"},
      {R"({"paths": 1})", "c:1: /paths: must be an object, not 1"},
      {R"({"paths": {"log": true}})", "c:1: /paths/log: must be a string, not true"},
      {R"({"refresh": {"capacity": 5}})", "c:1: /refresh/capacity: must be a string, not 5"},
      {R"({"policies": [7]})", "c:1: /policies/0: must be an object, not 7"},
      {R"({"policies": [{"name": 3}]})", "c:1: /policies/0/name: must be a string, not 3"},
      {R"({"policies": [{"name": "a", "match": []}]})",
       "c:1: /policies/0/match: must be an object, not an array"},
      {R"({"policies": [{"name": "a", "match": {"user": "ada"}}]})",
       "c:1: /policies/0/match/user: must be an array, not \"ada\""},
      {R"({"policies": [{"name": "a", "match": {"user": [1]}}]})",
       "c:1: /policies/0/match/user/0: must be a string, not 1"},
      {R"({"policies": [{"name": "a", "match": {"uid": [-1]}}]})",
       "c:1: /policies/0/match/uid/0: must be a whole number of at most 4294967295, not -1"},
      {R"({"policies": [{"name": "a", "match": {"uid": [4294967296]}}]})",
       "c:1: /policies/0/match/uid/0: must be a whole number of at most 4294967295, not "
       "4294967296"},
      {R"({"policies": [{"name": "a", "mode": true}]})",
       "c:1: /policies/0/mode: must be a string, not true"},
      {R"({"policies": [{"name": "a", "confidence": "0.9"}]})",
       "c:1: /policies/0/confidence: must be a number of at least 0.5 and below 1, not \"0.9\""},
      {R"({"policies": [{"name": "a", "may_change_named_partition": "yes"}]})",
       "c:1: /policies/0/may_change_named_partition: must be true or false, not \"yes\""},
  };
  for (const Case& wrong : cases) {
    EXPECT_THAT(Errors(wrong.json), ElementsAre(wrong.error)) << wrong.json;
  }
}

// Returns a config with one site in one zone. `policy` has the fields of a policy except its name.
std::string WithPolicy(const std::string& policy) {
  return absl::StrCat(R"({"policies": [{"name": "a", )", policy, "}]}");
}
std::string WithZone(const std::string& zone) {
  return absl::StrCat(R"({"zones": {"z": {"kind": "marginal", )", zone, "}}}");
}
std::string WithSite(const std::string& site) {
  return absl::StrCat(R"({"zones": {"z": {"kind": "marginal"}}, "sites": {"s": {"zone": "z", )",
                      site, "}}}");
}

TEST(ParseConfig, ChecksRanges) {
  struct Case {
    std::string json;
    const char* error;
  };
  const std::vector<Case> cases = {
      {WithPolicy(R"("fallback": "static")"),
       "/policies/0/fallback: \"static\" is none of static-best, home"},
      {WithPolicy(R"("message": "some")"),
       "/policies/0/message: \"some\" is none of none, placed, all"},
      {WithPolicy(R"("match": {"job_name": ["*a*b*c*d*"]})"),
       "/policies/0/match/job_name/0: has more than 4 \"*\""},
      {WithPolicy(R"("minimise": "marginal")"),
       "/policies/0/minimise: \"marginal\" is none of attributional, consequential"},
      {WithPolicy(R"("saving_floor": -0.1)"),
       "/policies/0/saving_floor: must be a number of at least 0 and below 1, not -0.1"},
      {WithPolicy(R"("saving_floor": 1)"), "must be a number of at least 0 and below 1, not 1"},
      {WithPolicy(R"("confidence": 0.49)"),
       "/policies/0/confidence: must be a number of at least 0.5 and below 1, not 0.49"},
      {WithPolicy(R"("confidence": 1)"), "must be a number of at least 0.5 and below 1, not 1"},
      {WithPolicy(R"("exempt": 0.51)"),
       "/policies/0/exempt: must be a number of at least 0 and at most 0.5, not 0.51"},
      {WithPolicy(R"("exempt": -0.1)"), "/policies/0/exempt: must be a number"},
      {WithPolicy(R"("exempt": "10%")"), "/policies/0/exempt: must be a number"},
      {WithPolicy(R"("max_delay": "0s")"),
       "/policies/0/max_delay: \"0s\" must be longer than zero"},
      {WithPolicy(R"("max_delay": "24")"), "/policies/0/max_delay: \"24\" is not a duration"},
      {WithPolicy(R"("margin": "0:00")"), "/policies/0/margin: \"0:00\" must be longer than zero"},
      {WithPolicy(R"("mode": "enforced")"),
       "/policies/0/mode: \"enforced\" is none of off, shadow, enforce; did you mean \"enforce\"?"},
      {WithPolicy(R"("may_change": ["tyme"])"),
       "/policies/0/may_change/0: \"tyme\" is none of time, site, hardware, time_limit; "
       "did you mean \"time\"?"},
      {WithPolicy(R"("may_change": ["time_limit", "time"])"),
       "/policies/0/may_change: \"time_limit\" needs \"hardware\""},
      {WithZone(R"("climatology": -1)"),
       "/zones/z/climatology: must be a number of at least 0 and at most 10000, not -1"},
      {WithZone(R"("climatology": 10001)"), "at most 10000, not 10001"},
      {WithZone(R"("max_age": "-1h")"), "/zones/z/max_age: \"-1h\" is not a duration"},
      {WithZone(R"("spread": {"near": -1})"), "/zones/z/spread/near: must be a number"},
      {WithZone(R"("spread": {"far": 3})"), "/zones/z/spread/far: must be a number"},
      {WithZone(R"("spread": {"growth": "0s"})"), "/zones/z/spread/growth: \"0s\" must be longer"},
      {WithZone(R"("spread": {"near": 0.3, "far": 0.2})"),
       "/zones/z/spread: \"far\" 0.2 is below \"near\" 0.3: errors grow with the lead time"},
      {WithZone(R"("forecast": [{"format": "csv"}])"), "/zones/z/forecast/0: \"file\" is missing"},
      {WithZone(R"("history": [{}])"), "/zones/z/history/0: \"file\" is missing"},
      {WithZone(R"("plausibility": {"accept_from": "tomorrow"})"),
       "/zones/z/plausibility/accept_from: \"tomorrow\" is not a time: \"2026-11-01\" or "
       "\"2026-11-01T06:00:00Z\""},
      {WithZone(R"("history": [{"provider": "neso"}])"), "/zones/z/history/0: \"zone\" is missing"},
      {WithZone(R"("forecast": [{"file": ""}])"), "/zones/z/forecast/0/file: is empty"},
      {WithZone(R"("forecast": [{"file": "a", "format": "CSV"}])"),
       "\"CSV\" is none of csv, carbon-aware-sdk; did you mean \"csv\"?"},
      {WithZone(R"("forecast": [{"file": "a", "location": "x"}])"),
       "/zones/z/forecast/0/location: a CSV file has one location"},
      {WithZone(R"("forecast": [{"file": "a", "columns": {}}])"),
       "/zones/z/forecast/0/columns: names no column"},
      {WithZone(R"("forecast": [{"file": "a", "columns": {"times": "b"}}])"),
       "/zones/z/forecast/0/columns/times: unknown key \"times\"; did you mean \"time\"?"},
      {WithZone(R"("forecast": [{"file": "a", "columns": {"value": 2}}])"),
       "/zones/z/forecast/0/columns/value: must be a string"},
      {WithZone(R"("history": [{"file": "a", "unit": "kgCO2/kWh"}])"),
       "/zones/z/history/0/unit: \"kgCO2/kWh\" is none of gCO2e/kWh, kgCO2e/kWh, gCO2e/MWh, "
       "kgCO2e/MWh, tCO2e/MWh, lbCO2e/MWh; did you mean \"kgCO2e/kWh\"?"},
      {WithZone(R"("forecast": [{"file": "a", "time_zone": "/etc/passwd"}])"),
       "/zones/z/forecast/0/time_zone: \"/etc/passwd\" is not the name of a time zone"},
      {WithZone(R"("forecast": [{"file": "a", "time_zone": "a/../b"}])"), "is not the name of a"},
      {WithZone(
           R"("forecast": [{"file": "a", "format": "carbon-aware-sdk", "unit": "tCO2e/MWh"}])"),
       "/zones/z/forecast/0/format: \"columns\", \"unit\" and \"time_zone\" are for CSV files"},
      {WithSite(R"("pue": 0.99)"),
       "/sites/s/pue: must be a number of at least 1 and at most 10, not 0.99"},
      {WithSite(R"("pue": 110)"), "/sites/s/pue: must be a number"},
      {WithSite(R"("pue": {"quality": "measured"})"), "/sites/s/pue: \"value\" is missing"},
      {WithSite(R"("pue": {"value": 1.1, "quality": "guess"})"),
       "/sites/s/pue/quality: \"guess\" is none of measured, specified, estimated"},
      {WithSite(R"("pue": 1.1, "net_intensity": -5)"), "/sites/s/net_intensity: must be a number"},
      {WithSite(R"("net_intensity": 5)"), "/sites/s: \"pue\" is missing"},
      {R"({"paths": {"log": "x.jsonl"}})", "/paths/log: \"x.jsonl\" is not an absolute path"},
      {R"({"paths": {"archive": "a.sqlite"}})",
       "/paths/archive: \"a.sqlite\" is not an absolute path"},
      {R"({"watch": {"down_after": "0s"}})", "/watch/down_after: \"0s\" must be longer than zero"},
      {R"({"archive": {"retention": "0s"}})",
       "/archive/retention: \"0s\" must be longer than zero"},
      {R"({"paths": {"snapshot": ""}})", "/paths/snapshot: is empty"},
      {R"({"refresh": {"capacity": "0s"}})", "/refresh/capacity: \"0s\" must be longer than zero"},
  };
  for (const Case& wrong : cases) {
    EXPECT_THAT(Errors(wrong.json), ElementsAre(HasSubstr(wrong.error))) << wrong.json;
  }
}

TEST(ParseConfig, AcceptsTheEndsOfItsRanges) {
  for (const std::string& json :
       {WithPolicy(R"("saving_floor": 0, "confidence": 0.5)"), WithPolicy(R"("exempt": 0)"),
        WithPolicy(R"("exempt": 0.5)"), WithPolicy(R"("saving_floor": 0.99, "confidence": 0.99)"),
        WithZone(R"("climatology": 0)"), WithZone(R"("climatology": 10000)"),
        WithZone(R"("spread": {"near": 0.2, "far": 0.2})"), WithSite(R"("pue": 1)"),
        WithSite(R"("pue": 1.1, "net_intensity": 0)")}) {
    EXPECT_THAT(Errors(json), IsEmpty()) << json;
  }
}

TEST(ParseConfig, RefusesNamesThatNoHintOrCommentCouldHold) {
  for (const char* name : {"a b", "a,b", "a|b", "a;b", "a=b", "", "a\\tb", "a\\\"b"}) {
    EXPECT_THAT(Errors(absl::StrCat(R"({"zones": {")", name, R"(": {"kind": "marginal"}}})")),
                ElementsAre(HasSubstr("is not a name")))
        << name;
  }
  EXPECT_THAT(Errors(R"({"policies": [{"name": "a b"}]})"),
              ElementsAre(HasSubstr("/policies/0/name: \"a b\" is not a name")));
  EXPECT_THAT(Errors(R"({"hardware": {"any": {"extends": "h100-sxm"}}})"),
              ElementsAre("c:1: /hardware/any: \"any\" is taken: the hint hardware=any means all "
                          "hardware"));
  EXPECT_THAT(Errors(R"({"zones": {"São-Paulo_2/b.c:d": {"kind": "marginal"}}})"), IsEmpty());
}

TEST(ParseConfig, RefusesUnknownKeysEverywhere) {
  EXPECT_THAT(
      Errors(absl::StrReplaceAll(kMaximal, {{"\"snapshot\":", "\"snap\":"},
                                            {"\"capacity\":", "\"cap\":"},
                                            {"\"climatology\":", "\"clima\":"},
                                            {"\"far\":", "\"fare\":"},
                                            {"\"location\":", "\"place\":"},
                                            {"\"net_intensity\":", "\"net_intensty\":"},
                                            {"\"tflops\":", "\"tflop\":"},
                                            {"\"gres_type\":", "\"gres\":"},
                                            {"\"qos\":", "\"qoss\":"},
                                            {"\"max_delay\":", "\"max-delay\":"}})),
      ElementsAre(AllOf(HasSubstr("/paths/snap: "), HasSubstr("known are snapshot, log")),
                  HasSubstr("/refresh/cap: unknown key"),
                  HasSubstr("/zones/NO-1/forecast/1/place: unknown key"),
                  HasSubstr("/zones/NO-1/clima: unknown key"),
                  HasSubstr("/zones/NO-1/spread/fare: unknown key \"fare\"; did you mean \"far\"?"),
                  HasSubstr("/sites/oslo/net_intensty: unknown key"),
                  HasSubstr("/hardware/a-theirs/tflop: unknown key \"tflop\"; did you mean "
                            "\"tflops\"?"),
                  HasSubstr("/pools/oslo-h100/gres: unknown key"),
                  HasSubstr("/policies/0/match/qoss: unknown key \"qoss\"; did you mean \"qos\"?"),
                  HasSubstr("/policies/0/max-delay: unknown key \"max-delay\"; did you mean "
                            "\"max_delay\"?")));
}

TEST(ParseConfig, RefusesAKeyThatStandsTwice) {
  EXPECT_THAT(Errors("{\"refresh\": {\"capacity\": \"5s\",\n \"capacity\": \"6s\"}}"),
              ElementsAre("c:2: /refresh/capacity: the key stands twice in its object"));
  // However it is written; and what it holds is not reported once more.
  EXPECT_THAT(Errors("{\"sites\": {\"a\": {\"zone\": \"z\", \"pue\": 1},\n"
                     "\"\\u0061\": {\"zone\": \"z\", \"pue\": 1}},\n"
                     "\"zones\": {\"z\": {\"kind\": \"marginal\"}}}"),
              ElementsAre("c:2: /sites/a: the key stands twice in its object"));
}

TEST(ParseConfig, ChecksReferencesOfferingTheNearest) {
  EXPECT_THAT(Errors(R"({"zones": {"z": {"kind": "marginal"}},
    "sites": {"oslo": {"zone": "z", "pue": 1}},
    "pools": {
      "a": {"site": "olso", "partition": "p", "hardware": "h100-sxn"},
      "b": {"site": "paris", "partition": "q", "hardware": "abacus"}}})"),
              ElementsAre("c:4: /pools/a/site: unknown site \"olso\"; did you mean \"oslo\"?",
                          "c:4: /pools/a/hardware: unknown hardware \"h100-sxn\"; did you mean "
                          "\"h100-sxm\"?",
                          "c:5: /pools/b/site: unknown site \"paris\"",
                          "c:5: /pools/b/hardware: unknown hardware \"abacus\""));
}

TEST(ParseConfig, RefusesASizeThatIsNoNumberOfNodes) {
  for (const char* size : {"0", "-1", "1.5", "100001", "\"16\"", "null"}) {
    EXPECT_THAT(Errors(absl::StrCat(R"({"zones": {"z": {"kind": "marginal"}},
        "sites": {"s": {"zone": "z", "pue": 1}},
        "pools": {"p": {"site": "s", "partition": "p", "hardware": "h100-sxm", "size": )",
                                    size, "}}}")),
                ElementsAre(absl::StrCat(
                    "c:3: /pools/p/size: must be a whole number in [1, 100000], not ", size)));
  }
}

TEST(ParseConfig, DoesNotReportAReferenceToAnEntryThatIsWrongInItself) {
  EXPECT_THAT(Errors(R"({"zones": {"z": {}},
    "sites": {"s": {"zone": "z"}},
    "hardware": {"x": {}, "y": {"extends": "x"}},
    "pools": {"p": {"site": "s", "partition": "p", "hardware": "x"},
              "q": {"site": "s", "partition": "q", "hardware": "y"}}})"),
              ElementsAre("c:1: /zones/z: \"kind\" is missing", "c:2: /sites/s: \"pue\" is missing",
                          HasSubstr("c:3: /hardware/x/unit: missing")));
}

// Readers of a snapshot refuse more of them.
TEST(ParseConfig, WantsNoMoreZonesThanASnapshotHolds) {
  const auto zones = [](size_t count) {
    std::vector<std::string> all;
    for (size_t i = 0; i < count; ++i) {
      all.push_back(absl::StrCat("\"Z", i, R"(": {"kind": "marginal"})"));
    }
    return absl::StrCat(R"({"zones": {)", absl::StrJoin(all, ", "), "}}");
  };
  EXPECT_THAT(Errors(zones(kMaxZones)), IsEmpty());
  EXPECT_THAT(Errors(zones(kMaxZones + 1)), ElementsAre("c:1: /zones: 1001 zones, limit 1000"));
}

TEST(ParseConfig, WantsPoolsOfOnePartitionToldApart) {
  const std::string pools =
      R"({"zones": {"z": {"kind": "marginal"}}, "sites": {"s": {"zone": "z", "pue": 1}}, "pools": {
          "a": {"site": "s", "partition": "p", "hardware": "h100-sxm", "gres_type": "h100"},
          "b": {"site": "s", "partition": "p", "hardware": "a100-sxm"B}}})";
  const auto errors = [&pools](const std::string& b) {
    return Errors(absl::StrReplaceAll(pools, {{"B", b}}));
  };
  EXPECT_THAT(errors(R"(, "gres_type": "a100")"), IsEmpty());
  EXPECT_THAT(errors(R"(, "features": ["nvlink"])"), IsEmpty());
  EXPECT_THAT(errors(R"(, "gres_type": "h100", "nodelist": "n[1-4]")"), IsEmpty());
  EXPECT_THAT(errors(""),
              ElementsAre("c:3: /pools/b: \"gres_type\", \"features\" or \"nodelist\" is missing: "
                          "partition \"p\" has several pools"));
  EXPECT_THAT(errors(R"(, "gres_type": "h100")"),
              ElementsAre("c:3: /pools/b: has the same partition, gres_type, features and nodelist "
                          "as pool \"a\""));
}

TEST(ParseConfig, WantsPoliciesCalledDifferently) {
  EXPECT_THAT(Errors("{\"policies\": [{\"name\": \"a\"},\n{\"name\": \"a\"}]}"),
              ElementsAre("c:2: /policies/1/name: another policy before it is called \"a\""));
}

TEST(ParseConfig, PointsIntoHardware) {
  EXPECT_THAT(Errors("{\"hardware\": {\n\"x\": {\"extends\": \"h100-sxm\",\n\"busy_watts\": {\n"
                     "\"value\": -5, \"quality\": \"measured\", \"source\": \"PDU\"}}}}"),
              ElementsAre("c:4: /hardware/x/busy_watts/value: -5 is negative"));
  EXPECT_THAT(Errors(R"({"hardware": {"x": {"extends": "h100-smx"}}})"),
              ElementsAre("c:1: /hardware/x/extends: unknown hardware \"h100-smx\"; did you mean "
                          "\"h100-sxm\"?"));
}

TEST(ParseConfig, RefusesProfilesThatExtendEachOtherInACircle) {
  EXPECT_THAT(
      Errors(R"({"hardware": {"a": {"extends": "b"}, "b": {"extends": "a"}}})"),
      ElementsAre("c:1: /hardware/a/extends: profiles extend each other in a circle, by way "
                  "of \"b\"",
                  "c:1: /hardware/b/extends: profiles extend each other in a circle, by way "
                  "of \"a\""));
}

TEST(ParseConfig, BoundsDepthAndKeys) {
  EXPECT_THAT(Errors(std::string(1 << 20, '[')),
              ElementsAre("c:1: is nested deeper than 16 levels"));
  EXPECT_THAT(Errors("{\n\"" + std::string(kMaxJsonKey + 1, 'k') + "\": 1}"),
              ElementsAre("c:2: a key is longer than 256 bytes"));
}

TEST(ParseConfig, KeepsMessagesShort) {
  for (const std::string& error :
       Errors(WithPolicy("\"mode\": \"" + std::string(100'000, 'x') + "\""))) {
    EXPECT_LT(error.size(), 300);
  }
  EXPECT_THAT(Errors("{\"a\": \"" + std::string(100'000, 'x')), ElementsAre(SizeIs(Lt(300))));
}

TEST(FormatConfigError, NamesFileLineAndPathWhereTheyAreKnown) {
  EXPECT_EQ(FormatConfigError("carbon.json", {"/sites", 12, "wrong"}),
            "carbon.json:12: /sites: wrong");
  EXPECT_EQ(FormatConfigError("carbon.json", {"", 3, "wrong"}), "carbon.json:3: wrong");
  EXPECT_EQ(FormatConfigError("carbon.json", {"/sites", std::nullopt, "wrong"}),
            "carbon.json: /sites: wrong");
  EXPECT_EQ(FormatConfigError("carbon.json", {"", std::nullopt, "wrong"}), "carbon.json: wrong");
}

TEST(FormatConfigError, PassesNothingOnThatSteersATerminal) {
  EXPECT_EQ(FormatConfigError("c", {"/a\x1b[31m\n", 1, "wrong\x7f"}), "c:1: /a?[31m?: wrong?");
}

}  // namespace
}  // namespace carbon
