#include "core/cluster/queue_estimate.h"

#include <algorithm>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

absl::Time At(int64_t second) { return absl::FromUnixSeconds(second); }

const std::vector<NodeGroup> kOneGroup = {{.name = "g", .total = {.devices = 8}}};

WaitingRun Waiting(uint32_t job_id, int64_t priority, int64_t devices, int64_t length,
                   int64_t earliest = 0) {
  return {.job_id = job_id,
          .groups = {"g"},
          .priority = priority,
          .earliest = At(earliest),
          .length = absl::Seconds(length),
          .amount = {.devices = devices}};
}

std::vector<int64_t> Starts(const std::vector<QueuedUse>& uses) {
  std::vector<int64_t> starts;
  for (const QueuedUse& use : uses) starts.push_back(absl::ToUnixSeconds(use.when.start));
  return starts;
}

using ::testing::ElementsAre;

TEST(LayOutQueue, LetsEachWaitForItsTurn) {
  const auto uses = LayOutQueue(kOneGroup, {}, {Waiting(1, 5, 8, 100), Waiting(2, 5, 8, 100)});
  EXPECT_THAT(Starts(uses), ElementsAre(0, 100));
}

TEST(LayOutQueue, GoesByPriorityAndFillsTheGaps) {
  const std::vector<QueuedUse> running = {{9, "", "g", {At(-50), At(60)}, {.devices = 4}}};
  const auto uses = LayOutQueue(kOneGroup, running,
                                {Waiting(1, 1, 8, 100),   // the last, though the first to come
                                 Waiting(2, 9, 8, 100),   // after what runs
                                 Waiting(3, 5, 4, 60),    // beside it
                                 Waiting(4, 5, 4, 61)});  // a second too long for that
  EXPECT_THAT(Starts(uses), ElementsAre(-50, 221, 60, 0, 160));
}

TEST(LayOutQueue, TakesThePartitionThatHasRoomFirst) {
  const std::vector<NodeGroup> groups = {{.name = "g", .total = {.devices = 8}},
                                         {.name = "h", .total = {.devices = 8}}};
  WaitingRun either = Waiting(2, 1, 8, 100);
  either.groups = {"g", "h"};
  const auto uses = LayOutQueue(groups, {}, {Waiting(1, 5, 8, 100), either});
  EXPECT_EQ(uses[1].group, "h");
  EXPECT_EQ(uses[1].when.start, At(0));
}

TEST(LayOutQueue, MovesNothingForAPromisedStartAndCountsItAllTheSame) {
  WaitingRun promised = Waiting(1, 9, 8, 100, 50);
  promised.is_promised = true;
  const auto uses = LayOutQueue(kOneGroup, {}, {promised, Waiting(2, 1, 8, 100)});
  EXPECT_THAT(Starts(uses), ElementsAre(50, 0));
  EXPECT_EQ(uses[0].amount.devices, 8);
}

TEST(LayOutQueue, SaysWhatYields) {
  WaitingRun promised = Waiting(1, 9, 8, 100, 50), waiting = Waiting(2, 1, 8, 100);
  promised.is_promised = promised.yields = waiting.yields = true;
  const auto uses = LayOutQueue(kOneGroup, {}, {promised, waiting, Waiting(3, 0, 8, 100)});
  EXPECT_TRUE(uses[0].yields);
  EXPECT_TRUE(uses[1].yields);
  EXPECT_FALSE(uses[2].yields);
}

TEST(LayOutQueue, ShowsWhatIsTooLargeButGivesItNoTime) {
  const auto uses = LayOutQueue(kOneGroup, {}, {Waiting(1, 9, 9, 100), Waiting(2, 1, 8, 100)});
  EXPECT_EQ(uses[0].job_id, 1u);
  EXPECT_EQ(uses[0].when, (TimeInterval{At(0), At(0)}));
  EXPECT_EQ(uses[1].when.start, At(0));
}

TEST(LayOutQueue, TakesTheRestOfALongQueueForOneBlock) {
  std::vector<WaitingRun> waiting;
  const int count = static_cast<int>(kMaxLaidOut) + 100;
  for (int i = 0; i < count; ++i) {
    waiting.push_back(Waiting(static_cast<uint32_t>(i + 1), 1, 4, 100));
    waiting.back().decision_id = i + 1 == count ? "last" : "";
  }
  const auto uses = LayOutQueue(kOneGroup, {}, waiting);
  ASSERT_EQ(uses.size(), waiting.size() + 1);
  // Two at once: the 5000 laid out start until second 249900; half of 100 x 100 s follows.
  EXPECT_EQ(uses[kMaxLaidOut - 1].when.start, At(249'900));
  EXPECT_EQ(uses[static_cast<size_t>(count) - 1].decision_id, "last");
  EXPECT_EQ(uses.back().job_id, 0u);
  EXPECT_EQ(uses.back().amount.devices, 8);
  EXPECT_EQ(uses.back().when, (TimeInterval{At(249'900), At(254'900)}));
}

TEST(LayOutQueue, PutsWhatYieldsBehindTheRestOfALongQueue) {
  std::vector<WaitingRun> waiting;
  for (uint32_t i = 1; i <= kMaxLaidOut + 100; ++i) {
    waiting.push_back(Waiting(i, 1, 4, 100));
    waiting.back().yields = i % 4 == 0;
  }
  const auto uses = LayOutQueue(kOneGroup, {}, waiting);
  ASSERT_EQ(uses.size(), waiting.size() + 2);
  const QueuedUse &others = uses[uses.size() - 2], &yielding = uses.back();
  EXPECT_FALSE(others.yields);
  EXPECT_EQ(others.when, (TimeInterval{At(249'900), At(253'650)}));
  EXPECT_TRUE(yielding.yields);
  EXPECT_EQ(yielding.when, (TimeInterval{At(253'650), At(254'900)}));
  EXPECT_EQ(yielding.amount.devices, 8);
}

TEST(LayOutQueue, LetsWhatYieldsInABlockDelayNothingElse) {
  std::vector<WaitingRun> waiting;
  for (uint32_t i = 1; i <= kMaxLaidOut; ++i) waiting.push_back(Waiting(i, 9, 4, 100));
  waiting.push_back(Waiting(kMaxLaidOut + 1, 1, 8, 100, 50));
  waiting.push_back(Waiting(kMaxLaidOut + 2, 1, 8, 100, 1'000'000));
  for (size_t i = kMaxLaidOut; i < waiting.size(); ++i) waiting[i].groups = {"other"};
  waiting.back().yields = true;
  const std::vector<NodeGroup> groups = {kOneGroup.front(),
                                         {.name = "other", .total = {.devices = 8}}};
  const auto uses = LayOutQueue(groups, {}, waiting);
  ASSERT_EQ(uses.size(), waiting.size() + 2);
  EXPECT_EQ(uses[uses.size() - 2].when, (TimeInterval{At(50), At(150)}));
  EXPECT_EQ(uses.back().when, (TimeInterval{At(1'000'000), At(1'000'100)}));
  EXPECT_TRUE(uses.back().yields);
}

// The oracle tries every second, one run after the other.
TEST(LayOutQueue, AgreesWithAnOracleThatTriesEverySecond) {
  std::mt19937 random(11);
  const auto below = [&random](int n) { return static_cast<int>(random() % n); };
  for (int round = 0; round < 300; ++round) {
    const int64_t total = 1 + below(8);
    const std::vector<NodeGroup> groups = {{.name = "g", .total = {.devices = total}}};
    std::vector<int64_t> used(4000, 0);
    std::vector<QueuedUse> running;
    for (int i = below(4); i > 0; --i) {
      const int64_t end = 1 + below(60);
      const int64_t devices = 1 + below(static_cast<int>(total));
      running.push_back({100u, "", "g", {At(0), At(end)}, {.devices = devices}});
      for (int64_t t = 0; t < end; ++t) used[t] += devices;
    }
    std::vector<WaitingRun> waiting;
    for (int i = 0, count = 1 + below(20); i < count; ++i) {
      // Few shapes, so that runs of one shape follow each other.
      waiting.push_back(Waiting(static_cast<uint32_t>(i + 1), below(3),
                                1 + below(static_cast<int>(total)), 10 * (1 + below(3)),
                                below(3) == 0 ? below(100) : 0));
    }
    std::vector<size_t> order(waiting.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return waiting[a].priority > waiting[b].priority; });
    std::vector<int64_t> expected(waiting.size());
    for (size_t index : order) {
      const WaitingRun& run = waiting[index];
      const int64_t length = absl::ToInt64Seconds(run.length);
      int64_t start = absl::ToUnixSeconds(run.earliest);
      const auto fits = [&](int64_t from) {
        for (int64_t t = from; t < from + length; ++t) {
          if (used[t] + run.amount.devices > total) return false;
        }
        return true;
      };
      while (!fits(start)) ++start;
      for (int64_t t = start; t < start + length; ++t) used[t] += run.amount.devices;
      expected[index] = start;
    }
    std::vector<int64_t> starts = Starts(LayOutQueue(groups, running, waiting));
    starts.erase(starts.begin(), starts.begin() + static_cast<std::ptrdiff_t>(running.size()));
    ASSERT_EQ(starts, expected) << "round " << round;
  }
}

}  // namespace
}  // namespace carbon
