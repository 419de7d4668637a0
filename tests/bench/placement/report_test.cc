#include "bench/placement/report.h"

#include "gtest/gtest.h"

namespace carbon {
namespace {

// Two blocks of a cell in which the rule saves half of what the oracle does, and one in which it
// emits more than the static best site.
struct Example {
  StudyPlan plan;
  StudyResult result;

  Example() {
    plan.federations = {{"A", "B"}, {"C"}};
    plan.runtimes = {absl::Hours(6)};
    plan.slacks = {absl::Hours(24)};
    plan.rules = {{"rule", 0, 0}};
    result.static_best = {"A", "C"};
    Add(0, 500);
    Add(1, 620);
  }
  void Add(size_t federation, double emitted) {
    CellSums sums;
    sums.at_home = 1000, sums.static_best = 600, sums.oracle = 400;
    RuleSums rule;
    rule.emitted = emitted;
    rule.jobs = 10, rule.shifted = 8, rule.worse = 1, rule.harm = 4, rule.shifted_at_home = 800;
    rule.by_stated[9] = {8, 7.6, 7};
    sums.rules = {rule};
    result.cells.push_back({federation, plan.runtimes[0], plan.slacks[0], {sums, sums}});
  }
};

TEST(Report, SavingTable) {
  const Example example;
  EXPECT_EQ(SavingTable(example.plan, example.result),
            "| job/slack, h | federation | static best | oracle | rule |\n"
            "|---|---|--:|--:|--:|\n"
            "| 6/24 | A B | 40.0 | 60.0 | 50.0 (50) |\n"
            "| 6/24 | C | 40.0 | 60.0 | 38.0 (-10) |\n");
}

TEST(Report, DifferenceTableMarksWhatIsBelowStaticBest) {
  const Example example;
  EXPECT_EQ(DifferenceTable(example.plan, example.result),
            "| job/slack, h | federation | rule |\n"
            "|---|---|--:|\n"
            "| 6/24 | A B | +10.00 (+10.00 to +10.00) |\n"
            "| 6/24 | C | **-2.00 (-2.00 to -2.00)** |\n");
}

TEST(Report, MeanShareTable) {
  const Example example;
  EXPECT_EQ(MeanShareTable(example.plan, example.result),
            "| job/slack, h | rule | share of the oracle | jobs shifted | of these worse than at "
            "home | harm |\n"
            "|---|---|--:|--:|--:|--:|\n"
            "| 6/24 | rule | 20.0 | 80.0 | 12.5 | 0.50 |\n");
}

TEST(Report, ZoneTable) {
  const Example example;
  EXPECT_EQ(ZoneTable(example.plan, example.result),
            "| zone; jobs of 6 h | rule |\n"
            "|---|--:|\n"
            "| A B | 50 |\n"
            "| C | -10 |\n"
            "| mean | 20 |\n");
}

TEST(Report, WorseTable) {
  const Example example;
  EXPECT_EQ(WorseTable(example.plan, example.result),
            "| rule | jobs shifted | worse than at home | so said the scenarios |\n"
            "|---|--:|--:|--:|\n"
            "| rule | 80.0 | 12.5 | 5.0 |\n");
}

TEST(Report, CalibrationTable) {
  const Example example;
  EXPECT_EQ(CalibrationTable(example.plan, example.result),
            "| realised less stated, by stated probability | .5-.6 | .6-.7 | .7-.8 | .8-.9 | .9-1 "
            "|\n"
            "|---|--:|--:|--:|--:|--:|\n"
            "| rule | - | - | - | - | -7.5 (-7.5 to -7.5) of 32 |\n");
}

TEST(Report, TraceTable) {
  EXPECT_EQ(TraceTable({{"rule", 0, 0}}, {{"ES", {0.815, {0.9384}}}}),
            "| zone | oracle | rule |\n"
            "|---|--:|--:|\n"
            "| ES | 0.815 | 0.938 |\n");
}

TEST(Report, CalibrationByFederation) {
  const Example example;
  EXPECT_EQ(CalibrationByFederation(example.plan, example.result, 0),
            "| realised less stated, by stated probability | .5-.6 | .6-.7 | .7-.8 | .8-.9 | .9-1 "
            "|\n"
            "|---|--:|--:|--:|--:|--:|\n"
            "| A B | - | - | - | - | -7.5 (-7.5 to -7.5) of 16 |\n"
            "| C | - | - | - | - | -7.5 (-7.5 to -7.5) of 16 |\n");
}

TEST(Report, NotesNameStaticBestSitesAndWhatWasLeftOut) {
  Example example;
  EXPECT_EQ(Notes(example.plan, example.result), "\nStatic best, by the year before: A of A B.\n");
  example.result.static_best = {"", "C"};
  example.result.left_out = {"A B: B is not known"};
  EXPECT_EQ(Notes(example.plan, example.result), "\nLeft out: A B: B is not known.\n");
}

TEST(Report, KeptFitsTable) {
  const Example published;
  KeptFitsComparison comparison;
  comparison.published = comparison.kept = published.result;
  for (StudyCell& cell : comparison.kept.cells) {
    for (CellSums& block : cell.blocks) block.rules[0].emitted += 10;
  }
  EXPECT_EQ(KeptFitsTable(published.plan, comparison),
            "| job/slack, h | federation | published | replay | difference, points |\n"
            "|---|---|--:|--:|--:|\n"
            "| 6/24 | A B | 50.0 | 45.0 | -5.0 (-5.0 to -5.0) |\n"
            "| 6/24 | C | -10.0 | -15.0 | -5.0 (-5.0 to -5.0) |\n");
}

}  // namespace
}  // namespace carbon
