#include "plugin/node_state.h"

#include <slurm/slurm.h>

#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(UseOf, JudgesByWhetherSlurmStartsJobsThere) {
  const struct {
    uint32_t state;
    NodeUse use;
  } kCases[] = {
      {NODE_STATE_IDLE, NodeUse::kUsable},
      {NODE_STATE_ALLOCATED, NodeUse::kUsable},
      {NODE_STATE_MIXED | NODE_STATE_COMPLETING, NodeUse::kUsable},
      {NODE_STATE_IDLE | NODE_STATE_NO_RESPOND, NodeUse::kSilent},
      {NODE_STATE_UNKNOWN, NodeUse::kSilent},
      {NODE_STATE_DOWN, NodeUse::kAway},
      {NODE_STATE_IDLE | NODE_STATE_DRAIN, NodeUse::kAway},
      {NODE_STATE_IDLE | NODE_STATE_FAIL, NodeUse::kAway},
      {NODE_STATE_IDLE | NODE_STATE_INVALID_REG, NodeUse::kAway},
      {NODE_STATE_FUTURE, NodeUse::kAway},
      {NODE_STATE_IDLE | NODE_STATE_DYNAMIC_FUTURE, NodeUse::kAway},
  };
  for (const auto& c : kCases) EXPECT_EQ(UseOf(c.state), c.use) << std::hex << c.state;
}

TEST(UseOf, TakesNodesThatSleepForUsable) {
  constexpr uint32_t kCloud = NODE_STATE_IDLE | NODE_STATE_CLOUD;
  EXPECT_EQ(UseOf(kCloud | NODE_STATE_POWERED_DOWN), NodeUse::kUsable);
  EXPECT_EQ(UseOf(NODE_STATE_IDLE | NODE_STATE_POWERED_DOWN), NodeUse::kUsable);
  EXPECT_EQ(UseOf(kCloud | NODE_STATE_POWERING_DOWN | NODE_STATE_NO_RESPOND), NodeUse::kUsable);
  EXPECT_EQ(UseOf(NODE_STATE_ALLOCATED | NODE_STATE_POWERING_UP | NODE_STATE_NO_RESPOND),
            NodeUse::kUsable);
  EXPECT_EQ(UseOf(NODE_STATE_IDLE | NODE_STATE_POWER_DOWN), NodeUse::kUsable);
  // Drained for no longer than until it sleeps.
  EXPECT_EQ(UseOf(NODE_STATE_IDLE | NODE_STATE_DRAIN | NODE_STATE_POWER_DOWN), NodeUse::kUsable);
  EXPECT_EQ(UseOf(NODE_STATE_IDLE | NODE_STATE_DRAIN | NODE_STATE_POWERED_DOWN), NodeUse::kAway);
}

// As slurmctld leaves it: "ResumeTimeout reached".
TEST(UseOf, TakesANodeThatDidNotWakeUpForDown) {
  EXPECT_EQ(
      UseOf(NODE_STATE_DOWN | NODE_STATE_CLOUD | NODE_STATE_POWERED_DOWN | NODE_STATE_NO_RESPOND),
      NodeUse::kAway);
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
