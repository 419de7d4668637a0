#include "core/decision/promise_book.h"

#include "gtest/gtest.h"

namespace carbon {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1795546800);
const absl::Time kSealedSince = kNow - absl::Hours(24);
constexpr char kDecision[] = "3f9c21aa04d7be15-42";

MarkedJob JobWithMark(uint32_t job_id, absl::Time submitted = kNow + absl::Seconds(1)) {
  return {job_id, 0, submitted,
          CarbonMark{.decision_id = kDecision, .made_at = kNow, .is_sealed = true}};
}
MarkedJob Unsealed(uint32_t job_id, absl::Time submitted) {
  return {job_id, 0, submitted,
          CarbonMark{.decision_id = kDecision, .made_at = absl::InfinitePast()}};
}

class PromiseBookTest : public ::testing::Test {
 protected:
  void Note(const std::vector<MarkedJob>& jobs, absl::Time now = kNow) {
    book_.Note(jobs, kSealedSince, now);
  }
  PromiseBook book_;
};

TEST_F(PromiseBookTest, CountsAMarkForTheJobThatWasSubmittedWhenItWasMade) {
  for (const absl::Duration late : {-absl::Seconds(2), absl::ZeroDuration(), absl::Minutes(10)}) {
    PromiseBook book;
    book.Note({JobWithMark(7, kNow + late)}, kSealedSince, kNow);
    EXPECT_TRUE(book.IsAbout(JobWithMark(7))) << late;
    EXPECT_EQ(book.ignored(), 0);
  }
}

TEST_F(PromiseBookTest, CountsNoneThatWasMadeForAnEarlierOrLaterJob) {
  for (const absl::Duration late : {-absl::Seconds(3), absl::Seconds(601), absl::Hours(20)}) {
    Note({JobWithMark(7, kNow + late)});
    EXPECT_FALSE(book_.IsAbout(JobWithMark(7))) << late;
    EXPECT_EQ(book_.ignored(), 1);
  }
}

TEST_F(PromiseBookTest, CountsACopyForNothingWhileItsJobIsThereAndWhenItIsGone) {
  const MarkedJob job = JobWithMark(7), copy = JobWithMark(8, kNow + absl::Seconds(5));
  Note({copy, job});
  EXPECT_TRUE(book_.IsAbout(job));
  EXPECT_FALSE(book_.IsAbout(copy));
  EXPECT_EQ(book_.ignored(), 1);
  // Cancelled, and out of the queue.
  Note({copy});
  EXPECT_FALSE(book_.IsAbout(copy));
  Note({}, kNow + absl::Minutes(1));
  Note({JobWithMark(9, kNow + absl::Seconds(90))}, kNow + absl::Seconds(91));
  EXPECT_FALSE(book_.IsAbout(JobWithMark(9)));
  Note({JobWithMark(9, kNow + absl::Minutes(11))}, kNow + absl::Minutes(11));
  EXPECT_FALSE(book_.IsAbout(JobWithMark(9)));
  EXPECT_EQ(book_.ignored(), 1);
}

// Slurm gives a job that it requeues a new time of submission.
TEST_F(PromiseBookTest, KnowsAJobThatIsRequeuedAgainAfterARestartToo) {
  Note({JobWithMark(7)});
  const MarkedJob requeued = JobWithMark(7, kNow + absl::Hours(3));
  Note({requeued}, kNow + absl::Hours(3));
  EXPECT_TRUE(book_.IsAbout(requeued));

  CapacityState published;
  published.taken_at = kNow + absl::Hours(3);
  published.uses.push_back({.job_id = 7, .decision_id = kDecision});
  PromiseBook restarted;
  restarted.Restore(published);
  const MarkedJob copy = JobWithMark(8, kNow + absl::Hours(2));
  restarted.Note({copy, requeued}, kSealedSince, kNow + absl::Hours(4));
  EXPECT_TRUE(restarted.IsAbout(requeued));
  EXPECT_FALSE(restarted.IsAbout(copy));
}

TEST_F(PromiseBookTest, TakesTheTasksOfAnArrayForOneJob) {
  MarkedJob waiting = JobWithMark(10), running = JobWithMark(12);
  waiting.array_job_id = running.array_job_id = 10;
  Note({waiting, running});
  EXPECT_TRUE(book_.IsAbout(waiting));
  EXPECT_TRUE(book_.IsAbout(running));
  // What was published of it is a task's id; that task has ended meanwhile.
  CapacityState published;
  published.taken_at = kNow;
  published.uses.push_back({.job_id = 12, .decision_id = kDecision});
  for (const std::vector<MarkedJob>& look :
       {std::vector<MarkedJob>{waiting}, std::vector<MarkedJob>{running, waiting}}) {
    PromiseBook restarted;
    restarted.Restore(published);
    restarted.Note(look, kSealedSince, kNow + absl::Minutes(10));
    EXPECT_TRUE(restarted.IsAbout(waiting));
  }
}

// Jobs that wait while a version before the seal is replaced keep their watch.
TEST_F(PromiseBookTest, CountsAMarkWithoutASealForJobsFromBeforeTheKey) {
  const MarkedJob before = Unsealed(7, kSealedSince),
                  after = Unsealed(7, kSealedSince + absl::Seconds(1));
  Note({before});
  EXPECT_TRUE(book_.IsAbout(before));
  PromiseBook book;
  book.Note({after}, kSealedSince, kNow);
  EXPECT_FALSE(book.IsAbout(after));
}

TEST_F(PromiseBookTest, BelievesNoMarkWithoutASealAnyLongerOnceThereIsAKey) {
  const MarkedJob forged = Unsealed(7, kNow);
  book_.Note({forged}, absl::InfiniteFuture(), kNow);
  EXPECT_TRUE(book_.IsAbout(forged));
  Note({forged});
  EXPECT_FALSE(book_.IsAbout(forged));
}

}  // namespace
}  // namespace carbon
