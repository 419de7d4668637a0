#include "bench/placement/study.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "bench/placement/trace_study.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

constexpr int kDays = 190;
const absl::Time kChange = GridDay(170, 9);

struct Grids {
  std::vector<double> a = MadeUpHours(1, 300, kDays);
  std::vector<double> b = MadeUpHours(2, 320, kDays);
};

// The same until kChange, everything else after it.
Grids Changed() {
  Grids grids;
  const auto from = static_cast<size_t>(absl::ToInt64Hours(kChange - kGridBegin));
  for (size_t hour = from; hour < grids.a.size(); ++hour) {
    grids.a[hour] = 900 - grids.a[hour] / 2;
    grids.b[hour] = 10 + static_cast<double>(hour % 7);
  }
  return grids;
}

ZoneRecords Read(const TemporaryFolder& folder, const Grids& grids) {
  ZoneRecords records;
  for (const auto& [zone, hours] : {std::pair("A", grids.a), std::pair("B", grids.b)}) {
    std::ofstream(folder.path() + "/" + zone + ".csv") << ToCsv(hours);
    absl::StatusOr<ZoneRecord> record = ReadZoneRecord(folder.path(), zone);
    EXPECT_TRUE(record.ok()) << record.status();
    records.emplace(zone, *std::move(record));
  }
  return records;
}

StudyPlan Plans() {
  StudyPlan plan;
  plan.federations = {{"A", "B"}, {"B"}};
  plan.runtimes = {absl::Hours(6), absl::Hours(24)};
  plan.slacks = {absl::Hours(24)};
  plan.rules = {
      {"no gate", -1e9, 0}, {"old rule", 0.05, 0.8, /*is_rule_1=*/true}, {"new rule", 0, 0.55}};
  plan.period = {GridDay(150), GridDay(180)};
  for (const int day : {152, 160, 166, 169, 170, 171, 175}) {
    plan.arrivals.push_back(GridDay(day, 9));
    plan.arrivals.push_back(GridDay(day, 20));
  }
  return plan;
}

struct StudyRun {
  StudyResult result;
  std::vector<StudyDecision> decisions;
};

StudyRun RunOn(const Grids& grids, const StudyPlan& plan) {
  const TemporaryFolder data, cache;
  StudyRun run;
  absl::StatusOr<StudyResult> result =
      RunStudy(plan, Read(data, grids), cache.path(),
               [&](const StudyDecision& decision) { run.decisions.push_back(decision); });
  EXPECT_TRUE(result.ok()) << result.status();
  if (result.ok()) run.result = *std::move(result);
  return run;
}

TEST(Study, NoDecisionLooksAtWhatComesAfterIt) {
  const StudyRun before = RunOn(Grids(), Plans()), after = RunOn(Changed(), Plans());
  ASSERT_EQ(before.decisions.size(), after.decisions.size());
  // Two runtimes, two rules, two homes and one.
  ASSERT_EQ(before.decisions.size(), Plans().arrivals.size() * 2 * 3 * 3);
  int same = 0, different = 0, shifted = 0;
  for (size_t i = 0; i < before.decisions.size(); ++i) {
    const StudyDecision& decision = before.decisions[i];
    // At kChange the hour that begins there is not known yet.
    if (decision.arrival <= kChange) {
      EXPECT_EQ(decision, after.decisions[i]) << decision.arrival;
      ++same;
      if (decision.plan != ZonePlan{decision.home, decision.arrival}) ++shifted;
    } else if (!(decision == after.decisions[i])) {
      ++different;
    }
  }
  // The test would see a look ahead: it has decisions on both sides, and they depend on the data.
  EXPECT_EQ(same, 9 * 18);
  EXPECT_GT(shifted, 30);
  EXPECT_GT(different, 10);
}

TEST(Study, AForecastIsMadeOnceAndThenReadToTheSameDecisions) {
  const TemporaryFolder data, cache;
  const ZoneRecords records = Read(data, Grids());
  StudyPlan plan = Plans();
  plan.arrivals.resize(4);
  std::vector<std::string> made;
  const auto note = [&](absl::string_view line) { made.emplace_back(line); };
  ASSERT_TRUE(MakeForecasts(records, plan.arrivals, cache.path(), note).ok());
  EXPECT_THAT(made, ::testing::ElementsAre("A: 4 forecasts made", "B: 4 forecasts made"));
  ASSERT_TRUE(MakeForecasts(records, plan.arrivals, cache.path(), note).ok());
  EXPECT_EQ(made.size(), 2u);

  std::vector<StudyDecision> warm;
  ASSERT_TRUE(RunStudy(plan, records, cache.path(), [&](const StudyDecision& decision) {
                warm.push_back(decision);
              }).ok());
  EXPECT_EQ(RunOn(Grids(), plan).decisions, warm);
  // One that was cut short is made again.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(cache.path())) {
    if (entry.is_regular_file()) std::filesystem::resize_file(entry.path(), 100);
  }
  std::vector<StudyDecision> again;
  ASSERT_TRUE(RunStudy(plan, records, cache.path(), [&](const StudyDecision& decision) {
                again.push_back(decision);
              }).ok());
  EXPECT_EQ(again, warm);
}

// Every sum of a cell, from the decisions and the hours themselves.
TEST(Study, ScoresWhatCame) {
  const Grids grids;
  StudyPlan plan = Plans();
  const StudyRun run = RunOn(grids, plan);
  const std::vector<const std::vector<double>*> zones = {&grids.a, &grids.b};
  const auto mean = [&](size_t zone, absl::Time start, absl::Duration runtime) {
    const auto from = static_cast<size_t>(absl::ToInt64Hours(start - kGridBegin));
    const auto count = static_cast<size_t>(absl::ToInt64Hours(runtime));
    double sum = 0;
    for (size_t i = from; i < from + count; ++i) sum += (*zones[zone])[i];
    return sum / static_cast<double>(count);
  };
  EXPECT_THAT(run.result.static_best, ::testing::ElementsAre("A", "B"));
  ASSERT_EQ(run.result.cells.size(), 4u);
  const StudyCell& cell = run.result.cells[1];  // A B, 24 h
  EXPECT_EQ(cell.runtime, absl::Hours(24));
  ASSERT_EQ(cell.blocks.size(), 3u);
  CellSums none;
  none.rules.resize(1);
  std::vector<CellSums> expected(3, none);
  for (const StudyDecision& decision : run.decisions) {
    if (decision.federation != 0 || decision.runtime != cell.runtime || decision.rule != 1)
      continue;
    CellSums& sums =
        expected[static_cast<size_t>((decision.arrival - GridDay(150)) / absl::Hours(14 * 24))];
    sums.at_home += mean(decision.home, decision.arrival, cell.runtime);
    sums.static_best += mean(0, decision.arrival, cell.runtime);
    sums.rules[0].emitted += mean(decision.plan.zone, decision.plan.start, cell.runtime);
    double least = INFINITY;
    for (int wait = 0; wait <= 24; ++wait) {
      for (const size_t zone : {0, 1}) {
        least = std::min(least, mean(zone, decision.arrival + absl::Hours(wait), cell.runtime));
      }
    }
    sums.oracle += least;
  }
  for (size_t block = 0; block < 3; ++block) {
    EXPECT_NEAR(cell.blocks[block].at_home, expected[block].at_home, 1e-6);
    EXPECT_NEAR(cell.blocks[block].static_best, expected[block].static_best, 1e-6);
    EXPECT_NEAR(cell.blocks[block].oracle, expected[block].oracle, 1e-6);
    EXPECT_NEAR(cell.blocks[block].rules[1].emitted, expected[block].rules[0].emitted, 1e-6);
  }
  EXPECT_EQ(cell.Total().rules[1].jobs, 2.0 * static_cast<double>(plan.arrivals.size()));
}

TEST(Study, LeavesOutWhatIsNotKnown) {
  StudyPlan plan = Plans();
  plan.arrivals = {GridDay(186, 9), GridDay(188, 9)};  // data end with day 189
  plan.period = {GridDay(150), GridDay(190)};
  const StudyRun run = RunOn(Grids(), plan);
  EXPECT_EQ(run.result.cells[0].Total().rules[0].jobs, 4);  // 6 h and a day of slack
  EXPECT_EQ(run.result.cells[1].Total().rules[0].jobs, 2);  // 24 h and a day of slack

  plan.period.from = GridDay(90);  // a quarter of a year is 91 days and 6 hours
  plan.arrivals = {GridDay(120)};
  const StudyRun early = RunOn(Grids(), plan);
  EXPECT_TRUE(early.result.cells.empty());
  EXPECT_THAT(early.result.left_out,
              ::testing::ElementsAre("A B: B is not known in the year before",
                                     "B: B is not known in the year before"));

  plan.period.from = GridDay(150);
  plan.arrivals = {GridDay(188, 9)};
  const StudyRun late = RunOn(Grids(), plan);
  EXPECT_TRUE(late.result.cells.empty());
  EXPECT_THAT(late.result.left_out,
              ::testing::ElementsAre("A B: no job has forecasts and a known outcome",
                                     "B: no job has forecasts and a known outcome"));
}

// In a grid that repeats itself the past tells the future.
TEST(RunTrace, ReachesTheOracleWhereEachDayIsLikeTheLast) {
  std::vector<double> hours;
  for (int hour = 0; hour < 24 * 120; ++hour) hours.push_back(hour % 24 < 8 ? 100 : 400);
  const ZoneRecord record = RecordOf("A", hours);
  const TemporaryFolder cache;
  const std::vector<GaiaJob> jobs = {{absl::Seconds(0), absl::Minutes(90), 1},
                                     {absl::Minutes(70), absl::Hours(4), 3}};
  const auto result = RunTrace(jobs, GridDay(100, 10), record,
                               {{"no gate", -1e9, 0}, {"never", 0, 2}}, cache.path());
  ASSERT_TRUE(result.ok()) << result.status();
  // The short one may wait six hours, which reaches no clean hour; the long one a day.
  const double at_once = 1.5 * 400 + 3 * 4 * 400, best = 1.5 * 400 + 3 * 4 * 100;
  EXPECT_NEAR(result->oracle, best / at_once, 1e-9);
  EXPECT_NEAR(result->rules[0], best / at_once, 1e-9);
  EXPECT_NEAR(result->rules[1], 1, 1e-9);

  EXPECT_EQ(RunTrace(jobs, GridDay(119, 10), record, {}, cache.path()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace carbon
