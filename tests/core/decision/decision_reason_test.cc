#include "core/decision/decision_reason.h"

#include <memory>

#include "gtest/gtest.h"

namespace carbon {
namespace {

std::shared_ptr<const PoolNames> Pool(const char* pool, const char* hardware) {
  return std::make_shared<const PoolNames>(PoolNames{.pool = pool, .hardware = hardware});
}

TEST(DecisionReason, NamesTheHomeThatIsInTheWay) {
  EXPECT_EQ(ReasonText({Reason::kNoForecast, AtHome{Pool("oslo", "h100")}}),
            "its home oslo: no forecast for its zone");
  EXPECT_EQ(ReasonText({Reason::kRootOnly, AtHome{nullptr}}),
            "its home: its partition is for root only");
}

TEST(DecisionReason, SaysHowOldTheSnapshotIs) {
  EXPECT_EQ(ReasonText({Reason::kSnapshotOld, MinutesOff{12, 10}}),
            "the snapshot is 12 minutes old, limit 10");
  EXPECT_EQ(ReasonText({Reason::kSnapshotFuture, MinutesOff{6, 5}}),
            "the snapshot is 6 minutes in the future, limit 5");
}

TEST(DecisionReason, RepeatsWordsThatOnlyTheirSourceHas) {
  EXPECT_EQ(ReasonText({Reason::kLogUnwritable, InWords{"no space"}}),
            "the placement log cannot be written: no space");
  EXPECT_EQ(ReasonText({Reason::kBadHint, InWords{"hint \"x\": unknown"}}), "hint \"x\": unknown");
  EXPECT_EQ(ReasonText({Reason::kDevicesUncountable, InWords{"--gres=shard"}}), "--gres=shard");
  EXPECT_EQ(ReasonText({Reason::kUnknown, AsRecorded{"of a later release"}}), "of a later release");
}

TEST(DecisionReason, NamesWhatItRestsOn) {
  RestsOn plan;
  EXPECT_EQ(ReasonText({Reason::kGreenest, plan}), "the greenest");
  plan.hardware[0] = {.pool = Pool("lyon", "mi300x"),
                      .speed = Quality::kEstimated,
                      .free_watts = Quality::kSpecified};
  plan.hardware[1] = {.pool = Pool("oslo", "h100"), .watts = Quality::kEstimated};
  EXPECT_EQ(ReasonText({Reason::kGreenest, plan}),
            "the greenest; rests on the estimated speed of mi300x, the specified free watts of "
            "mi300x, the estimated watts of h100");
  plan = {.is_unwatched = true};
  EXPECT_EQ(ReasonText({Reason::kHomeIsGreenest, plan}),
            "home is the greenest; not delayed, since nothing watches over delayed jobs");
}

}  // namespace
}  // namespace carbon
