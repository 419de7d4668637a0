#include "store/plugin_status.h"

#include <nlohmann/json.hpp>

#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(PluginStatus, LiesBesideTheLog) {
  EXPECT_EQ(PluginStatusPath("/var/log/slurm/placements.jsonl"),
            "/var/log/slurm/plugin-status.json");
  EXPECT_EQ(PluginStatusPath("placements.jsonl"), "./plugin-status.json");
}

PluginStatus Status() {
  return {.boot = "0123456789abcdef",
          .pid = 42,
          .started_at = absl::FromUnixSeconds(1'795'478'400),
          .snapshot = Manifest{.hashes = {{"c", "f", "p", "a"}}},
          .loaded_at = absl::FromUnixSeconds(1'795'478'401),
          .decisions = 12,
          .placed = 7,
          .left_alone = 2,
          .failed = 1,
          .records_written = 13,
          .records_dropped = 3,
          .records_withheld = 4,
          .log_error = "/y: No space left on device",
          .updated_at = absl::FromUnixSeconds(1'795'478'402)};
}

TEST(PluginStatus, IsReadBackToTheSame) {
  const std::string text = SerializePluginStatus(Status());
  const absl::StatusOr<PluginStatus> read = ParsePluginStatus(text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(SerializePluginStatus(*read), text);
  EXPECT_EQ(read->boot, "0123456789abcdef");
  EXPECT_EQ(read->pid, 42);
  EXPECT_EQ(read->started_at, Status().started_at);
  EXPECT_EQ(read->updated_at, Status().updated_at);
  ASSERT_TRUE(read->snapshot.has_value());
  EXPECT_EQ(read->snapshot->hashes, Status().snapshot->hashes);
  EXPECT_EQ(read->loaded_at, Status().loaded_at);
  EXPECT_EQ(read->error, "");
  EXPECT_EQ(read->decisions, 12u);
  EXPECT_EQ(read->placed, 7u);
  EXPECT_EQ(read->left_alone, 2u);
  EXPECT_EQ(read->failed, 1u);
  EXPECT_EQ(read->records_written, 13u);
  EXPECT_EQ(read->records_dropped, 3u);
  EXPECT_EQ(read->records_withheld, 4u);
  EXPECT_EQ(read->log_error, "/y: No space left on device");
}

// Administrators' own programs read it too.
TEST(PluginStatus, KeepsItsForm) {
  PluginStatus status = Status();
  status.error = "no snapshot has been read yet";
  status.log_error.clear();
  EXPECT_EQ(SerializePluginStatus(status), R"({
  "v": 1,
  "boot": "0123456789abcdef",
  "pid": 42,
  "started_at": "2026-11-24T00:00:00Z",
  "updated_at": "2026-11-24T00:00:02Z",
  "snapshot": {
    "config": "c",
    "forecast": "f",
    "capacity": "p",
    "admission": "a",
    "loaded_at": "2026-11-24T00:00:01Z"
  },
  "error": "no snapshot has been read yet",
  "decisions": 12,
  "placed": 7,
  "left_alone": 2,
  "failed": 1,
  "records_written": 13,
  "records_dropped": 3,
  "records_withheld": 4,
  "log_error": null
}
)");
}

TEST(PluginStatus, IsTheSameTextAsLongAsNothingButTheTimeOfWritingChanges) {
  PluginStatus status = Status();
  status.updated_at.reset();
  const std::string text = SerializePluginStatus(status);
  EXPECT_EQ(text.find("updated_at"), std::string::npos);
  ++status.decisions;
  EXPECT_NE(SerializePluginStatus(status), text);
}

TEST(PluginStatus, SurvivesErrorsThatAreNoUtf8) {
  PluginStatus status = Status();
  status.snapshot.reset();
  status.error = "/srv/\xff\xfe: no";
  const absl::StatusOr<PluginStatus> read = ParsePluginStatus(SerializePluginStatus(status));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->snapshot, std::nullopt);
  EXPECT_EQ(read->error, "/srv/\xEF\xBF\xBD\xEF\xBF\xBD: no");
}

TEST(ParsePluginStatus, RefusesWhatItWouldNotWriteAndSaysWhy) {
  const nlohmann::json whole = nlohmann::json::parse(SerializePluginStatus(Status()));
  const auto refusal = [](const nlohmann::json& json) {
    return std::string(ParsePluginStatus(json.dump()).status().message());
  };
  EXPECT_EQ(refusal(whole), "");
  struct Case {
    const char* pointer;
    nlohmann::json value;
    const char* message;
  } const cases[] = {
      {"/v", 2, "version 2, this program reads version 1"},
      {"/pid", -1, "/pid: is not a whole number in [0, 9223372036854775807]"},
      {"/updated_at", 5, "/updated_at: must be a string, not 5"},
      {"/snapshot", 5, "/snapshot: must be an object, not 5"},
      {"/snapshot/config", nullptr, "/snapshot/config: must be a string, not null"},
      {"/snapshot/loaded_at", "", "/snapshot/loaded_at: is empty"},
      {"/placed", "7", "/placed: is not a whole number in [0, 9223372036854775807]"},
      {"/log_error", false, "/log_error: must be a string, not false"},
  };
  for (const Case& c : cases) {
    nlohmann::json json = whole;
    json[nlohmann::json::json_pointer(c.pointer)] = c.value;
    EXPECT_EQ(refusal(json), c.message) << c.pointer;
  }
  nlohmann::json json = whole;
  json.erase("failed");
  EXPECT_EQ(refusal(json), "\"failed\" is missing");
  json = whole;
  json["of-a-later-release"] = 1;
  EXPECT_EQ(refusal(json), "");
}

TEST(PidInPluginStatus, IsReadThoughAllElseIsOfALaterRelease) {
  EXPECT_EQ(PidInPluginStatus(SerializePluginStatus(Status())), 42);
  EXPECT_EQ(PidInPluginStatus(R"({"v": 9, "pid": 42, "placed": "many", "snapshot": [1]})"), 42);
}

TEST(PidInPluginStatus, IsAbsentForWhatIsNoPid) {
  for (const char* text : {"", "42", "{}", R"({"pid": "42"})", R"({"pid": 0})", R"({"pid": -1})",
                           R"({"pid": 2147483648})", R"({"pid": 42)"}) {
    EXPECT_EQ(PidInPluginStatus(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace carbon
