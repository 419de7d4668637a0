#include "plugin/job_submit/complaints.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> lines;
Complaints::Tone last_tone;

class ComplaintsTest : public ::testing::Test {
 protected:
  ComplaintsTest() { lines.clear(); }
  const absl::Time start_ = absl::FromUnixSeconds(1'800'000'000);
  Complaints complaints_{[](Complaints::Tone tone, const char* line) {
    lines.push_back(line);
    last_tone = tone;
  }};
};

TEST_F(ComplaintsTest, WritesTheFirstAtOnce) {
  complaints_.Report("snapshot", "is gone", start_);
  EXPECT_THAT(lines, ElementsAre("carbon: snapshot: is gone"));
}

TEST_F(ComplaintsTest, RepeatsTheSameEveryHour) {
  for (int second = 0; second < 7200; ++second) {
    complaints_.Report("snapshot", "is gone", start_ + absl::Seconds(second));
  }
  EXPECT_EQ(lines.size(), 2u);
}

TEST_F(ComplaintsTest, WritesAnotherTextAMinuteLater) {
  complaints_.Report("snapshot", "is gone", start_);
  complaints_.Report("snapshot", "is foreign", start_ + absl::Seconds(59));
  EXPECT_EQ(lines.size(), 1u);
  complaints_.Report("snapshot", "is foreign", start_ + absl::Seconds(60));
  EXPECT_THAT(lines, ElementsAre("carbon: snapshot: is gone", "carbon: snapshot: is foreign"));
}

TEST_F(ComplaintsTest, KeepsKindsApart) {
  complaints_.Report("snapshot", "is gone", start_);
  complaints_.Report("placement log", "is full", start_);
  EXPECT_EQ(lines.size(), 2u);
}

TEST_F(ComplaintsTest, SaysOnceThatTheTroubleIsOver) {
  complaints_.Resolve("snapshot");
  EXPECT_TRUE(lines.empty());
  complaints_.Report("snapshot", "is gone", start_);
  EXPECT_EQ(last_tone, Complaints::Tone::kTrouble);
  complaints_.Resolve("snapshot");
  EXPECT_EQ(last_tone, Complaints::Tone::kRelief);
  complaints_.Resolve("snapshot");
  EXPECT_THAT(lines, ElementsAre("carbon: snapshot: is gone", "carbon: snapshot: works again"));
}

TEST_F(ComplaintsTest, SpeaksAgainWhenTheClockWasSetBack) {
  complaints_.Report("snapshot", "is gone", start_);
  complaints_.Report("snapshot", "is gone", start_ - absl::Hours(5));
  EXPECT_EQ(lines.size(), 2u);
}

}  // namespace
}  // namespace carbon
