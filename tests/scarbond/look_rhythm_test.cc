#include "scarbond/look_rhythm.h"

#include <gtest/gtest.h>

namespace carbon {
namespace {

TEST(LookRhythm, AQuickAnswerLeavesTheRhythmAsConfigured) {
  EXPECT_EQ(PeriodAfter(absl::ZeroDuration(), absl::Seconds(5)), absl::Seconds(5));
  EXPECT_EQ(PeriodAfter(absl::Milliseconds(500), absl::Seconds(5)), absl::Seconds(5));
  // Tests and small clusters look every second.
  EXPECT_EQ(PeriodAfter(absl::Milliseconds(500), absl::Seconds(1)), absl::Seconds(1));
}

TEST(LookRhythm, ASlowAnswerTakesATwentiethOfTheTime) {
  EXPECT_EQ(PeriodAfter(absl::Milliseconds(600), absl::Seconds(5)), absl::Seconds(12));
  EXPECT_EQ(PeriodAfter(absl::Seconds(1), absl::Seconds(1)), absl::Seconds(20));
}

TEST(LookRhythm, WatchedJobsAreLookedAtEveryHalfMinuteHoweverSlowTheAnswer) {
  EXPECT_EQ(PeriodAfter(absl::Seconds(3), absl::Seconds(5)), absl::Seconds(25));
  EXPECT_EQ(PeriodAfter(absl::Minutes(2), absl::Seconds(5)), absl::Seconds(25));
}

TEST(LookRhythm, AShortQueueIsNoBurdenHoweverBusyTheMachine) {
  EXPECT_EQ(BurdenOfAnswers(absl::Seconds(3), 1000), absl::Milliseconds(100));
  EXPECT_EQ(PeriodAfter(BurdenOfAnswers(absl::Seconds(3), 5000), absl::Seconds(5)),
            absl::Seconds(5));
  EXPECT_EQ(BurdenOfAnswers(absl::Seconds(3), 100000), absl::Seconds(3));
  EXPECT_EQ(BurdenOfAnswers(absl::Milliseconds(20), 1000), absl::Milliseconds(20));
}

TEST(LookRhythm, ALongerRhythmThatIsConfiguredStays) {
  EXPECT_EQ(PeriodAfter(absl::Seconds(3), absl::Minutes(5)), absl::Minutes(5));
}

}  // namespace
}  // namespace carbon
