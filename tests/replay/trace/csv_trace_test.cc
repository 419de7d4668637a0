#include "replay/trace/csv_trace.h"

#include "absl/status/status.h"
#include "core/base/timestamp.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(ParseCsvTrace, ReadsTimesAsNumbersOfAUnit) {
  CsvTraceOptions options;
  options.begin = absl::FromUnixSeconds(1'600'000'000);
  options.time_unit = options.length_unit = absl::Hours(1);
  options.partition = "oslo";
  options.are_cpus_devices = true;
  const absl::StatusOr<Trace> trace =
      ParseCsvTrace("arrival_time,length,cpus\n0.5,1.25,2\n0.0,0.0001,1\n", options);
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->jobs.size(), 2u);
  const TraceJob& job = trace->jobs[1];  // by time of submission
  EXPECT_EQ(job.submit, options.begin + absl::Minutes(30));
  EXPECT_EQ(job.elapsed, absl::Minutes(75));
  EXPECT_EQ(job.limit, absl::Minutes(75));
  EXPECT_EQ(job.devices, 2);
  EXPECT_EQ(trace->names[job.partition], "oslo");
  // Part of a second is a second, and of a minute's limit a minute.
  EXPECT_EQ(trace->jobs[0].elapsed, absl::Seconds(1));
  EXPECT_EQ(trace->jobs[0].limit, absl::Minutes(1));
}

TEST(ParseCsvTrace, ReadsInstantsAndNames) {
  const absl::StatusOr<Trace> trace = ParseCsvTrace(
      "Submit;Runtime;GPUs;Nodes;User;Account;Partition;Time_Limit;Start;Deadline\n"
      "2026-10-01T00:00:12Z;3600;16;2;anna;lab;bergen;7200;2026-10-01T00:10:00Z;"
      "2026-10-02T00:00:00Z\n",
      {});
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->jobs.size(), 1u);
  const TraceJob& job = trace->jobs[0];
  EXPECT_EQ(FormatTimestamp(job.submit), "2026-10-01T00:00:12Z");
  EXPECT_EQ(job.devices, 16);
  EXPECT_EQ(job.nodes, 2);
  EXPECT_EQ(job.limit, absl::Hours(2));
  EXPECT_EQ(trace->names[job.account], "lab");
  EXPECT_EQ(trace->names[job.partition], "bergen");
  EXPECT_EQ(FormatTimestamp(job.start), "2026-10-01T00:10:00Z");
  ASSERT_TRUE(job.deadline.has_value());
  EXPECT_EQ(FormatTimestamp(*job.deadline), "2026-10-02T00:00:00Z");
}

TEST(ParseCsvTrace, OnlyJobsThatCompletedOrWereStoppedAtTheirLimitSayHowLongOthersRun) {
  const absl::StatusOr<Trace> trace = ParseCsvTrace(
      "submit,runtime,cpus,state\n0,60,1,COMPLETED\n1,60,1,TIMEOUT\n2,60,1,FAILED\n3,60,1,\n", {});
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->jobs.size(), 4u);
  EXPECT_TRUE(trace->jobs[0].is_typical && trace->jobs[1].is_typical);
  EXPECT_FALSE(trace->jobs[2].is_typical || trace->jobs[3].is_typical);
  const absl::StatusOr<Trace> unknown = ParseCsvTrace("submit,runtime,cpus\n0,60,1\n", {});
  ASSERT_TRUE(unknown.ok()) << unknown.status();
  EXPECT_TRUE(unknown->jobs[0].is_typical);
}

TEST(ParseCsvTrace, CountsRowsThatAreNoJobs) {
  const absl::StatusOr<Trace> trace = ParseCsvTrace(
      "submit,runtime,cpus\n"
      "0,60,1\n"
      "0,60\n"
      "-1,3600,2\n"
      "x,3600,2\n"
      "0,-3,2\n"
      "0,60,0\n",
      {});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->report.read.rows, 1);
  EXPECT_EQ(trace->report[RowReason::kMalformed].rows, 1);
  EXPECT_EQ(trace->report[RowReason::kBadTime].rows, 3);
  EXPECT_DOUBLE_EQ(trace->report[RowReason::kBadTime].cpu_hours, 4);
  EXPECT_EQ(trace->report[RowReason::kNoResources].rows, 1);
  EXPECT_EQ(trace->report.Total().rows, 6);
}

TEST(ParseCsvTrace, NamesAMissingColumn) {
  EXPECT_EQ(
      ParseCsvTrace("submit,cpus\n", {}).status(),
      absl::InvalidArgumentError("line 1: has no column runtime or length or duration or elapsed"));
  EXPECT_EQ(ParseCsvTrace("submit,runtime\n", {}).status(),
            absl::InvalidArgumentError("line 1: has no column gpus or devices or cpus"));
  EXPECT_EQ(ParseCsvTrace("", {}).status(),
            absl::InvalidArgumentError("line 1: is missing, it names the columns"));
}

}  // namespace
}  // namespace carbon
