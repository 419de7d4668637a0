#include <string>

#include "absl/strings/str_cat.h"
#include "core/admission/admission.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/core/admission_cluster.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

AdmissionRules Everything() {
  Cluster c;
  c.own().limits = {{LimitKind::kMaxTresPerJob, "gres/gpu:h100", 4}, {LimitKind::kMaxWall, "", 60}};
  c.own().limit_factor = 1.5;
  c.own().unknown_flags = UINT32_MAX;
  c.own().deny_on_limit = c.own().over_partition_qos = c.own().usage_threshold = true;
  c.rules.accounts[1].limits = {{LimitKind::kGrpTresMins, "cpu", INT64_MAX}};
  c.association().limits = {{LimitKind::kMaxJobs, "", 0}};
  c.association().partition = "home";
  c.there().allow_accounts = {"physics"};
  c.there().deny_accounts = {"biology"};
  c.there().allow_groups = {"staff"};
  c.there().allow_users = {0, UINT32_MAX};
  c.there().allow_qos = std::vector<std::string>();
  c.there().deny_qos = {"long"};
  c.there().qos = "own";
  c.there().alloc_nodes = "login[1-2]";
  c.there().max_cpus_per_node = 32;
  c.there().max_cpus_per_socket = 0;
  c.there().unknown_flags = 1U << 16;
  c.there().topology = "topology/block";
  c.rules.unknown_enforcement = 1U << 8;
  c.rules.tasks_set_max_nodes = c.rules.binds_cpus_to_devices = true;
  c.there().max_memory = {1024, true};
  c.there().default_memory = {512, false};
  c.there().device_defaults = "1=4";
  c.there().billing_weights = "cpu=1.0,gres/gpu=8";
  c.there().sharing = "share 1";
  c.there().root_only = c.there().no_root = c.there().needs_reservation = true;
  c.there().hidden = c.there().preemptible = true;
  c.there().priority_tier = 65535;
  c.there().min_nodes = 2;
  c.there().max_nodes = 3;
  c.there().most.threads_per_core = 8;
  return c.rules;
}

TEST(AdmissionPart, ReadsBackWhatItWrites) {
  for (const AdmissionRules& rules : {AdmissionRules(), Cluster().rules, Everything()}) {
    const absl::StatusOr<AdmissionRules> parsed = ParseAdmission(SerializeAdmission(rules));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, rules);
  }
}

TEST(AdmissionPart, NamesEveryLimitOnce) {
  std::vector<std::string> names;
  for (int kind = 0; kind < kLimitKinds; ++kind) {
    const std::string name(LimitName(static_cast<LimitKind>(kind)));
    EXPECT_NE(name, "unknown");
    EXPECT_THAT(names, ::testing::Not(::testing::Contains(name)));
    names.push_back(name);
  }
}

TEST(AdmissionPart, RefusesWhatIsBrokenSayingWhereAndWhy) {
  using Json = nlohmann::ordered_json;
  const struct {
    const char* pointer;
    Json value;
    std::string message;
  } kCases[] = {
      {"/enforces", 3, "/enforces: must be an object"},
      {"/enforces/qos", 1, "/enforces/qos: must be true or false"},
      {"/enforces/wckeys", true, "/enforces/wckeys: unknown key"},
      {"/default_qos", 3, "/default_qos: is an index beyond the 3 that there are"},
      {"/default_qos", -1, "/default_qos: is not a whole number in [0, "},
      {"/qos", 3, "/qos: must be an array"},
      {"/qos/0", 3, "/qos/0: must be an object"},
      {"/qos/2/limits/0", 3, "/qos/2/limits/0: is not [limit, resource, number]"},
      {"/qos/2/limits/0/0", "MaxNodes", "/qos/2/limits/0: limit \"MaxNodes\" is not known"},
      {"/qos/2/limits/0/1", "", "/qos/2/limits/0: MaxTRESPerJob of resource \"\""},
      {"/qos/2/limits/1/1", "cpu", "/qos/2/limits/1: MaxWall of resource \"cpu\""},
      {"/qos/2/limits/0/2", UINT64_MAX, "/qos/2/limits/0/2: is not a whole number"},
      {"/qos/2/limits/0/2", 1.5, "/qos/2/limits/0/2: is not a whole number"},
      {"/qos/0/limit_factor", -1, "/qos/0/limit_factor: must be"},
      {"/accounts/1/parent", 1, "/accounts/1/parent: is an index beyond the 1 that there are"},
      {"/users/0/user_id", int64_t{1} << 32, "/users/0/user_id: is not a whole number"},
      {"/users/0/associations/0/account", nullptr,
       "/users/0/associations/0/account: names no account"},
      {"/users/0/associations/0/account", 3, "/users/0/associations/0/account: is an index"},
      {"/users/0/associations/0/qos/1", 0,
       "/users/0/associations/0/qos/1: is not above the QOS before it"},
      {"/users/0/associations/0/colour", "green", "/users/0/associations/0/colour: unknown key"},
      {"/partitions/1/name", "home", "/partitions/1/name: is there twice"},
      {"/partitions/1/allow_users/1", 0,
       "/partitions/1/allow_users/1: is not above the user before it"},
      {"/partitions/1/allow_accounts/0", 1, "/partitions/1/allow_accounts/0: must be a string"},
      {"/partitions/1/max_memory/mib", -1, "/partitions/1/max_memory/mib: is not a whole number"},
      {"/partitions/1/max_cpus_per_socket", -1,
       "/partitions/1/max_cpus_per_socket: is not a whole number"},
      {"/partitions/1/unknown_flags", int64_t{1} << 32,
       "/partitions/1/unknown_flags: is not a whole number"},
      {"/enforces/unknown", "", "/enforces/unknown: is not a whole number"},
      {"/tasks_set_max_nodes", 1, "/tasks_set_max_nodes: must be true or false"},
      {"/partitions/1/least", nullptr, "/partitions/1/least: must be an object"},
  };
  for (const auto& c : kCases) {
    Json json = Json::parse(SerializeAdmission(Everything()));
    json[Json::json_pointer(c.pointer)] = c.value;
    const auto parsed = ParseAdmission(json.dump());
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kDataLoss) << c.pointer;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("admission part: " + c.message));
  }
  Json json = Json::parse(SerializeAdmission(Everything()));
  json["users"].push_back(json["users"][0]);
  EXPECT_EQ(ParseAdmission(json.dump()).status().message(),
            "admission part: /users/1/user_id: is not above the user before it");
  json = Json::parse(SerializeAdmission(Everything()));
  json["partitions"][0].erase("hidden");
  EXPECT_EQ(ParseAdmission(json.dump()).status().message(),
            "admission part: /partitions/0: \"hidden\" is missing");
}

// As scarbond wrote it before version 2.
constexpr char kVersion1[] = R"({"version":1,
  "enforces":{"associations":true,"limits":true,"qos":false},
  "accounting_known":true,"default_qos":0,
  "qos":[{"name":"normal","deny_on_limit":false,"over_partition_qos":true,"usage_threshold":false,
          "limit_factor":0.0,"wall_factor":1.0,
          "limits":[["MaxTRESPerJob","gres/gpu",8],["MaxWall","",1440]]}],
  "accounts":[{"name":"root","parent":null,"limits":[]},
              {"name":"physics","parent":0,"limits":[["GrpTRES","cpu",512]]}],
  "users":[{"user_id":1000,"default_account":"physics",
            "associations":[{"account":1,"partition":"","default_qos":0,"qos":[0],"limits":[]}]}],
  "partitions":[{"name":"home","allow_accounts":["physics"],"deny_accounts":[],
                 "allow_groups":null,"allow_users":[],"allow_qos":null,"deny_qos":[],"qos":"",
                 "alloc_nodes":"","root_only":false,"no_root":false,"needs_reservation":false,
                 "hidden":false,"preemptible":false,"priority_tier":1,"nodes":4,"min_nodes":0,
                 "max_nodes":null,"max_cpus_per_node":32,
                 "max_memory":{"mib":1024,"per_cpu":false},"default_memory":null,
                 "device_defaults":"","billing_weights":"",
                 "sharing":"share 1, exclusive user 0, type 0",
                 "least":{"cpus":64,"threads_per_core":2,"devices":8,"memory_mib":512000},
                 "most":{"cpus":64,"threads_per_core":2,"devices":8,"memory_mib":512000}}]})";

TEST(AdmissionPart, ReadsTheVersionBeforeAndProvesNothingByIt) {
  const absl::StatusOr<AdmissionRules> parsed = ParseAdmission(kVersion1);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE(parsed->enforces_limits);
  EXPECT_EQ(parsed->qos[0].limits[1], (Limit{LimitKind::kMaxWall, "", 1440}));
  EXPECT_EQ(parsed->users[0].associations[0].account, 1);
  PartitionRules partition = parsed->partitions[0];
  EXPECT_EQ(partition.max_cpus_per_node, 32);
  EXPECT_EQ(partition.least.memory_mib, 512000);
  // Rules that the part does not mention may exist.
  EXPECT_TRUE(parsed->tasks_set_max_nodes);
  JobRequest job;
  job.user_id = 1000;
  job.time_limit = absl::Hours(1);
  const AdmissionProof proof(job, absl::Hours(1), *parsed, &parsed->partitions[0]);
  partition.name = "there";
  EXPECT_EQ(proof.WhyNot(&partition), Reason::kUnknownRule);
  EXPECT_EQ(proof.WhyNot(&parsed->partitions[0]), std::nullopt);
  // The part lacks the new fields.
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(kVersion1);
  json["partitions"][0]["topology"] = "";
  EXPECT_THAT(std::string(ParseAdmission(json.dump()).status().message()),
              HasSubstr("admission part: /partitions/0/topology: unknown key"));
}

TEST(AdmissionPart, RefusesAnotherVersionBeforeAllElse) {
  for (const char* version : {"0", "3"}) {
    const auto parsed = ParseAdmission(absl::StrCat(R"({"version":)", version, R"(,"odd":[]})"));
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(parsed.status().message(), absl::StrCat("admission part: version ", version,
                                                      ", this program reads versions 1 to 2"));
  }
}

TEST(AdmissionPart, RefusesDepthAndLengthWithoutPayingForThem) {
  for (const std::string& bytes :
       {R"({"version":1,"x":)" + std::string(1 << 20, '['), std::string(), std::string("[]"),
        R"({"version":1,")" + std::string(1 << 20, 'x') + R"(":1})"}) {
    EXPECT_EQ(ParseAdmission(bytes).status().message(), "admission part: is not a JSON object");
  }
}

}  // namespace
}  // namespace carbon
