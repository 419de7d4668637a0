#include "core/decision/restored_jobs.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::IsEmpty;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 10), absl::UTCTimeZone());
const char kDecision[] = "3f9c21aa04d7be15-42";

// Job 7 was placed in oslo in three hours, and is to go home to frankfurt now.
JobRestore Restore() {
  return {.job_id = 7,
          .decision_id = kDecision,
          .pool = "oslo",
          .placed_in = "oslo",
          .planned = kNow + absl::Hours(3),
          .reason = "its pool has filled up",
          .partitions = {"frankfurt", "lyon", "oslo"},
          .pool_is_behind = true,
          .begin = kNow};
}

MarkedJobState AsPlaced() {
  return {.job_id = 7,
          .decision_id = kDecision,
          .partitions = "oslo",
          .begin = kNow + absl::Hours(3),
          .limit = absl::Hours(4),
          .waits = true};
}
MarkedJobState AsRestored() {
  MarkedJobState job = AsPlaced();
  job.partitions = "oslo,frankfurt,lyon";  // in an order of Slurm's own
  job.begin = kNow;
  return job;
}

// As a process knows it that was killed before slurmctld answered.
RestoredJobs Asked(const JobRestore& restore = Restore()) {
  RestoredJobs jobs;
  jobs.Ask(restore, kNow);
  return RestoredJobs(jobs.All());
}

TEST(RestoredJobs, KnowsAJobByItsDecisionAndNumber) {
  RestoredJobs jobs = Asked();
  jobs.Done(Restore());
  EXPECT_TRUE(jobs.Knows(kDecision));
  EXPECT_FALSE(jobs.Knows("3f9c21aa04d7be15-4"));
  EXPECT_FALSE(jobs.Knows("3f9c21aa04d7be15-420"));
  EXPECT_TRUE(jobs.IsRestored(AsRestored()));
  MarkedJobState other = AsRestored();
  other.job_id = 8;
  EXPECT_FALSE(jobs.IsRestored(other));
  other = AsRestored();
  other.decision_id = "3f9c21aa04d7be15-43";
  EXPECT_FALSE(jobs.IsRestored(other));
}

// Its user may move it back to oslo, and Slurm may requeue it: the promise is over.
TEST(RestoredJobs, StaysRestoredWhateverBecomesOfTheJob) {
  RestoredJobs jobs = Asked();
  jobs.Done(Restore());
  EXPECT_TRUE(jobs.IsRestored(AsPlaced()));
  MarkedJobState running = AsPlaced();
  running.waits = false;
  running.started = kNow + absl::Hours(3);
  EXPECT_TRUE(jobs.IsRestored(running));
  EXPECT_THAT(jobs.Note({AsPlaced()}), IsEmpty());
  EXPECT_TRUE(jobs.Knows(kDecision));
}

TEST(RestoredJobs, SettlesByTheJobItselfWhatWasNotAnswered) {
  MarkedJobState without_pool = AsRestored();
  without_pool.partitions = "frankfurt,lyon";
  MarkedJobState elsewhere = AsPlaced();
  elsewhere.waits = false;
  elsewhere.partitions = "frankfurt";
  elsewhere.started = kNow + absl::Hours(4);
  MarkedJobState early = AsPlaced();
  early.waits = false;
  early.started = kNow + absl::Minutes(1);
  for (const MarkedJobState& job : {AsRestored(), without_pool, elsewhere, early}) {
    RestoredJobs jobs = Asked();
    EXPECT_TRUE(jobs.IsRestored(job)) << job.partitions;
    const std::vector<RestoredJob> done = jobs.Note({job});
    ASSERT_EQ(done.size(), 1u) << job.partitions;
    EXPECT_EQ(done[0].restore.reason, "its pool has filled up");
    EXPECT_EQ(done[0].asked_at, kNow);
    // Once only.
    EXPECT_THAT(jobs.Note({job}), IsEmpty());
    EXPECT_TRUE(jobs.IsRestored(job));
  }
}

TEST(RestoredJobs, ForgetsWhatSlurmctldNeverDid) {
  MarkedJobState moved = AsRestored();
  moved.begin = kNow + absl::Hours(3);  // only its begin is as placed
  MarkedJobState ran_as_placed = AsPlaced();
  ran_as_placed.waits = false;
  ran_as_placed.started = kNow + absl::Hours(3);
  for (const MarkedJobState& job : {AsPlaced(), moved, ran_as_placed}) {
    RestoredJobs jobs = Asked();
    EXPECT_FALSE(jobs.IsRestored(job)) << job.partitions;
    EXPECT_THAT(jobs.Note({job}), IsEmpty());
    EXPECT_FALSE(jobs.Knows(kDecision));
  }
}

TEST(RestoredJobs, AsksForTheTimeLimitTooWhereItIsRestored) {
  JobRestore restore = Restore();
  restore.limit = absl::Hours(2) + absl::Seconds(30);  // Slurm's are whole minutes
  MarkedJobState job = AsRestored();
  EXPECT_FALSE(Asked(restore).IsRestored(job));
  job.limit = absl::Hours(2);
  EXPECT_TRUE(Asked(restore).IsRestored(job));
}

TEST(RestoredJobs, ForgetsAJobThatIsGoneOrWasRefused) {
  RestoredJobs jobs = Asked();
  jobs.Done(Restore());
  EXPECT_THAT(jobs.Note({}), IsEmpty());
  EXPECT_FALSE(jobs.Knows(kDecision));
  jobs = Asked();
  jobs.Refused(Restore());
  EXPECT_FALSE(jobs.Knows(kDecision));
}

// Of an array that is restored, the rest keeps the job id. A task that Slurm splits off later gets
// a new one. Tasks that had one before were not restored with it.
TEST(RestoredJobs, CountsTheTasksThatAnArraySplitsOffLater) {
  JobRestore array = Restore();
  array.newest_task = 9;
  RestoredJobs jobs = Asked(array);
  jobs.Done(array);
  MarkedJobState before = AsPlaced(), later = AsPlaced();
  before.job_id = 9;
  later.job_id = 10;
  EXPECT_FALSE(jobs.IsRestored(before));
  EXPECT_TRUE(jobs.IsRestored(later));
  // As long as one of them is there.
  jobs.Note({before, later});
  EXPECT_TRUE(jobs.IsRestored(later));
  jobs.Note({before});
  EXPECT_FALSE(jobs.Knows(kDecision));
}

TEST(RestoredJobs, CountsItsChanges) {
  RestoredJobs jobs;
  uint64_t last = jobs.version();
  const auto changed = [&] { return std::exchange(last, jobs.version()) != jobs.version(); };
  jobs.Note({AsPlaced()});
  EXPECT_FALSE(changed());
  jobs.Ask(Restore(), kNow);
  EXPECT_TRUE(changed());
  jobs.Note({AsRestored()});
  EXPECT_TRUE(changed());
  jobs.Note({AsRestored()});
  EXPECT_FALSE(changed());
  jobs.Note({});
  EXPECT_TRUE(changed());
}

}  // namespace
}  // namespace carbon
