#include "plugin/client/job_marks.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "plugin/words/slurm_release.h"

namespace carbon {
namespace {

char* Unowned(const char* text) { return const_cast<char*>(text); }

constexpr char kFirst[] = "carbon:id=3f9c21aa04d7be15-42,pool=oslo,start=2026-11-25T02:00:00+00:00";
constexpr char kSecond[] =
    "carbon:id=3f9c21aa04d7be15-43,pool=oslo,start=2026-11-25T02:00:00+00:00";

// A cluster whose plugin has not made a key yet, so that marks without a seal count.
class JobMarksTest : public testing::Test {
 protected:
  // `comments` are those of the queue, in its order.
  JobMarks Read(const std::vector<const char*>& comments) {
    std::vector<slurm_job_info_t> jobs(comments.size());
    for (size_t i = 0; i < jobs.size(); ++i) {
      SetJobId(&jobs[i], static_cast<uint32_t>(i + 1));
      jobs[i].admin_comment = Unowned(comments[i]);
    }
    job_info_msg_t message{};
    message.record_count = static_cast<uint32_t>(jobs.size());
    message.job_array = jobs.data();
    slurm_conf_t settings{};
    const std::string folder = testing::TempDir() + "no-state-is-saved-here";
    settings.state_save_location = Unowned(folder.c_str());
    settings.cluster_name = Unowned("oslo");
    return JobMarks(message, settings, absl::UnixEpoch(), &seal_, &promises_);
  }
  // The decision of the job at `index`; empty: none.
  static std::string DecisionOf(const JobMarks& marks, uint32_t index) {
    const CarbonMark* mark = marks.Find(index);
    return mark == nullptr ? "" : mark->decision_id;
  }

  std::optional<Seal> seal_;
  PromiseBook promises_;
};

TEST_F(JobMarksTest, FindsTheMarkOfEachJobAndNoneOfOthers) {
  const JobMarks marks = Read({nullptr, kFirst, "", "backed up by hand", kSecond, nullptr});
  EXPECT_TRUE(marks.are_known());
  EXPECT_EQ(marks.trouble(), "");
  EXPECT_EQ(DecisionOf(marks, 0), "");
  EXPECT_EQ(DecisionOf(marks, 1), "3f9c21aa04d7be15-42");
  EXPECT_EQ(DecisionOf(marks, 2), "");
  EXPECT_EQ(DecisionOf(marks, 3), "");
  EXPECT_EQ(DecisionOf(marks, 4), "3f9c21aa04d7be15-43");
  EXPECT_EQ(DecisionOf(marks, 5), "");
}

TEST_F(JobMarksTest, FindsNoneInAnEmptyQueue) { EXPECT_EQ(Read({}).Find(0), nullptr); }

TEST_F(JobMarksTest, CountsACopiedMarkForTheFirstJobAlone) {
  const JobMarks marks = Read({nullptr, kFirst, kFirst});
  EXPECT_EQ(DecisionOf(marks, 1), "3f9c21aa04d7be15-42");
  EXPECT_EQ(DecisionOf(marks, 2), "");
}

}  // namespace
}  // namespace carbon
