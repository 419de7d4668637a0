#include "core/decision/decision.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

TEST(Decide, MovesToTheCleanSiteAndTellsTheSaving) {
  const World world = TwoSites();
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.outcome, Outcome::kPlaced);
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_EQ(decision.chosen->start(), world.now);
  // 8 x 1 kW x 4 h = 32 kWh.
  EXPECT_DOUBLE_EQ(decision.home->gross().value(), 32 * 500);
  EXPECT_DOUBLE_EQ(decision.chosen->gross().value(), 32 * 60);
  EXPECT_DOUBLE_EQ(decision.chosen->energy().value(), 32);
  EXPECT_DOUBLE_EQ(decision.saving->mean.value(), 32 * 440);
  EXPECT_DOUBLE_EQ(decision.saving->share, 0.88);
  EXPECT_LT(decision.saving->share_low, 0.88);
  EXPECT_GT(decision.saving->share_high, 0.88);
  EXPECT_EQ(decision.chosen->first().hold->group, "away");
  EXPECT_EQ(decision.chosen->Booked().front().when, (TimeInterval{world.now, world.Hour(4)}));
}

// Slurm is to refuse the job: it must not come in by another door.
TEST(Decide, LeavesAJobAloneThatItsHomeShutsOut) {
  World world = TwoSites();
  world.admission.partitions[0].root_only = true;
  JobRequest job = world.Job();
  ASSERT_NE(job.user_id, 0u);
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.outcome, Outcome::kLeftAlone);
  EXPECT_EQ(ReasonText(decision.reason), "its home: its partition is for root only");
  job.user_id = 0;
  EXPECT_EQ(world.Place(job).outcome, Outcome::kPlaced);
}

TEST(Decide, WaitsForTheValleyWhereOnlyTimeMayChange) {
  const World world = OneSite();
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.outcome, Outcome::kPlaced);
  EXPECT_EQ(decision.chosen->start(), world.Hour(10));
  EXPECT_DOUBLE_EQ(decision.chosen->gross().value(), 32 * 200);
}

TEST(Decide, UsesTheExpectedRuntimeForEmissionAndTheLimitForCapacity) {
  const World world = OneSite();
  const Decision decision = world.Place(world.Job("carbon:runtime=2h"));
  EXPECT_EQ(decision.chosen->start(), world.Hour(10));
  EXPECT_DOUBLE_EQ(decision.chosen->gross().value(), 16 * 200);
  EXPECT_EQ(decision.chosen->Booked().front().when, (TimeInterval{world.Hour(10), world.Hour(14)}));
  EXPECT_FALSE(decision.runtime_is_limit);
  EXPECT_TRUE(world.Place(world.Job()).runtime_is_limit);
}

TEST(Decide, LeavesLimitAndMarginBeforeTheDeadline) {
  World world = OneSite();
  world.policy().margin = absl::Minutes(30);
  JobRequest job = world.Job();
  for (int deadline : {10, 12, 14, 15}) {
    job.deadline = world.Hour(deadline);
    const Decision decision = world.Place(job);
    EXPECT_LE(decision.chosen->start() + *job.time_limit + absl::Minutes(30), *job.deadline);
  }
  // Exact fit: the start at hour 10 needs 4 h and half an hour.
  job.deadline = world.Hour(14) + absl::Minutes(30);
  EXPECT_EQ(world.Place(job).chosen->start(), world.Hour(10));
}

TEST(Decide, LeavesAJobAloneThatIsPinnedToOneOfSeveralPartitions) {
  World world = TwoSites();
  JobRequest job = world.Job();
  job.partitions = {"home", "away"};
  job.pinned_by = "--constraint";
  EXPECT_EQ(ReasonText(world.Place(job).reason),
            "it names several partitions and is pinned to one");
  job.partitions = {"home"};
  EXPECT_EQ(world.Place(job).outcome, Outcome::kPlaced);
}

TEST(Decide, TakesForHomeNoPartitionInWhichTheJobCouldNeverStart) {
  World world = TwoSites();
  JobRequest job = world.Job();
  job.partitions = {"home", "away"};
  world.state("home").max_time = absl::Hours(2);
  const Decision decision = world.Place(job);
  ASSERT_TRUE(decision.home.has_value()) << ReasonText(decision.reason);
  EXPECT_EQ(decision.home->first().pool(), "away");
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  // Nor is it delayed there.
  world.state("away").max_time = absl::Hours(2);
  EXPECT_NE(world.Place(job).outcome, Outcome::kPlaced);
}

TEST(Decide, DelaysADeadlineJobOnlyUnderTheWatch) {
  World world = OneSite();
  JobRequest job = world.Job();
  job.deadline = world.Hour(20);
  EXPECT_GT(world.Place(job).chosen->start(), world.now);
  world.capacity.watched_until.reset();
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->start(), world.now);
  EXPECT_THAT(ReasonText(decision.reason), HasSubstr("since nothing watches over delayed jobs"));
  // Shadow delays nobody, and a job without a deadline has time.
  job.deadline.reset();
  EXPECT_GT(world.Place(job).chosen->start(), world.now);
  job.deadline = world.Hour(20);
  world.policy().mode = Mode::kShadow;
  EXPECT_GT(world.Place(job).chosen->start(), world.now);
}

TEST(Decide, KeepsHomeWhenTheDeadlineLeavesNoRoom) {
  const World world = TwoSites();
  JobRequest job = world.Job();
  job.deadline = world.Hour(4) + absl::Seconds(60);
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome);
  EXPECT_EQ(ReasonText(decision.reason), "the deadline leaves no room");
  EXPECT_EQ(decision.chosen->start(), world.now);
  EXPECT_EQ(decision.saving->mean, GramsCo2e(0));
}

TEST(Decide, FollowsTheQueueToWhenThereIsRoom) {
  World world = TwoSites();
  world.capacity.uses.push_back({1, "", "away", {world.now, world.Hour(3)}, {.devices = 25}});
  EXPECT_EQ(world.Place(world.Job()).chosen->start(), world.Hour(3));
}

TEST(Decide, TakesHomesOwnWaitIntoTheComparison) {
  World world = OneSite();
  world.capacity.uses.push_back({1, "", "home", {world.now, world.Hour(10)}, {.devices = 32}});
  const Decision decision = world.Place(world.Job());
  EXPECT_EQ(decision.home->start(), world.Hour(10));
  EXPECT_EQ(decision.outcome, Outcome::kKeptHome);
}

TEST(Decide, StartsNoEarlierThanTheUserAsked) {
  const World world = TwoSites();
  JobRequest job = world.Job();
  job.begin = world.Hour(5);
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.home->start(), world.Hour(5));
  EXPECT_EQ(decision.chosen->start(), world.Hour(5));
}

TEST(Decide, HonoursHints) {
  const World world = TwoSites();
  const auto chosen = [&](const std::string& hint) { return *world.Place(world.Job(hint)).chosen; };
  EXPECT_EQ(chosen("carbon:site=home").start(), world.Hour(10));
  EXPECT_EQ(chosen("carbon:site=home").first().pool(), "home");
  EXPECT_EQ(chosen("carbon:site=home,now").start(), world.now);
  EXPECT_LE(chosen("carbon:site=home,wait=8h").start(), world.Hour(8));
  EXPECT_EQ(chosen("carbon:now").first().pool(), "away");
  EXPECT_EQ(ReasonText(world.Place(world.Job("carbon:off")).reason), "the user opted out");
}

TEST(Decide, CapsTheUsersPatienceByThePolicys) {
  World world = OneSite();
  world.policy().max_delay = absl::Hours(6);
  EXPECT_LE(world.Place(world.Job("carbon:wait=20h")).chosen->start(), world.Hour(6));
}

TEST(Decide, SaysWhatIsWrongWithAHintAndLeavesTheJobAlone) {
  const World world = TwoSites();
  for (const auto& [hint, message] : std::vector<std::pair<std::string, std::string>>{
           {"carbon:site=awayy", "did you mean \"away\"?"},
           {"carbon:hardware=h10", "did you mean \"h100\"?"},
           {"carbon:wiat=3h", "wait"}}) {
    const Decision decision = world.Place(world.Job(hint));
    EXPECT_EQ(decision.outcome, Outcome::kLeftAlone) << hint;
    EXPECT_TRUE(decision.bad_hint);
    EXPECT_THAT(ReasonText(decision.reason), HasSubstr(message));
  }
}

TEST(Decide, KeepsANamedPartitionUnlessThePolicySaysOtherwise) {
  World world = TwoSites();
  JobRequest job = world.Job();
  job.partitions = {"home"};
  Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "home");
  EXPECT_EQ(WhyExcluded(decision)["away"], "the user named another partition");
  world.policy().may_change_named_partition = true;
  EXPECT_EQ(world.Place(job).chosen->first().pool(), "away");
}

TEST(Decide, ChoosesAmongSeveralNamedPartitions) {
  World world = TwoSites();
  world.AddZone("GREEN", DayWith(5, 0, 0, 0));
  world.AddSite("third", "GREEN");
  JobRequest job = world.Job();
  job.partitions = {"home", "away"};
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "away");
  EXPECT_EQ(WhyExcluded(decision)["third"], "the user named other partitions");
}

TEST(Decide, TakesForHomeWhereSlurmWouldStartTheJobFirst) {
  World world = TwoSites();
  JobRequest job = world.Job();
  job.partitions = {"home", "away"};
  EXPECT_EQ(world.Place(job).home->first().pool(), "home");
  world.capacity.uses.push_back({1, "", "home", {world.now, world.Hour(20)}, {.devices = 25}});
  Decision decision = world.Place(job);
  EXPECT_EQ(decision.home->first().pool(), "away");
  EXPECT_EQ(decision.home->start(), world.now);
  // The calendar of the other one is as full.
  world.capacity.uses.push_back({2, "", "away", {world.now, world.Hour(20)}, {.devices = 25}});
  EXPECT_EQ(world.Place(job).home->first().pool(), "home");
  // A job that names one partition waits there, whatever is free elsewhere.
  world.capacity.uses.pop_back();
  job.partitions = {"home"};
  EXPECT_EQ(world.Place(job).home->start(), world.Hour(20));
}

TEST(Decide, ChangesOnlyWhatThePolicyAllows) {
  World world = TwoSites();
  world.policy().may_change_site = false;
  EXPECT_EQ(world.Place(world.Job()).chosen->first().pool(), "home");
  world.policy().may_change_time = false;
  EXPECT_EQ(world.Place(world.Job()).outcome, Outcome::kKeptHome);
}

TEST(Decide, NeverMovesAJobToWhereItMightBeRefused) {
  const auto excluded = [](const auto& change) {
    World world = TwoSites();
    JobRequest job = world.Job();
    change(world, job);
    const Decision decision = world.Place(job);
    EXPECT_NE(decision.chosen.value_or(Plan()).first().pool(), "away");
    return WhyExcluded(decision)["away"];
  };
  EXPECT_EQ(excluded([](World& world, JobRequest&) {
              world.admission.partitions[1].allow_accounts = {"physics"};
            }),
            "its partition limits accounts");
  EXPECT_EQ(excluded([](World& world, JobRequest&) { world.state("away").up = false; }),
            "its partition is not up");
  EXPECT_EQ(
      excluded([](World& world, JobRequest&) { world.state("away").max_time = absl::Hours(3); }),
      "the time limit exceeds its partition's");
  EXPECT_EQ(excluded([](World& world, JobRequest& job) {
              world.admission.partitions[1].max_nodes = 1;
              job.demand.nodes = 2;
            }),
            "the job asks for more nodes than its partition allows");
  EXPECT_EQ(excluded([](World&, JobRequest& job) { job.per_node.cpus = 65; }),
            "the job does not fit its nodes");
  EXPECT_EQ(excluded([](World&, JobRequest& job) { job.pinned_by = "--constraint"; }),
            "the job is pinned to its partition");
  EXPECT_EQ(excluded([](World& world, JobRequest& job) {
              job.device_type = "h100";
              world.config.pools[0].gres_type = "h100";
            }),
            "the job asks for another device type");
  EXPECT_EQ(excluded([](World& world, JobRequest&) {
              world.forecasts[1].valid_until = world.now - absl::Seconds(1);
            }),
            "the forecast for its zone is stale");
  EXPECT_EQ(
      excluded([](World& world, JobRequest&) { world.forecasts[1].kind = SignalKind::kMarginal; }),
      "its zone's signal is of another kind");
  EXPECT_EQ(excluded([](World& world, JobRequest&) { world.forecasts.pop_back(); }),
            "no forecast for its zone");
  EXPECT_EQ(excluded([](World& world, JobRequest&) {
              world.capacity.uses.push_back(
                  {1, "", "away", {world.now, world.Hour(200)}, {.devices = 32}});
            }),
            "no room in time within capacity and forecast");
}

TEST(Decide, LeavesAloneWhatCarbonHasNoSayIn) {
  const auto reason = [](const auto& change) {
    World world = TwoSites();
    JobRequest job = world.Job();
    change(world, job);
    const Decision decision = world.Place(job);
    EXPECT_EQ(decision.outcome, Outcome::kLeftAlone);
    EXPECT_FALSE(decision.chosen.has_value());
    EXPECT_FALSE(decision.bad_hint);
    return ReasonText(decision.reason);
  };
  EXPECT_EQ(reason([](World&, JobRequest& job) { job.leave_alone = Reason::kHeld; }), "held");
  EXPECT_EQ(reason([](World&, JobRequest& job) {
              job.leave_alone = Reason::kDevicesUncountable;
              job.uncountable = "--gres=shard";
            }),
            "--gres=shard");
  EXPECT_EQ(reason([](World& world, JobRequest&) { world.config.policies.clear(); }),
            "no policy matches");
  EXPECT_EQ(reason([](World& world, JobRequest&) { world.policy().mode = Mode::kOff; }),
            "the policy is off");
  EXPECT_EQ(reason([](World&, JobRequest& job) { job.partitions = {"other"}; }),
            "its partition is no pool");
  EXPECT_EQ(reason([](World& world, JobRequest&) { world.state("home").up = false; }),
            "its home home: its partition is not up");
  EXPECT_EQ(reason([](World&, JobRequest& job) { job.time_limit.reset(); }),
            "it has no time limit");
  EXPECT_EQ(reason([](World&, JobRequest& job) { job.time_limit = absl::InfiniteDuration(); }),
            "its time limit is not between 0 and 400 days");
  EXPECT_EQ(reason([](World&, JobRequest& job) { job.demand.devices = job.per_node.devices = 0; }),
            "its home home: it asks for no device, and the hardware's watts are per device");
  EXPECT_EQ(reason([](World& world, JobRequest&) {
              world.config.hardware["h100"].unit = AllocationUnit::kCore;
            }),
            "its home home: it asks for devices, and the hardware's watts are per core");
  EXPECT_EQ(reason([](World& world, JobRequest&) {
              world.config.hardware["h100"].unit = AllocationUnit::kNode;
            }),
            "its home home: it shares its nodes, and the hardware's watts are per node");
  EXPECT_EQ(reason([](World& world, JobRequest&) {
              for (ZoneForecast& forecast : world.forecasts) {
                forecast.valid_until = world.now - absl::Hours(1);
              }
            }),
            "its home home: the forecast for its zone is stale");
  EXPECT_EQ(reason([](World&, JobRequest& job) { job.time_limit = absl::Hours(97); }),
            "its home home: no forecast covers the run");
  // It would have run before the forecast begins: what that emits is not known, and a later start
  // is not what would have been.
  EXPECT_EQ(reason([](World& world, JobRequest&) {
              auto series = IntensitySeries::Create({{world.Hour(1), GramsPerKilowattHour(500)}},
                                                    world.Hour(96));
              world.forecasts[0].series = *series;
            }),
            "its home home: no forecast covers the run");
  EXPECT_EQ(reason([](World& world, JobRequest&) {
              PoolConfig other = world.config.pools[0];
              other.name = "home-a100";
              other.hardware = other.gres_type = "a100";
              world.config.pools[0].gres_type = "h100";
              world.config.pools.push_back(other);
            }),
            "its partition has several kinds of nodes");
}

TEST(Decide, MovesAJobWithoutALimitOnlyToWhereItGetsTheSame) {
  World world = TwoSites();
  world.state("home").default_time = absl::Hours(4);
  world.state("away").default_time = absl::Hours(1);
  JobRequest job = world.Job();
  job.time_limit.reset();
  const Decision decision = world.Place(job);
  EXPECT_EQ(decision.chosen->first().pool(), "home");
  EXPECT_EQ(WhyExcluded(decision)["away"], "its partition's default time limit is another");
  world.state("away").default_time.reset();
  EXPECT_EQ(world.Place(job).chosen->first().pool(), "home");
  world.state("away").default_time = absl::Hours(4);
  EXPECT_EQ(world.Place(job).chosen->first().pool(), "away");
}

TEST(Decide, LeavesAJobAloneWhoseHomeIsFullAsFarAsTheForecastGoes) {
  World world = TwoSites();
  world.capacity.uses.push_back({1, "", "home", {world.now, world.Hour(1000)}, {.devices = 32}});
  EXPECT_EQ(ReasonText(world.Place(world.Job()).reason),
            "its home home: no room within the forecast");
}

TEST(Decide, TakesThePartitionsDefaultLimitWhereTheJobNamesNone) {
  World world = OneSite();
  world.state("home").default_time = absl::Hours(2);
  JobRequest job = world.Job();
  job.time_limit.reset();
  EXPECT_EQ(world.Place(job).home->runtime(), absl::Hours(2));
}

TEST(Decide, ReportsNetAndEmbodiedOnlyWhereTheyAreKnown) {
  World world = TwoSites();
  world.config.sites[0].net_intensity = GramsPerKilowattHour(100);
  world.config.hardware["h100"].embodied_per_hour =
      Sourced<GramsCo2e>{GramsCo2e(4), Quality::kEstimated, "made up"};
  const Decision decision = world.Place(world.Job());
  EXPECT_DOUBLE_EQ(decision.home->net()->value(), 3200);
  EXPECT_FALSE(decision.chosen->net().has_value());
  EXPECT_DOUBLE_EQ(decision.home->embodied()->value(), 4 * 8 * 4);
  // Three tasks in two rounds reserve no fourth.
  JobRequest job = world.Job();
  job.array_tasks = 3;
  job.array_width = 2;
  EXPECT_DOUBLE_EQ(world.Place(job).home->embodied()->value(), 3 * 4 * 8 * 4);
}

TEST(Decide, SaysWhichRunsAreJudgedByClimatology) {
  World world = TwoSites();
  world.forecasts[0].horizon = world.Hour(2);
  const Decision decision = world.Place(world.Job());
  EXPECT_TRUE(decision.home->first().beyond_horizon);
  EXPECT_FALSE(decision.chosen->first().beyond_horizon);
}

TEST(Decide, SaysWhichRunsAreJudgedByOurOwnForecast) {
  World world = TwoSites();
  world.forecasts[0].own_from = world.Hour(3);
  world.forecasts[1].own_from = world.Hour(4);  // as the run ends
  const Decision decision = world.Place(world.Job());
  EXPECT_TRUE(decision.home->first().on_own_forecast);
  EXPECT_FALSE(decision.chosen->first().on_own_forecast);
  // What begins where our own ends too is judged by climatology alone.
  world.forecasts[0].horizon = world.Hour(0);
  world.forecasts[0].own_from = world.Hour(-1);
  EXPECT_FALSE(world.Place(world.Job()).home->first().on_own_forecast);
}

TEST(Decide, GivesTheSameBitsEachTime) {
  const World world = TwoSites();
  const Decision a = world.Place(world.Job()), b = world.Place(world.Job());
  EXPECT_EQ(a.chosen->gross(), b.chosen->gross());
  EXPECT_EQ(a.saving->low, b.saving->low);
  EXPECT_EQ(a.saving->share_high, b.saving->share_high);
}

TEST(Decide, SurvivesExtremes) {
  const World world = TwoSites();
  const std::shared_ptr<const Snapshot> snapshot = world.Publish();
  BookingLedger ledger;
  ledger.Rebase(LedgerBase(world.capacity), world.now);
  for (absl::Time now : {world.now, absl::InfinitePast(), absl::InfiniteFuture(), absl::UnixEpoch(),
                         world.Hour(24 * 365)}) {
    for (absl::Duration limit : {absl::Seconds(1), absl::Hours(24 * 400), absl::InfiniteDuration(),
                                 -absl::Hours(1), absl::ZeroDuration()}) {
      for (absl::Time deadline :
           {absl::InfinitePast(), absl::UnixEpoch(), absl::InfiniteFuture()}) {
        for (int64_t huge : {int64_t{1}, int64_t{1} << 40}) {
          JobRequest job = world.Job();
          job.time_limit = limit;
          job.deadline = deadline;
          job.begin = deadline;
          job.demand.devices = huge;
          job.array_tasks = huge;
          job.array_width = huge;
          Decide(job, *snapshot, ledger, now);
        }
      }
    }
  }
}

}  // namespace
}  // namespace carbon
