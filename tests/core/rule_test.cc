// The rule that chooses (docs/placement.md), computed once more in the plainest way on random small
// worlds: every whole hour of every pool, no bound, no early end.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <random>
#include <string>
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
    fell_back += decision.reason == "the cleanest site; no other plan is likely enough to save more";
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
