#include "store/log_follower.h"

#include <sys/stat.h>
#include <sys/time.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogFollowerTest : public ::testing::Test {
 protected:
  void Append(const std::string& text) const { std::ofstream(path_, std::ios::app) << text; }
  void Rotate(const std::string& suffix) const { std::filesystem::rename(path_, path_ + suffix); }
  // The lines of one call, which has to succeed.
  std::vector<std::string> Follow(LogFollower* follower, int64_t max_bytes = 1 << 20,
                                  absl::Duration later = absl::Minutes(1)) {
    std::vector<std::string> lines;
    const absl::StatusOr<bool> has_more =
        follower->Follow(max_bytes, absl::Now() + later, [&](absl::string_view line) {
          lines.emplace_back(line);
          return absl::OkStatus();
        });
    EXPECT_TRUE(has_more.ok()) << has_more.status();
    has_more_ = has_more.value_or(false);
    return lines;
  }

  const TemporaryFolder temporary_;
  const std::string path_ = temporary_.path() + "/placements.jsonl";
  bool has_more_ = false;
};

TEST_F(LogFollowerTest, VisitsEachWholeLineOnce) {
  LogFollower follower(path_);
  EXPECT_THAT(Follow(&follower), IsEmpty());  // there is none yet
  Append("one\ntwo\nthr");
  EXPECT_THAT(Follow(&follower), ElementsAre("one", "two"));
  EXPECT_THAT(Follow(&follower), IsEmpty());
  Append("ee\n\nfour\n");
  EXPECT_THAT(Follow(&follower), ElementsAre("three", "four"));
  EXPECT_FALSE(has_more_);
}

TEST_F(LogFollowerTest, GoesOnWhereItsReaderStopped) {
  Append("one\ntwo\nthr");
  LogFollower first(path_);
  Follow(&first);
  Append("ee\n");
  LogFollower second(path_, first.position());
  EXPECT_THAT(Follow(&second), ElementsAre("three"));
}

TEST_F(LogFollowerTest, KnowsTheEndOfTheLastWholeLine) {
  EXPECT_EQ(LogFollower::EndOf(path_), std::nullopt);
  Append("one");
  LogFollower first(path_, LogFollower::EndOf(path_));
  Append("\ntwo\nthr");
  LogFollower second(path_, LogFollower::EndOf(path_));
  Append("ee\n");
  EXPECT_THAT(Follow(&first), ElementsAre("one", "two", "three"));
  EXPECT_THAT(Follow(&second), ElementsAre("three"));
}

TEST_F(LogFollowerTest, FollowsRotationToTheLastLine) {
  Append("one\n");
  LogFollower follower(path_);
  Follow(&follower);
  Append("two\n");
  Rotate("-20261117");
  Append("three\n");
  // The writer may have the renamed file open for a moment.
  EXPECT_THAT(Follow(&follower, 1 << 20, absl::ZeroDuration()), ElementsAre("two"));
  std::ofstream(path_ + "-20261117", std::ios::app) << "late\nto";
  EXPECT_THAT(Follow(&follower), ElementsAre("late", "three"));
  // Two rotations between two looks, across a restart; a line that was torn there is not whole.
  Rotate("-20261124");
  Append("four\n");
  Rotate("-20261201");
  Append("five\n");
  LogFollower second(path_, follower.position());
  EXPECT_THAT(Follow(&second), ElementsAre("four", "five"));
}

TEST_F(LogFollowerTest, BeginsAgainInAFileThatWasCutShort) {
  Append("one one one\ntwo\n");
  LogFollower follower(path_);
  Follow(&follower);
  std::ofstream(path_, std::ios::trunc) << "three\n";
  EXPECT_THAT(Follow(&follower), ElementsAre("three"));
}

TEST_F(LogFollowerTest, BeginsWithWhatWasWrittenLately) {
  Append("long ago\n");
  const timeval then = absl::ToTimeval(absl::Now() - absl::Hours(3));
  const timeval times[] = {then, then};
  utimes(path_.c_str(), times);
  Rotate(".2");
  Append("lately\n");
  Rotate(".1");
  Append("now\n");
  LogFollower follower(path_, LogPosition{1, 2, 3});  // of a file that does not exist any more
  EXPECT_THAT(Follow(&follower), ElementsAre("lately", "now"));
}

TEST_F(LogFollowerTest, StopsAtEnoughAndSaysSo) {
  for (int i = 0; i < 100'000; ++i) Append(i % 1000 == 0 ? absl::StrCat(i, "\n") : "");
  std::string filler(700'000, 'x');
  Append(filler + "\nlast\n");
  LogFollower follower(path_);
  const std::vector<std::string> first = Follow(&follower, 100);
  EXPECT_TRUE(has_more_);
  EXPECT_EQ(first.size(), 100u);
  EXPECT_THAT(Follow(&follower), ElementsAre(filler, "last"));
  EXPECT_FALSE(has_more_);
}

TEST_F(LogFollowerTest, PassesOverALineThatIsTooLong) {
  Append(absl::StrCat("one\n", std::string(LogFollower::kMaxLineBytes * 2, 'x'), "\ntwo\n"));
  LogFollower follower(path_);
  EXPECT_THAT(Follow(&follower, 10 << 20), ElementsAre("one", "two"));
}

TEST_F(LogFollowerTest, RepeatsALineWhoseVisitFailed) {
  Append("one\ntwo\nthree\n");
  LogFollower follower(path_);
  const auto fail_at_two = [](absl::string_view line) {
    return line == "two" ? absl::UnavailableError("no") : absl::OkStatus();
  };
  EXPECT_TRUE(absl::IsUnavailable(follower.Follow(1 << 20, absl::Now(), fail_at_two).status()));
  LogFollower second(path_, follower.position());
  EXPECT_THAT(Follow(&second), ElementsAre("two", "three"));
}

}  // namespace
}  // namespace carbon
