#include "plugin/client/node_state.h"

#include <slurm/slurm.h>

#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(UseOf, JudgesByWhetherSlurmStartsJobsThere) {
  const struct {
    uint32_t state;
    NodeAvailability use;
  } kCases[] = {
      {NODE_STATE_IDLE, NodeAvailability::kUsable},
      {NODE_STATE_ALLOCATED, NodeAvailability::kUsable},
      {NODE_STATE_MIXED | NODE_STATE_COMPLETING, NodeAvailability::kUsable},
      {NODE_STATE_IDLE | NODE_STATE_NO_RESPOND, NodeAvailability::kSilent},
      {NODE_STATE_UNKNOWN, NodeAvailability::kSilent},
      {NODE_STATE_DOWN, NodeAvailability::kAway},
      {NODE_STATE_IDLE | NODE_STATE_DRAIN, NodeAvailability::kAway},
      {NODE_STATE_IDLE | NODE_STATE_FAIL, NodeAvailability::kAway},
      {NODE_STATE_IDLE | NODE_STATE_INVALID_REG, NodeAvailability::kAway},
      {NODE_STATE_FUTURE, NodeAvailability::kAway},
      {NODE_STATE_IDLE | NODE_STATE_DYNAMIC_FUTURE, NodeAvailability::kAway},
  };
  for (const auto& c : kCases) EXPECT_EQ(UseOf(c.state), c.use) << std::hex << c.state;
}

TEST(UseOf, TakesNodesThatSleepForUsable) {
  constexpr uint32_t kCloud = NODE_STATE_IDLE | NODE_STATE_CLOUD;
  EXPECT_EQ(UseOf(kCloud | NODE_STATE_POWERED_DOWN), NodeAvailability::kUsable);
  EXPECT_EQ(UseOf(NODE_STATE_IDLE | NODE_STATE_POWERED_DOWN), NodeAvailability::kUsable);
  EXPECT_EQ(UseOf(kCloud | NODE_STATE_POWERING_DOWN | NODE_STATE_NO_RESPOND),
            NodeAvailability::kUsable);
  EXPECT_EQ(UseOf(NODE_STATE_ALLOCATED | NODE_STATE_POWERING_UP | NODE_STATE_NO_RESPOND),
            NodeAvailability::kUsable);
  EXPECT_EQ(UseOf(NODE_STATE_IDLE | NODE_STATE_POWER_DOWN), NodeAvailability::kUsable);
  // Drained for no longer than until it sleeps.
  EXPECT_EQ(UseOf(NODE_STATE_IDLE | NODE_STATE_DRAIN | NODE_STATE_POWER_DOWN),
            NodeAvailability::kUsable);
  EXPECT_EQ(UseOf(NODE_STATE_IDLE | NODE_STATE_DRAIN | NODE_STATE_POWERED_DOWN),
            NodeAvailability::kAway);
}

// As slurmctld leaves it: "ResumeTimeout reached".
TEST(UseOf, TakesANodeThatDidNotWakeUpForDown) {
  EXPECT_EQ(
      UseOf(NODE_STATE_DOWN | NODE_STATE_CLOUD | NODE_STATE_POWERED_DOWN | NODE_STATE_NO_RESPOND),
      NodeAvailability::kAway);
}

TEST(IsAsleep, CountsNodesOnTheirWayToAndFromSleep) {
  EXPECT_FALSE(IsAsleep(NODE_STATE_IDLE | NODE_STATE_CLOUD));
  for (const uint32_t flag : {NODE_STATE_POWERED_DOWN, NODE_STATE_POWERING_DOWN,
                              NODE_STATE_POWER_DOWN, NODE_STATE_POWERING_UP}) {
    EXPECT_TRUE(IsAsleep(NODE_STATE_IDLE | flag)) << std::hex << flag;
  }
}

}  // namespace
}  // namespace carbon
