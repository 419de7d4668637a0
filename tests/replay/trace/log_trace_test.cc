#include "replay/trace/log_trace.h"

#include <string>

#include "core/record/event_records.h"
#include "core/record/record.h"
#include "gtest/gtest.h"
#include "tests/core/record/sample_decision.h"

namespace carbon {
namespace {

constexpr char kBoot[] = "3f9c21aa04d7be15";

JobRequest Training() {
  JobRequest job;
  job.name = "train";
  job.user_id = 1001;
  job.account = "vision";
  job.time_limit = absl::Hours(10);
  job.deadline = kNow + absl::Hours(30);
  job.demand = {.nodes = 2, .devices = 16, .cpus = 128};
  return job;
}

std::string Line(uint64_t sequence, const JobRequest& job, const Decision& decision) {
  return WriteRecord(RecordOfDecision({kBoot, sequence}, kNow, job, decision));
}

std::string Expired(uint64_t sequence, uint64_t decision, uint32_t job_id) {
  BookingRecord record;
  record.id = {kBoot, sequence};
  record.time = kNow + absl::Minutes(1);
  record.event = {DecisionId({kBoot, decision}), BookingFate::kExpired, job_id};
  return WriteRecord(record);
}

TEST(ParseLogTrace, ReadsADecisionAsTheJobThatWasSubmitted) {
  const absl::StatusOr<Trace> trace = ParseLogTrace(Line(1, Training(), Placed()));
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->jobs.size(), 1u);
  const TraceJob& job = trace->jobs[0];
  EXPECT_EQ(job.submit, kNow);
  EXPECT_EQ(job.eligible, kNow);
  EXPECT_EQ(job.start, absl::InfinitePast());
  EXPECT_EQ(job.elapsed, absl::Hours(8));  // as the decision expected at home
  EXPECT_EQ(job.limit, absl::Hours(10));
  EXPECT_EQ(job.deadline, kNow + absl::Hours(30));
  EXPECT_EQ(job.nodes, 2);
  EXPECT_EQ(job.devices, 16);
  EXPECT_EQ(job.cpus, 128);
  EXPECT_EQ(job.user_id, 1001u);
  EXPECT_EQ(job.array, -1);
  EXPECT_EQ(job.requeue_of, -1);
  EXPECT_EQ(trace->names[job.account], "vision");
  EXPECT_EQ(trace->names[job.partition], "frankfurt");  // where it was asked for, not where it went
  EXPECT_FALSE(job.names_partition);
  EXPECT_EQ(trace->names[trace->default_partition], "frankfurt");
  EXPECT_EQ(trace->report.read.rows, 1);
  EXPECT_DOUBLE_EQ(trace->report.read.device_hours, 128);
}

TEST(ParseLogTrace, MakesEachTaskOfAnArrayAJobThatRunsOneRound) {
  JobRequest array = Training();
  array.array_tasks = 4;
  array.array_width = 2;
  Decision decision = Placed();
  decision.home->first().rounds = 2;
  const absl::StatusOr<Trace> trace =
      ParseLogTrace(Line(1, Training(), Placed()) + Line(2, array, decision));
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->jobs.size(), 5u);
  for (size_t i = 1; i < 5; ++i) {
    EXPECT_EQ(trace->jobs[i].elapsed, absl::Hours(4));
    EXPECT_EQ(trace->jobs[i].array, trace->jobs[1].array);
    EXPECT_GE(trace->jobs[i].array, 0);
    EXPECT_EQ(trace->jobs[i].requeue_of, -1) << "a task is no later run of another";
  }
}

TEST(ParseLogTrace, TakesTheHintOrTheLimitOfAJobThatWasLeftAlone) {
  Decision decision;
  decision.reason = {Reason::kHeld};
  JobRequest job = Training();
  job.partitions = {"oslo", "lyon"};
  job.leave_alone = Reason::kHeld;
  Decision hinted = decision;
  hinted.hints.runtime = absl::Hours(3);
  JobRequest without = job;
  without.time_limit.reset();
  const absl::StatusOr<Trace> trace =
      ParseLogTrace(Line(1, job, decision) + Line(2, job, hinted) + Line(3, without, decision));
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->jobs.size(), 2u);
  EXPECT_EQ(trace->jobs[0].elapsed, absl::Hours(10));
  EXPECT_EQ(trace->jobs[1].elapsed, absl::Hours(3));
  EXPECT_EQ(trace->names[trace->jobs[0].partition], "oslo,lyon");
  EXPECT_TRUE(trace->jobs[0].names_partition);
  EXPECT_EQ(trace->default_partition, 0u);
  EXPECT_EQ(trace->jobs[0].leave_alone, Reason::kHeld);
  EXPECT_EQ(trace->report[RowReason::kBadTime].rows, 1) << "neither limit nor hint";
}

TEST(ParseLogTrace, PutsAJobThatWasLeftAloneIntoTheDefaultPartitionThatOthersTell) {
  Decision decision;
  decision.reason = {Reason::kHeld};
  const absl::StatusOr<Trace> trace =
      ParseLogTrace(Line(1, Training(), decision) + Line(2, Training(), Placed()));
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->jobs.size(), 2u);
  EXPECT_EQ(trace->names[trace->jobs[0].partition], "frankfurt");
}

TEST(ParseLogTrace, CountsWhatTheQueueNeverShowedAsNeverStarted) {
  const absl::StatusOr<Trace> trace =
      ParseLogTrace(Line(1, Training(), Placed()) + Line(2, Training(), Placed()) +
                    Expired(3, 1, 0) + Expired(4, 2, 77));
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->jobs.size(), 1u) << "the second had a job";
  EXPECT_EQ(trace->report[RowReason::kNeverStarted].rows, 1);
  EXPECT_DOUBLE_EQ(trace->report[RowReason::kNeverStarted].device_hours, 128);
}

TEST(ParseLogTrace, CountsLinesThatAreNoRecords) {
  const absl::StatusOr<Trace> trace =
      ParseLogTrace("{\"torn\n\n" + Line(1, Training(), Placed()) + "x");
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->jobs.size(), 1u);
  EXPECT_EQ(trace->report[RowReason::kMalformed].rows, 2);
}

TEST(ParseLogTrace, RefusesWhatIsNoLogOrHasTooManyJobs) {
  EXPECT_EQ(ParseLogTrace("").status().message(), "has no record of a placement log");
  EXPECT_FALSE(ParseLogTrace("submit,runtime\n0,1\n").ok());
  JobRequest array = Training();
  array.array_tasks = kMaxJobsOfLog + 1;
  EXPECT_EQ(ParseLogTrace(Line(1, array, Placed())).status().message(),
            "has more than 5000000 jobs, array tasks included");
}

TEST(IsPlacementLog, IsWhatBeginsWithAnObject) {
  EXPECT_TRUE(IsPlacementLog(Line(1, Training(), Placed())));
  EXPECT_FALSE(IsPlacementLog("JobID|User\n"));
  EXPECT_FALSE(IsPlacementLog("submit,runtime\n"));
  EXPECT_FALSE(IsPlacementLog(""));
}

}  // namespace
}  // namespace carbon
