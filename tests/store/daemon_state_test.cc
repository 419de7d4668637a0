#include "store/daemon_state.h"

#include <nlohmann/json.hpp>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());

DaemonState State() {
  DaemonState state{.pid = 4711,
                    .started_at = kNow - absl::Hours(5),
                    .publishes = 3600,
                    .published_at = kNow,
                    .findings = {{Severity::kWarning, FindingCode::kScarbondNotPublishing,
                                  "scarbond", "slurmctld: no answer", "start it"},
                                 {Severity::kNote, FindingCode::kHistoryDataLeftOut, "zone GB",
                                  "history of neso:GB: 2 of 96 records left out"},
                                 {Severity::kNote, FindingCode::kNotShown, "", "a whole sentence"}},
                    .updated_at = kNow};
  state.sources.push_back({.zone = "GB",
                           .source = "neso:GB",
                           .provider = "neso",
                           .kind = SignalKind::kAverageDirect,
                           .in_use = true,
                           .issued_at = kNow - absl::Hours(2),
                           .fetched_at = kNow - absl::Hours(1),
                           .reaches = kNow + absl::Hours(47),
                           .next_refresh = kNow + absl::Minutes(5),
                           .left_out = 1,
                           .note = "1 of 96 records left out",
                           .error = "status 429",
                           .error_at = kNow - absl::Minutes(5),
                           .failures = 2,
                           .requests = 20,
                           .errors = {{"429", 3}, {"timeout", 1}}});
  state.sources.push_back({.zone = "GB", .source = "static"});
  return state;
}

TEST(DaemonState, IsReadBackToTheSame) {
  const std::string text = SerializeDaemonState(State());
  const absl::StatusOr<DaemonState> read = ParseDaemonState(text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(SerializeDaemonState(*read), text);
  EXPECT_EQ(read->findings, State().findings);
  EXPECT_EQ(read->sources[0].errors, State().sources[0].errors);
  EXPECT_EQ(read->sources[0].next_refresh, State().sources[0].next_refresh);
  EXPECT_EQ(read->sources[0].left_out, 1);
  EXPECT_EQ(read->sources[0].note, "1 of 96 records left out");
  EXPECT_EQ(read->sources[1].fetched_at, std::nullopt);
}

TEST(DaemonState, SaysTheSameFromPublishToPublishWhereNothingElseChanges) {
  DaemonState before = State();
  before.updated_at.reset();
  DaemonState after = before;
  ++after.publishes;
  after.published_at = kNow + absl::Seconds(5);
  EXPECT_EQ(SerializeDaemonState(before), SerializeDaemonState(after));
  after.sources[0].failures = 0;
  EXPECT_NE(SerializeDaemonState(before), SerializeDaemonState(after));
}

// The format before findings: lines instead, whose subject precedes a colon.
TEST(ParseDaemonState, ReadsVersion2WhichHadLines) {
  const absl::StatusOr<DaemonState> read = ParseDaemonState(R"({
  "v": 2, "pid": 4711, "started_at": "2026-11-24T05:00:00Z", "updated_at": "2026-11-24T10:00:00Z",
  "publishes": 3600, "published_at": "2026-11-24T10:00:00Z", "error": "slurmctld: no answer",
  "troubles": ["archive: /a: the disk is full", "zone GB: history of neso:GB: status 503",
               "pool oslo: partition p: Slurm hides 1 node"],
  "notes": ["archive: zone GB: the oldest 2 values gave way", "a line without a subject"],
  "sources": [{"zone": "GB", "source": "neso:GB", "provider": "neso", "kind": "average-direct",
    "in_use": true, "issued_at": null, "fetched_at": "2026-11-24T09:00:00Z",
    "reaches": "2026-11-26T09:00:00Z", "next_refresh": null, "left_out": 1,
    "note": "1 of 96 records left out", "error": "status 429",
    "error_at": "2026-11-24T09:55:00Z", "failures": 2, "requests": 20, "errors": {"429": 3}}]
})");
  ASSERT_TRUE(read.ok()) << read.status();
  const std::vector<Finding> findings = {
      {Severity::kWarning, FindingCode::kScarbondNotPublishing, "scarbond", "slurmctld: no answer"},
      {Severity::kWarning, FindingCode::kOther, "scarbond", "archive: /a: the disk is full"},
      {Severity::kWarning, FindingCode::kOther, "zone GB", "history of neso:GB: status 503"},
      {Severity::kWarning, FindingCode::kOther, "pool oslo", "partition p: Slurm hides 1 node"},
      {Severity::kNote, FindingCode::kOther, "archive", "zone GB: the oldest 2 values gave way"},
      {Severity::kNote, FindingCode::kOther, "", "a line without a subject"}};
  EXPECT_EQ(read->findings, findings);
  ASSERT_EQ(read->sources.size(), 1u);
  EXPECT_EQ(read->sources[0].note, "1 of 96 records left out");
}

// As scarbond wrote it before there were notes.
TEST(ParseDaemonState, ReadsVersion1) {
  const absl::StatusOr<DaemonState> read = ParseDaemonState(R"({
  "v": 1, "pid": 4711, "started_at": "2026-11-24T05:00:00Z", "updated_at": "2026-11-24T10:00:00Z",
  "publishes": 3600, "published_at": "2026-11-24T10:00:00Z", "error": null,
  "troubles": ["archive: /a: the disk is full"],
  "sources": [{"zone": "GB", "source": "static", "provider": null, "kind": "average-lifecycle",
    "in_use": true, "issued_at": null, "fetched_at": null, "reaches": null, "next_refresh": null,
    "error": "status 429", "error_at": null, "failures": 0, "requests": 0, "errors": {}}]
})");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->publishes, 3600);
  ASSERT_EQ(read->findings.size(), 1u);
  EXPECT_EQ(FormatFinding(read->findings[0]), "scarbond: archive: /a: the disk is full");
  ASSERT_EQ(read->sources.size(), 1u);
  EXPECT_EQ(read->sources[0].error, "status 429");
  EXPECT_EQ(read->sources[0].left_out, 0);
  EXPECT_EQ(read->sources[0].note, "");
}

TEST(ParseDaemonState, IgnoresWhatALaterScarbondAdds) {
  nlohmann::json json = nlohmann::json::parse(SerializeDaemonState(State()));
  json["more"] = 1;
  json["findings"][0]["code"] = "of-a-later-release";
  const absl::StatusOr<DaemonState> read = ParseDaemonState(json.dump());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->findings[0].code, FindingCode::kOther);
  EXPECT_EQ(read->findings[0].fact, "slurmctld: no answer");
}

TEST(ParseDaemonState, RefusesWhatItWouldNotWriteAndSaysWhy) {
  const nlohmann::json whole = nlohmann::json::parse(SerializeDaemonState(State()));
  const auto refusal = [](const nlohmann::json& json) {
    return std::string(ParseDaemonState(json.dump()).status().message());
  };
  EXPECT_EQ(refusal(whole), "");
  struct Case {
    const char* pointer;
    nlohmann::json value;
    const char* message;
  } const cases[] = {
      {"/v", 4, "version 4, this program reads versions 1 to 3"},
      {"/v", 0, "version 0, this program reads versions 1 to 3"},
      {"/v", "3", "/v: is not a whole number"},
      {"/findings", nullptr, "/findings: must be an array, not null"},
      {"/findings/0/severity", "fatal", "/findings/0/severity: \"fatal\" is not a severity"},
      {"/findings/0/fact", 5, "/findings/0/fact: must be a string, not 5"},
      {"/sources/0/left_out", -2,
       "/sources/0/left_out: is not a whole number in [0, 9223372036854775807]"},
      {"/sources/0/note", 2, "/sources/0/note: must be a string, not 2"},
      {"/pid", -1, "/pid: is not a whole number in [0, 9223372036854775807]"},
      {"/pid", 1.5, "/pid: is not a whole number in [0, 9223372036854775807]"},
      {"/started_at", "yesterday",
       "/started_at: time \"yesterday\" is not RFC 3339 (2026-11-24T02:00:00Z)"},
      {"/started_at", "0999-12-31T00:00:00Z", "/started_at: is not in the years 1000 to 9999"},
      {"/updated_at", nullptr, "/updated_at: must be a string, not null"},
      {"/published_at", 5, "/published_at: must be a string, not 5"},
      {"/published_at", "infinite-future",
       "/published_at: time \"infinite-future\" is not RFC 3339 (2026-11-24T02:00:00Z)"},
      {"/sources", nullptr, "/sources: must be an array, not null"},
      {"/sources/0", "neso", "/sources/0: must be an object, not \"neso\""},
      {"/sources/0/in_use", 1, "/sources/0/in_use: must be true or false, not 1"},
      {"/sources/0/failures", 5'000'000'000,
       "/sources/0/failures: is not a whole number in [0, 2147483647]"},
      {"/sources/0/errors", nullptr, "/sources/0/errors: must be an object, not null"},
      {"/sources/0/errors/429", -3,
       "/sources/0/errors/429: is not a whole number in [0, 9223372036854775807]"},
  };
  for (const Case& c : cases) {
    nlohmann::json json = whole;
    json[nlohmann::json::json_pointer(c.pointer)] = c.value;
    EXPECT_EQ(refusal(json), c.message) << c.pointer << " " << c.value;
  }
  nlohmann::json json = whole;
  json["sources"][0]["kind"] = "clean";
  EXPECT_THAT(refusal(json), testing::StartsWith("/sources/0/kind: "));
  nlohmann::json short_of_one = whole;
  short_of_one["sources"][1].erase("requests");
  EXPECT_EQ(refusal(short_of_one), "/sources/1: \"requests\" is missing");
  for (const char* text : {"{", "[]", ""}) {
    EXPECT_EQ(ParseDaemonState(text).status().message(), "is not a JSON object");
  }
}

}  // namespace
}  // namespace carbon
