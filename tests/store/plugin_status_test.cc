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

TEST(PluginStatus, TellsAllItKnows) {
  PluginStatus status;
  status.boot = "0123456789abcdef";
  status.pid = 42;
  status.started_at = absl::FromUnixSeconds(1'795'478'400);
  status.snapshot = Manifest{.hashes = {{"c", "f", "p", "a"}}};
  status.loaded_at = absl::FromUnixSeconds(1'795'478'401);
  status.decisions = 3;
  status.placed = 2;
  status.left_alone = 1;
  const nlohmann::json json =
      nlohmann::json::parse(SerializePluginStatus(status, absl::FromUnixSeconds(1'795'478'402)));
  EXPECT_EQ(json["v"], 1);
  EXPECT_EQ(json["boot"], "0123456789abcdef");
  EXPECT_EQ(json["pid"], 42);
  EXPECT_EQ(json["started_at"], "2026-11-24T00:00:00Z");
  EXPECT_EQ(json["updated_at"], "2026-11-24T00:00:02Z");
  EXPECT_EQ(json["snapshot"]["config"], "c");
  EXPECT_EQ(json["snapshot"]["forecast"], "f");
  EXPECT_EQ(json["snapshot"]["capacity"], "p");
  EXPECT_EQ(json["snapshot"]["admission"], "a");
  EXPECT_EQ(json["snapshot"]["loaded_at"], "2026-11-24T00:00:01Z");
  EXPECT_TRUE(json["error"].is_null());
  EXPECT_TRUE(json["log_error"].is_null());
  EXPECT_EQ(json["decisions"], 3);
  EXPECT_EQ(json["placed"], 2);
  EXPECT_EQ(json["left_alone"], 1);
}

TEST(PluginStatus, SurvivesErrorsThatAreNoUtf8) {
  PluginStatus status;
  status.error = "/srv/\xff\xfe: no";
  const nlohmann::json json =
      nlohmann::json::parse(SerializePluginStatus(status, absl::UnixEpoch()));
  EXPECT_TRUE(json["snapshot"].is_null());
  EXPECT_EQ(json["error"], "/srv/\xEF\xBF\xBD\xEF\xBF\xBD: no");
}

}  // namespace
}  // namespace carbon
