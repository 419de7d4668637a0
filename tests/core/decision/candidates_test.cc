// How a job would run in each pool, seen through what is decided: on which hardware for how long,
// with which time limit, and how much of it at once.
#include "core/decision/candidates.h"

#include "core/decision/accounting.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

TEST(JobInPools, ScalesTheRuntimeToOtherHardware) {
  World world;
  world.AddZone("DIRTY", DayWith(500, 0, 0, 0));
  world.AddZone("CLEAN", DayWith(50, 0, 0, 0));
  world.AddSite("home", "DIRTY", "h100");
  world.AddSite("away", "CLEAN", "a100");
  world.policy().may_change_hardware = true;
  JobRequest job = world.Job("carbon:hardware=any,runtime=1h");
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  // A quarter of the speed at half the power: four hours, twice the energy.
  EXPECT_EQ(decision.chosen->runtime(), absl::Hours(4));
  EXPECT_DOUBLE_EQ(decision.chosen->energy().value(), 2 * decision.home->energy().value());

  job.comment = "carbon:hardware=any,runtime=2h";
  EXPECT_EQ(WhyExcluded(world.Place(job))["away"], "the job would outlast its time limit there");
  job.comment = "carbon:runtime=1h";
  EXPECT_EQ(WhyExcluded(world.Place(job))["away"], "the user did not allow other hardware");
  world.policy().may_change_hardware = false;
  job.comment = "carbon:hardware=any,runtime=1h";
  EXPECT_EQ(WhyExcluded(world.Place(job))["away"], "the policy keeps the hardware");
}

// home on h100, away four times slower on a100 and much cleaner.
World SlowerAway() {
  World world;
  world.AddZone("DIRTY", DayWith(500, 0, 0, 0));
  world.AddZone("CLEAN", DayWith(50, 0, 0, 0));
  world.AddSite("home", "DIRTY", "h100");
  world.AddSite("away", "CLEAN", "a100");
  world.policy().may_change_hardware = true;
  world.policy().may_change_time_limit = true;
  return world;
}

TEST(JobInPools, LengthensTheTimeLimitOnSlowerHardware) {
  World world = SlowerAway();
  JobRequest job = world.Job("carbon:hardware=any,runtime=2h");
  job.time_limit = absl::Minutes(181);
  job.time_min = absl::Minutes(50);
  Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_TRUE(HasNewTimeLimit(decision));
  EXPECT_EQ(decision.chosen->runtime(), absl::Hours(8));
  EXPECT_EQ(decision.chosen->first().time_limit, absl::Minutes(4 * 181));
  EXPECT_EQ(decision.chosen->first().time_min, absl::Minutes(4 * 50));
  EXPECT_EQ(decision.home->first().time_limit, absl::Minutes(181));
  EXPECT_EQ(decision.chosen->first().hold->length, absl::Minutes(4 * 181));
  // A ratio that is not whole is rounded up to minutes.
  world.config.hardware["a100"].throughput->value = FlopsPerSecond(150e12);
  decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().time_limit, absl::Minutes(483));  // 181 x 8 / 3 = 482.7
  EXPECT_EQ(decision.chosen->first().time_min, absl::Minutes(134));
  // Without a hint of the runtime the job may take all of its limit, there too.
  job.comment = "carbon:hardware=a100";
  decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_GT(decision.chosen->runtime(), absl::Minutes(482));
}

TEST(JobInPools, KeepsTheTimeLimitUnlessPolicyAndUserAllow) {
  World world = SlowerAway();
  JobRequest job = world.Job("carbon:runtime=1h");
  EXPECT_EQ(WhyExcluded(world.Place(job))["away"], "the user did not allow other hardware");
  world.policy().may_change_time_limit = false;
  job.comment = "carbon:hardware=any,runtime=1h";
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_FALSE(HasNewTimeLimit(decision));
  EXPECT_EQ(decision.chosen->first().time_limit, absl::Hours(4));
}

TEST(JobInPools, NeverShortensATimeLimitOnFasterHardware) {
  World world = SlowerAway();
  std::swap(world.config.pools[0].hardware, world.config.pools[1].hardware);
  const Decision decision = world.Place(world.Job("carbon:hardware=any"));
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_EQ(decision.chosen->runtime(), absl::Hours(1));
  EXPECT_FALSE(HasNewTimeLimit(decision));
}

TEST(JobInPools, LengthensNoTimeLimitBeyondThePartitionsMaximum) {
  World world = SlowerAway();
  const JobRequest job = world.Job("carbon:hardware=any,runtime=30m");
  world.state("away").max_time = absl::Hours(16);
  EXPECT_EQ(world.Place(job).chosen->first().pool(), "away");
  world.state("away").max_time = absl::Hours(16) - absl::Minutes(1);
  EXPECT_EQ(WhyExcluded(world.Place(job))["away"],
            "its partition does not allow the time limit that slower hardware needs");
}

TEST(JobInPools, LengthensNoTimeLimitWhereAccountingMayLimitIt) {
  World world = SlowerAway();
  world.admission.enforces_limits = true;
  const Decision decision = world.Place(world.Job("carbon:hardware=any,runtime=30m"));
  EXPECT_EQ(decision.chosen->first().pool(), "home");
  EXPECT_NE(WhyExcluded(decision)["away"], "");
}

TEST(JobInPools, LengthensNoTimeLimitAgainstTheDeadline) {
  World world = SlowerAway();
  JobRequest job = world.Job("carbon:hardware=any,runtime=30m");
  const absl::Duration margin = world.policy().margin;
  job.deadline = world.Hour(16) + margin;
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_EQ(decision.chosen->start(), world.now);
  job.deadline = world.Hour(16) + margin - absl::Seconds(1);
  EXPECT_EQ(WhyExcluded(world.Place(job))["away"], "the deadline leaves no room");
}

TEST(JobInPools, SurvivesAnAbsurdRatioOfSpeeds) {
  World world = SlowerAway();
  world.config.hardware["a100"].throughput->value = FlopsPerSecond(1e-300);
  EXPECT_EQ(WhyExcluded(world.Place(world.Job("carbon:hardware=any")))["away"],
            "the run is longer than 400 days");
}

TEST(JobInPools, ChargesAnExclusiveJobForAllDevicesOfItsNodes) {
  const World world = TwoSites();
  JobRequest job = world.Job();
  job.demand = {.nodes = 2, .devices = 2, .cpus = 2};
  job.per_node = {.devices = 1, .cpus = 1};
  const double shared = world.Place(job).home->energy().value();
  job.exclusive = true;
  Decision decision = world.Place(job);
  EXPECT_EQ(decision.home->first().units, 16);
  EXPECT_DOUBLE_EQ(decision.home->energy().value(), 8 * shared);
  // Slurm gives it all devices, so it needs not ask for any to be described.
  job.demand.devices = job.per_node.devices = 0;
  decision = world.Place(job);
  EXPECT_EQ(decision.outcome, Outcome::kPlaced);
  EXPECT_DOUBLE_EQ(decision.home->energy().value(), 8 * shared);
}

TEST(JobInPools, RunsAnExclusiveJobLongerOnSmallerNodes) {
  World world = SlowerAway();
  world.config.pools[1].hardware = "h100";
  world.capacity.groups[1].per_node.devices = 4;
  JobRequest job = world.Job("carbon:runtime=1h");
  job.exclusive = true;
  job.per_node.devices = 1;
  // It asks for eight devices, and gets eight: on two nodes.
  Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_EQ(decision.chosen->runtime(), absl::Hours(1));
  EXPECT_EQ(decision.chosen->first().hold->amount.nodes, 2);
  // It asks for a node: half as many devices, twice as long.
  job.demand.devices = job.per_node.devices = 0;
  decision = world.Place(job);
  EXPECT_EQ(decision.chosen->runtime(), absl::Hours(2));
  EXPECT_EQ(decision.chosen->first().hold->amount.nodes, 1);
  EXPECT_DOUBLE_EQ(decision.chosen->energy().value(), decision.home->energy().value());
}

TEST(JobInPools, BooksAsManyNodesOfARangeAsAreFree) {
  World world = OneSite();
  JobRequest job = world.Job("carbon:now");
  job.max_nodes = 3;
  Resources three_nodes = {.devices = 24, .cpus = 24, .memory_mib = 24};
  AddNodeParts(3, 8, 8, &three_nodes);
  EXPECT_EQ(world.Place(job).chosen->first().hold->amount, three_nodes);
  job.max_nodes = 100;
  EXPECT_EQ(world.Place(job).chosen->first().hold->amount.devices, 32);
  world.state("home").max_nodes = 2;
  EXPECT_EQ(world.Place(job).chosen->first().hold->amount.devices, 16);
  world.state("home").max_nodes.reset();
  // What is in use later on in its time is not free.
  world.capacity.uses.push_back(
      {1, "", "home", {world.Hour(3), world.Hour(4)}, {.devices = 9, .cpus = 1}});
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().hold->amount.devices, 16);
  EXPECT_EQ(decision.home->start(), world.now);
  EXPECT_EQ(decision.home->first().units, 8);
}

TEST(JobInPools, DoubtsBothSpeedsWhereItScalesTheRuntime) {
  const auto width = [](Quality home_speed) {
    World world;
    world.AddZone("DIRTY", DayWith(500, 0, 0, 0));
    world.AddZone("CLEAN", DayWith(20, 0, 0, 0));
    world.AddSite("home", "DIRTY", "h100");
    world.AddSite("away", "CLEAN", "a100");
    world.policy().may_change_hardware = true;
    world.config.hardware["h100"].throughput->quality = home_speed;
    const Decision decision = world.Place(world.Job("carbon:hardware=any,runtime=1h"));
    EXPECT_EQ(decision.chosen->first().pool(), "away");
    return decision.saving->share_high - decision.saving->share_low;
  };
  EXPECT_GT(width(Quality::kEstimated), 2 * width(Quality::kMeasured));
}

TEST(JobInPools, DerivesTheRuntimeFromTheWork) {
  const World world = TwoSites();
  // 8 x 400e12 FLOP/s for 1000 s.
  const Decision decision = world.Place(world.Job("carbon:flops=3.2e18"));
  EXPECT_EQ(decision.home->runtime(), absl::Seconds(1000));
}

// On a grid that does not change, what a decision says of a run is what accounting says of it.
TEST(JobInPools, CountsEnergyAndEmissionAsTheAccountingDoes) {
  World world;
  world.AddZone("STEADY", {437.25});
  world.AddSite("home", "STEADY");
  world.config.sites[0].pue.value = 1.31;
  world.config.sites[0].net_intensity = GramsPerKilowattHour(391.5);
  const auto& hardware = world.config.hardware.at("h100");
  for (const char* comment : {"carbon:runtime=90m", "carbon:flops=7.7e18", ""}) {
    const Decision decision = world.Place(world.Job(comment));
    ASSERT_TRUE(decision.home.has_value()) << ReasonText(decision.reason);
    TrainingRun run{.processors = 8,
                    .watts_per_processor = hardware.busy.value,
                    .pue = 1.31,
                    .gross = GramsPerKilowattHour(437.25),
                    .net = GramsPerKilowattHour(391.5)};
    if (decision.hints.flops.has_value()) {
      run.work = decision.hints.flops;
      run.throughput = hardware.throughput->value;
    } else {
      run.duration = decision.hints.runtime.value_or(absl::Hours(4));
    }
    const absl::StatusOr<Footprint> footprint = Account(run);
    ASSERT_TRUE(footprint.ok()) << footprint.status();
    // A decision's runs are whole seconds.
    const double seconds = absl::ToDoubleSeconds(decision.home->runtime());
    const double rounding = seconds / absl::ToDoubleSeconds(footprint->duration);
    EXPECT_GE(rounding, 1);
    EXPECT_LT(rounding, 1 + 1 / seconds);
    EXPECT_DOUBLE_EQ(decision.home->energy().value(), footprint->energy.value() * rounding);
    EXPECT_DOUBLE_EQ(decision.home->gross().value(), footprint->gross.value() * rounding);
    EXPECT_DOUBLE_EQ(decision.home->net()->value(), footprint->net->value() * rounding);
  }
}

TEST(JobInPools, CountsAllTasksOfAnArray) {
  const World world = OneSite();
  JobRequest job = world.Job();
  job.array_tasks = 5;
  job.array_width = 2;
  const Decision decision = world.Place(job);
  // Three rounds of four hours; five tasks of 32 kWh.
  EXPECT_EQ(decision.home->runtime(), absl::Hours(12));
  EXPECT_DOUBLE_EQ(decision.home->energy().value(), 5 * 32);
  EXPECT_EQ(decision.chosen->first().hold->amount.devices, 16);
  // A number of tasks that is none counts as one, never as no emission.
  job.array_tasks = 0;
  EXPECT_DOUBLE_EQ(world.Place(job).home->energy().value(), 32);
}

TEST(JobInPools, FindsRoomForAnExclusiveJobOnlyOnWholeNodes) {
  World world = TwoSites();
  JobRequest job = world.Job();
  job.exclusive = true;
  job.demand = {.nodes = 4, .devices = 4, .cpus = 4};
  job.per_node = {.devices = 1, .cpus = 1};
  world.capacity.uses.push_back({1, "", "away", {world.now, world.Hour(3)}, {.devices = 1}});
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->start(), world.Hour(3));
  EXPECT_EQ(decision.chosen->first().hold->amount, world.capacity.groups[0].total);
}

// Half of the devices of each node are free: 16, but on no node eight.
TEST(JobInPools, FindsNoRoomOnNodesThatAreHalfFull) {
  World world = TwoSites();
  world.capacity.uses.push_back(
      {0,
       "",
       "away",
       {world.now, world.Hour(3)},
       {.nodes = 4, .devices = 16, .cpus = 16, .full_nodes = 4, .halves = 4, .quarters = 8}});
  EXPECT_EQ(world.Place(world.Job()).chosen->start(), world.Hour(3));
  JobRequest job = world.Job();
  job.demand = {.nodes = 4, .devices = 16, .cpus = 16};
  job.per_node = {.devices = 4, .cpus = 4};
  EXPECT_EQ(world.Place(job).chosen->start(), world.now);
}

TEST(JobInPools, BooksNoMoreThanThereIs) {
  World world = OneSite();
  world.capacity.groups[0].total.memory_mib = Resources::kUnlimited;
  JobRequest job = world.Job();
  job.demand.memory_mib = 7;
  job.array_tasks = job.array_width = 8;
  Resources all = {.devices = 32, .cpus = 32};
  AddNodeParts(4, 8, 8, &all);
  EXPECT_EQ(world.Place(job).chosen->first().hold->amount, all);
  // What is larger than the pool will not run there.
  job.demand.devices = 33;
  EXPECT_EQ(ReasonText(world.Place(job).reason), "its home home: no room within the forecast");
}

TEST(JobInPools, RunsAsManyTasksOfAnArrayAtOnceAsFit) {
  const World world = OneSite();
  JobRequest job = world.Job();
  job.time_limit = absl::Hours(1);
  // Four fit at once, so ten take three rounds.
  job.array_tasks = job.array_width = 10;
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.home->first().rounds, 3);
  EXPECT_EQ(decision.home->runtime(), absl::Hours(3));
  EXPECT_DOUBLE_EQ(decision.home->energy().value(), 10 * 8);
  EXPECT_EQ(decision.chosen->start(), world.Hour(10));
  EXPECT_EQ(decision.chosen->Booked().front().when, (TimeInterval{world.Hour(10), world.Hour(13)}));
}

// Away wakes up within ten minutes.
World SleepingAway() {
  World world = TwoSites();
  world.state("away").wake_up = absl::Minutes(10);
  world.state("away").asleep = 1;
  return world;
}

TEST(JobInPools, LeavesTimeBeforeTheDeadlineForNodesToWakeUp) {
  World world = SleepingAway();
  world.policy().margin = absl::Minutes(2);
  JobRequest job = world.Job();
  job.deadline = world.Hour(4) + absl::Minutes(12);
  EXPECT_EQ(world.Place(job).chosen->first().pool(), "away");
  job.deadline = *job.deadline - absl::Seconds(1);
  EXPECT_EQ(WhyExcluded(world.Place(job))["away"], "the deadline leaves no room");
  // Nodes that may fall asleep until then, too.
  world.state("away").asleep = 0;
  EXPECT_EQ(WhyExcluded(world.Place(job))["away"], "the deadline leaves no room");
}

TEST(JobInPools, BooksNodesWhileTheyWakeUpToo) {
  const Decision decision = SleepingAway().Place(World().Job());
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_EQ(decision.chosen->first().hold->length, absl::Hours(4) + absl::Minutes(10));
  EXPECT_EQ(decision.chosen->runtime(), absl::Hours(4));
}

TEST(JobInPools, ChargesWhatNodesDrawWhileTheyWakeUp) {
  World world = SleepingAway();
  world.state("home").stays_powered = world.state("away").stays_powered = 0;
  const JobRequest job = world.Job();
  const auto energy = [&] { return world.Place(job).chosen->energy().value(); };
  // Eight devices for four hours, and for ten minutes at the watts that are known: the busy ones,
  // before them the free ones, and before those the idle ones.
  EXPECT_NEAR(energy(), 8 * (4 + 1 / 6.), 1e-9);
  const auto watts = [](double value) {
    return Sourced<Watts>{Watts(value), Quality::kMeasured, "made up"};
  };
  world.config.hardware["h100"].free = watts(240);
  EXPECT_NEAR(energy(), 8 * (4 + 0.24 / 6), 1e-9);
  world.config.hardware["h100"].idle = watts(300);
  EXPECT_NEAR(energy(), 8 * (4 + 0.3 / 6), 1e-9);
  Decision decision = world.Place(job);
  EXPECT_NEAR(decision.chosen->gross().value(), 8 * (4 + 0.3 / 6) * 60, 1e-9);
  EXPECT_NEAR(decision.chosen->consequential()->value(), 8 * (4 + 0.3 / 6) * 60, 1e-9);
  EXPECT_EQ(decision.chosen->first().wake_up, absl::Minutes(10));
  // As far as its nodes without jobs sleep now.
  world.state("away").asleep = 0.5;
  EXPECT_NEAR(energy(), 8 * (4 + 0.15 / 6), 1e-9);
  world.state("away").asleep = 0;
  EXPECT_NEAR(energy(), 8 * 4, 1e-9);
}

TEST(JobInPools, ChargesOneWakeUpForAllRoundsOfAnArray) {
  World world = SleepingAway();
  JobRequest job = world.Job();
  job.array_tasks = job.array_width = 8;  // four at once, twice
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_EQ(decision.chosen->first().rounds, 2);
  EXPECT_NEAR(decision.chosen->energy().value(), 8 * 32 + 4 * 8 / 6., 1e-9);
  EXPECT_EQ(decision.chosen->first().hold->length, absl::Hours(8) + absl::Minutes(10));
}

// What is proven of one partition counts for those with the same rules, unless an association names
// one of them.
TEST(JobInPools, ProvesEachPartitionByItselfThatAnAssociationNames) {
  World world = TwoSites();
  world.AddSite("far", "CLEAN");
  world.admission.enforces_associations = true;
  world.admission.qos = {{.name = "normal"}};
  world.admission.accounts = {{.name = "ml"}};
  const auto in = [](const char* partition) {
    return AssociationRules{.account = 0, .partition = partition, .default_qos = 0, .qos = {0}};
  };
  world.admission.users = {
      {.user_id = 1000, .default_account = "ml", .associations = {in("home"), in("FAR")}}};
  const auto why = WhyExcluded(world.Place(world.Job()));
  EXPECT_EQ(why.at("away"), "the user has no association there");
  EXPECT_FALSE(why.contains("far"));
}

}  // namespace
}  // namespace carbon
