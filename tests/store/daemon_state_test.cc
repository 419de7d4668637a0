#include "store/daemon_state.h"

#include <nlohmann/json.hpp>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());

DaemonState State() {
  DaemonState state{.pid = 4711,
                    .started_at = kNow - absl::Hours(5),
                    .publishes = 3600,
                    .published_at = kNow,
                    .error = "slurmctld: no answer",
                    .troubles = {"archive: /a: the disk is full"},
                    .notes = {"zone GB: history of neso:GB: 2 of 96 records left out"},
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
  EXPECT_EQ(read->troubles, State().troubles);
  EXPECT_EQ(read->notes, State().notes);
  EXPECT_EQ(read->sources[0].errors, State().sources[0].errors);
  EXPECT_EQ(read->sources[0].next_refresh, State().sources[0].next_refresh);
  EXPECT_EQ(read->notes, State().notes);
  EXPECT_EQ(read->sources[0].left_out, 1);
  EXPECT_EQ(read->sources[0].note, "1 of 96 records left out");
  EXPECT_EQ(read->sources[1].fetched_at, std::nullopt);
}

TEST(DaemonState, ReadsVersion1WhichHadNoNotes) {
  const absl::StatusOr<DaemonState> read = ParseDaemonState(R"({
  "v": 1, "pid": 4711, "started_at": "2026-11-24T05:00:00Z",
  "updated_at": "2026-11-24T10:00:00Z", "publishes": 3600, "published_at": "2026-11-24T10:00:00Z",
  "error": null, "troubles": ["archive: full"],
  "sources": [{"zone": "GB", "source": "neso:GB", "provider": "neso", "kind": "average-direct",
    "in_use": true, "issued_at": null, "fetched_at": "2026-11-24T09:00:00Z",
    "reaches": "2026-11-26T09:00:00Z", "next_refresh": null, "error": "status 429",
    "error_at": "2026-11-24T09:55:00Z", "failures": 2, "requests": 20, "errors": {"429": 3}}]})");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->publishes, 3600);
  EXPECT_TRUE(read->notes.empty());
  ASSERT_EQ(read->sources.size(), 1u);
  EXPECT_EQ(read->sources[0].error, "status 429");
  EXPECT_EQ(read->sources[0].left_out, 0);
  EXPECT_EQ(read->sources[0].note, "");
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

// As scarbond wrote it before there were notes.
TEST(ParseDaemonState, ReadsVersion1) {
  const absl::StatusOr<DaemonState> read = ParseDaemonState(R"({
  "v": 1, "pid": 4711, "started_at": "2026-11-24T05:00:00Z", "updated_at": "2026-11-24T10:00:00Z",
  "publishes": 3600, "published_at": "2026-11-24T10:00:00Z", "error": null,
  "troubles": ["archive: /a: the disk is full"],
  "sources": [{"zone": "GB", "source": "static", "provider": null, "kind": "average-lifecycle",
    "in_use": true, "issued_at": null, "fetched_at": null, "reaches": null, "next_refresh": null,
    "error": null, "error_at": null, "failures": 0, "requests": 0, "errors": {}}]
})");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->publishes, 3600);
  EXPECT_EQ(read->troubles, std::vector<std::string>{"archive: /a: the disk is full"});
  EXPECT_TRUE(read->notes.empty());
  EXPECT_EQ(read->sources.size(), 1u);
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
      {"/v", 3, "v: is another version"},
      {"/v", 0, "v: is another version"},
      {"/notes", nullptr, "notes: is no array"},
      {"/sources/0/left_out", "two", "left_out: is no count"},
      {"/sources/0/note", 2, "note: is no text"},
      {"/pid", -1, "pid: is no count"},
      {"/pid", 1.5, "pid: is no count"},
      {"/started_at", "yesterday", "started_at: is no time"},
      {"/updated_at", nullptr, "updated_at: is no time"},
      {"/published_at", 5, "published_at: is no time"},
      {"/published_at", "infinite-future", "published_at: is no time"},
      {"/error", 5, "error: is no text"},
      {"/troubles", nullptr, "troubles: is no array"},
      {"/troubles/0", 5, "troubles: is no text"},
      {"/notes", nullptr, "notes: is no array"},
      {"/sources", nullptr, "sources: is no array"},
      {"/sources/0", "neso", "is no object"},
      {"/sources/0/kind", "clean", "kind: is unknown"},
      {"/sources/0/in_use", 1, "in_use: is neither true nor false"},
      {"/sources/0/failures", 5'000'000'000, "failures: is no count"},
      {"/sources/0/requests", "many", "requests: is no count"},
      {"/sources/0/errors", nullptr, "errors: is no object"},
      {"/sources/0/errors/429", -3, "errors: is no count"},
  };
  for (const Case& c : cases) {
    nlohmann::json json = whole;
    json[nlohmann::json::json_pointer(c.pointer)] = c.value;
    EXPECT_EQ(refusal(json), c.message) << c.pointer << " " << c.value;
  }
  nlohmann::json short_of_one = whole;
  short_of_one["sources"][1].erase("requests");
  EXPECT_EQ(refusal(short_of_one), "requests: is missing");
  EXPECT_EQ(ParseDaemonState("{").status().message(), "is no JSON");
  EXPECT_EQ(ParseDaemonState("[]").status().message(), "is no object");
}

}  // namespace
}  // namespace carbon
