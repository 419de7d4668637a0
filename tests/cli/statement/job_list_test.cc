#include "cli/statement/job_list.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

TEST(JobList, TakesJobsAndTasksAsSlurmWritesThem) {
  const auto list = JobList::Parse({"17", "18_3,19_[0-7:2,9]", "20_1", "20_2"});
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->ids(), (std::vector<int64_t>{17, 18, 19, 20}));
  for (const char* in : {"17", "17_0", "17_[4-9%2]", "17+1", "18_3", "19_0", "19_2", "19_6", "19_9",
                         "19_[5-6]", "20_1", "20_2"}) {
    EXPECT_TRUE(list->Has(in)) << in;
  }
  for (const char* out : {"1", "18", "18_30", "19_1", "19_8", "19_[7-8%1]", "20_3", "21", "x"}) {
    EXPECT_FALSE(list->Has(out)) << out;
  }
  EXPECT_TRUE(list->HasWhole(17));
  EXPECT_FALSE(list->HasWhole(18));
  EXPECT_FALSE(list->HasWhole(99));
}

TEST(JobList, AJobIncludesItsTasksInWhateverOrderTheyAreNamed) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"17_3", "17"}, std::vector<std::string>{"17", "17_3"}}) {
    const auto list = JobList::Parse(words);
    ASSERT_TRUE(list.ok());
    EXPECT_TRUE(list->HasWhole(17));
    EXPECT_TRUE(list->Has("17_4"));
  }
}

TEST(JobList, TasksThatWaitAreSharedIfOneNumberIs) {
  const auto bound = [](int first, int last, int step) {
    return absl::StrCat(first, "-", last, ":", step);
  };
  // By trying every number.
  for (int step = 1; step <= 5; ++step) {
    for (int other_step = 1; other_step <= 5; ++other_step) {
      for (int first = 0; first <= 6; ++first) {
        bool is_shared = false;
        for (int number = first; number <= 9; number += step) {
          is_shared |= number >= 3 && number <= 12 && (number - 3) % other_step == 0;
        }
        const auto list = JobList::Parse({absl::StrCat("17_[", bound(first, 9, step), "]")});
        ASSERT_TRUE(list.ok());
        const std::string waiting = absl::StrCat("17_[", bound(3, 12, other_step), "]");
        EXPECT_EQ(list->Has(waiting), is_shared) << first << " " << step << " " << waiting;
      }
    }
  }
}

TEST(JobList, RefusesWhatIsNoJob) {
  for (const char* wrong :
       {"",           "x",        "0",          "-1",        "17,",   "17_",
        "17_x",       "17_[",     "17_[]",      "17_[3",     "17_3]", "17_[5-3]",
        "17_[1-5:0]", "17_[3:2]", "17_1-5",     "17_1,,18",  "17-20", "17.batch",
        "4294967296", "+17",      "17_4000001", "17_[1-2-3]"}) {
    const auto list = JobList::Parse({wrong});
    EXPECT_EQ(list.status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
  EXPECT_EQ(JobList::Parse({"18", "17-20"}).status().message(),
            "job \"17-20\": is not a job; write 17, a task 17_3 or tasks 17_[0-7,9]");
}

}  // namespace
}  // namespace carbon
