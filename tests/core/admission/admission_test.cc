#include "core/admission/admission.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/core/admission_cluster.h"

namespace carbon {
namespace {

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
  EXPECT_EQ(AdmissionProof({}, absl::Hours(1), cluster.rules, home).WhyNot(home), std::nullopt);
  EXPECT_EQ(AdmissionProof({}, absl::Hours(1), cluster.rules, nullptr).WhyNot(home),
            Reason::kRulesUnknown);
}

TEST(Admission, KnowsWhomHomeItselfShutsOut) {
  const auto why = [](const std::function<void(Cluster&)>& change) {
    Cluster cluster;
    change(cluster);
    return TextOf(AdmissionProof(cluster.job, absl::Hours(4), cluster.rules,
                                 cluster.rules.FindPartition("home"))
                      .WhyShutOut());
  };
  EXPECT_EQ(why([](Cluster&) {}), "");
  EXPECT_EQ(why([](Cluster& c) { c.home().root_only = true; }), "its partition is for root only");
  EXPECT_EQ(why([](Cluster& c) { c.home().allow_accounts = {"chemistry"}; }),
            "its partition limits accounts");
  // Slurm asks for the accounts above it, too.
  for (const char* name : {"physics", "Physics", "root"}) {
    EXPECT_EQ(why([name](Cluster& c) { c.home().allow_accounts = {name}; }), "") << name;
  }
  EXPECT_EQ(why([](Cluster& c) { c.home().deny_accounts = {"physics"}; }),
            "its partition limits accounts");
  EXPECT_EQ(why([](Cluster& c) { c.home().deny_qos = {"normal"}; }), "its partition limits QOS");
  EXPECT_EQ(why([](Cluster& c) { c.job.qos = "own"; }),
            "the user may not have the job's QOS there");
  EXPECT_EQ(why([](Cluster& c) { c.job.account = "chemistry"; }),
            "the user has no association there");
  // Unknown rules exclude no user.
  EXPECT_EQ(why([](Cluster& c) {
              c.home().allow_accounts = {"chemistry"};
              c.rules.accounting_known = false;
            }),
            "");
  EXPECT_EQ(why([](Cluster& c) {
              c.home().allow_accounts = {"chemistry"};
              c.rules.enforces_associations = false;
            }),
            "");
  EXPECT_EQ(why([](Cluster& c) { c.home().allow_groups = {"staff"}; }), "");
  EXPECT_EQ(why([](Cluster& c) { c.rules.partitions.clear(); }), "");
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
      {"MaxMemPerNode", [](Cluster& c) { c.there().max_memory = {99, false}; }, kMemory},
      {"MaxMemPerNode kept", [](Cluster& c) { c.there().max_memory = {100, false}; }, ""},
      {"MaxMemPerNode as at home",
       [](Cluster& c) { c.there().max_memory = c.home().max_memory = {99, false}; }, ""},
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
      {"DefMemPerNode, memory asked", [](Cluster& c) { c.there().default_memory = {100, false}; },
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
       [](Cluster& c) { c.there().allow_accounts = {"biology", "physics"}; }, ""},
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

}  // namespace
}  // namespace carbon
