#include "bench/placement/scoring.h"

#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"

namespace carbon {
namespace {

double SumOf(const std::vector<double>& hours, size_t from, size_t count) {
  double sum = 0;
  for (size_t i = from; i < from + count; ++i) sum += hours[i];
  return sum;
}

TEST(OraclePlan, IsTheBestOfAllZonesAndStarts) {
  const std::vector<std::vector<double>> hours = {MadeUpHours(1, 300, 20), MadeUpHours(2, 310, 20)};
  const ZoneRecord a = RecordOf("A", hours[0]), b = RecordOf("B", hours[1]);
  for (const size_t now : {0, 17, 100, 250}) {
    for (const size_t runtime : {1, 6, 24}) {
      for (const size_t slack : {0, 6, 24}) {
        double least = INFINITY;
        for (size_t zone = 0; zone < 2; ++zone) {
          for (size_t start = now; start <= now + slack; ++start) {
            least = std::min(least, SumOf(hours[zone], start, runtime));
          }
        }
        const absl::Duration length = absl::Hours(static_cast<int64_t>(runtime));
        const auto plan = OraclePlan({&a, &b}, GridDay(0, static_cast<int>(now)), length,
                                     absl::Hours(static_cast<int64_t>(slack)));
        ASSERT_TRUE(plan.has_value());
        EXPECT_GE(plan->start, GridDay(0, static_cast<int>(now)));
        EXPECT_LE(plan->start, GridDay(0, static_cast<int>(now + slack)));
        EXPECT_NEAR(Realised({&a, &b}, *plan, length)->value(),
                    least / static_cast<double>(runtime), 1e-9);
      }
    }
  }
}

TEST(OraclePlan, IsAbsentWhereAnyRunIsNotKnown) {
  const ZoneRecord longer = RecordOf("A", std::vector<double>(48, 100));
  const ZoneRecord shorter = RecordOf("B", std::vector<double>(47, 100));
  const auto plan = [&](const ZoneRecord& other, int slack) {
    return OraclePlan({&longer, &other}, GridDay(0), absl::Hours(24), absl::Hours(slack));
  };
  EXPECT_TRUE(plan(longer, 24).has_value());
  EXPECT_FALSE(plan(shorter, 24).has_value());
  EXPECT_TRUE(plan(shorter, 23).has_value());
}

TEST(AddJob, CountsWhatIsShiftedAndWhatEndsWorse) {
  RuleSums sums;
  AddJob(GramsPerKilowattHour(100), GramsPerKilowattHour(100), std::nullopt, &sums);
  AddJob(GramsPerKilowattHour(60), GramsPerKilowattHour(100), 0.95, &sums);
  AddJob(GramsPerKilowattHour(110), GramsPerKilowattHour(100), 0.75, &sums);
  AddJob(GramsPerKilowattHour(100), GramsPerKilowattHour(100), 1.0, &sums);
  EXPECT_EQ(sums.jobs, 4);
  EXPECT_EQ(sums.emitted, 370);
  EXPECT_EQ(sums.shifted, 3);
  EXPECT_EQ(sums.shifted_at_home, 300);
  EXPECT_EQ(sums.worse, 1);
  EXPECT_EQ(sums.harm, 10);
  EXPECT_EQ(sums.by_stated[7].jobs, 1);
  EXPECT_EQ(sums.by_stated[7].saved, 0);
  // 1 belongs to the last bin; what is equal has not saved.
  EXPECT_EQ(sums.by_stated[9].jobs, 2);
  EXPECT_EQ(sums.by_stated[9].stated, 1.95);
  EXPECT_EQ(sums.by_stated[9].saved, 1);
}

TEST(CellSums, AddUp) {
  CellSums one;
  one.at_home = 8, one.static_best = 4, one.oracle = 2;
  one.rules.resize(1);
  AddJob(GramsPerKilowattHour(5), GramsPerKilowattHour(8), 0.9, &one.rules[0]);
  CellSums sum;
  sum += one;
  sum += one;
  EXPECT_EQ(sum.at_home, 16);
  EXPECT_EQ(sum.static_best, 8);
  EXPECT_EQ(sum.oracle, 4);
  EXPECT_EQ(sum.rules[0].emitted, 10);
  EXPECT_EQ(sum.rules[0].by_stated[9].saved, 2);
}

TEST(OracleShare, IsOneForTheOracleAndZeroForStaticBest) {
  CellSums cell;
  cell.at_home = 100, cell.static_best = 60, cell.oracle = 40;
  EXPECT_EQ(OracleShare(40, cell), 1);
  EXPECT_EQ(OracleShare(60, cell), 0);
  EXPECT_EQ(OracleShare(65, cell), -0.25);
  EXPECT_DOUBLE_EQ(SavedShare(65, cell.at_home), 0.35);
  cell.oracle = 60;
  EXPECT_TRUE(std::isnan(OracleShare(60, cell)));
}

}  // namespace
}  // namespace carbon
