#include "bench/placement/kept_fits.h"

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "replay/forecasts/known_forecasts.h"
#include "tests/replay/forecasts/synthetic_grid.h"

namespace carbon {
namespace {

StudyPlan PlanOf(const std::vector<std::string>& zones) {
  StudyPlan plan;
  plan.federations = {zones};
  plan.runtimes = {absl::Hours(6), absl::Hours(24)};
  plan.slacks = {absl::Hours(24)};
  plan.rules = {{"new rule", 0, 0.55}};
  plan.period = {GridDay(150), GridDay(180)};
  for (const int day : {152, 160, 166, 169, 171, 175}) plan.arrivals.push_back(GridDay(day, 9));
  return plan;
}

// The replay's own class of forecasts gives the same decisions.
TEST(CompareKeptFits, DecidesAsAReplayDoes) {
  ZoneRecords records;
  records.emplace("A", RecordOf("A", MadeUpHours(1, 300, 190)));
  records.emplace("B", RecordOf("B", MadeUpHours(2, 320, 190)));
  const StudyPlan plan = PlanOf({"A", "B"});
  const auto comparison = CompareKeptFits(plan, records);
  ASSERT_TRUE(comparison.ok()) << comparison.status();
  EXPECT_EQ(comparison->decisions, int64_t{6 * 2 * 2});  // arrivals, runtimes, homes
  EXPECT_EQ(comparison->forecasts, int64_t{6 * 2});
  EXPECT_GT(comparison->mean_difference, 0);
  EXPECT_LT(comparison->mean_difference, 0.1);

  std::map<std::string, ZoneConfig> zones;
  std::vector<ZoneActuals> actuals;
  for (const auto& [name, record] : records) {
    zones[name].name = name;
    actuals.push_back({&zones[name], &record});
  }
  OwnForecasts own(actuals, "");
  const ForecastAt as_in_replay = [&](const ZoneRecord& zone,
                                      absl::Time hour) -> absl::StatusOr<ZoneForecast> {
    const auto forecasts = own.At(hour);
    if (!forecasts.ok()) return forecasts.status();
    for (const ZoneForecast& forecast : *forecasts) {
      if (forecast.zone == zone.zone()) return forecast;
    }
    return absl::FailedPreconditionError("none");
  };
  const auto replayed = RunStudy(plan, records, as_in_replay);
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  ASSERT_EQ(replayed->cells.size(), comparison->kept.cells.size());
  for (size_t i = 0; i < replayed->cells.size(); ++i) {
    const CellSums kept = comparison->kept.cells[i].Total();
    EXPECT_EQ(replayed->cells[i].Total().rules[0].emitted, kept.rules[0].emitted);
    // The jobs are the same ones, so that shares can be compared.
    EXPECT_EQ(comparison->published.cells[i].Total().at_home, kept.at_home);
    EXPECT_EQ(comparison->published.cells[i].Total().oracle, kept.oracle);
  }
}

// Each day is like the last: whenever a regression was fitted, it says the same.
TEST(CompareKeptFits, FindsNoDifferenceWhereTheGridDoesNotChange) {
  std::vector<double> hours;
  for (int hour = 0; hour < 24 * 190; ++hour) hours.push_back(hour % 24 < 8 ? 100 : 400);
  ZoneRecords records;
  records.emplace("A", RecordOf("A", hours));
  const auto comparison = CompareKeptFits(PlanOf({"A"}), records);
  ASSERT_TRUE(comparison.ok()) << comparison.status();
  EXPECT_EQ(comparison->decisions, int64_t{6 * 2});
  EXPECT_EQ(comparison->different, 0);
  EXPECT_LT(comparison->mean_difference, 1e-3);
}

TEST(CompareKeptFits, SaysWhichZoneHasNoRecord) {
  EXPECT_EQ(CompareKeptFits(PlanOf({"A"}), {}).status(), absl::NotFoundError("A: no record"));
}

}  // namespace
}  // namespace carbon
