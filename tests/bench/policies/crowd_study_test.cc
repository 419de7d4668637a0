#include "bench/policies/crowd_study.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/replay/forecasts/synthetic_grid.h"

namespace carbon {
namespace {

class CrowdStudy : public testing::Test {
 protected:
  CrowdStudy() {
    records_.push_back(RecordOf("north", MadeUpHours(1, 200, 12)));
    records_.push_back(RecordOf("south", MadeUpHours(2, 300, 12)));
    for (const char* name : {"north", "south"}) zones_.push_back({.name = name});
    actuals_ = {{&zones_[0], &records_[0]}, {&zones_[1], &records_[1]}};
  }

  CrowdResult Run(const CrowdPlan& plan) const {
    const absl::StatusOr<CrowdResult> result = RunCrowd(
        MakeCrowd(plan), actuals_,
        {"run-now", "static-best", "lowest-window", "carbon-time", "cats", "threshold", "placer"},
        nullptr, absl::Seconds(30));
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : CrowdResult();
  }

  std::vector<ZoneRecord> records_;
  std::vector<ZoneConfig> zones_;
  std::vector<ZoneActuals> actuals_;
};

TEST_F(CrowdStudy, NobodyIsBelowTheBounds) {
  for (const int64_t nodes : {4, 8, 100}) {
    CrowdPlan plan;
    plan.zones = {"north", "south"};
    plan.nodes = nodes;
    plan.jobs = 20;
    plan.from = GridDay(1);
    plan.over = nodes == 4 ? absl::Hours(48) : absl::ZeroDuration();
    plan.seed = static_cast<uint32_t>(nodes);
    const CrowdResult result = Run(plan);
    ASSERT_EQ(result.outcomes.size(), 7u);
    const double rounding = 1e-6 * result.bounds.home;
    EXPECT_LE(result.bounds.no_capacity, result.bounds.capacity + rounding);
    EXPECT_LE(result.bounds.capacity, result.bounds.joint + rounding);
    for (const CrowdOutcome& outcome : result.outcomes) {
      EXPECT_GE(outcome.emitted, result.bounds.capacity - rounding) << outcome.name;
    }
    EXPECT_NEAR(result.outcomes.front().emitted, result.bounds.home, rounding);  // run-now
  }
}

// Where there is room for all, a Placer that knows what comes reaches the bound.
TEST_F(CrowdStudy, WithRoomForAllThePlacerIsAtTheBound) {
  CrowdPlan plan;
  plan.zones = {"north", "south"};
  plan.nodes = 100;
  plan.jobs = 20;
  plan.from = GridDay(1);
  const CrowdResult result = Run(plan);
  EXPECT_TRUE(result.bounds.is_optimal);
  EXPECT_NEAR(result.bounds.capacity / result.bounds.no_capacity, 1, 1e-6);
  EXPECT_NEAR(result.outcomes.back().emitted / result.bounds.no_capacity, 1, 0.01);
  EXPECT_EQ(result.outcomes.back().later, 0);
}

}  // namespace
}  // namespace carbon
