#include "cli/doctor/foreign_comments.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr char kOurs[] = "carbon:id=0123456789abcdef-4,pool=oslo,co2e=14.2kg";
const std::map<int64_t, std::string> kJobs = {{17, "0123456789abcdef-4"},
                                              {18, "0123456789abcdef-5"}};

std::string Line(int job_id, const std::string& state, const std::string& comment) {
  return std::to_string(job_id) + "|" + state + "|" + comment + "\n";
}

TEST(DecisionsOfJobs, AreThoseThatTheLogNamesLast) {
  const std::string log =
      "-bad\",\"job_id\":3}\n"
      R"({"v":1,"type":"decision","id":"0123456789abcdef-4","job":{"name":"a"}})"
      "\n"
      R"({"v":1,"type":"booking","decision":"0123456789abcdef-3","job_id":16,"fate":"ended"})"
      "\n"
      R"({"v":1,"type":"booking","decision":"0123456789abcdef-4","job_id":17,"fate":"confirmed"})"
      "\n"
      R"({"v":1,"type":"booking","decision":"0123456789abcdef-6","job_id":null,"fate":"expired"})"
      "\n"
      R"({"v":1,"type":"job","decision":"0123456789abcdef-5","job_id":18})"
      "\n";
  EXPECT_THAT(DecisionsOfJobs(log, 2),
              ElementsAre(Pair(17, "0123456789abcdef-4"), Pair(18, "0123456789abcdef-5")));
  EXPECT_EQ(DecisionsOfJobs(log, 10).size(), 3u);
  EXPECT_TRUE(DecisionsOfJobs("", 10).empty());
}

TEST(DescribeForeignComments, IsSilentWhereOursIsAsWeWroteIt) {
  EXPECT_EQ(DescribeForeignComments(kJobs, Line(17, "COMPLETED", kOurs)), "");
}

// jobstats overwrites it when a job has ended.
TEST(DescribeForeignComments, CountsJobsThatLostOurPart) {
  EXPECT_EQ(DescribeForeignComments(
                kJobs, Line(17, "COMPLETED", "JS1:H4sIAADr0mcC/1WOQQrDIBRE7zLr") +
                           Line(18, "CANCELLED by 1000", "carbon:id=0123456789abcdef-5")),
            "1 of 2 jobs that ended lost carbon's part (job 17: \"JS1:H4sIAADr0mcC/1WOQQrD…\")");
}

TEST(DescribeForeignComments, CountsJobsWithMoreBesideOurPart) {
  EXPECT_EQ(DescribeForeignComments(kJobs, Line(17, "FAILED", std::string("cap=250; ") + kOurs)),
            "1 of 1 jobs that ended have text beside carbon's part (job 17: \"cap=250; \")");
  EXPECT_EQ(DescribeForeignComments(kJobs, Line(17, "FAILED", std::string(kOurs) + "; a|b")),
            "1 of 1 jobs that ended have text beside carbon's part (job 17: \"a|b\")");
}

// A running job's comment is not in the database yet, and neither is that of a job whose end was
// lost.
TEST(DescribeForeignComments, JudgesNoJobThatRunsOrHasNoComment) {
  EXPECT_EQ(DescribeForeignComments(kJobs, Line(17, "RUNNING", "JS1:x") +
                                               Line(18, "COMPLETED", "") + "\nnonsense\n19|x"),
            "");
  EXPECT_EQ(DescribeForeignComments({}, Line(17, "COMPLETED", "JS1:x")), "");
}

}  // namespace
}  // namespace carbon
