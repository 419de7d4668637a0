// The rule that chooses among plans (docs/placement.md), computed once more in the plainest way on
// random small worlds: every whole hour of every pool, no bound, no early end. Pools share zones,
// are busy for a while, differ in PUE and in what they draw without jobs; some jobs have a
// deadline.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/decision/decision.h"
#include "core/decision/gate.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

constexpr int kHours = 4;  // the job's runtime
constexpr int kMaxPools = kMaxCandidates + 4;

struct Plan {
  int pool;  // the home is 0
  int hour;
  double grams;
};

// What is random in a world besides its config and forecasts.
struct Circumstances {
  std::vector<std::vector<double>> days;  // of each zone, g/kWh by hour
  std::vector<int> zone;                  // of each pool
  std::vector<int> free_from;             // the hour from which each pool has room
  int latest;                             // the last hour at which the job may start
};

class Oracle {
 public:
  Oracle(const World& world, const Circumstances& around, std::shared_ptr<const Snapshot> snapshot)
      : world_(world), around_(around), snapshot_(std::move(snapshot)) {}

  Plan Choose() const {
    const Policy& policy = world_.config.policies.front();
    const Plan home = At(0, around_.free_from[0]);
    std::vector<Plan> plans;
    std::optional<int> static_best;
    for (int pool = 0; pool < Pools(); ++pool) {
      if (around_.free_from[static_cast<size_t>(pool)] > around_.latest) continue;
      const Plan first = At(pool, around_.free_from[static_cast<size_t>(pool)]);
      Plan least = first;
      for (int hour = first.hour + 1; hour <= around_.latest; ++hour) {
        if (At(pool, hour).grams < least.grams) least = At(pool, hour);
      }
      plans.push_back(first);
      plans.push_back(least);
      if (!static_best || MeanEmission(pool) < MeanEmission(*static_best)) static_best = pool;
    }
    Plan fallback = home;
    if (policy.fallback != Fallback::kHome && static_best.has_value()) {
      const Plan best = At(*static_best, around_.free_from[static_cast<size_t>(*static_best)]);
      if (best.grams < home.grams && best.hour <= home.hour) fallback = best;
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
  int Pools() const { return static_cast<int>(around_.zone.size()); }
  int Zone(int pool) const { return around_.zone[static_cast<size_t>(pool)]; }

  // Eight devices of 1 kW, less what they draw without the job where that is counted.
  Plan At(int pool, int hour) const {
    double grams = 0;
    for (int h = hour; h < hour + kHours; ++h) {
      grams += 8 * (1 - Idle(pool) / 1000) * around_.days[static_cast<size_t>(Zone(pool))][h % 24];
    }
    return {pool, hour, grams * Pue(pool)};
  }

  double Pue(int pool) const { return world_.config.sites[static_cast<size_t>(pool)].pue.value; }

  // Watts of a device, on average; zero where all that it draws is counted.
  double Idle(int pool) const {
    const auto idle_of = [this](int p) -> std::optional<double> {
      const PoolConfig& config = world_.config.pools[static_cast<size_t>(p)];
      const PoolState& state = world_.capacity.pools[static_cast<size_t>(p)];
      const auto& free = world_.config.hardware.at("h100").free;
      if (config.powers_down == true) return 0;
      const std::optional<double> stays = config.powers_down == false ? 1 : state.stays_powered;
      if (stays == 0) return 0;
      if (!stays.has_value() || !free.has_value()) return std::nullopt;
      return *stays * free->value.value();
    };
    if (world_.config.policies.front().minimise == Figure::kAttributional) return 0;
    for (int p = 0; p < Pools(); ++p) {
      // One that has no room in time is no candidate; home counts in any case.
      if (p > 0 && around_.free_from[static_cast<size_t>(p)] > around_.latest) continue;
      if (!idle_of(p).has_value()) return 0;
    }
    return *idle_of(pool);
  }

  double MeanEmission(int pool) const {
    return snapshot_->pools()[static_cast<size_t>(pool)].forecast->long_run_mean.value() *
           (1000 - Idle(pool)) * Pue(pool);
  }

  // In grams. Watts that two plans have in common do not count as an error.
  ErrorScenarios::Draws Draws(const Plan& plan, bool do_watts_err) const {
    const Snapshot::Pool& pool = snapshot_->pools()[static_cast<size_t>(plan.pool)];
    ErrorScenarios::Draws draws = snapshot_->scenarios().Integrate(
        pool.zone_index, pool.forecast->series, world_.Hour(plan.hour), absl::Hours(kHours));
    const ErrorScenarios::Draws pue =
        DrawFactor("pue/" + pool.site->name, 0.05 * (Pue(plan.pool) - 1) / Pue(plan.pool));
    const auto& free = world_.config.hardware.at("h100").free;
    const ErrorScenarios::Draws busy = DrawFactor("watts/h100", 0.05);
    const ErrorScenarios::Draws idle =
        DrawFactor("free/h100", free.has_value() ? RelativeSpread(free->quality) : 0);
    for (int s = 0; s < ErrorScenarios::kCount; ++s) {
      const double watts = do_watts_err ? std::max(0.0, 1000 * busy[s] - Idle(plan.pool) * idle[s])
                                        : 1000 - Idle(plan.pool);
      // From mg/kWh x s x W.
      draws[s] *= pue[s] * 8 * Pue(plan.pool) * watts / 3.6e9;
    }
    return draws;
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
    const bool do_watts_err = Idle(plan.pool) != Idle(fallback.pool);
    const ErrorScenarios::Draws with = Draws(plan, do_watts_err),
                                without = Draws(fallback, do_watts_err);
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
    const bool shifts = Zone(plan.pool) == Zone(fallback.pool) && plan.hour != fallback.hour;
    const double expected = shifts ? mean - 0.1 * deviation : mean;
    if (shifts) deviation *= 1.15;
    const Policy& policy = world_.config.policies.front();
    // The best guess alone must keep the floor too, as it is told to the user.
    return plan.grams <= (1 - policy.saving_floor) * fallback.grams &&
           expected >= policy.saving_floor * all &&
           Normal(expected / deviation) >= policy.confidence;
  }

  const World& world_;
  const Circumstances& around_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST(RuleOracle, ChoosesAsThePlainRuleDoesOnRandomWorlds) {
  std::mt19937 random(29);
  const auto draw = [&random](double low, double high) {
    return std::uniform_real_distribution<>(low, high)(random);
  };
  const auto pick = [&random](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  int kept = 0, fell_back = 0, moved = 0, delayed = 0, consequential = 0, waited_for_room = 0,
      in_time = 0, beside = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    World world;
    Circumstances around;
    const int pools = trial % 10 == 0 ? kMaxPools : pick(1, 4);
    const double swing = draw(0, 0.5);
    for (int pool = 0; pool < pools; ++pool) {
      const int zones = static_cast<int>(around.days.size());
      const bool is_beside = zones > 0 && pick(0, 4) == 0;
      around.zone.push_back(is_beside ? pick(0, zones - 1) : zones);
      if (!is_beside) {
        const double base = draw(50, 500);
        std::vector<double> day;
        for (int hour = 0; hour < 24; ++hour) day.push_back(base * (1 + draw(-swing, swing)));
        world.AddZone("z" + std::to_string(zones), day);
        const double near = draw(0, 0.3);
        world.forecasts.back().spread = {.near = near, .far = near + draw(0, 0.3)};
        around.days.push_back(day);
      }
      const std::string name = "p" + std::to_string(pool);
      world.AddSite(name, "z" + std::to_string(around.zone.back()));
      world.config.sites.back().pue.value = draw(1, 1.4);
      around.free_from.push_back(pick(0, 3) == 0 ? pick(1, 24) : 0);
      if (around.free_from.back() > 0) {
        world.capacity.uses.push_back({static_cast<uint32_t>(pool + 1),
                                       "",
                                       name,
                                       {world.now, world.Hour(around.free_from.back())},
                                       {.devices = 25}});
      }
    }
    Policy& policy = world.policy();
    policy.max_delay = absl::Hours(pick(0, 20));
    around.latest = static_cast<int>(policy.max_delay / absl::Hours(1));
    JobRequest job = world.Job();
    if (pick(0, 3) == 0) {
      const int latest = pick(0, 20);
      job.deadline = world.Hour(latest + kHours) + policy.margin;
      in_time += latest < around.latest;
      around.latest = std::min(around.latest, latest);
    }
    policy.saving_floor = draw(0, 0.2);
    policy.confidence = draw(0.5, 0.95);
    if (pick(0, 2) == 0) policy.fallback = Fallback::kHome;
    if (pick(0, 2) == 0) policy.minimise = Figure::kAttributional;
    if (pick(0, 3) > 0) {
      world.config.hardware["h100"].free =
          Sourced<Watts>{Watts(draw(0, 700)),
                         pick(0, 1) == 0 ? Quality::kMeasured : Quality::kEstimated, "made up"};
    }
    for (int pool = 0; pool < pools; ++pool) {
      const auto at = static_cast<size_t>(pool);
      if (pick(0, 20) > 0) world.capacity.pools[at].stays_powered = pick(0, 2) / 2.0;
      if (pick(0, 5) == 0) world.config.pools[at].powers_down = pick(0, 1) == 0;
    }
    const std::shared_ptr<const Snapshot> snapshot = world.Publish();
    BookingLedger ledger;
    ledger.Rebase(LedgerBase(world.capacity), world.now);
    const Plan expected = Oracle(world, around, snapshot).Choose();
    const Decision decision = Decide(job, *snapshot, ledger, world.now);
    ASSERT_TRUE(decision.chosen.has_value()) << ReasonText(decision.reason);
    ASSERT_EQ(decision.chosen->first().pool(), "p" + std::to_string(expected.pool))
        << "trial " << trial;
    ASSERT_EQ(decision.chosen->start(), world.Hour(expected.hour)) << "trial " << trial;
    kept += decision.outcome == Outcome::kKeptHome;
    fell_back += decision.reason.reason == Reason::kCleanestSite;
    moved += expected.pool != 0;
    consequential += decision.minimised == Figure::kConsequential;
    waited_for_room += around.free_from[static_cast<size_t>(expected.pool)] > 0;
    beside +=
        expected.pool != 0 && around.zone[static_cast<size_t>(expected.pool)] == around.zone[0];
    delayed += expected.hour != 0;
  }
  // All of it is met often enough to be tested.
  EXPECT_GT(kept, 150);
  EXPECT_GT(fell_back, 50);
  EXPECT_GT(moved, 500);
  EXPECT_GT(delayed, 500);
  EXPECT_GT(consequential, 500);
  EXPECT_GT(waited_for_room, 200);
  EXPECT_GT(in_time, 150);
  EXPECT_GT(beside, 50);
}

}  // namespace
}  // namespace carbon
