#include "bench/runtimes/runtime_study.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

// A job of user 7 in group 3 that is submitted at `submit`, waits a minute, and has a limit of ten
// hours and four processors.
std::string Line(int submit, int run, int status = 1, int executable = 5) {
  return absl::StrCat("1 ", submit, " 60 ", run, " 4 -1 -1 4 36000 -1 ", status, " 7 3 ",
                      executable, " 2 -1 -1 -1\n");
}

TEST(RuntimeStudy, ReadsJobsWithARuntimeAndALimit) {
  const std::vector<LoggedJob> jobs =
      ParseWorkload(absl::StrCat("; Version: 2\n", Line(2000, 3600), Line(1000, 36000, 0),
                                 Line(3000, 10, 0, -1), Line(4000, -1), "5 6 7\n", "nonsense\n"));
  ASSERT_EQ(jobs.size(), 3);
  // By submission.
  EXPECT_EQ(jobs[0].ended.ran, absl::Hours(10));
  EXPECT_TRUE(jobs[0].counts);  // it was stopped at its limit
  EXPECT_EQ(jobs[1].submitted, absl::FromUnixSeconds(2000));
  EXPECT_EQ(jobs[1].ended.end, absl::FromUnixSeconds(2000 + 60 + 3600));
  EXPECT_EQ(jobs[1].processors, 4);
  EXPECT_EQ(jobs[1].ended.keys, (RuntimeKeys{"3", "7", "7 5"}));
  EXPECT_TRUE(jobs[1].counts);
  EXPECT_EQ(jobs[2].ended.keys.name, "7 queue 2 4 36000");
  EXPECT_FALSE(jobs[2].counts);
}

TEST(RuntimeStudy, JudgesAJobByThoseThatHadEndedWhenItWasSubmitted) {
  // The second is submitted while the first still runs.
  std::string log = Line(0, 3600) + Line(1800, 3600);
  std::vector<RuntimeScore> scores = JudgeRuntimes(ParseWorkload(log), 0);
  ASSERT_EQ(scores.size(), 5);
  for (const RuntimeScore& score : scores) {
    EXPECT_DOUBLE_EQ(score.absolute_error, 9) << score.rule;  // the limit, for both
    EXPECT_DOUBLE_EQ(score.bias, 9) << score.rule;
    EXPECT_DOUBLE_EQ(score.accuracy, 0.1) << score.rule;
  }
  // The third after both.
  log += Line(90'000, 7200);
  scores = JudgeRuntimes(ParseWorkload(log), 0.7);
  EXPECT_EQ(scores[0].rule, "limit");
  EXPECT_DOUBLE_EQ(scores[0].absolute_error, 4);
  EXPECT_EQ(scores[1].rule, "last two of the user");
  EXPECT_DOUBLE_EQ(scores[1].absolute_error, 0.5);
  EXPECT_DOUBLE_EQ(scores[1].bias, -0.5);
  EXPECT_DOUBLE_EQ(scores[2].absolute_error, 0.5);
  EXPECT_DOUBLE_EQ(scores[3].absolute_error, 0.5);
  EXPECT_EQ(scores[4].rule, "learnt");
  EXPECT_LT(scores[4].absolute_error, 1);
  EXPECT_EQ(scores[4].within, 1);
}

}  // namespace
}  // namespace carbon
