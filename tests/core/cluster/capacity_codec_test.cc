#include "core/cluster/capacity_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/core/snapshot_parts.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

TEST(Capacity, ReadsBackWhatItWrites) {
  const std::string bytes = SerializeCapacity(Capacity());
  const auto parsed = ParseCapacity(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const CapacityState expected = Capacity();
  EXPECT_EQ(parsed->taken_at, expected.taken_at);
  EXPECT_EQ(parsed->watched_at, expected.watched_at);
  EXPECT_EQ(parsed->watched_until, expected.watched_until);
  EXPECT_EQ(parsed->cluster, "demo");
  EXPECT_EQ(parsed->default_partition, "frankfurt");
  ASSERT_EQ(parsed->groups.size(), 1u);
  EXPECT_EQ(parsed->groups[0].total, expected.groups[0].total);
  EXPECT_EQ(parsed->groups[0].per_node, expected.groups[0].per_node);
  EXPECT_EQ(parsed->groups[0].beside, "the other devices");
  ASSERT_EQ(parsed->pools.size(), 1u);
  EXPECT_EQ(parsed->pools[0].max_time, absl::Hours(48));
  EXPECT_EQ(parsed->pools[0].default_time, std::nullopt);
  EXPECT_EQ(parsed->pools[0].max_nodes, 4);
  EXPECT_TRUE(parsed->pools[0].has_others);
  EXPECT_EQ(parsed->pools[0].defaults, (JobDefaults{1, 2, 3, 4, 5, 6, true}));
  EXPECT_EQ(parsed->pools[0].stays_powered, 0.25);
  EXPECT_EQ(parsed->pools[0].wake_up, absl::Seconds(330));
  EXPECT_EQ(parsed->pools[0].asleep, 0.5);
  EXPECT_TRUE(parsed->pools[0].up);
  EXPECT_TRUE(parsed->pools[0].is_default);
  ASSERT_EQ(parsed->uses.size(), 1u);
  EXPECT_EQ(parsed->uses[0].job_id, 17u);
  EXPECT_EQ(parsed->uses[0].decision_id, "0123456789abcdef-4");
  EXPECT_EQ(parsed->uses[0].when, expected.uses[0].when);
  EXPECT_EQ(parsed->uses[0].amount, expected.uses[0].amount);
  EXPECT_EQ(SerializeCapacity(*parsed), bytes);
}

// A byte more or less, and readers of the same release find another hash.
TEST(Capacity, LooksAsDocumented) {
  EXPECT_EQ(
      SerializeCapacity(Capacity()),
      R"({"version":6,"taken_at":1795500000,"watched_at":1795499999,"watched_until":1795500059,)"
      R"("cluster":"demo","default_partition":"frankfurt","groups":[{"name":"oslo-nodes",)"
      R"("total":{"nodes":4,"devices":32,"cpus":4503599627370496,"memory_mib":4503599627370496,)"
      R"("full_nodes":4,"half_nodes":3,"quarter_nodes":2,"halves":8,"quarters":16},)"
      R"("per_node":{"nodes":1,"devices":8,"cpus":64,"memory_mib":512000},"within":[],)"
      R"("beside":"the other devices"}],"pools":[{"pool":"oslo","group":"oslo-nodes","up":true,)"
      R"("is_default":true,"max_time_s":172800,"default_time_s":null,"max_nodes":4,)"
      R"("has_others":true,"defaults":{"memory_per_node_mib":1,"memory_per_cpu_mib":2,)"
      R"("memory_per_device_mib":3,"cpus_per_device":4,"cpus_per_core":5,"threads_per_core":6,)"
      R"("whole_nodes":true},"stays_powered":0.25,"wake_up_s":330,"asleep":0.5}],)"
      R"("uses":[[0,1795500000,1795510800,[1,8],17,"0123456789abcdef-4"]]})"
      "\n");
}

TEST(Capacity, RefusesAnotherVersion) {
  const auto parsed = ParseCapacity(R"({"version":7})");
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(parsed.status().message(),
            "capacity part: version 7, this program reads versions 4 to 6");
}

// The bytes that scarbond of the version before wrote. The reader had to compute how long the watch
// is believed to be alive.
TEST(Capacity, ReadsTheVersionBefore) {
  const std::string version5 =
      R"({"version":5,"taken_at":1795500000,"watched_at":1795499999,"cluster":"demo",)"
      R"("default_partition":"frankfurt","groups":[{"name":"oslo-nodes","total":{"nodes":4,)"
      R"("devices":32},"per_node":{"nodes":1,"devices":8},"within":[],"beside":""}],)"
      R"("pools":[{"pool":"oslo","group":"oslo-nodes",)"
      R"("up":true,"is_default":true,"max_time_s":172800,"default_time_s":null,"max_nodes":4,)"
      R"("has_others":false,)"
      R"("defaults":{"memory_per_node_mib":1,"memory_per_cpu_mib":2,"memory_per_device_mib":3,)"
      R"("cpus_per_device":4,"cpus_per_core":5,"threads_per_core":2,"whole_nodes":true},)"
      R"("stays_powered":0.25,"wake_up_s":330,"asleep":0.5}],)"
      R"("uses":[[0,1795500000,1795500060,[0,8],17,"0123456789abcdef-4"]]})";
  const auto parsed = ParseCapacity(version5);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->watched_at, kNow - absl::Seconds(1));
  EXPECT_EQ(parsed->watched_until, std::nullopt);
  ASSERT_EQ(parsed->uses.size(), 1u);
  EXPECT_EQ(parsed->uses[0].amount, (Resources{.devices = 8}));
  EXPECT_THAT(
      std::string(ParseCapacity(absl::StrReplaceAll(
                                    version5, {{"\"cluster\"", "\"watched_until\":1,\"cluster\""}}))
                      .status()
                      .message()),
      HasSubstr("capacity part: /watched_until: unknown key"));
}

// And the one before that.
TEST(Capacity, ReadsVersion4) {
  const std::string version4 =
      R"({"version":4,"taken_at":1795500000,"watched_at":null,"cluster":"demo",)"
      R"("default_partition":"frankfurt","groups":[{"name":"oslo-nodes","total":{"nodes":4,)"
      R"("devices":32,"cpus":64,"memory_mib":4000,"full_nodes":4},"per_node":{"nodes":1,)"
      R"("devices":8,"cpus":16,"memory_mib":1000},"within":[],"beside":""}],)"
      R"("pools":[{"pool":"oslo","group":"oslo-nodes",)"
      R"("up":true,"is_default":true,"max_time_s":172800,"default_time_s":null,"max_nodes":4,)"
      R"("has_others":false,)"
      R"("defaults":{"memory_per_node_mib":1,"memory_per_cpu_mib":2,"memory_per_device_mib":3,)"
      R"("cpus_per_device":4,"cpus_per_core":5,"threads_per_core":2,"whole_nodes":true},)"
      R"("stays_powered":0.25,"wake_up_s":330,"asleep":0.5}],)"
      R"("uses":[{"job_id":17,"decision_id":"0123456789abcdef-4",)"
      R"("group":"oslo-nodes","start":1795500000,"end":1795500060,"amount":{)"
      R"("devices":8,"cpus":8,"apart":2}},)"
      R"({"job_id":0,"decision_id":"","group":"oslo-nodes","start":1795500000,)"
      R"("end":1795500120,"amount":{"nodes":1}}]})";
  const auto parsed = ParseCapacity(version4);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->pools[0].wake_up, absl::Seconds(330));
  ASSERT_EQ(parsed->uses.size(), 2u);
  EXPECT_EQ(parsed->uses[0].job_id, 17u);
  EXPECT_EQ(parsed->uses[0].decision_id, "0123456789abcdef-4");
  EXPECT_EQ(parsed->uses[0].amount, (Resources{.devices = 8, .cpus = 8, .apart = 2}));
  EXPECT_EQ(parsed->uses[1].group, "oslo-nodes");
  EXPECT_EQ(parsed->uses[1].when.end, absl::FromUnixSeconds(1795500120));
  // It is the same when it is written again.
  const auto again = ParseCapacity(SerializeCapacity(*parsed));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->uses[0].amount, parsed->uses[0].amount);
  EXPECT_EQ(again->uses[1].when, parsed->uses[1].when);
}

TEST(Capacity, AUseLooksAsDocumented) {
  CapacityState capacity = Capacity();
  capacity.groups.push_back({.name = "lyon"});
  const TimeInterval when = {absl::FromUnixSeconds(1795500000), absl::FromUnixSeconds(1795500060)};
  capacity.uses = {
      {.group = "lyon", .when = when, .amount = {.nodes = 2}},
      {.job_id = 9, .group = "oslo-nodes", .when = when, .amount = {.cpus = 4}},
      {.job_id = 7,
       .decision_id = "a-1",
       .group = "lyon",
       .when = when,
       .amount = {.devices = 8, .apart = 2}},
      {.job_id = 8, .group = "lyon", .when = when, .amount = {.nodes = 1}, .yields = true}};
  EXPECT_THAT(SerializeCapacity(capacity),
              HasSubstr(R"("uses":[[1,1795500000,1795500060,[2]],)"
                        R"([0,1795500000,1795500060,[0,0,4],9],)"
                        R"([1,1795500000,1795500060,[0,8,0,0,0,0,0,0,0,2],7,"a-1"],)"
                        R"([1,1795500000,1795500060,[1],8,"",1]]})"));
  const absl::StatusOr<CapacityState> parsed = ParseCapacity(SerializeCapacity(capacity));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_FALSE(parsed->uses[2].yields);
  EXPECT_TRUE(parsed->uses[3].yields);
}

TEST(Capacity, RefusesWhatIsBrokenSayingWhereAndWhy) {
  using Json = nlohmann::ordered_json;
  const struct {
    const char* pointer;
    Json value;
    std::string message;
  } kCases[] = {
      {"/taken_at", "now", "/taken_at: is not a whole number in [-253402300799, 253402300799]"},
      {"/taken_at", 1e300, "/taken_at: is not a whole number"},
      {"/watched_until", "soon", "/watched_until: is not a whole number"},
      {"/cluster", 3, "/cluster: must be a string, not 3"},
      {"/groups", 3, "/groups: must be an array, not 3"},
      {"/groups/0", 3, "/groups/0: must be an object, not 3"},
      {"/groups/0/within", Json::array({"g", 3}), "/groups/0/within/1: must be a string, not 3"},
      {"/pools/0/defaults/cpus_per_core", 0,
       "/pools/0/defaults/cpus_per_core: is not a whole number in [1, "},
      {"/pools/0/default_time_s", "1h", "/pools/0/default_time_s: is not a whole number in [0, "},
      {"/groups/0/total/nodes", -1, "/groups/0/total/nodes: is not a whole number in [0, "},
      {"/groups/0/total/nodes", UINT64_MAX, "/groups/0/total/nodes: is not a whole number"},
      {"/groups/0/total/nodes", 1.5, "/groups/0/total/nodes: is not a whole number"},
      {"/groups/0/per_node", 3, "/groups/0/per_node: must be an object, not 3"},
      {"/groups/0/per_node/watts", 3, R"(/groups/0/per_node/watts: unknown key "watts")"},
      {"/pools/0/up", 1, "/pools/0/up: must be true or false, not 1"},
      {"/pools/0/max_time_s", -5, "/pools/0/max_time_s: is not a whole number"},
      {"/pools/0", Json::object({{"pool", "oslo"}}), R"(/pools/0: "group" is missing)"},
      {"/pools/0/stays_powered", 1.5,
       "/pools/0/stays_powered: must be a number of at least 0 and at most 1, not "},
      {"/pools/0/stays_powered", "all",
       "/pools/0/stays_powered: must be a number of at least 0 and at most 1, not "},
      {"/pools/0/wake_up_s", -1, "/pools/0/wake_up_s: is not a whole number in [0, "},
      {"/pools/0/asleep", 2, "/pools/0/asleep: must be a number of at least 0 and at most 1, not "},
      {"/pools/0/asleep", nullptr,
       "/pools/0/asleep: must be a number of at least 0 and at most 1, not "},
      {"/pools/0/colour", "green", R"(/pools/0/colour: unknown key "colour")"},
      {"/uses", 3, "/uses: must be an array, not 3"},
      {"/uses/0", 3, "/uses/0: is not an array of 4 to 7"},
      {"/uses/0", Json::array({0, 1, 2}), "/uses/0: is not an array of 4 to 7"},
      {"/uses/0/0", 1, "/uses/0/0: is not a whole number in [0, 0]"},
      {"/uses/0/1", "now", "/uses/0/1: is not a whole number"},
      {"/uses/0/2", 0, "/uses/0/2: is before the start"},
      {"/uses/0/3", 3, "/uses/0/3: is not an array of at most 10"},
      {"/uses/0/3/0", -1, "/uses/0/3: is not a whole number in [0, "},
      {"/uses/0/3/10", 1, "/uses/0/3: is not an array of at most 10"},
      {"/uses/0/4", int64_t{1} << 32, "/uses/0/4: is not a whole number"},
      {"/uses/0/5", 7, "/uses/0/5: is not a string"},
  };
  for (const auto& c : kCases) {
    Json json = Json::parse(SerializeCapacity(Capacity()));
    json[Json::json_pointer(c.pointer)] = c.value;
    const auto parsed = ParseCapacity(json.dump());
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kDataLoss) << c.pointer;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("capacity part: " + c.message));
  }
}

TEST(Capacity, RefusesDepthWithoutPayingForIt) {
  const auto parsed = ParseCapacity(R"({"version":2,"x":)" + std::string(1 << 20, '['));
  EXPECT_EQ(parsed.status().message(), "capacity part: is not a JSON object");
}

}  // namespace
}  // namespace carbon
