#include "replay/policies/policy_library.h"

#include <set>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/replay/policies/drawn_series.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

TEST(PolicyLibrary, MakesEachOfItsNames) {
  std::set<std::string> names;
  for (const PolicyName& name : PolicyNames()) {
    EXPECT_TRUE(MakePolicy(name.name).ok()) << name.name;
    EXPECT_TRUE(names.insert(name.name).second) << name.name;
  }
  EXPECT_EQ(PolicyNames().front().name, "run-now");
}

TEST(PolicyLibrary, NamesWhatItKnows) {
  const auto policy = MakePolicy("greenest");
  EXPECT_TRUE(absl::IsInvalidArgument(policy.status()));
  EXPECT_THAT(std::string(policy.status().message()),
              HasSubstr("\"greenest\" is not one of run-now, lowest-slot, "));
}

// A policy that says that it does not suspend has one run.
TEST(PolicyLibrary, PlansAreWhatTheyPromise) {
  std::mt19937 random(1);
  for (const PolicyName& name : PolicyNames()) {
    const auto policy = MakePolicy(name.name);
    ASSERT_TRUE(policy.ok());
    for (int round = 0; round < 50; ++round) {
      const IntensitySeries series = SeriesOf(DrawValues(&random, 72));
      const PolicyJob job = DrawJob(&random, 12, 24);
      const RunPlan plan =
          (*policy)->Plan(job, {.series = &series, .long_run_mean = GramsPerKilowattHour(120)});
      ASSERT_FALSE(plan.runs.empty()) << name.name;
      if (!(*policy)->suspends()) {
        EXPECT_EQ(plan.runs.size(), 1u) << name.name;
        EXPECT_LE(plan.runs[0].start, job.arrival + job.max_delay) << name.name;
      }
      EXPECT_GE(plan.runs[0].start, job.arrival) << name.name;
      const std::vector<TimeInterval> runs = RunsOf(plan, job.length);
      absl::Duration sum;
      for (const TimeInterval& run : runs) sum += run.end - run.start;
      EXPECT_EQ(sum, job.length) << name.name;
      EXPECT_LE(runs.back().end, job.arrival + job.length + job.max_delay) << name.name;
    }
  }
}

}  // namespace
}  // namespace carbon
