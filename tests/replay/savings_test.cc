#include "replay/savings.h"

#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/replay/small_world.h"

namespace carbon {
namespace {

const absl::Time kNoon = GridDay(30, 12);  // 31 January

// Jobs of anna in January and of ben in February, with footprints that are easy to add up.
class Savings : public testing::Test {
 protected:
  Savings() : world_(std::vector<double>(24, 500), std::vector<double>(24, 100), 1) {
    world_.Add(kNoon, absl::Hours(1));
    world_.Add(kNoon + absl::Hours(24), absl::Hours(2));
    world_.trace.jobs[0].account = world_.trace.names.Add("anna");
    world_.trace.jobs[1].account = world_.trace.names.Add("ben");
    result_.shapes = {{1, 8, 64, "option"}, {1, 8, 64, "option"}};
    result_.jobs.push_back(Replayed(0, 100, 40));
    result_.jobs.push_back(Replayed(1, 200, 200));
    result_.jobs[1].policy = 0;
    result_.jobs[1].enforced.footprint->consequential.reset();
  }

  ReplayedJob Replayed(uint32_t index, double home, double enforced) const {
    const TraceJob& traced = world_.trace.jobs[index];
    ReplayedJob job;
    job.job = index;
    job.eligible = job.planned = traced.submit;
    job.home = {.pool = 0,
                .start = traced.submit,
                .runtime = traced.elapsed,
                .footprint = RunFootprint{KilowattHours(1), GramsCo2e(home), GramsCo2e(home / 2)}};
    job.enforced = {
        .pool = 1,
        .start = traced.submit,
        .runtime = traced.elapsed,
        .footprint = RunFootprint{KilowattHours(2), GramsCo2e(enforced), GramsCo2e(enforced / 2)}};
    return job;
  }

  std::vector<SavingsRow> Sum(GroupBy by) const {
    return SumSavings(world_.trace, world_.config, result_, by);
  }

  SmallWorld world_;
  ReplayResult result_;
};

TEST_F(Savings, AddsUpEnergyAndEmission) {
  const std::vector<SavingsRow> rows = Sum(GroupBy::kTotal);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].name, "total");
  EXPECT_EQ(rows[0].home.jobs, 2);
  EXPECT_EQ(rows[0].home.gross, GramsCo2e(300));
  EXPECT_EQ(rows[0].enforced.gross, GramsCo2e(240));
  EXPECT_EQ(rows[0].enforced.energy, KilowattHours(4));
}

// What is known of one run only would compare unequal jobs.
TEST_F(Savings, CountsTheConsequentialWhereItIsKnownOfBothRuns) {
  const SavingsRow row = Sum(GroupBy::kTotal).at(0);
  EXPECT_EQ(row.home.consequential_jobs, 1);
  EXPECT_EQ(row.home.consequential, GramsCo2e(50));
  EXPECT_EQ(row.enforced.consequential, GramsCo2e(20));
}

TEST_F(Savings, GroupsByWhatJobsAreAndWhereTheyRun) {
  const auto names = [&](GroupBy by) {
    std::vector<std::string> names;
    for (const SavingsRow& row : Sum(by)) names.push_back(row.name);
    return names;
  };
  using Strings = std::vector<std::string>;
  EXPECT_EQ(names(GroupBy::kAccount), (Strings{"anna", "ben"}));
  EXPECT_EQ(names(GroupBy::kMonth), (Strings{"2020-01", "2020-02"}));
  EXPECT_EQ(names(GroupBy::kPolicy), (Strings{"all", "none"}));
  EXPECT_EQ(names(GroupBy::kSite), (Strings{kClean, kDirty}));
  const std::vector<SavingsRow> sites = Sum(GroupBy::kSite);
  EXPECT_EQ(sites[0].home.jobs, 0);
  EXPECT_EQ(sites[0].enforced.gross, GramsCo2e(240));
  EXPECT_EQ(sites[1].home.gross, GramsCo2e(300));
}

TEST_F(Savings, LeavesOutAJobWhoseFootprintIsNotKnown) {
  result_.jobs[0].home.footprint.reset();
  const SavingsRow row = Sum(GroupBy::kTotal).at(0);
  EXPECT_EQ(row.home.jobs, 1);
  EXPECT_EQ(row.enforced.gross, GramsCo2e(200));
}

TEST_F(Savings, TellsPlannedDelaysFromHarm) {
  ReplayedJob& delayed = result_.jobs[0];
  delayed.planned = delayed.eligible + absl::Hours(5);
  delayed.enforced.start = delayed.planned + absl::Minutes(10);
  ReplayedJob& late = result_.jobs[1];
  late.home.start = late.eligible + absl::Minutes(2);
  late.enforced.start = late.eligible + absl::Minutes(32);
  const WaitReport waits = SummarizeWaits(world_.trace, result_);
  EXPECT_EQ(waits.home.mean, absl::Minutes(1));
  EXPECT_EQ(waits.home.max, absl::Minutes(2));
  EXPECT_EQ(waits.enforced.p95, absl::Minutes(310));
  EXPECT_EQ(waits.delayed, 1);
  EXPECT_EQ(waits.delayed_mean, absl::Hours(5));
  EXPECT_EQ(waits.harmed, 2);
  EXPECT_EQ(waits.harmed_mean, absl::Minutes(20));
  EXPECT_EQ(waits.harmed_max, absl::Minutes(30));
  EXPECT_EQ(waits.recorded_jobs, 0);
}

TEST_F(Savings, CountsTheJobsThatEmitMore) {
  result_.jobs[1].enforced.footprint->gross = GramsCo2e(230);
  const WaitReport waits = SummarizeWaits(world_.trace, result_);
  EXPECT_EQ(waits.dearer, 1);
  EXPECT_EQ(waits.dearer_by, GramsCo2e(30));
}

TEST_F(Savings, CountsTheDeadlinesMissed) {
  for (TraceJob& job : world_.trace.jobs) job.deadline = job.submit + absl::Hours(2);
  result_.jobs[0].enforced.start += absl::Hours(2);
  const WaitReport waits = SummarizeWaits(world_.trace, result_);
  EXPECT_EQ(waits.deadlines, 2);
  EXPECT_EQ(waits.missed_home, 0);
  EXPECT_EQ(waits.missed_enforced, 1);
}

// Every day saves the same share, so that any days that are drawn do.
TEST_F(Savings, AnIntervalIsOfTheSavedShare) {
  EXPECT_FALSE(Sum(GroupBy::kTotal).at(0).saved_share.has_value());  // two days are too few
  world_.trace.jobs.clear();
  result_.jobs.clear();
  for (int day = 0; day < 10; ++day) {
    world_.Add(kNoon + absl::Hours(24 * day), absl::Hours(1));
    result_.jobs.push_back(Replayed(static_cast<uint32_t>(day), 100, 75));
  }
  const auto interval = Sum(GroupBy::kTotal).at(0).saved_share;
  ASSERT_TRUE(interval.has_value());
  EXPECT_DOUBLE_EQ(interval->low, 0.25);
  EXPECT_DOUBLE_EQ(interval->high, 0.25);
  // One day that saves nothing widens it downwards, to below the share and not to zero.
  result_.jobs[3].enforced.footprint->gross = GramsCo2e(100);
  const auto wider = Sum(GroupBy::kTotal).at(0).saved_share;
  ASSERT_TRUE(wider.has_value());
  EXPECT_LT(wider->low, 0.225);
  EXPECT_GT(wider->low, 0.1);
  EXPECT_DOUBLE_EQ(wider->high, 0.25);
}

TEST_F(Savings, AnIntervalOfALongHistoryDrawsWeeks) {
  world_.trace.jobs.clear();
  result_.jobs.clear();
  // Sixty days in nine or ten weeks: what differs within a week does not widen the interval.
  for (int day = 0; day < 63; ++day) {
    world_.Add(kNoon + absl::Hours(24 * day), absl::Hours(1));
    result_.jobs.push_back(Replayed(static_cast<uint32_t>(day), 100, day % 7 < 3 ? 100 : 50));
  }
  const auto interval = Sum(GroupBy::kTotal).at(0).saved_share;
  ASSERT_TRUE(interval.has_value());
  EXPECT_LT(interval->high - interval->low, 0.06);
}

TEST_F(Savings, ComparesWithTheWaitsThatWereRecorded) {
  world_.trace.jobs[0].start = world_.trace.jobs[0].submit + absl::Minutes(3);
  const WaitReport waits = SummarizeWaits(world_.trace, result_);
  EXPECT_EQ(waits.recorded_jobs, 1);
  EXPECT_EQ(waits.recorded.mean, absl::Minutes(3));
}

// From the first submission to the last are 24 hours: one of them is in use.
// Of jobs of one hour on 8 devices and of two hours on 16.
TEST_F(Savings, ComparesLimitsWithRuntimesByDeviceHours) {
  world_.trace.jobs[0].limit = absl::Hours(10);
  world_.trace.jobs[1].limit = absl::Hours(4);
  world_.trace.jobs[1].devices = 16;
  result_.jobs[0].outcome = Outcome::kPlaced;
  result_.jobs[1].outcome = Outcome::kKeptHome;
  result_.jobs[1].is_planned_by_limit = true;
  const LimitReport both = SummarizeLimits(world_.trace, result_);
  EXPECT_EQ(both.jobs, 2);
  EXPECT_EQ(both.planned_by_limit, 1);
  EXPECT_DOUBLE_EQ(both.ratio, (10 * 8 + 4 * 16) / (1.0 * 8 + 2 * 16));
  // Without devices they are weighted by CPUs, 64 each.
  for (TraceJob& job : world_.trace.jobs) job.devices = 0;
  EXPECT_DOUBLE_EQ(SummarizeLimits(world_.trace, result_).ratio, 14 / 3.0);
  // A job that is left alone is planned by nobody.
  result_.jobs[0].outcome = Outcome::kLeftAlone;
  EXPECT_DOUBLE_EQ(SummarizeLimits(world_.trace, result_).ratio, 2);
  result_.jobs.clear();
  EXPECT_DOUBLE_EQ(SummarizeLimits(world_.trace, result_).ratio, 1);
}

TEST_F(Savings, UtilisationIsTheShareOfDevicesInUse) {
  const std::vector<PoolUtilisation> used = Utilisation(world_.trace, world_.config, result_);
  EXPECT_DOUBLE_EQ(used[0].home, 1.0 / 24);
  EXPECT_DOUBLE_EQ(used[0].enforced, 0);
  EXPECT_DOUBLE_EQ(used[1].enforced, 1.0 / 24);
}

TEST_F(Savings, NodesThatAreFreeDrawIdlePower) {
  world_.config.hardware["h100-sxm"].free = {Watts(100), Quality::kMeasured, "set"};
  const std::vector<PoolUtilisation> used = Utilisation(world_.trace, world_.config, result_);
  // 8 devices of 100 W, PUE 1.1, for 24 hours; one of them in use.
  ASSERT_TRUE(used[0].idle_home.has_value() && used[0].idle_enforced.has_value());
  EXPECT_NEAR(used[0].idle_home->value(), 0.88 * 23, 1e-9);
  EXPECT_NEAR(used[0].idle_enforced->value(), 0.88 * 24, 1e-9);
  world_.config.pools[0].powers_down = true;
  world_.config.hardware["h100-sxm"].free.reset();
  const std::vector<PoolUtilisation> down = Utilisation(world_.trace, world_.config, result_);
  EXPECT_EQ(down[0].idle_home, KilowattHours(0));
  EXPECT_FALSE(down[1].idle_home.has_value());
}

TEST_F(Savings, EnergyIsInTheHoursInWhichItIsDrawn) {
  result_.jobs.resize(1);
  result_.jobs[0].home.start = kNoon + absl::Minutes(45);
  result_.jobs[0].home.runtime = absl::Hours(1);
  const HourlyProfile profile = ProfileByHour(result_, absl::UTCTimeZone());
  EXPECT_NEAR(profile.home[12].value(), 0.25, 1e-12);
  EXPECT_NEAR(profile.home[13].value(), 0.75, 1e-12);
  EXPECT_NEAR(profile.enforced[12].value(), 2, 1e-12);
  absl::TimeZone india;
  ASSERT_TRUE(absl::LoadTimeZone("Asia/Kolkata", &india));  // 5:30 hours ahead
  const HourlyProfile there = ProfileByHour(result_, india);
  EXPECT_NEAR(there.home[18].value(), 0.75, 1e-12);
  EXPECT_NEAR(there.home[19].value(), 0.25, 1e-12);
}

TEST(ParseGroupBy, NamesWhatItKnows) {
  EXPECT_EQ(*ParseGroupBy("month"), GroupBy::kMonth);
  EXPECT_EQ(ParseGroupBy("week").status(),
            absl::InvalidArgumentError(
                "\"week\" is not one of total, policy, account, user, site, pool, month"));
}

}  // namespace
}  // namespace carbon
