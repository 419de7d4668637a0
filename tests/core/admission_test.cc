#include "core/admission.h"

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using ::testing::HasSubstr;

PartitionRules Partition(const std::string& name) {
  PartitionRules rules;
  rules.name = name;
  rules.nodes = 4;
  rules.least = rules.most = {.cpus = 64, .threads_per_core = 1, .devices = 8, .memory_mib = 1024};
  return rules;
}

// Two partitions, "home" and "there", two accounts under a root, and a user of both, 1000.
struct Cluster {
  AdmissionRules rules;
  JobRequest job;

  Cluster() {
    rules.enforces_associations = rules.enforces_limits = rules.enforces_qos = true;
    rules.accounting_known = true;
    rules.qos = {{.name = "normal"}, {.name = "long"}, {.name = "own"}};
    rules.accounts = {
        {.name = "root"}, {.name = "physics", .parent = 0}, {.name = "biology", .parent = 0}};
    rules.default_qos = 0;
    rules.users = {{.user_id = 1000,
                    .default_account = "physics",
                    .associations = {{.account = 1, .default_qos = 0, .qos = {0, 1}},
                                     {.account = 2, .default_qos = 0, .qos = {0}}}}};
    rules.partitions = {Partition("home"), Partition("there")};
    job.user_id = 1000;
    job.time_limit = absl::Hours(4);
    job.demand = {.nodes = 1, .devices = 2, .cpus = 4, .memory_mib = 100};
    job.per_node = {.devices = 2, .cpus = 4, .memory_mib = 100};
  }

  PartitionRules& home() { return rules.partitions[0]; }
  PartitionRules& there() { return rules.partitions[1]; }
  QosRules& normal() { return rules.qos[0]; }
  QosRules& own() { return rules.qos[2]; }  // to be a partition's
  AssociationRules& association() { return rules.users[0].associations[0]; }
  // Gives the user an association of its own in "there".
  AssociationRules& AddAssociationThere() {
    AssociationRules association = rules.users[0].associations[0];
    association.partition = "there";
    rules.users[0].associations.push_back(association);
    return rules.users[0].associations.back();
  }

  std::string Why() const {
    const AdmissionProof proof(job, job.time_limit.value_or(absl::Hours(4)), rules,
                               rules.FindPartition("home"));
    return std::string(proof.WhyNot(rules.FindPartition("there")));
  }
};

struct Case {
  std::string name;
  std::function<void(Cluster&)> change;
  std::string why;  // empty: proven
};

void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    Cluster cluster;
    c.change(cluster);
    EXPECT_EQ(cluster.Why(), c.why) << c.name;
  }
}

TEST(Admission, IsProvenWhereNothingDiffers) {
  Check({
      {"nothing is limited", [](Cluster&) {}, ""},
      {"nothing is enforced",
       [](Cluster& c) { c.rules = {.accounting_known = true, .partitions = c.rules.partitions}; },
       ""},
      {"all is limited, and alike",
       [](Cluster& c) {
         c.rules.users[0].associations[0].limits = {{LimitKind::kMaxJobs, "", 1},
                                                    {LimitKind::kGrpTres, "gres/gpu", 1},
                                                    {LimitKind::kMaxTresPerJob, "billing", 1}};
         c.own().limits = {{LimitKind::kMaxSubmitJobs, "", 3}};
         c.rules.accounts[0].limits = {{LimitKind::kGrpTresMins, "cpu", 100}};
         for (PartitionRules& partition : c.rules.partitions) {
           partition.allow_accounts = {"chemistry"};
           partition.allow_qos = {"long"};
           partition.allow_groups = {"staff"};
           partition.alloc_nodes = "login1";
           partition.qos = "own";
         }
       },
       ""},
  });
  const Cluster cluster;
  const PartitionRules* home = cluster.rules.FindPartition("home");
  EXPECT_EQ(AdmissionProof({}, absl::Hours(1), cluster.rules, home).WhyNot(home), "");
  EXPECT_EQ(AdmissionProof({}, absl::Hours(1), cluster.rules, nullptr).WhyNot(home),
            "its partition's rules are not known");
}

TEST(Admission, HeedsWhomThePartitionIsFor) {
  Check({
      {"unknown", [](Cluster& c) { c.rules.partitions.pop_back(); },
       "its partition's rules are not known"},
      {"root", [](Cluster& c) { c.there().root_only = true; }, "its partition is for root only"},
      {"root, and the user is",
       [](Cluster& c) {
         c.there().root_only = true;
         c.job.user_id = c.rules.users[0].user_id = 0;
       },
       ""},
      {"not root",
       [](Cluster& c) {
         c.there().no_root = true;
         c.job.user_id = c.rules.users[0].user_id = 0;
       },
       "its partition is not for root"},
      {"reservation", [](Cluster& c) { c.there().needs_reservation = true; },
       "its partition needs a reservation"},
      {"hidden", [](Cluster& c) { c.there().hidden = true; }, "its partition is hidden"},
      {"submit nodes", [](Cluster& c) { c.there().alloc_nodes = "login1"; },
       "its partition limits the nodes to submit from"},
      {"not of the group",
       [](Cluster& c) {
         c.there().allow_groups = {"staff"};
         c.there().allow_users = {0, 999, 1001};
       },
       "its partition limits groups"},
      {"of the group",
       [](Cluster& c) {
         c.there().allow_groups = {"staff"};
         c.there().allow_users = {0, 1000};
       },
       ""},
      {"groups at home only", [](Cluster& c) { c.home().allow_groups = {"staff"}; }, ""},
      {"shared otherwise", [](Cluster& c) { c.there().sharing = "exclusive"; },
       "its partition shares nodes in another way"},
      {"lower tier", [](Cluster& c) { c.home().priority_tier = 2; },
       "its partition has a lower priority tier"},
      {"higher tier", [](Cluster& c) { c.there().priority_tier = 2; }, ""},
      {"preemptible", [](Cluster& c) { c.there().preemptible = true; },
       "jobs in its partition may be preempted"},
      {"preemptible at home too",
       [](Cluster& c) { c.there().preemptible = c.home().preemptible = true; }, ""},
  });
}

TEST(Admission, HeedsWhatThePartitionsNodesAndDefaultsAre) {
  const std::string kMemory = "its partition limits memory";
  const std::string kFit = "the job may not fit its nodes";
  const std::string kMore = "the job asks for more nodes than its partition allows";
  const std::string kNeed = "the job may need more nodes than it may have there";
  const std::string kDefault = "its partition's default memory is another";
  const auto no_memory = [](Cluster& c) {
    c.job.demand.memory_mib = c.job.per_node.memory_mib = 0;
  };
  Check({
      {"MinNodes", [](Cluster& c) { c.there().min_nodes = 2; },
       "its partition or the job's own has a minimum of nodes"},
      {"MinNodes at home", [](Cluster& c) { c.home().min_nodes = 2; },
       "its partition or the job's own has a minimum of nodes"},
      {"MinNodes reached",
       [](Cluster& c) {
         c.there().min_nodes = 2;
         c.job.demand.nodes = 2;
       },
       ""},
      {"MaxCPUsPerNode", [](Cluster& c) { c.there().max_cpus_per_node = 3; },
       "its partition limits CPUs per node"},
      {"MaxCPUsPerNode kept", [](Cluster& c) { c.there().max_cpus_per_node = 4; }, ""},
      {"MaxCPUsPerNode with two threads a core",
       [](Cluster& c) {
         c.there().max_cpus_per_node = 4;
         c.there().most.threads_per_core = c.there().least.threads_per_core = 2;
       },
       "its partition limits CPUs per node"},
      {"MaxCPUsPerNode, a share and a task more",
       [](Cluster& c) {
         c.there().max_cpus_per_node = 8;
         c.job.demand.nodes = 3;
         c.job.max_nodes = 3;
         c.job.demand.cpus = 12;
       },
       ""},
      // Four tasks of nine CPUs on three nodes: one node has two of them.
      {"MaxCPUsPerNode, an even share only",
       [](Cluster& c) {
         c.there().max_cpus_per_node = 12;
         c.job.demand.nodes = 3;
         c.job.max_nodes = 3;
         c.job.demand.cpus = 36;
         c.job.per_node.cpus = 12;
       },
       "its partition limits CPUs per node"},
      {"MaxCPUsPerNode, whole nodes",
       [](Cluster& c) {
         c.there().max_cpus_per_node = 64;
         c.job.exclusive = true;
       },
       "its partition limits CPUs per node"},
      {"cores do not hold as many CPUs",
       [](Cluster& c) {
         c.there().most.threads_per_core = c.there().least.threads_per_core = 2;
         c.job.demand.cpus = c.job.per_node.cpus = 40;
       },
       kFit},
      {"cores as at home",
       [](Cluster& c) {
         for (PartitionRules& partition : c.rules.partitions) {
           partition.most.threads_per_core = partition.least.threads_per_core = 2;
         }
         c.job.demand.cpus = c.job.per_node.cpus = 40;
       },
       ""},
      {"cores as at home, but fewer",
       [](Cluster& c) {
         for (PartitionRules& partition : c.rules.partitions) {
           partition.most.threads_per_core = partition.least.threads_per_core = 2;
         }
         c.there().least.cpus = 50;
         c.job.demand.cpus = c.job.per_node.cpus = 40;
       },
       kFit},
      {"MaxNodes",
       [](Cluster& c) {
         c.there().max_nodes = 1;
         c.job.demand.nodes = 2;
       },
       kMore},
      {"MaxNodes, of a range",
       [](Cluster& c) {
         c.there().max_nodes = 1;
         c.job.max_nodes = 2;
       },
       kMore},
      {"MaxNodes, and the job fits one", [](Cluster& c) { c.there().max_nodes = 1; }, ""},
      {"MaxNodes, and the job may spread",
       [](Cluster& c) {
         c.there().max_nodes = 1;
         c.job.demand.devices = 9;
       },
       kNeed},
      {"MaxNodes, and the job cannot spread so far",
       [](Cluster& c) {
         c.there().max_nodes = 3;
         c.job.demand.devices = 9;
       },
       ""},
      {"MaxNodes as at home",
       [](Cluster& c) {
         c.there().max_nodes = c.home().max_nodes = 1;
         c.job.demand.devices = 9;
       },
       ""},
      {"fewer nodes than the job has",
       [](Cluster& c) {
         c.there().nodes = 1;
         c.job.demand.nodes = 2;
       },
       kFit},
      {"fewer nodes than it may need",
       [](Cluster& c) {
         c.there().nodes = 1;
         c.job.demand.cpus = 65;
       },
       kNeed},
      {"fewer GPUs than on one of its nodes",
       [](Cluster& c) {
         c.there().least.devices = 4;
         c.job.demand.devices = 16;
         c.job.per_node.devices = 8;
       },
       kFit},
      {"smaller nodes that hold a share and a task more",
       [](Cluster& c) {
         c.there().least.cpus = 32;
         c.job.demand = {.nodes = 3, .devices = 6, .cpus = 48, .memory_mib = 300};
         c.job.per_node.cpus = 16;
         c.job.max_nodes = 3;
       },
       ""},
      {"smaller nodes that hold no task more",
       [](Cluster& c) {
         c.there().least.cpus = 31;
         c.job.demand = {.nodes = 3, .devices = 6, .cpus = 48, .memory_mib = 300};
         c.job.per_node.cpus = 16;
         c.job.max_nodes = 3;
       },
       kFit},
      {"memory of the nodes", [](Cluster& c) { c.there().least.memory_mib = 99; }, kFit},
      {"MaxMemPerNode",
       [](Cluster& c) {
         c.there().max_memory = {99, false};
       },
       kMemory},
      {"MaxMemPerNode kept",
       [](Cluster& c) {
         c.there().max_memory = {100, false};
       },
       ""},
      {"MaxMemPerNode as at home",
       [](Cluster& c) {
         c.there().max_memory = c.home().max_memory = {99, false};
       },
       ""},
      {"MaxMemPerNode per node",
       [](Cluster& c) {
         c.there().max_memory = {200, false};
         c.job.demand.nodes = 3;
         c.job.max_nodes = 3;
         c.job.demand.memory_mib = 300;
       },
       ""},
      {"MaxMemPerNode, an even share only",
       [](Cluster& c) {
         c.there().max_memory = {199, false};
         c.job.demand.nodes = 3;
         c.job.max_nodes = 3;
         c.job.demand.memory_mib = 300;
       },
       kMemory},
      {"MaxMemPerNode, in uneven shares",
       [](Cluster& c) {
         c.there().max_memory = {100, false};
         c.job.demand.memory_mib = 200;
       },
       kMemory},
      {"MaxMemPerNode, whole nodes",
       [](Cluster& c) {
         c.there().max_memory = {100, false};
         c.job.exclusive = true;
       },
       kMemory},
      {"MaxMemPerNode, no memory asked",
       [&](Cluster& c) {
         no_memory(c);
         c.there().max_memory = c.home().max_memory = {100, false};
       },
       kMemory},
      {"MaxMemPerNode, the default is within",
       [&](Cluster& c) {
         no_memory(c);
         c.there().max_memory = {100, false};
         c.there().default_memory = c.home().default_memory = {100, false};
       },
       ""},
      {"MaxMemPerNode, the default is above",
       [&](Cluster& c) {
         no_memory(c);
         c.there().max_memory = {100, false};
         c.there().default_memory = c.home().default_memory = {101, false};
       },
       kMemory},
      {"MaxMemPerCPU, the default per node is within",
       [&](Cluster& c) {
         no_memory(c);
         c.there().max_memory = {100, true};
         c.there().default_memory = c.home().default_memory = {100, false};
       },
       ""},
      {"MaxMemPerNode, the default is per CPU",
       [&](Cluster& c) {
         no_memory(c);
         c.there().max_memory = {100, false};
         c.there().default_memory = c.home().default_memory = {100, true};
       },
       kMemory},
      {"DefMemPerNode",
       [&](Cluster& c) {
         no_memory(c);
         c.there().default_memory = {100, false};
       },
       kDefault},
      {"DefMemPerCPU",
       [&](Cluster& c) {
         no_memory(c);
         c.there().default_memory = {100, true};
         c.home().default_memory = {100, false};
       },
       kDefault},
      {"DefMemPerNode, memory asked",
       [](Cluster& c) {
         c.there().default_memory = {100, false};
       },
       ""},
      {"DefMemPerCPU does not fit smaller nodes",
       [&](Cluster& c) {
         no_memory(c);
         c.there().default_memory = c.home().default_memory = {200, true};
         c.there().least.memory_mib = 799;
       },
       "the job may not fit its nodes with the default memory"},
      {"DefMemPerCPU just fits them",
       [&](Cluster& c) {
         no_memory(c);
         c.there().default_memory = c.home().default_memory = {200, true};
         c.there().least.memory_mib = 800;
       },
       ""},
      {"DefCpuPerGPU", [](Cluster& c) { c.there().device_defaults = "1=4"; },
       "its partition's defaults per GPU are others"},
      {"DefCpuPerGPU, no GPU",
       [](Cluster& c) {
         c.there().device_defaults = "1=4";
         c.job.demand.devices = 0;
       },
       ""},
      {"DefCpuPerGPU as at home, smaller nodes",
       [](Cluster& c) {
         c.there().device_defaults = c.home().device_defaults = "1=4";
         c.there().least.cpus = 32;
       },
       "the job may not fit its nodes with the defaults per GPU"},
  });
}

TEST(Admission, HeedsAccountsQosAndAssociations) {
  const std::string kAccounts = "its partition limits accounts";
  const std::string kQos = "its partition limits QOS";
  const auto off = [](Cluster& c) {
    c.rules.enforces_associations = c.rules.enforces_limits = c.rules.enforces_qos = false;
  };
  Check({
      {"AllowAccounts", [](Cluster& c) { c.there().allow_accounts = {"biology"}; }, kAccounts},
      {"AllowAccounts, the default account",
       [](Cluster& c) {
         c.there().allow_accounts = {"biology", "physics"};
       },
       ""},
      {"AllowAccounts, the account asked for",
       [](Cluster& c) {
         c.there().allow_accounts = {"biology"};
         c.job.account = "BIOLOGY";  // as Slurm looks up associations
       },
       ""},
      {"AllowAccounts, a user without accounts",
       [&](Cluster& c) {
         off(c);
         c.there().allow_accounts = {"biology"};
         c.job.account = "biology";
         c.rules.users.clear();
       },
       kAccounts},
      {"AllowAccounts at home only", [](Cluster& c) { c.home().allow_accounts = {"biology"}; }, ""},
      {"DenyAccounts", [](Cluster& c) { c.there().deny_accounts = {"physics"}; }, kAccounts},
      {"DenyAccounts, another", [](Cluster& c) { c.there().deny_accounts = {"biology"}; }, ""},
      {"an account that is not the user's", [](Cluster& c) { c.job.account = "chemistry"; },
       "the user has no association there"},
      {"such an account where nothing is enforced is the default",
       [&](Cluster& c) {
         off(c);
         c.job.account = "chemistry";
         c.there().allow_accounts = {"physics"};
       },
       ""},
      {"AllowQos", [](Cluster& c) { c.there().allow_qos = {"long"}; }, kQos},
      {"AllowQos, the default", [](Cluster& c) { c.there().allow_qos = {"normal"}; }, ""},
      {"AllowQos, the one asked for",
       [](Cluster& c) {
         c.there().allow_qos = {"long"};
         c.job.qos = "long";
       },
       ""},
      {"AllowQos without any QOS",
       [&](Cluster& c) {
         off(c);
         c.rules.qos.clear();
         c.rules.users.clear();
         c.rules.default_qos = -1;
         c.there().allow_qos = {"normal"};
       },
       kQos},
      {"DenyQos", [](Cluster& c) { c.there().deny_qos = {"normal"}; }, kQos},
      {"DenyQos, another", [](Cluster& c) { c.there().deny_qos = {"long"}; }, ""},
      {"a QOS that there is not", [](Cluster& c) { c.job.qos = "short"; },
       "the job's QOS is not known"},
      {"a user that is not known", [](Cluster& c) { c.job.user_id = 1001; },
       "the user has no association there"},
      {"an association at home only", [](Cluster& c) { c.association().partition = "home"; },
       "the user has no association there"},
      {"an association there only", [](Cluster& c) { c.association().partition = "there"; }, ""},
      {"nothing is known, though enforced",
       [](Cluster& c) {
         c.rules.accounting_known = false;
         c.rules.qos.clear();
         c.rules.accounts.clear();
         c.rules.users.clear();
         c.rules.default_qos = -1;
       },
       "accounts and QOS are not known"},
      {"nothing is known, and a denied account could be the user's",
       [&](Cluster& c) {
         off(c);
         c.rules.accounting_known = false;
         c.rules.users.clear();
         c.there().deny_accounts = {"physics"};
       },
       "accounts and QOS are not known"},
      {"another default QOS there", [](Cluster& c) { c.AddAssociationThere().default_qos = 1; },
       "the job would have another QOS there"},
      {"a QOS not to be had there", [](Cluster& c) { c.AddAssociationThere().qos = {1}; },
       "the user may not have the job's QOS there"},
      {"a QOS not to be had there, not enforced",
       [](Cluster& c) {
         c.rules.enforces_qos = false;
         c.AddAssociationThere().qos = {1};
       },
       ""},
      {"a threshold of another association's usage",
       [](Cluster& c) {
         c.normal().usage_threshold = true;
         c.AddAssociationThere();
       },
       "the job's QOS has a threshold of usage"},
      {"a partition's QOS that there is not", [](Cluster& c) { c.there().qos = "gone"; },
       "its partition's QOS is not known"},
  });
}

constexpr char kInUse[] = "a limit there depends on what is in use";
constexpr char kTooLow[] = "a limit for each job there may be too low";
constexpr char kOtherwise[] = "a limit counts the job otherwise there";

// What the job alone decides is compared; what depends on usage is not proven.
TEST(Admission, HeedsTheLimitsOfAPartitionsQos) {
  const auto with = [](Limit limit) {
    return [limit](Cluster& c) {
      c.there().qos = "own";
      c.own().limits = {limit};
    };
  };
  Check({
      {"GrpJobs", with({LimitKind::kGrpJobs, "", 1000}), kInUse},
      {"GrpSubmitJobs", with({LimitKind::kGrpSubmitJobs, "", 1000}), kInUse},
      {"GrpTRES", with({LimitKind::kGrpTres, "cpu", 1000}), kInUse},
      {"GrpTRESMins", with({LimitKind::kGrpTresMins, "cpu", 1000000}), kInUse},
      {"GrpTRESRunMins", with({LimitKind::kGrpTresRunMins, "cpu", 1000000}), kInUse},
      {"GrpWall", with({LimitKind::kGrpWall, "", 1000000}), kInUse},
      {"MaxJobsPerUser", with({LimitKind::kMaxJobs, "", 10}), kInUse},
      {"MaxJobsPerAccount", with({LimitKind::kMaxJobsPerAccount, "", 10}), kInUse},
      {"MaxSubmitJobsPerUser", with({LimitKind::kMaxSubmitJobs, "", 10}), kInUse},
      {"MaxSubmitJobsPerAccount", with({LimitKind::kMaxSubmitJobsPerAccount, "", 10}), kInUse},
      {"MaxTRESPerUser", with({LimitKind::kMaxTresPerUser, "gres/gpu", 10}), kInUse},
      {"MaxTRESPerAccount", with({LimitKind::kMaxTresPerAccount, "gres/gpu", 10}), kInUse},
      {"MaxTRESRunMinsPerAccount", with({LimitKind::kMaxTresRunMinsPerAccount, "cpu", 1000000}),
       kInUse},
      {"MaxTRESRunMinsPerUser", with({LimitKind::kMaxTresRunMinsPerUser, "cpu", 1000000}), kInUse},
      {"MaxTRESMins", with({LimitKind::kMaxTresMinsPerJob, "cpu", 1000000}), kTooLow},
      {"MaxTRES cpu", with({LimitKind::kMaxTresPerJob, "cpu", 3}), kTooLow},
      {"MaxTRES cpu kept", with({LimitKind::kMaxTresPerJob, "cpu", 4}), ""},
      {"MaxTRES gpu", with({LimitKind::kMaxTresPerJob, "gres/gpu", 7}), kTooLow},
      {"MaxTRES gpu kept, a node for each CPU", with({LimitKind::kMaxTresPerJob, "gres/gpu", 8}),
       ""},
      {"MaxTRES typed gpu", with({LimitKind::kMaxTresPerJob, "gres/gpu:h100", 1}), kTooLow},
      {"MaxTRES mem", with({LimitKind::kMaxTresPerJob, "mem", 99}), kTooLow},
      {"MaxTRES mem kept, a node for each CPU", with({LimitKind::kMaxTresPerJob, "mem", 400}), ""},
      {"MaxTRES mem, the default",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "mem", 400}};
         c.job.demand.memory_mib = c.job.per_node.memory_mib = 0;
         c.there().default_memory = c.home().default_memory = {100, false};
       },
       ""},
      {"MaxTRES mem, the default per CPU",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "mem", 399}};
         c.job.demand.memory_mib = c.job.per_node.memory_mib = 0;
         c.there().default_memory = c.home().default_memory = {100, true};
       },
       kTooLow},
      {"MaxTRES mem, no default",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "mem", 100000}};
         c.job.demand.memory_mib = c.job.per_node.memory_mib = 0;
       },
       kTooLow},
      {"MaxTRES node", with({LimitKind::kMaxTresPerJob, "node", 3}), kTooLow},
      {"MaxTRES node kept", with({LimitKind::kMaxTresPerJob, "node", 4}), ""},
      {"MaxTRES billing", with({LimitKind::kMaxTresPerJob, "billing", 1000}), kTooLow},
      {"MaxTRESPerNode", with({LimitKind::kMaxTresPerNode, "gres/gpu", 1}), kTooLow},
      {"MaxTRESPerNode kept", with({LimitKind::kMaxTresPerNode, "cpu", 4}), ""},
      {"MinTRES", with({LimitKind::kMinTresPerJob, "gres/gpu", 3}), kTooLow},
      {"MinTRES kept", with({LimitKind::kMinTresPerJob, "gres/gpu", 2}), ""},
      {"MinTRES of what nobody counts", with({LimitKind::kMinTresPerJob, "energy", 1}), kTooLow},
      {"MaxWall", with({LimitKind::kMaxWall, "", 239}), kTooLow},
      {"MaxWall kept", with({LimitKind::kMaxWall, "", 240}), ""},
      {"MaxWall, two nodes at most",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "gres/gpu", 4}};
         c.job.max_nodes = 2;
       },
       ""},
      {"MaxWall, no time limit asked",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxWall, "", 240}};
         c.job.time_limit.reset();
       },
       kTooLow},
      {"MaxWall, time counts double",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxWall, "", 479}};
         c.normal().wall_factor = 2;
       },
       kTooLow},
      {"MaxTRES cpu, whole nodes",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "cpu", 1000}};
         c.job.exclusive = true;
       },
       kTooLow},
      {"limits are not enforced",
       [](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kGrpJobs, "", 1}};
         c.rules.enforces_limits = false;
       },
       ""},
      {"the partition's QOS is the job's own",
       [](Cluster& c) {
         c.there().qos = "normal";
         c.normal().limits = {{LimitKind::kGrpJobs, "", 1}};
       },
       ""},
      {"the same at home, of another QOS",
       [](Cluster& c) {
         c.home().qos = "long";
         c.there().qos = "own";
         c.rules.qos[1].limits = {{LimitKind::kMaxTresPerJob, "cpu", 1}};
         c.own().limits = {{LimitKind::kMaxTresPerJob, "cpu", 1}};
       },
       ""},
      {"the same at home, but used by others",
       [](Cluster& c) {
         c.home().qos = "long";
         c.there().qos = "own";
         c.rules.qos[1].limits = {{LimitKind::kGrpTres, "cpu", 100}};
         c.own().limits = {{LimitKind::kGrpTres, "cpu", 100}};
       },
       kInUse},
  });
}

// The first of partition's QOS, job's QOS and association that sets a limit is asked, no other.
TEST(Admission, KnowsWhichLimitStandsForWhich) {
  const Limit few{LimitKind::kMaxTresPerUser, "gres/gpu", 1};
  const Limit many{LimitKind::kMaxTresPerUser, "gres/gpu", 100};
  Check({
      {"home's QOS lifted what the job's QOS sets",
       [&](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {many};
         c.normal().limits = {few};
       },
       kInUse},
      {"unless the job's QOS comes first",
       [&](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {many};
         c.normal().limits = {few};
         c.normal().over_partition_qos = true;
       },
       ""},
      {"the QOS there lifts what the job's QOS sets",
       [&](Cluster& c) {
         c.there().qos = "own";
         c.own().limits = {{LimitKind::kMaxWall, "", 10000}};
         c.normal().limits = {{LimitKind::kMaxWall, "", 1}};
       },
       ""},
      {"home's QOS lifted what the association sets",
       [](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {{LimitKind::kMaxTresPerJob, "cpu", 100}};
         c.association().limits = {{LimitKind::kMaxTresPerJob, "cpu", 1}};
       },
       kTooLow},
      {"home's QOS lifted what an account above sets",
       [](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {{LimitKind::kGrpTres, "cpu", 100}};
         c.rules.accounts[0].limits = {{LimitKind::kGrpTres, "cpu", 1}};
       },
       kInUse},
      {"another resource's limit lifts nothing",
       [](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {{LimitKind::kGrpTres, "node", 100}};
         c.rules.accounts[0].limits = {{LimitKind::kGrpTres, "cpu", 1}};
       },
       ""},
      {"a QOS's jobs per account stand for the association's jobs",
       [](Cluster& c) {
         c.home().qos = "own";
         c.own().limits = {{LimitKind::kMaxJobsPerAccount, "", 100}};
         c.association().limits = {{LimitKind::kMaxJobs, "", 1}};
       },
       kInUse},
      {"a factor at home is missed there",
       [](Cluster& c) {
         c.home().qos = "own";
         c.own().limit_factor = 2;
         c.association().limits = {{LimitKind::kMaxTresPerJob, "cpu", 1}};
       },
       kTooLow},
      {"an association of its own is used by nobody known",
       [](Cluster& c) {
         c.AddAssociationThere();
         c.rules.users[0].associations[0].limits = {{LimitKind::kMaxJobs, "", 3}};
         c.rules.users[0].associations[2].limits = {{LimitKind::kMaxJobs, "", 3}};
       },
       kInUse},
      {"but shares its account's limits",
       [](Cluster& c) {
         c.AddAssociationThere();
         c.rules.accounts[1].limits = {{LimitKind::kGrpJobs, "", 3}};
       },
       ""},
      {"and what each job may have",
       [](Cluster& c) {
         c.AddAssociationThere();
         c.rules.users[0].associations[0].limits = {{LimitKind::kMaxWall, "", 3}};
         c.rules.users[0].associations[2].limits = {{LimitKind::kMaxWall, "", 3}};
       },
       ""},
  });
}

TEST(Admission, KnowsThatALimitMayCountOtherwiseThere) {
  const auto limited = [](Cluster& c, absl::string_view tres) {
    c.association().limits = {{LimitKind::kGrpTres, std::string(tres), 100}};
  };
  Check({
      {"billing",
       [&](Cluster& c) {
         c.there().billing_weights = "cpu=2";
         limited(c, "billing");
       },
       "billing there is another and is limited"},
      {"billing, nothing limits it",
       [&](Cluster& c) {
         c.there().billing_weights = "cpu=2";
         limited(c, "cpu");
       },
       ""},
      {"MaxMemPerCPU may raise the CPUs",
       [&](Cluster& c) {
         c.there().max_memory = {100, true};
         limited(c, "cpu");
       },
       kOtherwise},
      {"MaxMemPerNode raises nothing",
       [&](Cluster& c) {
         c.there().max_memory = {100, false};
         limited(c, "cpu");
       },
       ""},
      {"threads",
       [&](Cluster& c) {
         c.there().most.threads_per_core = 2;
         limited(c, "cpu");
       },
       kOtherwise},
      {"threads and GPUs",
       [&](Cluster& c) {
         c.there().most.threads_per_core = 2;
         limited(c, "gres/gpu");
       },
       ""},
      {"whole nodes of another size",
       [&](Cluster& c) {
         c.there().least.cpus = c.there().most.cpus = 128;
         c.job.exclusive = true;
         limited(c, "cpu");
       },
       kOtherwise},
      {"whole nodes of the same size",
       [&](Cluster& c) {
         c.job.exclusive = true;
         limited(c, "cpu");
       },
       ""},
      {"all the memory of a node of another size",
       [&](Cluster& c) {
         c.there().least.memory_mib = c.there().most.memory_mib = 2048;
         c.job.demand.memory_mib = c.job.per_node.memory_mib = 0;
         limited(c, "mem");
       },
       kOtherwise},
      {"what waits at home is refused there",
       [&](Cluster& c) {
         c.there().qos = "own";
         c.own().deny_on_limit = true;
         limited(c, "gres/gpu");
         c.association().limits[0].value = 1;
       },
       "what waits for a limit at home is refused there"},
      {"unless it is within",
       [&](Cluster& c) {
         c.there().qos = "own";
         c.own().deny_on_limit = true;
         limited(c, "gres/gpu");
       },
       ""},
      {"or is refused at home too",
       [&](Cluster& c) {
         c.there().qos = "own";
         c.own().deny_on_limit = c.normal().deny_on_limit = true;
         limited(c, "gres/gpu");
         c.association().limits[0].value = 1;
       },
       ""},
  });
}

AdmissionRules Everything() {
  Cluster c;
  c.own().limits = {{LimitKind::kMaxTresPerJob, "gres/gpu:h100", 4}, {LimitKind::kMaxWall, "", 60}};
  c.own().limit_factor = 1.5;
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

TEST(AdmissionPart, RefusesAnotherVersionBeforeAllElse) {
  const auto parsed = ParseAdmission(R"({"version":2,"surprise":[]})");
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(parsed.status().message(), "admission part: version 2, this program reads version 1");
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
