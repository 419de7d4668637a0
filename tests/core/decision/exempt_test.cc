// Jobs that are left at home by lot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "core/decision/decision.h"
#include "core/decision/decision_reason.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

Decision PlaceWith(const World& world, const JobRequest& job, std::optional<double> draw) {
  BookingLedger ledger;
  ledger.Rebase(LedgerBase(world.capacity), world.now);
  return Decide(job, *world.Publish(), ledger, world.now, draw);
}

World WithExempt(double exempt) {
  World world = TwoSites();
  world.policy().exempt = exempt;
  return world;
}

TEST(ExemptJob, IsKeptHomeAndItsPlanIsKnown) {
  const World world = WithExempt(0.1);
  const Decision as_usual = PlaceWith(world, world.Job(), std::nullopt);
  ASSERT_EQ(as_usual.outcome, Outcome::kPlaced);
  const Decision decision = PlaceWith(world, world.Job(), 0.05);
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome);
  EXPECT_EQ(decision.reason.reason, Reason::kExempt);
  ASSERT_TRUE(decision.trial.has_value());
  EXPECT_EQ(decision.trial->arm, Arm::kExempt);
  EXPECT_EQ(decision.trial->exempt, 0.1);
  ASSERT_TRUE(decision.trial->spared.has_value());
  EXPECT_TRUE(HaveSameRuns(*decision.trial->spared, *as_usual.chosen));
  EXPECT_EQ(decision.trial->spared->gross(), as_usual.chosen->gross());
  EXPECT_TRUE(HaveSameRuns(*decision.chosen, *decision.home));
  EXPECT_EQ(decision.chosen->first().hold->group, "home");  // where the queue will show it
  EXPECT_EQ(decision.saving->mean, GramsCo2e(0));
  EXPECT_EQ(decision.best.size(), as_usual.best.size());
}

TEST(ExemptJob, IsDrawnByItsShareAlone) {
  const World world = WithExempt(0.1);
  for (const auto& [draw, arm] : {std::pair(0.0, Arm::kExempt),
                                  {0.0999, Arm::kExempt},
                                  {0.1, Arm::kPlaced},
                                  {0.9999, Arm::kPlaced}}) {
    EXPECT_EQ(PlaceWith(world, world.Job(), draw).trial->arm, arm) << draw;
  }
}

// So that the two arms can be compared, and the log says of both that they were drawn.
TEST(ExemptJob, HasACounterpartThatIsPlacedAsUsual) {
  const World world = WithExempt(0.1);
  const Decision as_usual = PlaceWith(world, world.Job(), std::nullopt);
  const Decision placed = PlaceWith(world, world.Job(), 0.5);
  EXPECT_EQ(placed.outcome, Outcome::kPlaced);
  EXPECT_EQ(placed.trial->arm, Arm::kPlaced);
  EXPECT_FALSE(placed.trial->spared.has_value());
  EXPECT_TRUE(HaveSameRuns(*placed.chosen, *as_usual.chosen));
  EXPECT_EQ(placed.reason.reason, as_usual.reason.reason);
  EXPECT_EQ(placed.saving->share_low, as_usual.saving->share_low);
}

TEST(ExemptJob, IsNotDrawnWithoutADrawOrAShare) {
  EXPECT_FALSE(PlaceWith(WithExempt(0.5), World().Job(), std::nullopt).trial.has_value());
  const World none = WithExempt(0);
  const Decision decision = PlaceWith(none, none.Job(), 0.0);
  EXPECT_FALSE(decision.trial.has_value());
  EXPECT_EQ(decision.outcome, Outcome::kPlaced);
}

TEST(ExemptJob, IsNotDrawnWhereThePolicyChangesNothing) {
  World shadow = WithExempt(0.5);
  shadow.policy().mode = Mode::kShadow;
  EXPECT_FALSE(PlaceWith(shadow, shadow.Job(), 0.0).trial.has_value());
  EXPECT_EQ(PlaceWith(shadow, shadow.Job(), 0.0).outcome, Outcome::kPlaced);

  const World world = WithExempt(0.5);
  JobRequest at_best = world.Job("carbon:now");
  at_best.partitions = {"away"};
  const Decision kept = PlaceWith(world, at_best, 0.0);
  EXPECT_EQ(kept.outcome, Outcome::kKeptHome);
  EXPECT_NE(kept.reason.reason, Reason::kExempt);
  EXPECT_FALSE(kept.trial.has_value());

  for (const char* hint : {"carbon:off", "carbon:wiat=3h"}) {
    const Decision decision = PlaceWith(world, world.Job(hint), 0.0);
    EXPECT_EQ(decision.outcome, Outcome::kLeftAlone) << hint;
    EXPECT_FALSE(decision.trial.has_value()) << hint;
  }
}

// Its user asked to be elsewhere: home would be a surprise, and no effect of the policy.
TEST(ExemptJob, IsNotDrawnWhereItsUserExcludedHome) {
  const World world = WithExempt(0.5);
  const Decision away = PlaceWith(world, world.Job("carbon:site=away"), 0.0);
  EXPECT_EQ(away.outcome, Outcome::kPlaced);
  EXPECT_FALSE(away.trial.has_value());
  const Decision both = PlaceWith(world, world.Job("carbon:site=home|away"), 0.0);
  EXPECT_EQ(both.trial->arm, Arm::kExempt);
}

TEST(ExemptJob, IsDrawnWithOtherHints) {
  const World world = WithExempt(0.5);
  for (const char* hint : {"carbon:now", "carbon:wait=2h", "carbon:runtime=1h"}) {
    const Decision decision = PlaceWith(world, world.Job(hint), 0.0);
    ASSERT_TRUE(decision.trial.has_value()) << hint;
    EXPECT_EQ(decision.trial->arm, Arm::kExempt) << hint;
  }
}

TEST(ExemptJob, GivesTheSameBitsEachTime) {
  const World world = WithExempt(0.3);
  JobRequest array = world.Job();
  array.array_tasks = 20;
  array.array_width = 4;
  const Decision one = PlaceWith(world, array, 0.2), other = PlaceWith(world, array, 0.2);
  EXPECT_EQ(one.trial->arm, Arm::kExempt);
  EXPECT_EQ(one.trial->spared->gross(), other.trial->spared->gross());
  EXPECT_EQ(one.chosen->gross(), other.chosen->gross());
}

}  // namespace
}  // namespace carbon
