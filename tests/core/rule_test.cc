// The rule that chooses among plans (docs/placement.md): its promises one by one, and all of it
// computed once more in the plainest way on random small worlds, every whole hour of every pool, no
// bound, no early end.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/decision.h"
#include "core/gate.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

constexpr int kHours = 4;  // the job's runtime
constexpr int kMostPools = kMaxCandidates + 4;

struct Plan {
  int pool;  // the home is 0
  int hour;
  double grams;
};

// Sites home and away, each in a zone that has the same intensity at all hours.
World TwoFlatSites(double home, double away) {
  World world;
  world.AddZone("A", DayWith(home, 0, 0, 0));
  world.AddZone("B", DayWith(away, 0, 0, 0));
  world.AddSite("home", "A");
  world.AddSite("away", "B");
  return world;
}

class Oracle {
 public:
  Oracle(const World& world, const std::vector<std::vector<double>>& days,
         std::shared_ptr<const Snapshot> snapshot)
      : world_(world), days_(days), snapshot_(std::move(snapshot)) {}

  Plan Choose() const {
    const Policy& policy = world_.config.policies.front();
    const Plan home = At(0, 0);
    Plan fallback = home;
    if (policy.fallback != Fallback::kHome) {
      const Plan best = StaticBest();
      if (best.grams < home.grams) fallback = best;
    }
    std::vector<Plan> plans;
    for (int pool = 0; pool < Pools(); ++pool) {
      plans.push_back(At(pool, 0));
      Plan least = plans.back();
      for (int hour = 1; hour <= Latest(); ++hour) {
        if (At(pool, hour).grams < least.grams) least = At(pool, hour);
      }
      plans.push_back(least);
    }
    std::optional<Plan> chosen;
    for (const Plan& plan : plans) {
      if (Same(plan, fallback) || !Passes(plan, fallback)) continue;
      if (!chosen.has_value() || plan.grams < chosen->grams) chosen = plan;
    }
    return chosen.value_or(fallback);
  }

 private:
  static bool Same(const Plan& a, const Plan& b) { return a.pool == b.pool && a.hour == b.hour; }
  int Pools() const { return static_cast<int>(days_.size()); }
  int Latest() const {
    return static_cast<int>(world_.config.policies.front().max_delay / absl::Hours(1));
  }

  // Eight devices of 1 kW.
  Plan At(int pool, int hour) const {
    double grams = 0;
    for (int h = hour; h < hour + kHours; ++h)
      grams += 8 * days_[static_cast<size_t>(pool)][h % 24];
    return {pool, hour, grams};
  }

  Plan StaticBest() const {
    int best = 0;
    for (int pool = 1; pool < Pools(); ++pool) {
      if (Mean(pool) < Mean(best)) best = pool;
    }
    return At(best, 0);
  }
  double Mean(int pool) const {
    return snapshot_->pools()[static_cast<size_t>(pool)].forecast->long_run_mean.value();
  }

  ErrorScenarios::Draws Draws(const Plan& plan) const {
    PoolRun run{};
    run.pool = &snapshot_->pools()[static_cast<size_t>(plan.pool)];
    run.option.intensity = &run.pool->forecast->series;
    run.option.runtime = absl::Hours(kHours);
    run.option.power = Watts(8000);
    return DrawEmissions(run, world_.Hour(plan.hour), *snapshot_);
  }

  // The normal distribution below `z`, by Simpson's rule.
  static double Normal(double z) {
    constexpr int kSteps = 200;
    const double step = std::min(std::abs(z), 12.0) / kSteps;
    double sum = 0;
    for (int i = 0; i <= kSteps; ++i) {
      const double weight = i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * std::exp(-0.5 * i * step * i * step);
    }
    const double half = sum * step / 3 / std::sqrt(2 * M_PI);
    return z < 0 ? 0.5 - half : 0.5 + half;
  }

  bool Passes(const Plan& plan, const Plan& fallback) const {
    const ErrorScenarios::Draws with = Draws(plan), without = Draws(fallback);
    std::vector<double> savings;
    double mean = 0, all = 0;
    for (int s = 0; s < ErrorScenarios::kCount; ++s) {
      savings.push_back(without[s] - with[s]);
      mean += savings.back();
      all += without[s];
    }
    mean /= ErrorScenarios::kCount;
    all /= ErrorScenarios::kCount;
    double squares = 0;
    for (double saving : savings) squares += (saving - mean) * (saving - mean);
    double deviation = std::sqrt(squares / ErrorScenarios::kCount);
    const bool same_zone = plan.pool == fallback.pool;
    const double expected = same_zone ? mean - 0.1 * deviation : mean;
    if (same_zone) deviation *= 1.15;
    const Policy& policy = world_.config.policies.front();
    // The best guess alone must keep the floor too, as it is told to the user.
    return plan.grams <= (1 - policy.saving_floor) * fallback.grams &&
           expected >= policy.saving_floor * all &&
           Normal(expected / deviation) >= policy.confidence;
  }

  const World& world_;
  const std::vector<std::vector<double>>& days_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST(Rule, KeepsHomeWhenWaitingDoesNotPay) {
  World world;
  world.AddZone("FLAT", DayWith(500, 10, 14, 496));
  world.policy().saving_floor = 0.01;
  world.AddSite("home", "FLAT");
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome);
  EXPECT_EQ(decision.reason, "no saving above the floor is likely enough");
  EXPECT_EQ(decision.best.front().start, world.Hour(10));
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
  EXPECT_EQ(decision.chosen->pool, "away");
  EXPECT_EQ(decision.chosen->start, world.now);
  EXPECT_EQ(decision.reason, "the cleanest site; no other plan is likely enough to save more");
}

// The policy's fallback: the sites differ by less than anybody can be sure of.
TEST(Rule, FallsBackToTheCleanestSiteUnlessThePolicySaysHome) {
  World world = TwoFlatSites(500, 490);
  world.policy().confidence = 0.95;
  Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.chosen->pool, "away");
  EXPECT_EQ(decision.reason, "the greenest");
  world.policy().fallback = Fallback::kStaticBest;
  EXPECT_EQ(world.Place(world.Job()).chosen->pool, "away");
  world.policy().fallback = Fallback::kHome;
  decision = world.Place(world.Job());
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome);
  EXPECT_EQ(decision.reason, "no saving above the floor is likely enough");
}

// Nobody is sure of the little that it saves.
TEST(Rule, NeitherWaitsNorChangesItsHardwareForTheFallback) {
  World world = TwoFlatSites(500, 490);
  world.policy().confidence = 0.95;
  EXPECT_EQ(world.Place(world.Job()).chosen->pool, "away");
  world.capacity.uses.push_back({1, "", "away", {world.now, world.Hour(3)}, {.devices = 25}});
  EXPECT_EQ(world.Place(world.Job()).outcome, Outcome::kKeptHome);
  world.capacity.uses.clear();
  world.config.hardware["like"] = world.config.hardware["h100"];
  world.config.hardware["like"].name = "like";
  world.config.pools[1].hardware = "like";
  world.policy().may_change_hardware = true;
  const Decision decision = world.Place(world.Job("carbon:hardware=any"));
  EXPECT_EQ(decision.static_best->pool, "away");
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
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome) << decision.reason;
}

TEST(Rule, DoesNotFallBackToAPlaceThatIsUsuallyCleanerButNotNow) {
  World world;
  world.AddZone("A", DayWith(500, 0, 0, 0));
  world.AddZone("B", DayWith(600, 8, 24, 100));  // by its mean the cleaner
  world.AddSite("home", "A");
  world.AddSite("away", "B");
  world.policy().max_delay = absl::Hours(2);
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.static_best->pool, "away");
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
  EXPECT_EQ(decision.best.front().pool, "wild");
  EXPECT_EQ(decision.chosen->pool, "steady");
  EXPECT_EQ(decision.reason, "the greenest that is likely enough to save");
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
  EXPECT_EQ(world.Place(world.Job()).chosen->pool, "steady");
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
  EXPECT_EQ(world.Place(world.Job()).chosen->pool, "steady");
}

// Each zone errs by 40%, the one is a fifth cleaner: that is sure only where both err alike.
TEST(Rule, MovesForASmallSavingWhereZonesAreKnownToErrTogether) {
  World world = TwoFlatSites(500, 400);
  for (ZoneForecast& forecast : world.forecasts) forecast.spread = {.near = 0.4, .far = 0.4};
  world.policy().fallback = Fallback::kHome;
  world.policy().confidence = 0.8;
  const Decision apart = world.Place(world.Job());
  EXPECT_EQ(apart.outcome, Outcome::kKeptHome);
  EXPECT_FALSE(apart.home->past_errors);
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
  EXPECT_EQ(together.chosen->pool, "away");
  EXPECT_TRUE(together.home->past_errors);
  EXPECT_NEAR(together.saving->share_low, 0.2, 1e-9);
  EXPECT_NEAR(together.saving->share_high, 0.2, 1e-9);
}

TEST(Rule, ChoosesAsThePlainRuleDoesOnRandomWorlds) {
  std::mt19937 random(29);
  const auto draw = [&random](double low, double high) {
    return std::uniform_real_distribution<>(low, high)(random);
  };
  const auto pick = [&random](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  int kept = 0, fell_back = 0, moved = 0, delayed = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    World world;
    std::vector<std::vector<double>> days;
    const int pools = trial % 10 == 0 ? kMostPools : pick(1, 4);
    const double swing = draw(0, 0.5);
    for (int pool = 0; pool < pools; ++pool) {
      const double base = draw(50, 500);
      std::vector<double> day;
      for (int hour = 0; hour < 24; ++hour) day.push_back(base * (1 + draw(-swing, swing)));
      const std::string name = "p" + std::to_string(pool);
      world.AddZone(name, day);
      world.AddSite(name, name);
      const double near = draw(0, 0.3);
      world.forecasts.back().spread = {.near = near, .far = near + draw(0, 0.3)};
      days.push_back(day);
    }
    Policy& policy = world.policy();
    policy.max_delay = absl::Hours(pick(0, 20));
    policy.saving_floor = draw(0, 0.2);
    policy.confidence = draw(0.5, 0.95);
    if (pick(0, 2) == 0) policy.fallback = Fallback::kHome;
    const std::shared_ptr<const Snapshot> snapshot = world.Publish();
    BookingLedger ledger;
    ledger.Rebase(LedgerBase(world.capacity), world.now);
    const Plan expected = Oracle(world, days, snapshot).Choose();
    const Decision decision = Decide(world.Job(), *snapshot, ledger, world.now);
    ASSERT_TRUE(decision.chosen.has_value()) << decision.reason;
    ASSERT_EQ(decision.chosen->pool, "p" + std::to_string(expected.pool)) << "trial " << trial;
    ASSERT_EQ(decision.chosen->start, world.Hour(expected.hour)) << "trial " << trial;
    kept += decision.outcome == Outcome::kKeptHome;
    fell_back +=
        decision.reason == "the cleanest site; no other plan is likely enough to save more";
    moved += expected.pool != 0;
    delayed += expected.hour != 0;
  }
  // All of it is met often enough to be tested.
  EXPECT_GT(kept, 150);
  EXPECT_GT(fell_back, 50);
  EXPECT_GT(moved, 500);
  EXPECT_GT(delayed, 500);
}

}  // namespace
}  // namespace carbon
