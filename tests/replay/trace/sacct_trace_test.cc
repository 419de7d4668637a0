#include "replay/trace/sacct_trace.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

constexpr absl::string_view kHeader =
    "JobID|JobIDRaw|UID|User|Account|QOS|Partition|State|Submit|Eligible|Start|ElapsedRaw|"
    "TimelimitRaw|NNodes|ReqTRES|AllocTRES|Priority|Reservation|JobName|SubmitLine\n";

// A row of job `id`, submitted at `submit`, that began a minute later and ran for an hour on eight
// devices.
struct Row {
  std::string id = "17", raw = "", state = "COMPLETED", submit = "1000000000",
              eligible = "1000000000", start = "1000000060", elapsed = "3600", limit = "120",
              req = "billing=8,cpu=64,gres/gpu=8,mem=1T,node=1",
              alloc = "billing=8,cpu=64,gres/gpu:h100=8,gres/gpu=8,mem=1T,node=1", reservation = "",
              name = "train", line = "sbatch train.sh", partition = "oslo";

  std::string Text() const {
    return absl::StrCat(id, "|", raw.empty() ? id : raw, "|1001|anna|lab|normal|", partition, "|",
                        state, "|", submit, "|", eligible, "|", start, "|", elapsed, "|", limit,
                        "|1|", req, "|", alloc, "|4711|", reservation, "|", name, "|", line, "\n");
  }
};

Trace Read(const std::string& rows, const SacctOptions& options = {}) {
  absl::StatusOr<Trace> trace = ParseSacct(absl::StrCat(kHeader, rows), options);
  EXPECT_TRUE(trace.ok()) << trace.status();
  return trace.ok() ? *std::move(trace) : Trace();
}

TEST(ParseSacct, ReadsAJob) {
  const Trace trace = Read(Row().Text());
  ASSERT_EQ(trace.jobs.size(), 1u);
  const TraceJob& job = trace.jobs[0];
  EXPECT_EQ(job.job_id, 17);
  EXPECT_EQ(job.submit, absl::FromUnixSeconds(1'000'000'000));
  EXPECT_EQ(job.start, absl::FromUnixSeconds(1'000'000'060));
  EXPECT_EQ(job.elapsed, absl::Hours(1));
  EXPECT_EQ(job.limit, absl::Minutes(120));
  EXPECT_EQ(job.nodes, 1);
  EXPECT_EQ(job.devices, 8);
  EXPECT_EQ(job.cpus, 64);
  EXPECT_EQ(job.priority, 4711);
  EXPECT_EQ(job.user_id, 1001u);
  EXPECT_EQ(trace.names[job.user], "anna");
  EXPECT_EQ(trace.names[job.account], "lab");
  EXPECT_EQ(trace.names[job.partition], "oslo");
  EXPECT_FALSE(job.leave_alone.has_value());
  // That Slurm gave it H100s does not mean that it asked for them.
  EXPECT_EQ(trace.names[job.device_type], "");
  EXPECT_EQ(trace.report.read.rows, 1);
  EXPECT_DOUBLE_EQ(trace.report.read.device_hours, 8);
}

TEST(ParseSacct, OnlyJobsThatCompletedOrWereStoppedAtTheirLimitSayHowLongOthersRun) {
  for (const auto& [state, is_typical] : {std::pair("COMPLETED", true),
                                          {"TIMEOUT", true},
                                          {"FAILED", false},
                                          {"CANCELLED by 1001", false},
                                          {"NODE_FAIL", false},
                                          {"OUT_OF_MEMORY", false}}) {
    const Trace trace = Read(Row{.state = state}.Text());
    ASSERT_EQ(trace.jobs.size(), 1u) << state;
    EXPECT_EQ(trace.jobs[0].is_typical, is_typical) << state;
  }
}

TEST(ParseSacct, TheOrderOfColumnsDoesNotMatter) {
  const absl::StatusOr<Trace> trace = ParseSacct(
      "Elapsed|State|Partition|Nonsense|AllocTRES|Start|Submit|JobID\n"
      "1-01:00:00|TIMEOUT|oslo|x|cpu=4,node=2|1000000060|1000000000|5\n",
      {});
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->jobs.size(), 1u);
  EXPECT_EQ(trace->jobs[0].elapsed, absl::Hours(25));
  EXPECT_EQ(trace->jobs[0].nodes, 2);
  EXPECT_EQ(trace->jobs[0].limit, std::nullopt);
}

TEST(ParseSacct, NamesAMissingColumn) {
  const absl::StatusOr<Trace> trace = ParseSacct("JobID|State|Submit|Start|AllocTRES\n", {});
  EXPECT_EQ(trace.status(), absl::InvalidArgumentError("line 1: has no column Partition"));
  EXPECT_THAT(ParseSacct("State|Start\n", {}).status().message(), HasSubstr("JobID or JobIDRaw"));
}

TEST(ParseSacct, NamesWhatSacctWasRunWithIfItsHeaderIsOfNoUse) {
  EXPECT_EQ(ParseSacct("17_3|COMPLETED\n", {}).status(),
            absl::InvalidArgumentError(
                "line 1: is a job and not a header, as sacct prints with --noheader"));
  for (const char* text :
       {"       JobID    JobName  Partition\n------------ ---------- ----------\n",
        "          17      train       oslo\n"}) {
    EXPECT_EQ(ParseSacct(text, {}).status(),
              absl::InvalidArgumentError("line 1: its columns are aligned with blanks, as sacct "
                                         "prints without --parsable2"));
  }
}

TEST(IsSacct, KnowsItWithAHeaderAndWithout) {
  for (const absl::string_view text :
       {kHeader, absl::string_view("17|17|1001|anna\n"), absl::string_view("\n17.batch|x\n"),
        absl::string_view("       JobID    JobName  Partition\n"),
        absl::string_view("          17      train       oslo\n")}) {
    EXPECT_TRUE(IsSacct(text)) << text;
  }
  for (const absl::string_view text :
       {"", "submit,runtime,gpus\n", "submit|runtime|gpus\n", "job_id,submit,runtime,gpus\n",
        "17,  0,3600,8\n", "{\"kind\":  \"decision\"}\n"}) {
    EXPECT_FALSE(IsSacct(text)) << text;
  }
}

// So the command that messages name prints all that is read, users' text last.
TEST(SacctCommand, NamesTheColumnsThatAreRead) {
  const absl::string_view command = SacctCommand();
  const absl::string_view columns =
      absl::StripPrefix(command.substr(command.find("--format=")), "--format=");
  const std::string header = absl::StrReplaceAll(columns, {{",", "|"}});
  EXPECT_EQ(absl::StrCat(header, "\n"), kHeader);
}

// Each row that is no job is counted by its reason, with what it used.
TEST(ParseSacct, CountsEachRowThatIsNoJob) {
  struct Case {
    Row row;
    RowReason reason;
    double device_hours;
  };
  const Case cases[] = {
      {{.id = "17.batch"}, RowReason::kStep, 0},
      {{.id = "17_3.0"}, RowReason::kStep, 0},
      {{.id = "x"}, RowReason::kMalformed, 0},
      {{.state = "PENDING", .start = "Unknown", .elapsed = "0", .alloc = ""},
       RowReason::kNeverStarted,
       0},
      {{.id = "17_[4-9%2]", .state = "PENDING", .start = "Unknown", .elapsed = "0", .alloc = ""},
       RowReason::kNeverStarted,
       0},
      // It has a start, but no nodes.
      {{.state = "CANCELLED by 1001", .elapsed = "0", .alloc = ""}, RowReason::kNeverStarted, 0},
      {{.state = "CANCELLED by 1001", .start = "None", .elapsed = "0", .alloc = ""},
       RowReason::kNeverStarted,
       0},
      {{.state = "RUNNING"}, RowReason::kStillRunning, 8},
      {{.submit = "Unknown"}, RowReason::kBadTime, 8},
      {{.start = "999999999"}, RowReason::kBadTime, 8},  // before its submission
      {{.elapsed = "INVALID"}, RowReason::kBadTime, 0},
      {{.elapsed = "-5"}, RowReason::kBadTime, 0},
      {{.alloc = "node=1"}, RowReason::kNoResources, 0},
  };
  for (const Case& one : cases) {
    const Trace trace = Read(one.row.Text());
    EXPECT_TRUE(trace.jobs.empty()) << one.row.Text();
    EXPECT_EQ(trace.report[one.reason].rows, 1) << one.row.Text();
    EXPECT_EQ(trace.report.Total().rows, 1) << one.row.Text();
    EXPECT_DOUBLE_EQ(trace.report[one.reason].device_hours, one.device_hours) << one.row.Text();
  }
}

TEST(ParseSacct, ReadsWhatEndedInAnyState) {
  for (const char* state : {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED by 0", "NODE_FAIL",
                            "OUT_OF_MEMORY", "PREEMPTED", "REQUEUED", "DEADLINE"}) {
    EXPECT_EQ(Read(Row{.state = state}.Text()).jobs.size(), 1u) << state;
  }
}

TEST(ParseSacct, ReadsARequeuedJobsRunsButNoRowTwice) {
  const std::string first = Row{.state = "REQUEUED"}.Text();
  const std::string second = Row{.submit = "1000005000", .start = "1000006000"}.Text();
  const Trace trace = Read(absl::StrCat(second, first, first));
  ASSERT_EQ(trace.jobs.size(), 2u);
  EXPECT_EQ(trace.jobs[0].requeue_of, -1);
  EXPECT_EQ(trace.jobs[1].requeue_of, 0);
  EXPECT_EQ(trace.report[RowReason::kDuplicate].rows, 1);
}

TEST(ParseSacct, AJobIdThatIsUsedAnewIsNoRequeue) {
  const Trace trace = Read(absl::StrCat(
      Row().Text(),
      Row{.submit = "1100000000", .eligible = "1100000000", .start = "1100000001", .name = "other"}
          .Text()));
  ASSERT_EQ(trace.jobs.size(), 2u);
  EXPECT_EQ(trace.jobs[1].requeue_of, -1);
}

TEST(ParseSacct, TasksOfAnArrayBelongTogether) {
  const Trace trace = Read(absl::StrCat(Row{.id = "20_1", .raw = "21"}.Text(),
                                        Row{.id = "20_2", .raw = "20"}.Text(), Row().Text()));
  ASSERT_EQ(trace.jobs.size(), 3u);
  EXPECT_EQ(trace.jobs[0].array, -1);
  EXPECT_EQ(trace.jobs[1].job_id, 20);
  EXPECT_EQ(trace.jobs[1].array, 20);
  EXPECT_EQ(trace.jobs[2].array, 20);
}

TEST(ParseSacct, SaysWhyAJobIsLeftAlone) {
  struct Case {
    Row row;
    std::optional<Reason> reason;
  };
  const Case cases[] = {
      {{.id = "17+1"}, Reason::kHeterogeneous},
      {{.line = "/usr/bin/srun --pty bash"}, Reason::kInteractive},
      {{.line = "salloc -N2"}, Reason::kInteractive},
      {{.reservation = "course"}, Reason::kReservation},
      {{.line = "sbatch --dependency=afterok:3 x.sh"}, Reason::kDependency},
      {{.line = "sbatch -d afterany:3 x.sh"}, Reason::kDependency},
      {{.limit = "UNLIMITED"}, Reason::kUnlimitedTime},
      {{.eligible = "1000000050"}, Reason::kEligibleLater},
      {{.eligible = "Unknown"}, std::nullopt},
      {{.limit = "Partition_Limit"}, std::nullopt},
  };
  for (const Case& one : cases) {
    const Trace trace = Read(one.row.Text());
    ASSERT_EQ(trace.jobs.size(), 1u) << one.row.Text();
    EXPECT_EQ(trace.jobs[0].leave_alone, one.reason) << one.row.Text();
  }
}

TEST(ParseSacct, ReadsHintsAndWhatPinsAJobFromItsSubmitLine) {
  const Trace trace =
      Read(Row{.line = "sbatch --comment=\"carbon:wait=3h\" --constraint=nvlink a.sh"}.Text());
  ASSERT_EQ(trace.jobs.size(), 1u);
  EXPECT_EQ(trace.names[trace.jobs[0].comment], "carbon:wait=3h");
  EXPECT_EQ(trace.names[trace.jobs[0].pinned_by], "--constraint");
}

TEST(ParseSacct, ReadsADeadlineThatIsAnInstant) {
  const auto deadline_of = [](const std::string& option) {
    return Read(Row{.line = "sbatch --deadline=" + option + " a.sh"}.Text()).jobs.at(0).deadline;
  };
  EXPECT_EQ(deadline_of("2001-09-09T12:00:00"),
            std::optional(absl::FromUnixSeconds(1'000'036'800)));
  // When that was is not known.
  EXPECT_EQ(deadline_of("now+3hours"), std::nullopt);
  // Before the submission.
  EXPECT_EQ(deadline_of("2001-09-08T12:00:00"), std::nullopt);
}

TEST(ParseSacct, TellsWhichJobsNameNoPartition) {
  const Trace trace = Read(absl::StrCat(
      Row{.id = "1", .line = "sbatch a.sh", .partition = "oslo"}.Text(),
      Row{.id = "2", .line = "sbatch b.sh", .partition = "oslo"}.Text(),
      Row{.id = "3", .line = "sbatch --partition=oslo c.sh", .partition = "oslo"}.Text(),
      Row{.id = "4", .line = "sbatch -p oslo d.sh", .partition = "oslo"}.Text(),
      // In its script.
      Row{.id = "5", .line = "sbatch e.sh", .partition = "lyon"}.Text(),
      Row{.id = "6", .line = "", .partition = "oslo"}.Text()));
  ASSERT_EQ(trace.jobs.size(), 6u);
  EXPECT_EQ(trace.names[trace.default_partition], "oslo");
  for (const TraceJob& job : trace.jobs) EXPECT_EQ(job.names_partition, job.job_id > 2);
}

TEST(ParseSacct, ATypeThatWasAskedForIsKept) {
  const Trace trace = Read(Row{.req = "cpu=8,gres/gpu:a100=2,node=1"}.Text());
  ASSERT_EQ(trace.jobs.size(), 1u);
  EXPECT_EQ(trace.names[trace.jobs[0].device_type], "a100");
}

// What users write has no bounds that sacct would mark.
TEST(ParseSacct, TextOfUsersBreaksNoRow) {
  const Trace trace =
      Read(absl::StrCat(Row{.line = "sbatch --wrap=a|b"}.Text(),
                        Row{.id = "18", .line = "sbatch --wrap=one\ntwo\n3|4"}.Text(),
                        Row{.id = "19", .name = "a|b"}.Text(), Row{.id = "20"}.Text()));
  EXPECT_EQ(trace.jobs.size(), 4u);
  EXPECT_EQ(trace.report.Total().rows, 4);
}

// A full disk, say.
TEST(ParseSacct, ALastRowThatIsCutIsNoTextOfTheRowAbove) {
  Row first, last;
  first.line = "sbatch --comment=carbon:wait=3h train.sh";
  last.id = "18";
  const std::string rows = first.Text(), cut = last.Text();
  for (size_t size = 1; size < cut.size(); ++size) {
    const Trace trace = Read(absl::StrCat(rows, cut.substr(0, size)));
    const bool is_whole = size > cut.rfind('|');
    EXPECT_EQ(trace.jobs.size(), is_whole ? 2u : 1u) << size;
    EXPECT_EQ(trace.report[RowReason::kMalformed].rows, is_whole ? 0 : 1) << size;
    EXPECT_EQ(trace.names[trace.jobs[0].comment], "carbon:wait=3h") << size;
  }
  // Text goes on in a line that begins otherwise.
  EXPECT_EQ(Read(absl::StrCat(rows, "and 18 more")).report.Total().rows, 1);
}

TEST(ParseSacct, JoinedFilesMayRepeatTheHeader) {
  Row later;
  later.id = "18";
  const Trace trace = Read(absl::StrCat(Row().Text(), kHeader, later.Text()));
  ASSERT_EQ(trace.jobs.size(), 2u);
  EXPECT_EQ(trace.report.Total().rows, 2);
}

TEST(ParseSacct, ReadsLocalTimesOfTheSitesZone) {
  SacctOptions berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin.zone));
  const auto read = [&](const std::string& submit, const std::string& start) {
    return Read(Row{.submit = submit, .eligible = submit, .start = start}.Text(), berlin);
  };
  const Trace summer = read("2026-07-01T02:00:00", "2026-07-01T02:00:05");
  ASSERT_EQ(summer.jobs.size(), 1u);
  EXPECT_EQ(summer.jobs[0].submit, absl::FromUnixSeconds(1'782'864'000));  // 00:00 UTC
  EXPECT_EQ(summer.report.ambiguous_times, 0);

  // Clocks went back at 03:00: 02:10 is the second one, since it is not before 02:50 of the first.
  const Trace back = read("2026-10-25T02:50:00", "2026-10-25T02:10:00");
  ASSERT_EQ(back.jobs.size(), 1u);
  EXPECT_EQ(back.jobs[0].start - back.jobs[0].submit, absl::Minutes(20));

  // Nothing tells which of the two hours is meant.
  const Trace either = read("2026-10-25T01:00:00", "2026-10-25T02:10:00");
  ASSERT_EQ(either.jobs.size(), 1u);
  EXPECT_EQ(either.jobs[0].start - either.jobs[0].submit, absl::Minutes(70));
  EXPECT_EQ(either.report.ambiguous_times, 1);

  // Clocks went forward at 02:00: there was no 02:30.
  const Trace skipped = read("2026-03-29T02:30:00", "2026-03-29T03:30:00");
  EXPECT_TRUE(skipped.jobs.empty());
  EXPECT_EQ(skipped.report[RowReason::kBadTime].rows, 1);
}

TEST(ParseSacct, ReadsOutputWithAnotherDelimiterAndOneAtTheEnd) {
  const absl::StatusOr<Trace> trace = ParseSacct(
      "JobID^Partition^State^Submit^Start^ElapsedRaw^AllocTRES^\r\n"
      "5^oslo^COMPLETED^1000000000^1000000060^60^cpu=4,node=1^\r\n",
      {});
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->jobs.size(), 1u);
  EXPECT_EQ(trace->jobs[0].cpus, 4);
}

}  // namespace
}  // namespace carbon
