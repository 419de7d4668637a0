#include "forecast/http/host_gate.h"

#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1000);

TEST(HostGate, LetsInNoMoreAtOnceThanMayBe) {
  HostGate gate(2, {.burst = 10, .every = absl::Seconds(1)});
  gate.Enter(kNow);
  EXPECT_LE(gate.NextTurn(kNow), kNow);
  gate.Enter(kNow);
  EXPECT_EQ(gate.NextTurn(kNow), absl::InfiniteFuture());
  gate.Leave();
  EXPECT_LE(gate.NextTurn(kNow), kNow);
  gate.EnterAgain();
  EXPECT_EQ(gate.NextTurn(kNow), absl::InfiniteFuture());
}

TEST(HostGate, TellsWhenItsRateAllowsTheNext) {
  HostGate gate(9, {.burst = 1, .every = absl::Seconds(5)});
  gate.Enter(kNow);
  EXPECT_EQ(gate.NextTurn(kNow), kNow + absl::Seconds(5));
}

TEST(HostGate, PausesForAsLongAsTheServerAsksAndALittleMore) {
  for (int status : {429, 503}) {
    HostGate gate(9, {});
    gate.Observe({.status = status, .retry_after = absl::Seconds(100)}, 0.5, kNow);
    EXPECT_EQ(gate.PausedFor(kNow), absl::Seconds(105));
    EXPECT_EQ(gate.NextTurn(kNow), kNow + absl::Seconds(105));
    EXPECT_EQ(gate.PausedFor(kNow + absl::Seconds(105)), absl::ZeroDuration());
  }
}

TEST(HostGate, PausesLongerEachTimeWhereTheServerDoesNotSay) {
  HostGate gate(9, {});
  absl::Time now = kNow;
  for (int seconds : {30, 60, 120, 240, 480, 900, 900}) {
    gate.Observe({.status = 429}, 1, now);
    EXPECT_EQ(gate.PausedFor(now), absl::Seconds(seconds));
    now += absl::Seconds(seconds);
  }
  gate.Observe({.status = 200}, 1, now);
  gate.Observe({.status = 429}, 1, now);
  EXPECT_EQ(gate.PausedFor(now), absl::Seconds(30)) << "after a reply it begins anew";
}

TEST(HostGate, CountsTheRefusalsOfOneBurstOnce) {
  HostGate gate(9, {});
  for (int i = 0; i < 9; ++i) gate.Observe({.status = 429}, 1, kNow);
  EXPECT_EQ(gate.PausedFor(kNow), absl::Seconds(30));
}

TEST(HostGate, DoesNotPauseForAnyOtherFailure) {
  for (int status : {200, 401, 403, 404, 500, 502, 503}) {
    HostGate gate(9, {});
    gate.Observe({.status = status}, 1, kNow);
    EXPECT_EQ(gate.PausedFor(kNow), absl::ZeroDuration()) << status;
  }
}

}  // namespace
}  // namespace carbon
