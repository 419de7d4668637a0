#include "core/decision/watch.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/world.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A job of the frankfurt partition that waits for its planned start in oslo, both of four nodes.
class WatchTest : public ::testing::Test {
 protected:
  WatchTest() {
    world_.AddZone("DE", std::vector<double>(24, 400));
    world_.AddZone("NO", std::vector<double>(24, 50));
    world_.AddSite("frankfurt", "DE");
    world_.AddSite("oslo", "NO");
    Policy policy;
    policy.margin = absl::Minutes(2);
    world_.config.policies = {policy};
    job_.job_id = 7;
    job_.promise = {.decision_id = "3f9c21aa04d7be15-42",
                    .runs = {{"oslo", world_.Hour(3)}},
                    .from = {"frankfurt"}};
    job_.partition = "oslo";
    job_.begin = world_.Hour(3);
    job_.limit = absl::Hours(4);
    Use(7, "oslo", 3, 7, 32, job_.promise.decision_id);
  }

  void Use(uint32_t job_id, const std::string& group, int from, int to, int64_t devices,
           const std::string& decision_id = "") {
    world_.capacity.uses.push_back(
        {job_id, decision_id, group, {world_.Hour(from), world_.Hour(to)}, {.devices = devices}});
  }

  std::vector<JobRestore> Restores(absl::Time now) const {
    return FindRestores({job_}, world_.capacity, rules_, world_.config, now, absl::Seconds(5));
  }
  std::string Reason(absl::Time now) const {
    const std::vector<JobRestore> restores = Restores(now);
    return restores.empty() ? "" : restores.front().reason;
  }

  World world_;
  WatchedJob job_;
  AdmissionRules rules_;
};

TEST_F(WatchTest, LeavesAJobAloneWhosePromiseHolds) {
  EXPECT_THAT(Restores(world_.now), IsEmpty());
  EXPECT_THAT(Restores(world_.Hour(3)), IsEmpty());
  job_.deadline = world_.Hour(10);
  EXPECT_THAT(Restores(world_.now), IsEmpty());
}

TEST_F(WatchTest, RestoresADeadlineJobAtOnceWhenItsPoolIsDown) {
  world_.state("oslo").up = false;
  EXPECT_EQ(Reason(world_.now), "");  // without a deadline there is time
  job_.deadline = world_.Hour(10);
  const std::vector<JobRestore> restores = Restores(world_.now);
  ASSERT_EQ(restores.size(), 1u);
  EXPECT_EQ(restores[0].reason, "its pool is down");
  EXPECT_THAT(restores[0].partitions, ElementsAre("frankfurt"));
  EXPECT_EQ(restores[0].begin, world_.now);
  EXPECT_EQ(restores[0].latest_safe_start, world_.Hour(6) - absl::Minutes(1));
}

// Of a plan with several runs, only the one that the job waits for is judged.
TEST_F(WatchTest, JudgesEachRunWhileTheJobWaitsForIt) {
  world_.AddSite("lyon", "DE");
  job_.promise.runs.push_back({"lyon", world_.Hour(8)});
  job_.deadline = world_.Hour(20);
  world_.state("lyon").up = false;
  EXPECT_THAT(Restores(world_.now), IsEmpty());
  // The first run is over, and the job was requeued for the second.
  world_.capacity.uses.clear();
  job_.partition = "lyon";
  job_.begin = world_.Hour(8);
  Use(7, "lyon", 8, 12, 32, job_.promise.decision_id);
  std::vector<JobRestore> restores = Restores(world_.Hour(7));
  ASSERT_EQ(restores.size(), 1u);
  EXPECT_EQ(restores[0].reason, "its pool is down");
  EXPECT_EQ(restores[0].pool, "lyon");
  EXPECT_EQ(restores[0].placed_in, "lyon");
  EXPECT_EQ(restores[0].planned, world_.Hour(8));
  world_.state("lyon").up = true;
  world_.state("oslo").up = false;
  EXPECT_THAT(Restores(world_.Hour(7)), IsEmpty());
  // Somebody sent it back: that is theirs.
  world_.state("lyon").up = false;
  job_.partition = "oslo";
  EXPECT_THAT(Restores(world_.Hour(7)), IsEmpty());
}

TEST_F(WatchTest, RestoresADeadlineJobWhenTooFewOfItsNodesAreLeft) {
  job_.deadline = world_.Hour(10);
  world_.capacity.groups[1].total = TotalOf(3, world_.capacity.groups[1].per_node);
  EXPECT_EQ(Reason(world_.now), "its pool is down");
}

TEST_F(WatchTest, RestoresADeadlineJobWhenOthersTakeItsPoolForTooLong) {
  job_.deadline = world_.Hour(10);  // latest safe start: 5:59
  Use(8, "oslo", 0, 5, 8);
  EXPECT_EQ(Reason(world_.now), "");  // it can start at 5:00
  Use(9, "oslo", 5, 6, 8);
  EXPECT_EQ(Reason(world_.now), "its pool has filled up");
  // Whichever starts it first.
  EXPECT_THAT(Restores(world_.now)[0].partitions, ElementsAre("frankfurt", "oslo"));
}

// It waits behind this one, whatever was planned for it.
TEST_F(WatchTest, ReckonsWithNoJobThatYields) {
  job_.deadline = world_.Hour(10);
  Use(8, "oslo", 0, 9, 32);
  world_.capacity.uses.back().yields = true;
  EXPECT_EQ(Reason(world_.now), "");
  job_.is_nice = true;
  EXPECT_EQ(Reason(world_.now), "its pool has filled up");
}

TEST_F(WatchTest, RestoresTheTimeLimitThatWasMadeLonger) {
  job_.promise.limit = absl::Hours(2);
  job_.promise.longer = job_.limit;
  job_.promise.time_min = absl::Hours(1);
  job_.deadline = world_.Hour(10);
  Use(8, "oslo", 0, 6, 8);
  std::vector<JobRestore> restores = Restores(world_.now);
  ASSERT_EQ(restores.size(), 1u);
  EXPECT_EQ(restores[0].limit, absl::Hours(2));
  EXPECT_EQ(restores[0].time_min, absl::Hours(1));
  EXPECT_THAT(restores[0].partitions, ElementsAre("frankfurt"));
  // Somebody has made it shorter since.
  job_.limit = absl::Hours(2);
  restores = Restores(world_.now);
  ASSERT_EQ(restores.size(), 1u);
  EXPECT_FALSE(restores[0].limit.has_value());
}

TEST_F(WatchTest, RestoresNothingThatItsUserCouldNotHaveHad) {
  world_.state("oslo").up = false;
  job_.deadline = world_.Hour(10);
  job_.user_id = 1001;
  rules_.partitions = {{.name = "frankfurt"}, {.name = "lyon"}, {.name = "oslo"}};
  rules_.partitions[0].root_only = true;
  EXPECT_THAT(Restores(world_.now), IsEmpty());
  job_.promise.from = {"frankfurt", "lyon"};
  ASSERT_EQ(Restores(world_.now).size(), 1u);
  EXPECT_THAT(Restores(world_.now)[0].partitions, ElementsAre("lyon"));
  EXPECT_EQ(Restores(world_.now)[0].user_id, 1001u);
  // What keeps it out of where it is as well, an administrator has overruled.
  rules_.partitions[2].root_only = true;
  EXPECT_THAT(Restores(world_.now)[0].partitions, ElementsAre("frankfurt", "lyon"));
  rules_.partitions[0].root_only = false;
  // A limit that an administrator sets is not held to the partition's, which is not known of one
  // that is no pool.
  job_.promise.limit = absl::Hours(3);
  job_.promise.longer = job_.limit;
  EXPECT_THAT(Restores(world_.now)[0].partitions, ElementsAre("frankfurt"));
  world_.state("frankfurt").max_time = absl::Hours(2);
  EXPECT_THAT(Restores(world_.now), IsEmpty());
  world_.state("frankfurt").max_time = absl::Hours(3);
  EXPECT_THAT(Restores(world_.now)[0].partitions, ElementsAre("frankfurt"));
}

TEST_F(WatchTest, RestoresADeadlineJobBeforeItsLatestSafeStartWhateverTheRest) {
  job_.deadline = world_.Hour(10);
  const absl::Time latest = world_.Hour(6) - absl::Minutes(1);
  EXPECT_EQ(Reason(latest - absl::Seconds(11)), "");
  EXPECT_EQ(Reason(latest - absl::Seconds(10)), "its latest safe start has come");
}

TEST_F(WatchTest, LeavesTimeForNodesToWakeUp) {
  world_.state("oslo").wake_up = absl::Minutes(10);
  world_.state("oslo").asleep = 1;
  job_.deadline = world_.Hour(10);
  const absl::Time latest = world_.Hour(6) - absl::Minutes(11);
  EXPECT_EQ(Reason(latest - absl::Seconds(11)), "");
  EXPECT_EQ(Reason(latest - absl::Seconds(10)), "its latest safe start has come");
  EXPECT_EQ(Restores(latest)[0].latest_safe_start, latest);
}

TEST_F(WatchTest, LeavesAJobAloneWhoseNodesFallAsleep) {
  job_.deadline = world_.Hour(10);
  world_.state("oslo").wake_up = absl::Minutes(10);
  world_.state("oslo").asleep = 1;
  EXPECT_THAT(Restores(world_.now), IsEmpty());
  EXPECT_THAT(Restores(world_.Hour(3)), IsEmpty());
}

// What is planned behind its limit does not stand in its way while its nodes wake up.
TEST_F(WatchTest, LeavesAJobAloneBehindWhichAnotherIsPlannedAtOnce) {
  job_.deadline = world_.Hour(10);
  world_.state("oslo").wake_up = absl::Minutes(10);
  const absl::Time end = world_.capacity.uses[0].when.end;
  world_.capacity.uses.push_back(
      {99, "", "oslo", {end, end + absl::Hours(4)}, world_.capacity.groups[1].total});
  EXPECT_THAT(Restores(world_.now), IsEmpty());
  EXPECT_THAT(Restores(job_.begin - absl::Minutes(1)), IsEmpty());
}

TEST_F(WatchTest, GivesTheLatestStartThatMayBePlannedTimeToHappen) {
  job_.deadline = world_.Hour(10);
  job_.promise.runs[0].start = job_.begin = world_.Hour(6) - absl::Minutes(2);
  world_.capacity.uses[0].when = {job_.begin, job_.begin + absl::Hours(4)};
  EXPECT_EQ(Reason(job_.begin), "");
  EXPECT_EQ(Reason(job_.begin + absl::Seconds(49)), "");
  EXPECT_EQ(Reason(job_.begin + absl::Seconds(50)), "its latest safe start has come");
}

TEST_F(WatchTest, RestoresAJobWithoutDeadlineOnlyWhenItsStartIsNearAndHomeIsSooner) {
  Use(8, "oslo", 0, 9, 8);
  EXPECT_EQ(Reason(world_.now), "");
  EXPECT_EQ(Reason(world_.Hour(3) - kNotice), "its pool has filled up");
  Use(9, "frankfurt", 0, 9, 8);
  EXPECT_EQ(Reason(world_.Hour(3) - kNotice), "");  // no sooner at home
  world_.state("oslo").up = false;
  EXPECT_EQ(Reason(world_.Hour(3) - kNotice), "its pool is down");
}

TEST_F(WatchTest, NeverRestoresToATimeBeforeTheJobsOwnBegin) {
  job_.promise.begin = world_.Hour(2);
  job_.deadline = world_.Hour(10);
  world_.state("oslo").up = false;
  EXPECT_EQ(Restores(world_.Hour(1))[0].begin, world_.Hour(2));
  EXPECT_EQ(Restores(world_.Hour(3))[0].begin, world_.Hour(3));
}

TEST_F(WatchTest, LeavesWhatSomebodyChanged) {
  job_.deadline = world_.Hour(10);
  world_.state("oslo").up = false;
  const WatchedJob untouched = job_;
  job_.partition = "lyon";
  EXPECT_THAT(Restores(world_.now), IsEmpty());
  job_ = untouched;
  job_.begin = world_.Hour(5);
  EXPECT_THAT(Restores(world_.now), IsEmpty());
  job_.was_requeued = true;  // then it was Slurm
  EXPECT_EQ(Reason(world_.now), "its pool is down");
}

TEST_F(WatchTest, CountsAtHomeWhatItRestoredBefore) {
  Use(8, "oslo", 0, 7, 8);
  WatchedJob other = job_;
  other.job_id = 9;
  Use(9, "oslo", 3, 7, 32, other.promise.decision_id);
  // Home has room for the first at once. For the second it is no sooner than the pool.
  const auto restores = FindRestores({other, job_}, world_.capacity, rules_, world_.config,
                                     world_.Hour(3), absl::Seconds(5));
  ASSERT_EQ(restores.size(), 1u);
  EXPECT_EQ(restores[0].job_id, 7u);
}

// The planned start has come, and something of oslo keeps the job from starting.
class ObstacleTest : public WatchTest {
 protected:
  ObstacleTest() {
    job_.nodes = 2;
    rules_.qos = {{.name = "normal"}, {.name = "part"}, {.name = "over"}};
    rules_.partitions = {{.name = "frankfurt", .nodes = 4}, {.name = "oslo", .nodes = 4}};
  }

  // Why the job is returned once it has met the obstacle for long.
  std::string Meets(Obstacle::Kind kind, std::optional<LimitKind> limit = std::nullopt) {
    job_.obstacle = Obstacle{kind, limit, now_ - kObstacleLasts};
    return Reason(now_);
  }
  PartitionRules& home() { return rules_.partitions[0]; }
  PartitionRules& there() { return rules_.partitions[1]; }

  const absl::Time now_ = world_.Hour(3) + absl::Minutes(1);
};

TEST_F(ObstacleTest, RestoresAJobWithinAMinuteOfTheFirstLookAtIt) {
  there().max_nodes = 1;
  job_.obstacle = Obstacle{Obstacle::Kind::kNodeLimit, std::nullopt, now_};
  EXPECT_EQ(Reason(now_ + kObstacleLasts - absl::Seconds(1)), "");  // it may last moments
  EXPECT_EQ(Reason(now_ + kObstacleLasts), "the node limit of its partition holds it");
  EXPECT_LT(kObstacleLasts, absl::Minutes(1));
  // It would only wait in oslo too.
  EXPECT_THAT(Restores(now_ + kObstacleLasts)[0].partitions, ElementsAre("frankfurt"));
}

TEST_F(ObstacleTest, DoesNotWaitThatLongForADeadline) {
  job_.deadline = world_.Hour(10);
  const absl::Time latest = world_.Hour(6) - absl::Minutes(1);
  job_.obstacle = Obstacle{Obstacle::Kind::kConstraints, std::nullopt, latest - absl::Seconds(11)};
  EXPECT_EQ(Reason(latest - absl::Seconds(11)), "");
  EXPECT_EQ(Reason(latest - absl::Seconds(10)), "its partition cannot meet its constraints");
}

TEST_F(ObstacleTest, RestoresAJobThatSlurmHoldsAndShowsNoUseOf) {
  world_.capacity.uses.clear();
  EXPECT_EQ(Meets(Obstacle::Kind::kConstraints), "its partition cannot meet its constraints");
  job_.obstacle.reset();
  EXPECT_EQ(Reason(now_), "");
}

TEST_F(ObstacleTest, LeavesAJobThatWouldMeetItAtHome) {
  there().max_nodes = home().max_nodes = 1;
  EXPECT_EQ(Meets(Obstacle::Kind::kNodeLimit), "");
  home().max_nodes = 2;
  EXPECT_EQ(Meets(Obstacle::Kind::kNodeLimit), "the node limit of its partition holds it");
  home().min_nodes = 3;
  EXPECT_EQ(Meets(Obstacle::Kind::kNodeLimit), "");

  home().min_nodes = 0;
  home().nodes = 1;
  EXPECT_EQ(Meets(Obstacle::Kind::kNodeLimit), "");
  home().nodes = 4;
  // Another limit than the maximum, which is the same at home, holds it.
  there().max_nodes = home().max_nodes = 4;
  EXPECT_EQ(Meets(Obstacle::Kind::kNodeLimit), "");
  there().min_nodes = 3;
  EXPECT_EQ(Meets(Obstacle::Kind::kNodeLimit), "the node limit of its partition holds it");
  there().min_nodes = 0;
  there().nodes = 1;
  EXPECT_EQ(Meets(Obstacle::Kind::kNodeLimit), "the node limit of its partition holds it");
  there().nodes = 4;

  EXPECT_EQ(Meets(Obstacle::Kind::kTimeLimit), "the time limit of its partition holds it");
  world_.state("frankfurt").max_time = absl::Hours(3);  // it asks for four
  EXPECT_EQ(Meets(Obstacle::Kind::kTimeLimit), "");
  job_.promise.limit = absl::Hours(3);
  EXPECT_EQ(Meets(Obstacle::Kind::kTimeLimit), "the time limit of its partition holds it");

  EXPECT_EQ(Meets(Obstacle::Kind::kMemoryLimit), "");
  there().max_memory = {.mib = 1000};
  EXPECT_EQ(Meets(Obstacle::Kind::kMemoryLimit), "the memory limit of its partition holds it");

  EXPECT_EQ(Meets(Obstacle::Kind::kAccess), "");
  there().max_cpus_per_node = 1;  // Slurm gives the same reason for too many CPUs
  EXPECT_EQ(Meets(Obstacle::Kind::kAccess), "its partition does not admit it");
  there().max_cpus_per_node.reset();
  there().deny_accounts = {"physics"};
  EXPECT_EQ(Meets(Obstacle::Kind::kAccess), "its partition does not admit it");

  job_.promise.from = {"oslo"};  // only its start was moved
  EXPECT_EQ(Meets(Obstacle::Kind::kConstraints), "");
}

TEST_F(ObstacleTest, RestoresAJobForALimitOfThePartitionsQosOnly) {
  const auto meets = [&] { return Meets(Obstacle::Kind::kQosLimit, LimitKind::kGrpTres); };
  job_.qos = "normal";
  rules_.qos[0].limits = rules_.qos[1].limits =
      rules_.qos[2].limits = {{LimitKind::kGrpTres, "cpu", 64}};
  EXPECT_EQ(meets(), "");  // the job's own holds it at home too
  there().qos = "part";
  EXPECT_EQ(meets(), "a limit of its partition's QOS holds it");
  home().qos = "part";
  EXPECT_EQ(meets(), "");
  home().qos = "over";
  EXPECT_EQ(meets(), "a limit of its partition's QOS holds it");
  rules_.qos[0].over_partition_qos = true;
  EXPECT_EQ(meets(), "");
  rules_.qos[0].over_partition_qos = false;
  job_.qos = "part";  // Slurm asks it once, there and at home
  EXPECT_EQ(meets(), "");
  job_.qos = "normal";
  rules_.qos[1].limits[0].kind = LimitKind::kMaxJobs;
  EXPECT_EQ(meets(), "");
  rules_.partitions.clear();  // what is not known is no reason
  EXPECT_EQ(meets(), "");
}

TEST_F(ObstacleTest, AsksForALimitOfWhatSlurmSays) {
  const auto meets = [&](const char* tres) {
    job_.obstacle = Obstacle{Obstacle::Kind::kQosLimit, LimitKind::kMaxTresPerUser,
                             now_ - kObstacleLasts, tres};
    return Reason(now_);
  };
  job_.qos = "normal";
  there().qos = "part";
  rules_.qos[1].limits = {{LimitKind::kMaxTresPerUser, "gres/gpu", 64}};
  EXPECT_EQ(meets("gres/"), "a limit of its partition's QOS holds it");
  EXPECT_EQ(meets(""), "a limit of its partition's QOS holds it");
  EXPECT_EQ(meets("cpu"), "");
}

TEST_F(ObstacleTest, ActsAtOnceWhereTheNextLookIsMoreThanAMinuteAway) {
  job_.obstacle = Obstacle{Obstacle::Kind::kConstraints, std::nullopt, now_};
  EXPECT_THAT(FindRestores({job_}, world_.capacity, rules_, world_.config, now_, absl::Seconds(50)),
              testing::IsEmpty());
  EXPECT_EQ(
      FindRestores({job_}, world_.capacity, rules_, world_.config, now_, absl::Minutes(2)).size(),
      1u);
}

TEST_F(ObstacleTest, LeavesWhatSomebodyMovedElsewhere) {
  job_.partition = "lyon";
  EXPECT_EQ(Meets(Obstacle::Kind::kConstraints), "");
}

TEST(IsWatched, ForgetsAWatchThatIsSilent) {
  World world;
  world.capacity.watched_until.reset();
  EXPECT_FALSE(IsWatched(world.capacity, world.now));
  world.capacity.watched_until = WatchedUntil(world.now, absl::Seconds(5));
  EXPECT_TRUE(IsWatched(world.capacity, world.now + absl::Minutes(1)));
  EXPECT_FALSE(IsWatched(world.capacity, world.now + absl::Seconds(61)));
  world.capacity.watched_until = WatchedUntil(world.now, absl::Minutes(1));
  EXPECT_TRUE(IsWatched(world.capacity, world.now + absl::Minutes(3)));
  EXPECT_FALSE(IsWatched(world.capacity, world.now + absl::Seconds(181)));
}

}  // namespace
}  // namespace carbon
