// How the predicted saving of many jobs errs: what shrinks in a sum, and what does not.
#include "cli/report/sums/predicted_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "cli/report/sums/shared_errors.h"
#include "core/config/placement_config.h"
#include "core/config/profile.h"

namespace carbon {
namespace {

const absl::Time kMonday = absl::FromCivil(absl::CivilDay(2026, 11, 2), absl::UTCTimeZone());
constexpr absl::Duration kDay = absl::Hours(24);

// Two sites with the same hardware. A PUE of 1 has no overhead that could err.
PlacementConfig ConfigWith(Quality watts, double pue = 1) {
  PlacementConfig config;
  config.sites = {{.name = "krakow", .zone = "PL", .pue = {pue, Quality::kSpecified, "test"}},
                  {.name = "oslo", .zone = "NO", .pue = {pue, Quality::kSpecified, "test"}}};
  HardwareProfile profile;
  profile.name = "h100-sxm";
  profile.busy = {Watts(1000), watts, "test"};
  config.hardware = {{"h100-sxm", profile}};
  config.pools = {{.name = "krakow", .site = "krakow", .hardware = "h100-sxm"},
                  {.name = "oslo", .site = "oslo", .hardware = "h100-sxm"}};
  return config;
}

PlanSummary PlanAt(const std::string& site, double grams) {
  PlanSummary plan;
  plan.pool = plan.site = site;
  plan.energy = KilowattHours(10);
  plan.gross = GramsCo2e(grams);
  return plan;
}

// A job of 1 kg that saves a share, give or take `error` of what it emits at home.
DecisionSummary Job(absl::Time time, double share, double error, const std::string& to = "oslo") {
  DecisionSummary summary;
  summary.time = time;
  summary.outcome = Outcome::kPlaced;
  summary.mode = Mode::kEnforce;
  summary.home = PlanAt("krakow", 1000);
  summary.chosen = PlanAt(to, 1000 * (1 - share));
  summary.saving = SavingSummary{.mean = GramsCo2e(1000 * share),
                                 .share = share,
                                 .share_low = share - error,
                                 .share_high = share + error};
  return summary;
}

PredictedSums SumsOf(const std::vector<DecisionSummary>& jobs, const PlacementConfig* config,
                     bool has_changed = true) {
  SharedErrors shared(config);
  PredictedSums sums;
  for (const DecisionSummary& job : jobs) {
    const PlanSummary& run = has_changed ? *job.chosen : *job.home;
    sums.AddPlans(job, run, has_changed, shared.Find(*job.home, run));
  }
  sums.Finish(shared);
  return sums;
}

TEST(PredictedSums, AddsTheErrorsOfForecastsInFullWithinAWeek) {
  const PlacementConfig config = ConfigWith(Quality::kMeasured);
  std::vector<DecisionSummary> jobs;
  for (int day = 0; day < 7; ++day) jobs.push_back(Job(kMonday + kDay * day, 0.5, 0.1));
  const PredictedSums sums = SumsOf(jobs, &config);
  ASSERT_TRUE(sums.saved.has_value());
  EXPECT_NEAR(sums.saved->share_low, 0.4, 1e-12);
  EXPECT_NEAR(sums.saved->share_high, 0.6, 1e-12);
  EXPECT_EQ(sums.saved->in_full, 0);
}

TEST(PredictedSums, TakesForecastsOfDifferentWeeksForIndependent) {
  const PlacementConfig config = ConfigWith(Quality::kMeasured);
  std::vector<DecisionSummary> jobs;
  for (int week = 0; week < 4; ++week) {
    // The last second of a week, and the first of the next, are four weeks in all.
    const absl::Time start = kMonday + kDay * 7 * week;
    jobs.push_back(Job(start, 0.5, 0.1));
    jobs.push_back(Job(start + kDay * 7 - absl::Seconds(1), 0.5, 0.1));
  }
  const PredictedSums sums = SumsOf(jobs, &config);
  EXPECT_NEAR(sums.saved->share_low, 0.5 - 0.1 / 2, 1e-12);
  EXPECT_NEAR(sums.saved->share_high, 0.5 + 0.1 / 2, 1e-12);
}

TEST(PredictedSums, KeepsTheErrorOfWattsInAMassAndCancelsItInAShare) {
  const PlacementConfig config = ConfigWith(Quality::kSpecified);
  std::vector<DecisionSummary> jobs;
  for (int week = 0; week < 100; ++week) jobs.push_back(Job(kMonday + kDay * 7 * week, 0.5, 0));
  const PredictedSums sums = SumsOf(jobs, &config);
  EXPECT_NEAR(sums.saved->share_low, 0.5, 1e-9);
  EXPECT_NEAR(sums.saved->share_high, 0.5, 1e-9);
  // One standard deviation is 30%; there are 64 scenarios.
  const double saved = sums.attributional.saved().value();
  EXPECT_NEAR((saved - sums.saved->low.value()) / saved, 1.645 * 0.3, 0.1);
  EXPECT_NEAR((sums.saved->high.value() - saved) / saved, 1.645 * 0.3, 0.1);
  ASSERT_TRUE(sums.run_energy.has_value());
  EXPECT_NEAR(sums.run_energy->second / sums.energy.run - 1, 1.645 * 0.3, 0.1);
}

TEST(PredictedSums, KeepsTheErrorOfPueOfJobsThatMove) {
  const PlacementConfig config = ConfigWith(Quality::kMeasured, /*pue=*/2);
  std::vector<DecisionSummary> moves, waits;
  for (int week = 0; week < 400; ++week) {
    moves.push_back(Job(kMonday + kDay * 7 * week, 0.5, 0.2));
    waits.push_back(Job(kMonday + kDay * 7 * week, 0.5, 0.2, "krakow"));
  }
  // 30% of half of each PUE, in half of what is emitted at home: 0.5 x sqrt(2) x 15%.
  const PredictedSums moved = SumsOf(moves, &config), waited = SumsOf(waits, &config);
  EXPECT_NEAR(0.5 - moved.saved->share_low, 1.645 * 0.5 * std::sqrt(2) * 0.15, 0.05);
  EXPECT_NEAR(0.5 - waited.saved->share_low, 0.2 / 20, 1e-9);
}

TEST(PredictedSums, AddsWholeIntervalsOfWhatCarbonJsonDoesNotHave) {
  std::vector<DecisionSummary> jobs;
  for (int week = 0; week < 9; ++week) jobs.push_back(Job(kMonday + kDay * 7 * week, 0.5, 0.1));
  const PredictedSums without = SumsOf(jobs, nullptr);
  EXPECT_NEAR(without.saved->share_low, 0.4, 1e-12);
  EXPECT_NEAR(without.saved->high.value(), 9 * 600, 1e-9);
  EXPECT_EQ(without.saved->in_full, 9);
  EXPECT_FALSE(without.run_energy.has_value());
  PlacementConfig config = ConfigWith(Quality::kMeasured);
  config.sites.pop_back();
  EXPECT_EQ(SumsOf(jobs, &config).saved->in_full, 9);
}

TEST(PredictedSums, AreCertainThatUnchangedJobsSaveNothing) {
  const PlacementConfig config = ConfigWith(Quality::kEstimated, /*pue=*/2);
  const PredictedSums sums =
      SumsOf({Job(kMonday, 0.5, 0.1), Job(kMonday, 0.3, 0.1)}, &config, /*has_changed=*/false);
  ASSERT_TRUE(sums.saved.has_value());
  EXPECT_EQ(sums.saved->low, GramsCo2e(0));
  EXPECT_EQ(sums.saved->high, GramsCo2e(0));
  EXPECT_EQ(sums.saved->share_high, 0);
}

TEST(PredictedSums, DoNotDependOnTheOrderInWhichPartsAreAdded) {
  const PlacementConfig config = ConfigWith(Quality::kSpecified, 1.5);
  SharedErrors shared(&config);
  PredictedSums whole, first, second;
  for (int day = 0; day < 30; ++day) {
    const DecisionSummary job = Job(kMonday + kDay * day, 0.3, 0.1, day % 3 ? "oslo" : "krakow");
    const Factors factors = shared.Find(*job.home, *job.chosen);
    whole.AddPlans(job, *job.chosen, true, factors);
    (day % 2 ? first : second).AddPlans(job, *job.chosen, true, factors);
  }
  first.Add(second);
  whole.Finish(shared);
  first.Finish(shared);
  EXPECT_NEAR(first.saved->low.value(), whole.saved->low.value(), 1e-6);
  EXPECT_NEAR(first.saved->share_high, whole.saved->share_high, 1e-9);
  EXPECT_NEAR(first.run_energy->first.value(), whole.run_energy->first.value(), 1e-6);
}

// Worlds in which watts, PUE and forecasts err as the sums assume: the interval has the true saving
// in nine of ten of them.
TEST(PredictedSums, HaveIntervalsThatContainTheTruthInNineOfTenWorlds) {
  constexpr int kWeeks = 12, kJobs = 5, kWorlds = 4000;
  constexpr double kDeviation = 0.08, kPue = 0.3 * (1.5 - 1) / 1.5;
  const PlacementConfig config = ConfigWith(Quality::kMeasured, 1.5);
  // What one job alone may be off: forecast and the two PUE.
  const double run = 0.4;
  const double alone = 1.645 * std::hypot(kDeviation, run * std::sqrt(2) * kPue);
  std::vector<DecisionSummary> jobs;
  for (int week = 0; week < kWeeks; ++week) {
    for (int job = 0; job < kJobs; ++job) {
      jobs.push_back(Job(kMonday + kDay * (7 * week + job), 1 - run, alone));
    }
  }
  const SavedInterval interval = *SumsOf(jobs, &config).saved;
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  int share_within = 0, mass_within = 0;
  for (int world = 0; world < kWorlds; ++world) {
    const double watts = 1 + 0.05 * normal(random);
    const double krakow = 1 + kPue * normal(random), oslo = 1 + kPue * normal(random);
    double share = 0;
    for (int week = 0; week < kWeeks; ++week) {
      share += (1 - run * oslo / krakow - kDeviation * normal(random)) / kWeeks;
    }
    const double mass = share * 1000 * kWeeks * kJobs * watts * krakow;
    share_within += interval.share_low <= share && share <= interval.share_high;
    mass_within += interval.low.value() <= mass && mass <= interval.high.value();
  }
  // What is shared has 64 scenarios, so the ends of its interval have an error of their own.
  EXPECT_NEAR(share_within / double(kWorlds), 0.9, 0.07);
  EXPECT_NEAR(mass_within / double(kWorlds), 0.9, 0.07);
}

}  // namespace
}  // namespace carbon
