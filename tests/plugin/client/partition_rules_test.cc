#include "plugin/client/partition_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "plugin/words/slurm_release.h"

namespace carbon {
namespace {

char* Unowned(const char* text) { return const_cast<char*>(text); }

// One partition of two nodes, without any rule.
struct Cluster {
  slurm_conf_t conf{};
  std::vector<node_info_t> nodes = std::vector<node_info_t>(2);
  partition_info_t partition{};
  int32_t node_inx[3] = {0, 1, -1};

  Cluster() {
    conf.version = Unowned("24.11.5");
    for (node_info_t& node : nodes) {
      node.name = Unowned("node");
      node.cpus = node.cpus_efctv = 64;
      node.threads = 2;
      node.real_memory = 1000;
      node.gres = Unowned("gpu:h100:4");
    }
    partition.name = Unowned("oslo");
    partition.max_nodes = partition.max_cpus_per_node = INFINITE;
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
    partition.max_cpus_per_socket = INFINITE;
#endif
    partition.node_inx = node_inx;
  }

  PartitionRules Read() {
    partition_info_msg_t partitions{};
    partitions.record_count = 1;
    partitions.partition_array = &partition;
    node_info_msg_t message{};
    message.record_count = static_cast<uint32_t>(nodes.size());
    message.node_array = nodes.data();
    return ReadPartitions(partitions, message, conf).at(0);
  }
  AdmissionRules Settings() const {
    AdmissionRules rules;
    ReadSettings(conf, &rules);
    return rules;
  }
};

TEST(ReadPartitions, MeasuresNodesThatAreShownAndTakeJobs) {
  Cluster cluster;
  const NodeShape shape = cluster.Read().least;
  cluster.nodes[1] = {};
  EXPECT_EQ(cluster.Read().least, shape);
  EXPECT_EQ(cluster.Read().nodes, 2);
  cluster.nodes[1] = cluster.nodes[0];
  cluster.nodes[1].cpus = cluster.nodes[1].cpus_efctv = 4;
  cluster.nodes[1].node_state = NODE_STATE_FUTURE;
  EXPECT_EQ(cluster.Read().least, shape);
  // If no node has registered yet, only their configuration is known.
  cluster.nodes[0].node_state = NODE_STATE_FUTURE;
  EXPECT_EQ(cluster.Read().least.cpus, 4);
}

TEST(ReadPartitions, FindsNoRuleWhereNoneIs) {
  const PartitionRules rules = Cluster().Read();
  EXPECT_EQ(rules.name, "oslo");
  EXPECT_EQ(rules.nodes, 2);
  EXPECT_EQ(rules.unknown_flags, 0u);
  EXPECT_EQ(rules.topology, "");
  EXPECT_FALSE(rules.max_cpus_per_socket.has_value());
  EXPECT_EQ(rules.least, rules.most);
  EXPECT_EQ(rules.least.cpus, 64);
}

TEST(ReadPartitions, KeepsFlagsThatAreNotKnown) {
  Cluster c;
  // All that 24.11 has but Exclusive=TOPO: the last two come and go as slurmctld schedules.
  c.partition.flags = static_cast<decltype(c.partition.flags)>(0xff | 1U << 18 | 1U << 19);
  EXPECT_EQ(c.Read().unknown_flags, 0u);
  EXPECT_TRUE(c.Read().hidden);
  c.partition.flags = 1U << 15;
  EXPECT_EQ(c.Read().unknown_flags, 1U << 15);
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 5, 0)
  c.partition.flags = PART_FLAG_EXCLUSIVE_TOPO | PART_FLAG_HIDDEN;
  EXPECT_EQ(c.Read().unknown_flags, 1U << 16);
#endif
}

TEST(ReadPartitions, ReadsMaxCpusPerSocketWhereTheReleaseHasIt) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
  Cluster c;
  c.partition.max_cpus_per_socket = 4;
  EXPECT_EQ(c.Read().max_cpus_per_socket, 4);
  c.partition.max_cpus_per_socket = NO_VAL;
  EXPECT_FALSE(c.Read().max_cpus_per_socket.has_value());
#else
  GTEST_SKIP() << "Slurm has MaxCPUsPerSocket from 23.02 on";
#endif
}

TEST(ReadPartitions, CountsOnLeastCpusWithoutThoseKeptForGpus) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(24, 5, 0)
  Cluster c;
  c.nodes[0].res_cores_per_gpu = 6;  // of 4 GPUs, in cores of 2 threads
  const PartitionRules rules = c.Read();
  EXPECT_EQ(rules.least.cpus, 64 - 6 * 4 * 2);
  EXPECT_EQ(rules.most.cpus, 64);
#else
  GTEST_SKIP() << "Slurm has RestrictedCoresPerGPU from 24.05 on";
#endif
}

TEST(ReadPartitions, KnowsPlainTopologiesAndNamesOthers) {
  Cluster c;
  for (const char* plain :
       {"topology/none", "topology/default", "topology/flat", "topology/3d_torus", ""}) {
    c.conf.topology_plugin = Unowned(plain);
    EXPECT_EQ(c.Read().topology, "") << plain;
  }
  for (const char* other : {"topology/block", "topology/ring", "topology/torus3d",
                            "topology/of-tomorrow", "topology/tree"}) {
    c.conf.topology_plugin = Unowned(other);
    EXPECT_EQ(c.Read().topology, other);
  }
  c.conf.topology_param = Unowned("RoutePart,TopoOptional");
  EXPECT_EQ(c.Read().topology, "") << "a preference only";
}

TEST(ReadPartitions, TakesATreeWithOneRootForPlain) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 5, 0)
  Cluster c;
  c.conf.topology_plugin = Unowned("topology/tree");
  c.nodes[0].topology_str = Unowned("default:core:leaf1");
  c.nodes[1].topology_str = Unowned("default:core:leaf2");
  EXPECT_EQ(c.Read().topology, "");
  c.nodes[1].topology_str = Unowned("default:other:leaf2");
  EXPECT_EQ(c.Read().topology, "topology/tree");
  c.nodes[1].topology_str = nullptr;
  EXPECT_EQ(c.Read().topology, "topology/tree") << "not in the tree";
  c.partition.topology_name = Unowned("blocks");
  EXPECT_EQ(c.Read().topology, "topology/tree blocks");
  c.partition.topology_name = nullptr;
  c.conf.topology_plugin = Unowned("topology/flat");
  EXPECT_EQ(c.Read().topology, "topology.yaml") << "which is what counts";
#else
  GTEST_SKIP() << "Slurm says where in a tree a node is from 25.05 on";
#endif
}

TEST(ReadSettings, TakesTasksForNodesIn2605AndWhereItIsNotKnown) {
  Cluster c;
  for (const char* release :
       {"22.05.8", "23.11.11", "24.11.5", "25.05.8", "25.11.7", "26.05.5", "26.05.12"}) {
    c.conf.version = Unowned(release);
    EXPECT_FALSE(c.Settings().tasks_set_max_nodes) << release;
  }
  for (const char* release : {"26.05.0", "26.05.3", "26.05.4", "26.05.0-0rc1", "26.11.0", "27.05.1",
                              "26.05", "", "x.y.z"}) {
    c.conf.version = Unowned(release);
    EXPECT_TRUE(c.Settings().tasks_set_max_nodes) << release;
  }
  c.conf.version = nullptr;
  EXPECT_TRUE(c.Settings().tasks_set_max_nodes);
}

TEST(ReadSettings, KeepsWhatIsEnforcedAndNotKnown) {
  Cluster c;
  EXPECT_FALSE(c.Settings().enforces_associations);
  c.conf.accounting_storage_enforce = 1 << 1 | 1;
  EXPECT_TRUE(c.Settings().enforces_limits);
  EXPECT_FALSE(c.Settings().enforces_qos);
  EXPECT_EQ(c.Settings().unknown_enforcement, 0u);
  c.conf.accounting_storage_enforce = 1 << 8 | 1;
  EXPECT_EQ(c.Settings().unknown_enforcement, 1U << 8);
  c.conf.accounting_storage_enforce = 0xff9f;
  EXPECT_EQ(c.Settings().unknown_enforcement, 0u) << "AccountingStorageEnforce=all";
  EXPECT_TRUE(c.Settings().enforces_qos);
}

TEST(ReadSettings, ReadsWhetherCpusMustBeNearGpus) {
  Cluster c;
  EXPECT_FALSE(c.Settings().binds_cpus_to_devices);
  c.conf.select_type_param = 0x0040 | 0x0004;  // ENFORCE_BINDING_GRES, CR_Core
  EXPECT_TRUE(c.Settings().binds_cpus_to_devices);
}

}  // namespace
}  // namespace carbon
