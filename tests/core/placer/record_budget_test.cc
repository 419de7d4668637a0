#include "core/placer/record_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace carbon {
namespace {

using Kind = RecordBudget::Kind;
using Which = RecordBudget::Which;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1795546800);
constexpr RecordBudget::Options kTenRecords = {
    .bytes = 1000, .refill = absl::Hours(10), .max_users = 3};

// How many records of 100 bytes are taken.
int Fill(RecordBudget* budget, uint32_t user_id, Kind kind, absl::Time now) {
  int taken = 0;
  while (taken < 1000 && budget->Take(user_id, kind, 100, now)) ++taken;
  return taken;
}

TEST(RecordBudget, KeepsAnHonestBurstOfThousandsWhole) {
  RecordBudget budget({});
  for (int i = 0; i < 8000; ++i) ASSERT_TRUE(budget.Take(1000, Kind::kDecision, 8000, kNow)) << i;
  EXPECT_EQ(budget.withheld(), 0u);
}

TEST(RecordBudget, BoundsWhatAUserWritesInADay) {
  RecordBudget budget({});
  int64_t written = 0;
  for (int second = 0; second < 24 * 3600; second += 10) {
    for (int i = 0; i < 1000; ++i) {
      if (!budget.Take(1000, Kind::kDecision, 8000, kNow + absl::Seconds(second))) break;
      written += 8000;
    }
  }
  EXPECT_LE(written, 2 * RecordBudget::Options().bytes + 8000);
}

TEST(RecordBudget, LetsUntouchedJobsGiveWayToDecisions) {
  RecordBudget budget(kTenRecords);
  EXPECT_EQ(Fill(&budget, 1000, Kind::kLeftAlone, kNow), 5);
  EXPECT_EQ(Fill(&budget, 1000, Kind::kDecision, kNow), 5);
}

TEST(RecordBudget, LetsNobodyUseAnothersShare) {
  RecordBudget budget(kTenRecords);
  EXPECT_EQ(Fill(&budget, 1000, Kind::kDecision, kNow), 10);
  EXPECT_EQ(Fill(&budget, 1001, Kind::kDecision, kNow), 10);
}

TEST(RecordBudget, GivesRoomBackEvenly) {
  RecordBudget budget(kTenRecords);
  EXPECT_EQ(Fill(&budget, 1000, Kind::kDecision, kNow), 10);
  EXPECT_EQ(Fill(&budget, 1000, Kind::kDecision, kNow + absl::Hours(2)), 2);
  EXPECT_EQ(Fill(&budget, 1000, Kind::kDecision, kNow + absl::Hours(20)), 10);
}

TEST(RecordBudget, DoesNotBoundRoot) {
  RecordBudget budget(kTenRecords);
  EXPECT_EQ(Fill(&budget, 0, Kind::kDecision, kNow), 1000);
}

TEST(RecordBudget, SaysHowManyOfWhomWereWithheldAndWhen) {
  RecordBudget budget(kTenRecords);
  Fill(&budget, 1000, Kind::kDecision, kNow);
  EXPECT_FALSE(budget.Take(1000, Kind::kLeftAlone, 100, kNow + absl::Seconds(30)));
  EXPECT_THAT(budget.TakeWithheld(Which::kDue, kNow + absl::Seconds(59)), IsEmpty());
  const WithheldRecords expected = {.user_id = 1000,
                                    .count = 2,
                                    .left_alone = 1,
                                    .first = kNow,
                                    .last = kNow + absl::Seconds(30)};
  EXPECT_THAT(budget.TakeWithheld(Which::kDue, kNow + absl::Seconds(60)), ElementsAre(expected));
  EXPECT_THAT(budget.TakeWithheld(Which::kAll, kNow + absl::Hours(1)), IsEmpty());
  EXPECT_EQ(budget.withheld(), 2u);
}

// The end of the plugin must not lose what was counted last.
TEST(RecordBudget, TellsAllAtTheEnd) {
  RecordBudget budget(kTenRecords);
  Fill(&budget, 1000, Kind::kDecision, kNow);
  EXPECT_EQ(budget.TakeWithheld(Which::kAll, kNow).size(), 1u);
}

TEST(RecordBudget, BoundsItsMemoryAgainstManyUsers) {
  RecordBudget budget(kTenRecords);
  for (uint32_t user = 1; user <= 3; ++user) Fill(&budget, user, Kind::kDecision, kNow);
  // All others have one share together, and are told together.
  EXPECT_EQ(Fill(&budget, 4, Kind::kDecision, kNow), 10);
  for (uint32_t user = 5; user < 1000; ++user) {
    EXPECT_FALSE(budget.Take(user, Kind::kDecision, 100, kNow));
  }
  const std::vector<WithheldRecords> told = budget.TakeWithheld(Which::kAll, kNow);
  ASSERT_EQ(told.size(), 4u);
  EXPECT_EQ(told.back().user_id, std::nullopt);
  EXPECT_EQ(told.back().count, 996u);
  // Once somebody's share is whole again, there is room for another user.
  EXPECT_EQ(Fill(&budget, 4, Kind::kDecision, kNow + absl::Hours(11)), 10);
  EXPECT_EQ(Fill(&budget, 5, Kind::kDecision, kNow + absl::Hours(11)), 10);
}

TEST(RecordBudget, IsNotClosedForLongByAClockThatWasSetBack) {
  RecordBudget budget(kTenRecords);
  Fill(&budget, 1000, Kind::kDecision, kNow + absl::Hours(24 * 365));
  EXPECT_FALSE(budget.Take(1000, Kind::kDecision, 100, kNow));
  EXPECT_TRUE(budget.Take(1000, Kind::kDecision, 100, kNow + absl::Hours(2)));
}

}  // namespace
}  // namespace carbon
