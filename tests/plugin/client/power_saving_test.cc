#include "plugin/client/power_saving.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugin/words/slurm_release.h"

namespace carbon {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::Optional;

char* Unowned(const char* text) { return const_cast<char*>(text); }

// Nodes a1 to a4, of which partition "left" has the first two and "right" the last three, in a
// cluster that powers down what has been without jobs for ten minutes.
struct Cluster {
  slurm_conf_t conf{};
  std::vector<std::string> names = {"a1", "a2", "a3", "a4"};
  std::vector<node_info_t> nodes = std::vector<node_info_t>(4);
  std::vector<partition_info_t> partitions = std::vector<partition_info_t>(2);
  int32_t left[3] = {0, 1, -1};
  int32_t right[3] = {1, 3, -1};

  Cluster() {
    conf.suspend_program = conf.resume_program = Unowned("/sbin/power");
    conf.suspend_time = 600;
    for (size_t i = 0; i < nodes.size(); ++i) {
      nodes[i].name = Unowned(names[i].c_str());
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(26, 5, 0)
      nodes[i].suspend_time = NO_VAL;
#endif
    }
    partitions[0].name = Unowned("left");
    partitions[0].node_inx = left;
    partitions[1].name = Unowned("right");
    partitions[1].node_inx = right;
    conf.suspend_timeout = 30;
    conf.resume_timeout = 300;
    for (partition_info_t& partition : partitions) {
      partition.suspend_time = NO_VAL;
      partition.suspend_timeout = partition.resume_timeout = NO_VAL16;
    }
  }

  template <class Function>
  auto With(Function function) {
    partition_info_msg_t partition_message{};
    partition_message.record_count = static_cast<uint32_t>(partitions.size());
    partition_message.partition_array = partitions.data();
    node_info_msg_t node_message{};
    node_message.record_count = static_cast<uint32_t>(nodes.size());
    node_message.node_array = nodes.data();
    return function(conf, partition_message, node_message);
  }
  std::vector<std::optional<double>> Read() { return With(StaysPowered); }
  // In seconds.
  std::vector<int64_t> ReadWakeUpTimes() {
    std::vector<int64_t> seconds;
    for (const SleepTimes& times : With(ReadSleepTimes)) {
      seconds.push_back(absl::ToInt64Seconds(times.fall_asleep + times.wake_up));
    }
    return seconds;
  }
};

auto All(double share) {
  return ElementsAre(Optional(share), Optional(share), Optional(share), Optional(share));
}

TEST(StaysPowered, IsNoneWhereSlurmPowersDown) { EXPECT_THAT(Cluster().Read(), All(0)); }

TEST(StaysPowered, IsAllWithoutProgramsOrASuspendTime) {
  Cluster cluster;
  cluster.conf.suspend_time = INFINITE;
  EXPECT_THAT(cluster.Read(), All(1));
  cluster.conf.suspend_time = 600;
  cluster.conf.suspend_program = nullptr;
  EXPECT_THAT(cluster.Read(), All(1));
  cluster.conf.suspend_program = Unowned("");
  EXPECT_THAT(cluster.Read(), All(1));
}

TEST(StaysPowered, IsAllWhereTheyWaitLongerThanAJobIsAway) {
  Cluster cluster;
  cluster.conf.suspend_time = 3600;
  EXPECT_THAT(cluster.Read(), All(0));
  cluster.conf.suspend_time = 3601;
  EXPECT_THAT(cluster.Read(), All(1));
}

// As slurmctld has it: of several partitions the longest counts, and the cluster's only where no
// partition has one.
TEST(StaysPowered, TakesThePartitionsSuspendTimeBeforeTheClusters) {
  Cluster cluster;
  cluster.conf.suspend_time = INFINITE;
  cluster.partitions[0].suspend_time = 60;
  EXPECT_THAT(cluster.Read(), ElementsAre(Optional(0.), Optional(0.), Optional(1.), Optional(1.)));
  cluster.partitions[1].suspend_time = INFINITE;
  EXPECT_THAT(cluster.Read(), ElementsAre(Optional(0.), Optional(1.), Optional(1.), Optional(1.)));
}

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(26, 5, 0)
TEST(StaysPowered, TakesTheNodesOwnSuspendTimeBeforeAnother) {
  Cluster cluster;
  cluster.nodes[0].suspend_time = INFINITE;
  EXPECT_THAT(cluster.Read(), ElementsAre(Optional(1.), Optional(0.), Optional(0.), Optional(0.)));
}
#endif

TEST(StaysPowered, IsAllInExemptPartitions) {
  Cluster cluster;
  cluster.conf.suspend_exc_parts = Unowned("right,none");
  EXPECT_THAT(cluster.Read(), ElementsAre(Optional(0.), Optional(1.), Optional(1.), Optional(1.)));
}

TEST(StaysPowered, IsAllOfExemptNodesAndTheShareThatIsExemptOfASet) {
  Cluster cluster;
  cluster.conf.suspend_exc_nodes = Unowned("ALL");
  EXPECT_THAT(cluster.Read(), All(1));
  cluster.conf.suspend_exc_nodes = Unowned("a[1,3]");
  EXPECT_THAT(cluster.Read(), ElementsAre(Optional(1.), Optional(0.), Optional(1.), Optional(0.)));
  cluster.conf.suspend_exc_nodes = Unowned("a[1-4]:1,a2");
  EXPECT_THAT(cluster.Read(),
              ElementsAre(Optional(.25), Optional(1.), Optional(.25), Optional(.25)));
}

// The members of a node set are not shown.
TEST(StaysPowered, IsUnknownWhereAnExemptNameIsNoNode) {
  Cluster cluster;
  cluster.conf.suspend_exc_nodes = Unowned("old_ones,a2");
  cluster.conf.suspend_exc_parts = Unowned("left");
  EXPECT_THAT(cluster.Read(),
              ElementsAre(Optional(1.), Optional(1.), Eq(std::nullopt), Eq(std::nullopt)));
}

// A machine that is rented goes back however long that takes; one that never does is as any other.
TEST(StaysPowered, IsNoneOfCloudNodesThatAreEverPoweredDown) {
  Cluster cluster;
  cluster.conf.suspend_time = 7200;
  cluster.nodes[2].node_state = NODE_STATE_IDLE | NODE_STATE_CLOUD;
  EXPECT_THAT(cluster.Read(), ElementsAre(Optional(1.), Optional(1.), Optional(0.), Optional(1.)));
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
  cluster.conf.suspend_exc_states = Unowned("drain,cloud");
  EXPECT_THAT(cluster.Read(), All(1));
  cluster.conf.suspend_exc_states = nullptr;
#endif
  cluster.conf.suspend_time = INFINITE;
  EXPECT_THAT(cluster.Read(), All(1));
}

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
// "dynamic" is DYNAMIC_FUTURE to slurmctld: the first state that it abbreviates.
TEST(StaysPowered, IsAllOfNodesInAnExemptStateThatIsAbbreviatedAsSlurmctldAcceptsIt) {
  Cluster cluster;
  cluster.conf.suspend_time = 60;
  for (const auto& [names, cloud, dynamic] : {std::tuple("Cl", 1., 0.),
                                              {"c,dynamic_n", 1., 1.},
                                              {"cloudy,dynamic", 1., 0.},
                                              {"d,dyn,drain,x,,loud", 0., 0.},
                                              {"DYNAMIC_NORMAL", 0., 1.}}) {
    cluster.nodes[1].node_state = NODE_STATE_IDLE | NODE_STATE_DYNAMIC_NORM;
    cluster.nodes[2].node_state = NODE_STATE_IDLE | NODE_STATE_CLOUD;
    cluster.conf.suspend_exc_states = Unowned(names);
    EXPECT_THAT(cluster.Read(),
                ElementsAre(Optional(0.), Optional(dynamic), Optional(cloud), Optional(0.)))
        << names;
  }
}
#endif

// As slurmctld does it, past every exemption.
TEST(StaysPowered, IsNoneWhereThePartitionPowersDownOnIdle) {
  Cluster cluster;
  cluster.conf.suspend_time = 7200;
  cluster.conf.suspend_exc_nodes = Unowned("a[1-4]");
  cluster.partitions[0].flags = kPowersDownOnIdle;
  EXPECT_THAT(cluster.Read(), ElementsAre(Optional(0.), Optional(0.), Optional(1.), Optional(1.)));
  cluster.conf.resume_program = nullptr;
  EXPECT_THAT(cluster.Read(), All(1));
}

TEST(ReadSleepTimes, AreNoneOfNodesThatAreNeverPoweredDown) {
  Cluster cluster;
  cluster.conf.suspend_time = INFINITE;
  EXPECT_THAT(cluster.ReadWakeUpTimes(), ElementsAre(0, 0, 0, 0));
  cluster.conf.suspend_time = 600;
  cluster.conf.suspend_exc_parts = Unowned("left");
  EXPECT_THAT(cluster.ReadWakeUpTimes(), ElementsAre(0, 0, 330, 330));
  // Not all of a set are exempt, and nobody knows which.
  cluster.conf.suspend_exc_nodes = Unowned("a[3-4]:1");
  EXPECT_THAT(cluster.ReadWakeUpTimes(), ElementsAre(0, 0, 330, 330));
  cluster.conf.resume_program = nullptr;
  EXPECT_THAT(cluster.ReadWakeUpTimes(), ElementsAre(0, 0, 0, 0));
}

// However long they wait for it: by then they may sleep.
TEST(ReadSleepTimes, AreThoseOfNodesThatArePoweredDownAtSomeTime) {
  Cluster cluster;
  cluster.conf.suspend_time = 7200;
  EXPECT_THAT(cluster.ReadWakeUpTimes(), ElementsAre(330, 330, 330, 330));
}

TEST(ReadSleepTimes, AreThoseOfNodesThatSleepNowWhateverExemptsThem) {
  Cluster cluster;
  cluster.conf.suspend_exc_nodes = Unowned("ALL");
  cluster.nodes[0].node_state = NODE_STATE_IDLE | NODE_STATE_POWERED_DOWN;
  cluster.nodes[1].node_state = NODE_STATE_IDLE | NODE_STATE_POWERING_DOWN;
  cluster.nodes[2].node_state = NODE_STATE_ALLOCATED | NODE_STATE_POWERING_UP;
  cluster.nodes[3].node_state = NODE_STATE_IDLE;
  EXPECT_THAT(cluster.ReadWakeUpTimes(), ElementsAre(330, 330, 330, 0));
}

TEST(ReadSleepTimes, AreTheLongestOfTheNodesPartitions) {
  Cluster cluster;
  cluster.partitions[0].resume_timeout = 60;
  EXPECT_THAT(cluster.ReadWakeUpTimes(), ElementsAre(90, 90, 330, 330));
  cluster.partitions[1].resume_timeout = 1800;
  cluster.partitions[1].suspend_timeout = 0;
  EXPECT_THAT(cluster.ReadWakeUpTimes(), ElementsAre(90, 1800, 1800, 1800));
  cluster.partitions[1].resume_timeout = INFINITE16;
  EXPECT_EQ(cluster.ReadWakeUpTimes()[3], 24 * 3600);
}

}  // namespace
}  // namespace carbon
