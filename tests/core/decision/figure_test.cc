// What is counted as a job's emission and as its saving: all that its hardware draws, or what it
// draws more than without the job.
#include <optional>
#include <string>

#include "core/decision/decision.h"
#include "core/record/user_message.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

using testing::HasSubstr;

// Nodes whose devices draw 1000 W at work and `free` without jobs, and stay powered in both sites.
World PoweredSites(double free) {
  World world = TwoSites();
  world.config.hardware["h100"].free = Sourced<Watts>{Watts(free), Quality::kMeasured, "made up"};
  for (const char* site : {"home", "away"}) world.state(site).stays_powered = 1;
  return world;
}

TEST(Figures, TellBothWhereFreeWattsAreKnown) {
  const Decision decision = PoweredSites(250).Place(World().Job());
  // 8 devices for 4 hours at 1 kW, and at the 750 W that the job adds.
  EXPECT_DOUBLE_EQ(decision.home->gross().value(), 32 * 500);
  EXPECT_DOUBLE_EQ(decision.home->consequential()->value(), 24 * 500);
  EXPECT_DOUBLE_EQ(decision.chosen->gross().value(), 32 * 60);
  EXPECT_DOUBLE_EQ(decision.chosen->consequential()->value(), 24 * 60);
  EXPECT_DOUBLE_EQ(decision.saving->mean.value(), 32 * 440);
  EXPECT_DOUBLE_EQ(decision.consequential_saving->mean.value(), 24 * 440);
  EXPECT_NEAR(decision.saving->share, decision.consequential_saving->share, 1e-12);
  EXPECT_EQ(decision.minimised, Figure::kConsequential);
}

TEST(Figures, CountInFullWhatIsPoweredDownWithoutJobs) {
  World world = PoweredSites(250);
  world.state("home").stays_powered = 0;
  Decision decision = world.Place(world.Job());
  EXPECT_DOUBLE_EQ(decision.home->consequential()->value(), 32 * 500);
  EXPECT_DOUBLE_EQ(decision.consequential_saving->mean.value(), 32 * 500 - 24 * 60);
  // Half of its nodes.
  world.state("home").stays_powered = 0.5;
  decision = world.Place(world.Job());
  EXPECT_DOUBLE_EQ(decision.home->consequential()->value(), 28 * 500);
  // The administrator knows better than Slurm's settings.
  world.config.pools[0].powers_down = false;
  EXPECT_DOUBLE_EQ(world.Place(world.Job()).home->consequential()->value(), 24 * 500);
  world.config.pools[0].powers_down = true;
  EXPECT_DOUBLE_EQ(world.Place(world.Job()).home->consequential()->value(), 32 * 500);
}

// Nodes that power down need no free watts.
TEST(Figures, NeedNoFreeWattsWhereNodesPowerDown) {
  World world = TwoSites();
  for (PoolConfig& pool : world.config.pools) pool.powers_down = true;
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.minimised, Figure::kConsequential);
  EXPECT_EQ(decision.chosen->consequential(), decision.chosen->gross());
}

TEST(Figures, MinimiseTheAttributionalWhereACandidateHasNoConsequential) {
  World world = PoweredSites(250);
  world.state("away").stays_powered.reset();
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.minimised, Figure::kAttributional);
  EXPECT_TRUE(decision.home->consequential().has_value());
  EXPECT_FALSE(decision.chosen->consequential().has_value());
  EXPECT_FALSE(decision.consequential_saving.has_value());
  EXPECT_DOUBLE_EQ(decision.saving->mean.value(), 32 * 440);
  // A pool that is no candidate does not matter.
  EXPECT_EQ(world.Place(world.Job("carbon:site=home")).minimised, Figure::kConsequential);
}

// Home stays powered, the other site is powered down without jobs and a tenth cleaner: going there
// powers up what need not run.
TEST(Figures, ChooseByTheOneThatThePolicyMinimises) {
  World world;
  world.AddZone("A", DayWith(500, 0, 0, 0));
  world.AddZone("B", DayWith(450, 0, 0, 0));
  world.AddSite("home", "A");
  world.AddSite("away", "B");
  world.config.hardware["h100"].free = Sourced<Watts>{Watts(300), Quality::kMeasured, "made up"};
  world.state("home").stays_powered = 1;
  world.state("away").stays_powered = 0;
  Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome);
  EXPECT_EQ(decision.minimised, Figure::kConsequential);
  world.policy().minimise = Figure::kAttributional;
  decision = world.Place(world.Job());
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_EQ(decision.minimised, Figure::kAttributional);
  // The record keeps its sign: what is saved in the one figure costs in the other.
  EXPECT_GT(decision.saving->mean, GramsCo2e(0));
  EXPECT_DOUBLE_EQ(decision.consequential_saving->mean.value(), 32 * 0.7 * 500 - 32 * 450);
  EXPECT_LT(decision.consequential_saving->mean, GramsCo2e(0));
}

TEST(Figures, SayInTheMessageWhatOnlyIsAdded) {
  World world = PoweredSites(250);
  const Decision consequential = world.Place(world.Job());
  EXPECT_THAT(UserMessage(consequential, world.now, absl::UTCTimeZone()),
              HasSubstr(": adds 1.44 kg CO2e, 88% "));
  world.policy().minimise = Figure::kAttributional;
  EXPECT_THAT(UserMessage(world.Place(world.Job()), world.now, absl::UTCTimeZone()),
              HasSubstr(": 1.92 kg CO2e, 88% "));
}

// Between two sites with the same hardware its watts err alike, and leave no doubt of the sign.
TEST(Figures, AreNoLessSureWhereWattsAreEstimated) {
  World world = PoweredSites(400);
  world.config.hardware["h100"].busy.quality = Quality::kEstimated;
  world.config.hardware["h100"].free->quality = Quality::kEstimated;
  for (ZoneForecast& forecast : world.forecasts) forecast.spread = {.near = 0.01, .far = 0.01};
  world.policy().fallback = Fallback::kHome;
  world.policy().confidence = 0.999;
  EXPECT_EQ(world.Place(world.Job()).chosen->first().pool(), "away");
}

// Both watts err, and where they are guesses the difference errs more than either.
TEST(Figures, WidenTheIntervalByTheErrorOfTheFreeWatts) {
  World world = PoweredSites(400);
  const auto width = [&world] {
    const Saving saving = *world.Place(world.Job()).consequential_saving;
    return saving.high - saving.low;
  };
  const GramsCo2e measured = width();
  world.config.hardware["h100"].free->quality = Quality::kEstimated;
  EXPECT_GT(width(), measured * 1.5);
}

TEST(Precision, DecidesHowFastHardwareIs) {
  World world = TwoSites();
  world.config.pools[1].hardware = "a100";
  world.policy().may_change_hardware = true;
  world.config.hardware["h100"].throughput_fp8 =
      Sourced<FlopsPerSecond>{FlopsPerSecond(800e12), Quality::kMeasured, "made up"};
  JobRequest job = world.Job("carbon:flops=2e19,hardware=any");
  const Decision bf16 = world.Place(job);
  job.comment = "carbon:flops=2e19,precision=fp8,hardware=any";
  const Decision fp8 = world.Place(job);
  EXPECT_EQ(bf16.home->runtime(), absl::Seconds(6250));
  EXPECT_EQ(fp8.home->runtime(), absl::Seconds(3125));
  // An a100 has no fp8.
  EXPECT_EQ(WhyExcluded(fp8)["away"], "speed of its hardware is unknown");
}

// A runtime given for home is scaled by the speeds at the precision, and both speeds may err.
TEST(Precision, ScalesARuntimeToOtherHardware) {
  World world = TwoSites();
  for (ZoneForecast& forecast : world.forecasts) forecast.spread = {.near = 0.01, .far = 0.01};
  world.config.pools[1].hardware = "a100";
  world.policy().may_change_hardware = true;
  JobRequest job = world.Job("carbon:runtime=30m,precision=fp8,hardware=any");
  EXPECT_EQ(WhyExcluded(world.Place(job))["away"], "speed of its hardware is unknown");
  for (const auto& [name, flops] : {std::pair("h100", 800e12), std::pair("a100", 400e12)}) {
    world.config.hardware[name].throughput_fp8 =
        Sourced<FlopsPerSecond>{FlopsPerSecond(flops), Quality::kEstimated, "guess"};
  }
  const Decision fp8 = world.Place(job);
  EXPECT_EQ(fp8.chosen->first().pool(), "away");
  EXPECT_EQ(fp8.chosen->runtime(), absl::Hours(1));
  job.comment = "carbon:runtime=30m,hardware=any";
  const Decision bf16 = world.Place(job);
  EXPECT_EQ(bf16.chosen->runtime(), absl::Hours(2));
  // At bf16 both speeds are measured.
  EXPECT_GT(fp8.saving->share_high - fp8.saving->share_low,
            2 * (bf16.saving->share_high - bf16.saving->share_low));
}

// A job at home at a precision whose speed there nobody knows: its runtime is still given.
TEST(Precision, DoesNotMatterOnTheSameHardware) {
  World world = TwoSites();
  EXPECT_EQ(world.Place(world.Job("carbon:runtime=1h,precision=fp8")).chosen->first().pool(),
            "away");
}

TEST(Estimates, AreNamedInTheReasonWhereAChangeOfHardwareRestsOnThem) {
  World world = TwoSites();
  world.config.pools[1].hardware = "a100";
  world.policy().may_change_hardware = true;
  world.policy().may_change_time_limit = true;
  JobRequest job = world.Job("carbon:runtime=30m,hardware=any");
  EXPECT_EQ(ReasonText(world.Place(job).reason), "the greenest");
  world.config.hardware["a100"].throughput->quality = Quality::kEstimated;
  EXPECT_EQ(ReasonText(world.Place(job).reason),
            "the greenest; rests on the estimated speed of a100");
  world.config.hardware["a100"].busy.quality = Quality::kSpecified;
  EXPECT_EQ(ReasonText(world.Place(job).reason),
            "the greenest; rests on the estimated speed of a100, the specified watts of a100");
  // With the consequential figure also the free watts, of pools that stay powered.
  world.config.hardware["a100"].throughput->quality = Quality::kMeasured;
  world.config.hardware["a100"].busy.quality = Quality::kMeasured;
  for (const char* name : {"a100", "h100"}) {
    world.config.hardware[name].free = Sourced<Watts>{Watts(100), Quality::kEstimated, "guess"};
  }
  world.state("home").stays_powered = 0;
  world.state("away").stays_powered = 1;
  EXPECT_EQ(ReasonText(world.Place(job).reason),
            "the greenest; rests on the estimated free watts of a100");
  world.policy().minimise = Figure::kAttributional;
  EXPECT_EQ(ReasonText(world.Place(job).reason), "the greenest");
  // The same hardware elsewhere errs alike.
  world.config.hardware["h100"].busy.quality = Quality::kEstimated;
  world.config.pools[1].hardware = "h100";
  EXPECT_EQ(ReasonText(world.Place(job).reason), "the greenest");
}

}  // namespace
}  // namespace carbon
