#include "scarbond/ended_jobs.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kFrom = absl::FromUnixSeconds(1795546800), kTo = kFrom + absl::Hours(24);

std::string Row(const std::vector<std::string>& fields) {
  return absl::StrCat(absl::StrJoin(fields, "\x1f"), "\n");
}

// A job that ended an hour after kFrom.
std::vector<std::string> Fields() {
  return {"17", "1000", "physics", "COMPLETED", "1795550400", "3600", "600", "train"};
}

std::vector<AccountedJob> Parse(absl::string_view printed) {
  return ParseAccountedJobs(printed, kFrom, kTo);
}

TEST(EndedJobs, AskForTheJobsOfAllUsersInUtc) {
  const std::vector<std::string> command = SacctCommand(kFrom, kTo);
  EXPECT_EQ(command[0], "sacct");
  EXPECT_THAT(command, Contains("--allusers"));
  EXPECT_THAT(command, Contains("--state=COMPLETED,TIMEOUT"));
  EXPECT_THAT(command, Contains("--starttime=2026-11-24T19:00:00"));
  EXPECT_THAT(command, Contains("--endtime=2026-11-25T19:00:00"));
}

TEST(EndedJobs, ReadAJob) {
  const AccountedJob job = {.job_id = 17,
                            .user_id = 1000,
                            .account = "physics",
                            .name = "train",
                            .end = kFrom + absl::Hours(1),
                            .ran = absl::Hours(1),
                            .limit = absl::Hours(10)};
  EXPECT_THAT(Parse(Row(Fields())), ElementsAre(job));
}

TEST(EndedJobs, TakeAnyCharacterOfANameButALineBreak) {
  std::vector<std::string> fields = Fields();
  fields[7] = "a|b c=d,\t\"e\"";
  EXPECT_EQ(Parse(Row(fields)).at(0).name, fields[7]);
  fields[7] = "first\n18\x1f";
  EXPECT_EQ(Parse(Row(fields)).at(0).name, "first");
  fields[7] = "";
  EXPECT_EQ(Parse(Row(fields)).at(0).name, "");
}

TEST(EndedJobs, CountNeitherFailedNorCancelledJobs) {
  for (const char* state : {"FAILED", "CANCELLED by 1000", "NODE_FAIL", "OUT_OF_MEMORY",
                            "PREEMPTED", "DEADLINE", "RUNNING", "REQUEUED", "BOOT_FAIL", ""}) {
    std::vector<std::string> fields = Fields();
    fields[3] = state;
    EXPECT_THAT(Parse(Row(fields)), IsEmpty()) << state;
  }
  std::vector<std::string> fields = Fields();
  fields[3] = "TIMEOUT";
  EXPECT_EQ(Parse(Row(fields)).size(), 1);
}

TEST(EndedJobs, IgnoreWhatIsNoJobWithAnEndAndALimit) {
  for (const auto& [field, text] :
       std::vector<std::pair<size_t, std::string>>{{0, "17.batch"},
                                                   {0, ""},
                                                   {1, ""},
                                                   {1, "-1"},
                                                   {4, "Unknown"},
                                                   {5, ""},
                                                   {5, "-1"},
                                                   {6, "UNLIMITED"},
                                                   {6, "Partition_Limit"},
                                                   {6, "0"},
                                                   {6, ""}}) {
    std::vector<std::string> fields = Fields();
    fields[field] = text;
    EXPECT_THAT(Parse(Row(fields)), IsEmpty()) << field << " " << text;
  }
  std::vector<std::string> fields = Fields();
  fields.push_back("more");
  EXPECT_THAT(Parse(Row(fields)), IsEmpty());
  EXPECT_THAT(Parse("\n\nslurm: nonsense\n"), IsEmpty());
}

TEST(EndedJobs, KeepTheOrderOfEndsAndTheHoursThatWereAskedFor) {
  std::string printed;
  for (const int64_t end : {1795550400L, 1795546800L, 1795546799L, 1795633200L, 1795633199L}) {
    std::vector<std::string> fields = Fields();
    fields[4] = absl::StrCat(end);
    printed += Row(fields);
  }
  std::vector<int64_t> ends;
  for (const AccountedJob& job : Parse(printed)) ends.push_back(absl::ToUnixSeconds(job.end));
  EXPECT_THAT(ends, ElementsAre(1795546800, 1795550400, 1795633199));
}

}  // namespace
}  // namespace carbon
