#include "core/outcome/run_place.h"

#include <string>

#include "gtest/gtest.h"

namespace carbon {
namespace {

// Two pools of the partition "gpu" that differ in their name alone, two of "mixed" that differ in
// their hardware, and one of "cpu".
PlacementConfig SampleConfig() {
  PlacementConfig config;
  config.sites = {{.name = "oslo", .zone = "NO", .pue = {1.1, Quality::kMeasured, ""}}};
  config.hardware["h100"] = {.name = "h100", .unit = AllocationUnit::kDevice};
  config.hardware["epyc"] = {.name = "epyc", .unit = AllocationUnit::kCore};
  const auto add = [&config](const char* name, const char* partition, const char* hardware) {
    config.pools.push_back(
        {.name = name, .site = "oslo", .partition = partition, .hardware = hardware});
  };
  add("a", "gpu", "h100");
  add("b", "gpu", "h100");
  add("c", "mixed", "h100");
  add("d", "mixed", "epyc");
  add("e", "cpu", "epyc");
  return config;
}

DecisionSummary Decided() {
  DecisionSummary decided;
  decided.outcome = Outcome::kPlaced;
  decided.mode = Mode::kEnforce;
  decided.home = PlanSummary{.pool = "home", .partition = "gpu", .zone = "DE", .units = 8};
  decided.chosen = PlanSummary{.pool = "chosen", .partition = "gpu", .zone = "FR", .units = 4};
  return decided;
}

TEST(RunPlaces, AreThoseOfThePlanThatTookEffectIfBothHaveThePartition) {
  const PlacementConfig config = SampleConfig();
  const RunPlaces places(config);
  DecisionSummary decided = Decided();
  const ActualRun run = {.partition = "gpu"};
  EXPECT_EQ(places.Of(decided, /*was_restored=*/false, run)->pool, "chosen");
  EXPECT_EQ(places.Of(decided, /*was_restored=*/true, run)->pool, "home");
  decided.mode = Mode::kShadow;
  const Known<RunPlace> home = places.Of(decided, /*was_restored=*/false, run);
  EXPECT_EQ(home->plan, &*decided.home);
  EXPECT_EQ(home->zone, "DE");
  decided.home->partition = "elsewhere";
  EXPECT_EQ(places.Of(decided, /*was_restored=*/false, run)->plan, &*decided.chosen);
}

TEST(RunPlaces, AreThePartitionsPoolWithoutAPlanThere) {
  const PlacementConfig config = SampleConfig();
  const RunPlaces places(config);
  const DecisionSummary none;
  const auto place_in = [&](const std::string& partition) {
    return places.Of(none, /*was_restored=*/false, {.partition = partition, .cpus = 64});
  };
  const Known<RunPlace> gpu = place_in("gpu");
  EXPECT_EQ(gpu->plan, nullptr);
  EXPECT_EQ(gpu->hardware, "h100");
  EXPECT_EQ(gpu->zone, "NO");
  EXPECT_EQ(gpu->units, std::nullopt);  // it is not known how many devices it had
  EXPECT_EQ(place_in("cpu")->units, 64);
  EXPECT_EQ(place_in("mixed").why(), WhyUnknown::kSeveralPools);
  EXPECT_EQ(place_in("debug").why(), WhyUnknown::kNoPool);
}

}  // namespace
}  // namespace carbon
