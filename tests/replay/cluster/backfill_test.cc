#include "replay/cluster/backfill.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A multiple of 60.
constexpr int64_t kNow = 1'200'000'000;
constexpr FreeNode kWhole = {.devices = 4, .cpus = 8};

NodeDemand Nodes(int64_t nodes) {
  return {.nodes = nodes, .devices_per_node = 4, .cpus_per_node = 8};
}

// A pass over a pool in which `ends` says of each node until when, from now on, it is busy; zero:
// it is free.
class Pass {
 public:
  explicit Pass(const std::vector<int64_t>& ends, BackfillSettings settings = {},
                const std::vector<int64_t>& elsewhere = {})
      : settings_(std::move(settings)), nodes_(ends.size()) {
    std::vector<FreeNode> free;
    std::vector<BackfillPass::Running> running;
    for (size_t i = 0; i < ends.size(); ++i) {
      nodes_[i] = {static_cast<int32_t>(i)};
      free.push_back(ends[i] == 0 ? kWhole : FreeNode{.devices = 0, .cpus = 0, .jobs = 1});
      if (ends[i] != 0) {
        running.push_back({.demand = Nodes(1), .end = kNow + ends[i], .nodes = &nodes_[i]});
      }
    }
    for (const int64_t end : elsewhere) running.push_back({.end = kNow + end});
    std::stable_sort(running.begin(), running.end(),
                     [](const auto& a, const auto& b) { return a.end < b.end; });
    pass_.emplace(settings_, absl::FromUnixSeconds(kNow), kWhole, std::move(free),
                  std::move(running));
  }

  std::vector<int32_t> Plan(int64_t nodes, int64_t limit) { return Plan(Nodes(nodes), limit); }
  std::vector<int32_t> Plan(const NodeDemand& job, int64_t limit) {
    return pass_->Plan(job, absl::Seconds(limit));
  }
  bool IsOver() const { return pass_->IsOver(); }

 private:
  const BackfillSettings settings_;
  std::vector<std::vector<int32_t>> nodes_;
  std::optional<BackfillPass> pass_;
};

TEST(BackfillPass, StartsWhatHasRoom) {
  Pass pass({0, 600, 0});
  EXPECT_THAT(pass.Plan(2, 600), ElementsAre(0, 2));
  EXPECT_THAT(pass.Plan(1, 60), IsEmpty());
}

TEST(BackfillPass, WhatEndsBeforeAReservationStarts) {
  Pass pass({0, 600});
  EXPECT_THAT(pass.Plan(2, 60), IsEmpty());  // from 600 on
  EXPECT_THAT(pass.Plan(1, 599), ElementsAre(0));
}

// A reservation counts from the instant at which it begins, as Slurm compares.
TEST(BackfillPass, WhatEndsAsAReservationBeginsDoesNotStart) {
  Pass pass({0, 600});
  EXPECT_THAT(pass.Plan(2, 60), IsEmpty());
  EXPECT_THAT(pass.Plan(1, 600), IsEmpty());
}

TEST(BackfillPass, ReservationsBeginAtAMultipleOfTheResolution) {
  Pass pass({0, 659});
  EXPECT_THAT(pass.Plan(2, 60), IsEmpty());  // at 659, and so from 600 on
  EXPECT_THAT(pass.Plan(1, 601), IsEmpty());
  EXPECT_THAT(pass.Plan(1, 599), ElementsAre(0));
}

TEST(BackfillPass, AReservedNodeIsSharedWithNobody) {
  // One free node; its reservation takes half of it.
  Pass pass({600, 0});
  EXPECT_THAT(pass.Plan({.nodes = 2, .devices_per_node = 2, .cpus_per_node = 4}, 600), IsEmpty());
  EXPECT_THAT(pass.Plan({.devices_per_node = 1, .cpus_per_node = 1}, 1200), IsEmpty());
  EXPECT_THAT(pass.Plan({.devices_per_node = 1, .cpus_per_node = 1}, 300), ElementsAre(1));
}

TEST(BackfillPass, EndsAreTakenTogetherInWindowsThatGrow) {
  // The job needs one of two nodes, which are free at 3600 and 3640: both are of the first window,
  // whose last end counts.
  const BackfillSettings to_the_second = {.resolution = absl::Seconds(1)};
  Pass together({0, 3600, 3640}, to_the_second);
  EXPECT_THAT(together.Plan(2, 60), IsEmpty());
  EXPECT_THAT(together.Plan(1, 3620), ElementsAre(0));
  // Here they are not.
  Pass apart({0, 3600, 3700}, to_the_second);
  EXPECT_THAT(apart.Plan(2, 60), IsEmpty());
  EXPECT_THAT(apart.Plan(1, 3620), IsEmpty());
}

// Slurm does not compare the end that follows that of a job elsewhere with the window.
TEST(BackfillPass, AWindowTakesInTheEndBehindThatOfAJobElsewhere) {
  Pass pass({0, 3600, 7200}, {.resolution = absl::Seconds(1)}, {3601});
  EXPECT_THAT(pass.Plan(2, 60), IsEmpty());  // at 7200
  EXPECT_THAT(pass.Plan(1, 7000), ElementsAre(0));
}

TEST(BackfillPass, AJobIsPlannedBehindReservationsOfOthers) {
  Pass pass({0, 600});
  EXPECT_THAT(pass.Plan(2, 600), IsEmpty());  // 600 to 1200
  EXPECT_THAT(pass.Plan(1, 900), IsEmpty());  // from 1200 on, on node 0
  EXPECT_THAT(pass.Plan(1, 300), ElementsAre(0));
}

TEST(BackfillPass, WhatExceedsItsLimitEndsWithinKillWait) {
  Pass pass({0, -10});
  EXPECT_THAT(pass.Plan(2, 60), IsEmpty());  // at 20, and so from 0 on
  EXPECT_THAT(pass.Plan(1, 1), IsEmpty());
}

TEST(BackfillPass, NothingIsReservedBeyondTheWindow) {
  Pass pass({0, 7200}, {.window = absl::Hours(1)});
  EXPECT_THAT(pass.Plan(2, 60), IsEmpty());
  EXPECT_THAT(pass.Plan(1, 10'000), ElementsAre(0));
}

TEST(BackfillPass, NoMoreJobsThanThatGetAReservation) {
  Pass pass({0, 600, 600}, {.max_reservations = 1});
  EXPECT_THAT(pass.Plan(3, 60), IsEmpty());
  EXPECT_THAT(pass.Plan(2, 6000), IsEmpty());
  EXPECT_THAT(pass.Plan(1, 500), ElementsAre(0));
}

TEST(BackfillPass, NoMoreJobsThanThatAreTested) {
  Pass pass({600, 600}, {.max_jobs = 1});
  EXPECT_FALSE(pass.IsOver());
  EXPECT_THAT(pass.Plan(2, 60), IsEmpty());
  EXPECT_TRUE(pass.IsOver());
}

TEST(BackfillPass, ALimitWithoutEndIsPlanned) {
  Pass pass({0, 600});
  EXPECT_THAT(pass.Plan(2, 60), IsEmpty());
  EXPECT_THAT(pass.Plan(Nodes(1), int64_t{1} << 60), IsEmpty());
}

TEST(NextPass, IsAMultipleOfTheIntervalAfterTheTime) {
  const BackfillSettings settings = {.interval = absl::Seconds(30)};
  EXPECT_EQ(NextPass(settings, absl::FromUnixSeconds(kNow)), absl::FromUnixSeconds(kNow + 30));
  EXPECT_EQ(NextPass(settings, absl::FromUnixSeconds(kNow + 29)), absl::FromUnixSeconds(kNow + 30));
  EXPECT_TRUE(IsPass(settings, absl::FromUnixSeconds(kNow)));
  EXPECT_FALSE(IsPass(settings, absl::FromUnixSeconds(kNow + 1)));
}

TEST(NextPass, IsTheNextOfThoseGiven) {
  const BackfillSettings settings = {
      .passes = {absl::FromUnixSeconds(kNow), absl::FromUnixSeconds(kNow + 7)}};
  EXPECT_EQ(NextPass(settings, absl::FromUnixSeconds(kNow)), absl::FromUnixSeconds(kNow + 7));
  EXPECT_EQ(NextPass(settings, absl::FromUnixSeconds(kNow + 7)), absl::InfiniteFuture());
  EXPECT_TRUE(IsPass(settings, absl::FromUnixSeconds(kNow + 7)));
}

}  // namespace
}  // namespace carbon
