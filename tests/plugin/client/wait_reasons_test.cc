#include <slurm/slurm.h>

#include "gtest/gtest.h"
#include "plugin/client/watched_jobs.h"

namespace carbon {
namespace {

// A job of ours that waits in oslo.
struct Waiting {
  explicit Waiting(uint32_t reason, uint32_t priority = 1000) {
    job.job_state = JOB_PENDING;
    job.priority = priority;
    job.state_reason = static_cast<decltype(job.state_reason)>(reason);
    job.partition = partition;
    job.admin_comment = comment;
  }
  std::optional<WatchedJob> Read() const {
    return ReadWatchedJob(job, ReadMarks(comment, 0, nullptr).marks.at(0), absl::Hours(1));
  }

  char partition[5] = "oslo";
  char comment[100] =
      "carbon:id=3f9c21aa04d7be15-42,pool=oslo,start=2026-11-24T02:00:00+01:00,co2e=14.2kg,"
      "from=frankfurt";
  slurm_job_info_t job{};
};

std::optional<Obstacle::Kind> KindOf(uint32_t reason) {
  const std::optional<Obstacle> obstacle = ObstacleOf(reason);
  return obstacle.has_value() ? std::optional(obstacle->kind) : std::nullopt;
}

TEST(ObstacleOf, IsWhatThePartitionOrItsQosDoes) {
  EXPECT_EQ(KindOf(WAIT_PART_NODE_LIMIT), Obstacle::Kind::kNodeLimit);
  EXPECT_EQ(KindOf(WAIT_PART_TIME_LIMIT), Obstacle::Kind::kTimeLimit);
  EXPECT_EQ(KindOf(WAIT_PN_MEM_LIMIT), Obstacle::Kind::kMemoryLimit);
  EXPECT_EQ(KindOf(FAIL_BAD_CONSTRAINTS), Obstacle::Kind::kConstraints);
  for (const uint32_t reason : {WAIT_PART_CONFIG, WAIT_ACCOUNT, WAIT_QOS}) {
    EXPECT_EQ(KindOf(reason), Obstacle::Kind::kAccess) << reason;
  }
  EXPECT_EQ(ObstacleOf(WAIT_QOS_GRP_GRES)->limit, LimitKind::kGrpTres);
  EXPECT_EQ(ObstacleOf(WAIT_QOS_GRP_GRES)->tres, "gres/");
  EXPECT_EQ(ObstacleOf(WAIT_QOS_GRP_BILLING_RUN_MIN)->tres, "billing");
  EXPECT_EQ(ObstacleOf(WAIT_QOS_MAX_JOB_PER_USER)->tres, "");
  EXPECT_EQ(ObstacleOf(WAIT_QOS_GRP_BILLING_RUN_MIN)->limit, LimitKind::kGrpTresRunMins);
  EXPECT_EQ(ObstacleOf(WAIT_QOS_MAX_CPU_PER_JOB)->limit, LimitKind::kMaxTresPerJob);
  EXPECT_EQ(ObstacleOf(WAIT_QOS_MAX_JOB_PER_USER)->limit, LimitKind::kMaxJobs);
  EXPECT_EQ(ObstacleOf(WAIT_QOS_MIN_GRES)->limit, LimitKind::kMinTresPerJob);
}

TEST(ObstacleOf, IsNothingThatHoldsTheJobAtHomeToo) {
  for (const uint32_t reason : {WAIT_NO_REASON,      WAIT_PRIORITY,
                                WAIT_RESOURCES,      WAIT_TIME,
                                WAIT_HELD,           WAIT_HELD_USER,
                                WAIT_DEPENDENCY,     WAIT_DEP_INVALID,
                                WAIT_RESERVATION,    WAIT_RESV_DELETED,
                                WAIT_LICENSES,       WAIT_PART_DOWN,
                                WAIT_PART_INACTIVE,  WAIT_NODE_NOT_AVAIL,
                                WAIT_MAX_REQUEUE,    WAIT_ARRAY_TASK_LIMIT,
                                FAIL_ACCOUNT,        FAIL_QOS,
                                WAIT_QOS_THRES,      WAIT_ASSOC_GRP_CPU,
                                WAIT_ASSOC_MAX_JOBS, WAIT_ASSOC_MAX_GRES_PER_JOB,
                                FAIL_LAUNCH}) {
    EXPECT_FALSE(ObstacleOf(reason).has_value()) << reason;
  }
}

// A job of a year in a partition of two days must not keep others from its pool for a year.
TEST(CannotStart, IsWhatNoOtherJobsEndChanges) {
  for (const uint32_t reason :
       {WAIT_PART_TIME_LIMIT, WAIT_PART_NODE_LIMIT, WAIT_PN_MEM_LIMIT, WAIT_ACCOUNT,
        FAIL_BAD_CONSTRAINTS, WAIT_QOS_MAX_WALL_PER_JOB, WAIT_QOS_MAX_GRES_PER_JOB,
        WAIT_QOS_MIN_CPU, WAIT_ASSOC_MAX_WALL_PER_JOB, WAIT_ASSOC_MAX_GRES_PER_JOB}) {
    EXPECT_TRUE(CannotStart(reason)) << reason;
  }
  for (const uint32_t reason :
       {WAIT_NO_REASON, WAIT_PRIORITY, WAIT_RESOURCES, WAIT_TIME, WAIT_QOS_GRP_CPU,
        WAIT_QOS_MAX_JOB_PER_USER, WAIT_ASSOC_GRP_CPU, WAIT_ASSOC_MAX_JOBS}) {
    EXPECT_FALSE(CannotStart(reason)) << reason;
  }
}

TEST(ReadWatchedJob, SeesAJobThatSlurmctldHoldsForItsConstraints) {
  const std::optional<WatchedJob> job = Waiting(FAIL_BAD_CONSTRAINTS, 0).Read();
  ASSERT_TRUE(job.has_value());
  ASSERT_TRUE(job->obstacle.has_value());
  EXPECT_EQ(job->obstacle->kind, Obstacle::Kind::kConstraints);
}

TEST(ReadWatchedJob, LeavesAJobThatSomebodyHoldsOrThatDepends) {
  EXPECT_TRUE(Waiting(WAIT_RESOURCES).Read().has_value());
  EXPECT_FALSE(Waiting(WAIT_HELD_USER, 0).Read().has_value());
  EXPECT_FALSE(Waiting(WAIT_HELD, 0).Read().has_value());
  EXPECT_FALSE(Waiting(WAIT_PART_NODE_LIMIT, 0).Read().has_value());  // it may be somebody's hold
  EXPECT_FALSE(Waiting(WAIT_DEPENDENCY).Read().has_value());
  Waiting depends(FAIL_BAD_CONSTRAINTS, 0);
  char dependency[] = "afterok:17";
  depends.job.dependency = dependency;
  EXPECT_FALSE(depends.Read().has_value());
}

}  // namespace
}  // namespace carbon
