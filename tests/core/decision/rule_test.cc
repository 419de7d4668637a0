// The promises of the rule that chooses among plans (docs/placement.md). rule_oracle_test.cc
// computes all of it once more.
#include <string>
#include <tuple>

#include "core/decision/decision.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

// Sites home and away, each in a zone that has the same intensity at all hours.
World TwoFlatSites(double home, double away) {
  World world;
  world.AddZone("A", DayWith(home, 0, 0, 0));
  world.AddZone("B", DayWith(away, 0, 0, 0));
  world.AddSite("home", "A");
  world.AddSite("away", "B");
  return world;
}

TEST(Rule, KeepsHomeWhenWaitingDoesNotPay) {
  World world;
  world.AddZone("FLAT", DayWith(500, 10, 14, 496));
  world.policy().saving_floor = 0.01;
  world.AddSite("home", "FLAT");
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome);
  EXPECT_EQ(ReasonText(decision.reason), "no saving above the floor is likely enough");
  EXPECT_EQ(decision.best.front().start(), world.Hour(10));
}

TEST(Rule, StaysAtTheCleanestSiteWhenWaitingThereIsDoubtful) {
  World world;
  world.AddZone("DIRTY", DayWith(500, 0, 0, 0));
  world.AddZone("CLEAN", DayWith(60, 12, 16, 56));
  world.AddSite("home", "DIRTY");
  world.AddSite("away", "CLEAN");
  world.policy().confidence = 0.9;
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.outcome, Outcome::kPlaced);
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_EQ(decision.chosen->start(), world.now);
  EXPECT_EQ(ReasonText(decision.reason),
            "the cleanest site; no other plan is likely enough to save more");
}

// The policy's fallback: the sites differ by less than anybody can be sure of.
TEST(Rule, FallsBackToTheCleanestSiteUnlessThePolicySaysHome) {
  World world = TwoFlatSites(500, 490);
  world.policy().confidence = 0.95;
  Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_EQ(ReasonText(decision.reason), "the greenest");
  world.policy().fallback = Fallback::kStaticBest;
  EXPECT_EQ(world.Place(world.Job()).chosen->first().pool(), "away");
  world.policy().fallback = Fallback::kHome;
  decision = world.Place(world.Job());
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome);
  EXPECT_EQ(ReasonText(decision.reason), "no saving above the floor is likely enough");
}

// Nobody is sure of the little that it saves.
TEST(Rule, NeitherWaitsNorChangesItsHardwareForTheFallback) {
  World world = TwoFlatSites(500, 490);
  world.policy().confidence = 0.95;
  EXPECT_EQ(world.Place(world.Job()).chosen->first().pool(), "away");
  world.capacity.uses.push_back({1, "", "away", {world.now, world.Hour(3)}, {.devices = 25}});
  EXPECT_EQ(world.Place(world.Job()).outcome, Outcome::kKeptHome);
  world.capacity.uses.clear();
  world.config.hardware["like"] = world.config.hardware["h100"];
  world.config.hardware["like"].name = "like";
  world.config.pools[1].hardware = "like";
  world.policy().may_change_hardware = true;
  const Decision decision = world.Place(world.Job("carbon:hardware=any"));
  EXPECT_EQ(decision.static_best->first().pool(), "away");
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome);
}

// A hint that names home's own site leaves home to fall back to, also where it has no room in time.
TEST(Rule, FallsBackToAHomeThatTheHintNames) {
  World world;
  world.AddZone("A", DayWith(500, 0, 0, 0));
  world.AddSite("home", "A");
  world.AddSite("beside", "A");
  world.config.pools[1].site = "home";
  world.config.sites[0].pue.value = 1;
  world.policy().fallback = Fallback::kHome;
  world.policy().max_delay = absl::Hours(1);
  world.capacity.uses.push_back({1, "", "home", {world.now, world.Hour(3)}, {.devices = 25}});
  const Decision decision = world.Place(world.Job("carbon:site=home"));
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome) << ReasonText(decision.reason);
}

TEST(Rule, DoesNotFallBackToAPlaceThatIsUsuallyCleanerButNotNow) {
  World world;
  world.AddZone("A", DayWith(500, 0, 0, 0));
  world.AddZone("B", DayWith(600, 8, 24, 100));  // by its mean the cleaner
  world.AddSite("home", "A");
  world.AddSite("away", "B");
  world.policy().max_delay = absl::Hours(2);
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.static_best->first().pool(), "away");
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome);
}

// The confidence is of any saving, the floor of what is expected: a small saving that is sure is
// taken, a large one that is doubtful is not.
TEST(Rule, AsksTheFloorOfWhatIsExpectedAndTheConfidenceOfAnySaving) {
  World world = OneSite();
  world.forecasts[0].spread = {.near = 0.02, .far = 0.02};
  world.policy().confidence = 0.9;
  world.policy().saving_floor = 0.59;  // the valley saves 60%
  EXPECT_EQ(world.Place(world.Job()).outcome, Outcome::kPlaced);
  world.policy().saving_floor = 0.61;
  EXPECT_EQ(world.Place(world.Job()).outcome, Outcome::kKeptHome);
  world.policy().saving_floor = 0;
  world.forecasts[0].spread = {.near = 0.9, .far = 0.9};
  EXPECT_EQ(world.Place(world.Job()).outcome, Outcome::kKeptHome);
}

// Its forecast is the lowest, and the least sure.
TEST(Rule, TakesTheNextPlanWhereTheGreenestIsDoubtful) {
  World world;
  world.AddZone("DIRTY", DayWith(500, 0, 0, 0));
  world.AddZone("WILD", DayWith(390, 0, 0, 0));
  world.AddZone("STEADY", DayWith(400, 0, 0, 0));
  for (const auto& [site, zone, spread] :
       {std::tuple("home", "DIRTY", 0.01), std::tuple("wild", "WILD", 0.8),
        std::tuple("steady", "STEADY", 0.01)}) {
    world.AddSite(site, zone);
    world.forecasts[world.config.sites.size() - 1].spread = {.near = spread, .far = spread};
  }
  world.policy().fallback = Fallback::kHome;
  world.policy().confidence = 0.9;
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.best.front().first().pool(), "wild");
  EXPECT_EQ(decision.chosen->first().pool(), "steady");
  EXPECT_EQ(ReasonText(decision.reason), "the greenest that is likely enough to save");
}

TEST(Rule, TriesPoolsBeyondThoseReported) {
  World world;
  world.AddZone("DIRTY", DayWith(500, 0, 0, 0));
  world.AddSite("home", "DIRTY");
  for (int i = 0; i < kMaxCandidates + 3; ++i) {
    const std::string name = "wild" + std::to_string(i);
    world.AddZone(name, DayWith(390, 0, 0, 0));
    world.forecasts.back().spread = {.near = 0.8, .far = 0.8};
    world.AddSite(name, name);
  }
  world.AddZone("STEADY", DayWith(400, 0, 0, 0));
  world.AddSite("steady", "STEADY");
  for (ZoneForecast& forecast : world.forecasts) {
    if (forecast.zone == "DIRTY" || forecast.zone == "STEADY") forecast.spread = {0.01, 0.01};
  }
  world.policy().fallback = Fallback::kHome;
  world.policy().confidence = 0.9;
  EXPECT_EQ(world.Place(world.Job()).chosen->first().pool(), "steady");
}

// Eight pools whose best start is doubtful and whose first is sure, and a ninth that is sure and
// emits less than those.
TEST(Rule, TakesASurePlanOfAPoolBeyondThoseReportedBeforeAWorseOneOfThose) {
  World world;
  world.AddZone("DIRTY", DayWith(220, 0, 0, 0));
  world.AddSite("home", "DIRTY");
  for (int i = 0; i < kMaxCandidates; ++i) {
    const std::string name = "wild" + std::to_string(i);
    world.AddZone(name, DayWith(215, 18, 22, 195));
    world.forecasts.back().spread = {.near = 0.01, .far = 0.8};
    world.AddSite(name, name);
  }
  world.AddZone("STEADY", DayWith(200, 0, 0, 0));
  world.AddSite("steady", "STEADY");
  world.forecasts.front().spread = world.forecasts.back().spread = {.near = 0.01, .far = 0.01};
  world.policy().fallback = Fallback::kHome;
  world.policy().confidence = 0.9;
  EXPECT_EQ(world.Place(world.Job()).chosen->first().pool(), "steady");
}

// Each zone errs by 40%, the one is a fifth cleaner: that is sure only where both err alike.
TEST(Rule, MovesForASmallSavingWhereZonesAreKnownToErrTogether) {
  World world = TwoFlatSites(500, 400);
  for (ZoneForecast& forecast : world.forecasts) forecast.spread = {.near = 0.4, .far = 0.4};
  world.policy().fallback = Fallback::kHome;
  world.policy().confidence = 0.8;
  const Decision apart = world.Place(world.Job());
  EXPECT_EQ(apart.outcome, Outcome::kKeptHome);
  EXPECT_FALSE(apart.home->first().past_errors);
  for (ZoneForecast& forecast : world.forecasts) {
    ErrorFactors& errors = forecast.errors.emplace();
    errors.origin = world.now;
    errors.bucket_end_hours = {1};
    errors.factor_count = 1;
    errors.loadings = {0.4f};
    errors.remainder = {0};
    for (int pair = 0; pair < ErrorFactors::kPairs; ++pair) {
      errors.scores.push_back(pair % 2 == 0 ? 0.5f : 1.3f);
    }
  }
  const Decision together = world.Place(world.Job());
  EXPECT_EQ(together.outcome, Outcome::kPlaced);
  EXPECT_EQ(together.chosen->first().pool(), "away");
  EXPECT_TRUE(together.home->first().past_errors);
  EXPECT_NEAR(together.saving->share_low, 0.2, 1e-9);
  EXPECT_NEAR(together.saving->share_high, 0.2, 1e-9);
}

}  // namespace
}  // namespace carbon
