#include "core/cluster/wake_ups.h"

#include "gtest/gtest.h"

namespace carbon {
namespace {

// Nodes a and b of partition p, and c of partition q, looked at every five seconds. Slurm allows
// them ten minutes.
class WakeUpsTest : public ::testing::Test {
 protected:
  enum class State { kAwake, kAsleep, kWaking, kDown };

  // The next look, in which all nodes but a are awake.
  void Look(State a) {
    now_ += absl::Seconds(5);
    ClusterView view{.taken_at = now_};
    for (const char* name : {"a", "b", "c"}) {
      view.nodes.push_back({.name = name, .usable = true, .wake_up = absl::Minutes(10)});
    }
    view.nodes[0].usable = a != State::kDown;
    view.nodes[0].is_asleep = a == State::kAsleep || a == State::kWaking;
    view.nodes[0].is_waking = a == State::kWaking;
    view.partitions = {{.name = "p", .nodes = {0, 1}}, {.name = "q", .nodes = {2}}};
    wake_ups_.Note(view);
    wake_ups_.ShortenWakeUpTimes(&view);
    of_b_ = view.nodes[1].wake_up;
    of_c_ = view.nodes[2].wake_up;
  }
  // The node a sleeps, and is then seen waking in so many looks before it is awake, or down.
  void WakeUp(int looks, State end = State::kAwake) {
    Look(State::kAsleep);
    for (int look = 0; look < looks; ++look) Look(State::kWaking);
    Look(end);
  }

  WakeUps wake_ups_;
  absl::Time now_ = absl::FromUnixSeconds(1'764'000'000);
  absl::Duration of_b_, of_c_;
};

TEST_F(WakeUpsTest, BelievesSlurmUntilEnoughWereSeen) {
  for (int i = 0; i < 3; ++i) WakeUp(4);
  EXPECT_EQ(of_b_, absl::Minutes(10));
  WakeUp(4);
  EXPECT_LT(of_b_, absl::Minutes(10));
}

TEST_F(WakeUpsTest, TakesTwiceTheLongestSeenOfThePartitionsNodes) {
  for (const int looks : {4, 5, 8, 3}) WakeUp(looks);
  // From the last look before, to the first after: 9 x 5 s.
  EXPECT_EQ(of_b_, 2 * absl::Seconds(45));
  EXPECT_EQ(of_c_, absl::Minutes(10));
}

TEST_F(WakeUpsTest, NeverTakesMoreThanSlurmAllows) {
  for (int i = 0; i < 4; ++i) WakeUp(200);
  EXPECT_EQ(of_b_, absl::Minutes(10));
}

TEST_F(WakeUpsTest, BelievesSlurmAgainAfterAWakeUpThatFailed) {
  for (int i = 0; i < 4; ++i) WakeUp(4);
  EXPECT_EQ(of_b_, 2 * absl::Seconds(25));
  WakeUp(4, State::kDown);
  EXPECT_EQ(of_b_, absl::Minutes(10));
  for (size_t i = 0; i < WakeUps::kMaxKept - 1; ++i) WakeUp(4);
  EXPECT_EQ(of_b_, absl::Minutes(10));
  WakeUp(4);
  EXPECT_EQ(of_b_, 2 * absl::Seconds(25));
}

TEST_F(WakeUpsTest, CountsNoneWhoseBeginningWasNotSeen) {
  Look(State::kWaking);
  Look(State::kAwake);
  for (int i = 0; i < 3; ++i) WakeUp(4);
  EXPECT_EQ(of_b_, absl::Minutes(10));
}

}  // namespace
}  // namespace carbon
