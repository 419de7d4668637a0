#include "core/cluster/outages.h"

#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'764'000'000);
constexpr absl::Duration kDownAfter = absl::Minutes(1);

// One partition of two nodes, looked at every five seconds.
class OutagesTest : public ::testing::Test {
 protected:
  enum class State { kUp, kSilent, kDown };

  // The next look: the state of node a, and what decisions and the watch make of it.
  void Look(State state, bool partition_up = true) {
    now_ += absl::Seconds(5);
    ClusterView view{.taken_at = now_};
    view.nodes = {
        {.name = "a", .usable = state == State::kUp, .is_silent = state == State::kSilent},
        {.name = "b", .usable = true}};
    view.partitions = {{.name = "p", .up = partition_up, .nodes = {0, 1}}};
    outages_.Note(view, controller_);
    changed_ = outages_.AssumeSilentNodesUp(&view, kDownAfter);
    is_up_for_decisions_ = view.nodes[0].usable;
    changed_ |= outages_.AssumeBriefOutagesOver(&view, kDownAfter);
    is_up_for_watch_ = view.nodes[0].usable;
    is_partition_up_ = view.partitions[0].up;
    EXPECT_TRUE(view.nodes[1].usable);
  }
  void LookFor(absl::Duration time, State state) {
    for (const absl::Time end = now_ + time; now_ < end;) Look(state);
  }

  Outages outages_;
  absl::Time controller_ = kNow - absl::Hours(24);
  absl::Time now_ = kNow;
  bool changed_ = false;
  bool is_up_for_decisions_ = false;
  bool is_up_for_watch_ = false;
  bool is_partition_up_ = false;
};

TEST_F(OutagesTest, ChangesNothingWhileAllIsUp) {
  Look(State::kUp);
  EXPECT_FALSE(changed_);
  EXPECT_TRUE(is_up_for_decisions_);
  EXPECT_TRUE(is_partition_up_);
}

TEST_F(OutagesTest, TakesAStateForAnOutageOnceItHasLasted) {
  Look(State::kUp);
  for (int look = 0; look < 12; ++look) {
    Look(State::kDown);
    EXPECT_TRUE(is_up_for_watch_) << look;
    EXPECT_FALSE(is_up_for_decisions_) << look;  // nothing new is planned there
  }
  Look(State::kDown);
  EXPECT_FALSE(is_up_for_watch_);
}

TEST_F(OutagesTest, BeginsAnewWhenItWasUpInBetween) {
  LookFor(absl::Seconds(55), State::kDown);
  Look(State::kUp);
  LookFor(absl::Minutes(1), State::kDown);
  EXPECT_TRUE(is_up_for_watch_);
  Look(State::kDown);
  EXPECT_FALSE(is_up_for_watch_);
}

TEST_F(OutagesTest, TakesAPartitionThatIsDownForMomentsForUp) {
  Look(State::kUp, /*partition_up=*/false);
  EXPECT_TRUE(is_partition_up_);
  for (int look = 0; look < 12; ++look) Look(State::kUp, /*partition_up=*/false);
  EXPECT_FALSE(is_partition_up_);
}

TEST_F(OutagesTest, DecidesNothingInTheFirstLookAtAnotherController) {
  LookFor(absl::Minutes(2), State::kDown);
  EXPECT_FALSE(is_up_for_watch_);
  controller_ = now_;
  Look(State::kDown);
  EXPECT_TRUE(is_up_for_watch_);
  LookFor(absl::Minutes(1), State::kDown);
  EXPECT_FALSE(is_up_for_watch_);
}

TEST_F(OutagesTest, DecidesNothingInTheFirstLookHoweverLongTheLooksAreApart) {
  now_ += absl::Minutes(5);
  controller_ = now_;
  Look(State::kDown);
  EXPECT_TRUE(is_up_for_watch_);
  now_ += absl::Minutes(5);
  Look(State::kDown);
  EXPECT_FALSE(is_up_for_watch_);
}

TEST_F(OutagesTest, PlansOnSilentNodesForAWhileAfterSlurmctldStarted) {
  controller_ = now_;
  LookFor(absl::Seconds(55), State::kSilent);
  EXPECT_TRUE(is_up_for_decisions_);
  Look(State::kSilent);
  EXPECT_FALSE(is_up_for_decisions_);
}

TEST_F(OutagesTest, PlansOnSilentNodesForAWhileAfterABackupTookOver) {
  Look(State::kUp);
  controller_ -= absl::Hours(1);  // it started long ago, and stood by
  LookFor(absl::Minutes(1), State::kSilent);
  EXPECT_TRUE(is_up_for_decisions_);
  Look(State::kSilent);
  EXPECT_FALSE(is_up_for_decisions_);
}

TEST_F(OutagesTest, PlansNothingOnNodesThatFallSilentLater) {
  Look(State::kUp);
  Look(State::kSilent);
  EXPECT_FALSE(is_up_for_decisions_);
  EXPECT_TRUE(is_up_for_watch_);
}

TEST_F(OutagesTest, ForgetsWhatAClockSetBackLeavesInTheFuture) {
  LookFor(absl::Minutes(2), State::kDown);
  now_ -= absl::Hours(1);
  Look(State::kDown);
  EXPECT_TRUE(is_up_for_watch_);
  LookFor(absl::Minutes(1), State::kDown);
  EXPECT_FALSE(is_up_for_watch_);
}

// They were not in service before, so this is not an outage that may be over.
TEST(Outages, TakeNeitherFutureNodesNorUnknownOnesForBriefOutages) {
  ClusterView view{.taken_at = kNow};
  view.nodes = {{.name = ""}, {.name = "a"}};
  view.nodes[1].is_future = true;
  Outages outages;
  outages.Note(view, kNow - absl::Hours(24));
  EXPECT_FALSE(outages.AssumeBriefOutagesOver(&view, kDownAfter));
  EXPECT_FALSE(view.nodes[0].usable);
  EXPECT_FALSE(view.nodes[1].usable);
}

}  // namespace
}  // namespace carbon
