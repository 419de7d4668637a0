#include "forecast/http/rate_limit.h"

#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1795485600);

int TakeAll(TokenBucket* bucket, absl::Time now) {
  int taken = 0;
  while (taken < 1000 && bucket->Take(now)) ++taken;
  return taken;
}

TEST(TokenBucket, GivesABurstThenOneEach) {
  TokenBucket bucket({.burst = 3, .every = absl::Seconds(2)});
  EXPECT_EQ(TakeAll(&bucket, kNow), 3);
  EXPECT_EQ(TakeAll(&bucket, kNow + absl::Seconds(1.9)), 0);
  EXPECT_EQ(TakeAll(&bucket, kNow + absl::Seconds(2)), 1);
  EXPECT_EQ(TakeAll(&bucket, kNow + absl::Seconds(7)), 2);
}

TEST(TokenBucket, HoldsNoMoreThanABurst) {
  TokenBucket bucket({.burst = 3, .every = absl::Seconds(2)});
  EXPECT_EQ(TakeAll(&bucket, kNow), 3);
  EXPECT_EQ(TakeAll(&bucket, kNow + absl::Hours(24)), 3);
}

TEST(TokenBucket, TellsWhenTheNextTokenIsThere) {
  TokenBucket bucket({.burst = 2, .every = absl::Seconds(5)});
  EXPECT_LE(bucket.NextToken(kNow), kNow);
  EXPECT_TRUE(bucket.Take(kNow));
  EXPECT_LE(bucket.NextToken(kNow), kNow);
  EXPECT_TRUE(bucket.Take(kNow));
  EXPECT_EQ(bucket.NextToken(kNow), kNow + absl::Seconds(5));
  EXPECT_FALSE(bucket.Take(kNow + absl::Seconds(4)));
  EXPECT_TRUE(bucket.Take(bucket.NextToken(kNow)));
}

// Over any window of n x every, no more than burst + n pass: counted against the definition.
TEST(TokenBucket, NeverPassesMoreThanBurstAndRate) {
  const absl::Duration every = absl::Milliseconds(300);
  TokenBucket bucket({.burst = 4, .every = every});
  int passed = 0;
  for (int step = 0; step < 5000; ++step) {
    const absl::Duration since = absl::Milliseconds(7) * step;
    passed += bucket.Take(kNow + since) ? 1 : 0;
    EXPECT_LE(passed, 4 + absl::ToInt64Milliseconds(since) / 300);
  }
  EXPECT_GE(passed, 35000 / 300);
}

TEST(TokenBucket, IsAtWorstEmptyAfterTheClockWasSetBack) {
  TokenBucket bucket({.burst = 3, .every = absl::Seconds(2)});
  EXPECT_EQ(TakeAll(&bucket, kNow), 3);
  const absl::Time back = kNow - absl::Hours(1);
  EXPECT_EQ(TakeAll(&bucket, back), 0);
  EXPECT_LE(bucket.NextToken(back), back + absl::Seconds(2));
  EXPECT_EQ(TakeAll(&bucket, bucket.NextToken(back)), 1);
}

TEST(TokenBucket, WithoutAnIntervalHasNoLimit) {
  TokenBucket bucket({.burst = 1, .every = absl::ZeroDuration()});
  EXPECT_EQ(TakeAll(&bucket, kNow), 1000);
}

}  // namespace
}  // namespace carbon
