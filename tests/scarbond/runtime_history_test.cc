#include "scarbond/runtime_history.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "core/decision/runtime_keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1795546800);

Seal MakeSeal(char secret) { return Seal(std::string(32, secret), "demo", absl::UnixEpoch()); }

// sacct that prints what a file has, and notes what it was asked. The history looks at it again
// and again, with a time that the test gives.
class RuntimeHistoryTest : public ::testing::Test {
 protected:
  RuntimeHistoryTest() {
    const std::string path = folder_.path() + "/sacct";
    std::ofstream(path) << "#!/bin/sh\ncd " << folder_.path() << "\n"
                        << "echo \"$TZ $SLURM_TIME_FORMAT $*\" >>asked\n"
                        << "[ ! -e fails ] || { cat fails >&2; exit 1; }\n"
                        << "[ ! -e script ] || . ./script\n"
                        << "cat rows\n";
    chmod(path.c_str(), 0755);
    Write("rows", "");
  }

  void Write(const std::string& name, absl::string_view text) {
    std::ofstream(folder_.path() + "/" + name) << text;
  }
  void Remove(const std::string& name) { std::filesystem::remove(folder_.path() + "/" + name); }

  std::vector<std::string> Asked() const {
    std::ifstream file(folder_.path() + "/asked");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }

  RuntimeHistory::Options Options(absl::Duration span = absl::Hours(48)) const {
    return {.sacct = folder_.path() + "/sacct", .span = span, .lag = absl::Minutes(5)};
  }

  // Advances at `now` until sacct was asked `times` times in all and has answered.
  void Advance(RuntimeHistory* history, absl::Time now, size_t times) {
    const absl::Time deadline = absl::Now() + absl::Minutes(1);
    do {
      history->Advance(now, &seal_);
      absl::SleepFor(absl::Milliseconds(1));
    } while ((Asked().size() < times || history->is_asking()) && absl::Now() < deadline);
    EXPECT_EQ(Asked().size(), times);
  }

  // A job of user 1000 that ended so long before kNow.
  static std::string Row(int64_t id, absl::Duration before, absl::string_view name, int64_t minutes,
                         absl::string_view state = "COMPLETED") {
    return absl::StrCat(id, "\x1f", 1000, "\x1f", "physics", "\x1f", state, "\x1f",
                        absl::ToUnixSeconds(kNow - before), "\x1f", minutes * 60, "\x1f", 600,
                        "\x1f", name, "\n");
  }

  ExpectedRuntime Expect(const LearntRuntimes& learnt, absl::string_view name) const {
    return *learnt.Find(RuntimeKeysOf(1000, "physics", name, seal_));
  }

  TemporaryFolder folder_;
  Seal seal_ = MakeSeal('k');
};

TEST_F(RuntimeHistoryTest, ReadsThePastInPiecesAndThenWhatIsNew) {
  Write("rows", Row(1, absl::Hours(40), "train", 60) + Row(2, absl::Hours(30), "train", 60) +
                    Row(3, absl::Hours(2), "train", 60));
  RuntimeHistory history(Options());
  EXPECT_FALSE(history.TakeLearnt(kNow).has_value());
  Advance(&history, kNow, 2);
  EXPECT_THAT(Asked()[0], HasSubstr("UTC %s "));
  EXPECT_THAT(Asked()[0],
              HasSubstr("--starttime=2026-11-22T18:55:00 --endtime=2026-11-23T18:55:00"));
  EXPECT_THAT(Asked()[1],
              HasSubstr("--starttime=2026-11-23T18:55:00 --endtime=2026-11-24T18:55:00"));
  const std::optional<LearntRuntimes> learnt = history.TakeLearnt(kNow);
  ASSERT_TRUE(learnt.has_value());
  EXPECT_EQ(Expect(*learnt, "train").jobs, 3);
  EXPECT_EQ(Expect(*learnt, "train").level, RuntimeLevel::kName);
  EXPECT_EQ(history.trouble(), "");

  // Nothing is asked or taken before the hour is over.
  history.Advance(kNow + absl::Minutes(59), &seal_);
  EXPECT_EQ(Asked().size(), 2);
  EXPECT_FALSE(history.TakeLearnt(kNow).has_value());
  Write("rows", Row(3, absl::Hours(2), "train", 60) + Row(4, -absl::Minutes(30), "train", 60));
  Advance(&history, kNow + absl::Hours(1), 3);
  EXPECT_THAT(Asked()[2],
              HasSubstr("--starttime=2026-11-24T18:55:00 --endtime=2026-11-24T19:55:00"));
  EXPECT_EQ(Expect(*history.TakeLearnt(kNow), "train").jobs, 4);
}

TEST_F(RuntimeHistoryTest, TakesNothingBeforeThePastIsRead) {
  Write("rows", Row(1, absl::Hours(40), "train", 60));
  RuntimeHistory history(Options());
  const absl::Time deadline = absl::Now() + absl::Minutes(1);
  do {
    history.Advance(kNow, &seal_);
  } while (history.jobs() == 0 && absl::Now() < deadline);
  EXPECT_EQ(history.jobs(), 1);
  EXPECT_FALSE(history.TakeLearnt(kNow).has_value());
}

TEST_F(RuntimeHistoryTest, LearnsTheSameAgainInANewProcess) {
  Write("rows", Row(1, absl::Hours(40), "a", 60) + Row(2, absl::Hours(30), "b", 90) +
                    Row(3, absl::Hours(2), "a", 30) + Row(4, absl::Hours(1), "b", 600, "TIMEOUT"));
  RuntimeHistory history(Options());
  Advance(&history, kNow, 2);
  const std::optional<LearntRuntimes> first = history.TakeLearnt(kNow);
  RuntimeHistory again(Options());
  Advance(&again, kNow, 4);
  EXPECT_EQ(again.TakeLearnt(kNow), first);
}

TEST_F(RuntimeHistoryTest, AsksForLessAtOnceWhereAnAnswerIsTooLong) {
  std::string rows;
  for (int i = 0; i < 100; ++i) rows += Row(i + 1, absl::Hours(2), "train", 60);
  Write("rows", rows);
  // A question for a day prints too much.
  Write("script",
        "case $* in *T18:55:00*--endtime=2026-11-24T18:55:00) cat rows rows rows;; esac\n");
  RuntimeHistory::Options options = Options(absl::Hours(24));
  options.program.max_bytes = rows.size() + 100;
  RuntimeHistory history(options);
  Advance(&history, kNow, 3);
  EXPECT_THAT(Asked()[1], HasSubstr("--endtime=2026-11-24T06:55:00"));
  EXPECT_EQ(Expect(*history.TakeLearnt(kNow), "train").jobs, 100);
}

TEST_F(RuntimeHistoryTest, LearnsFromLooksWhereThereIsNoAccounting) {
  Write("fails", "sacct: error: Slurm accounting storage is disabled\n");
  RuntimeHistory history(Options());
  const std::vector<AccountedJob> ended = {
      {7, 1000, "physics", "train", kNow, absl::Hours(1), absl::Hours(10)},
      {6, 1000, "physics", "train", kNow - absl::Hours(1), absl::Hours(1), absl::Hours(10)}};
  history.NoteEnded(ended, &seal_);  // it is not known yet that there is none
  EXPECT_EQ(history.jobs(), 0);
  Advance(&history, kNow, 1);
  EXPECT_EQ(history.trouble(), "sacct: sacct: error: Slurm accounting storage is disabled");
  EXPECT_TRUE(history.is_without_accounting());
  history.NoteEnded(ended, &seal_);
  history.NoteEnded(ended, &seal_);  // a look shows them for minutes
  EXPECT_EQ(history.jobs(), 2);
  EXPECT_EQ(Expect(*history.TakeLearnt(kNow), "train").jobs, 2);
  history.NoteEnded({{8, 1000, "physics", "train", kNow, absl::Hours(1), absl::Hours(10)}}, &seal_);
  EXPECT_FALSE(history.TakeLearnt(kNow + absl::Minutes(4)).has_value());
  EXPECT_EQ(Expect(*history.TakeLearnt(kNow + absl::Minutes(5)), "train").jobs, 3);

  // Accounting is asked again, and has everything.
  Remove("fails");
  Write("rows", Row(6, absl::Hours(1), "train", 60) + Row(5, absl::Hours(2), "train", 60));
  Advance(&history, kNow + absl::Minutes(6), 3);
  EXPECT_FALSE(history.is_without_accounting());
  EXPECT_EQ(Expect(*history.TakeLearnt(kNow + absl::Minutes(6)), "train").jobs, 2);
  history.NoteEnded(ended, &seal_);
  EXPECT_EQ(history.jobs(), 2);
}

TEST_F(RuntimeHistoryTest, KeepsWhatItKnowsWhileAccountingIsAway) {
  Write("rows", Row(1, absl::Hours(2), "train", 60));
  RuntimeHistory history(Options(absl::Hours(24)));
  Advance(&history, kNow, 1);
  Write("fails", "sacct: error: Unable to connect\n");
  Advance(&history, kNow + absl::Hours(1), 2);
  EXPECT_EQ(history.trouble(), "sacct: sacct: error: Unable to connect");
  EXPECT_FALSE(history.is_without_accounting());
  EXPECT_EQ(history.jobs(), 1);
  // The next question is for all that was missed.
  Remove("fails");
  Advance(&history, kNow + absl::Hours(2), 3);
  EXPECT_THAT(Asked()[2],
              HasSubstr("--starttime=2026-11-24T18:55:00 --endtime=2026-11-24T20:55:00"));
  EXPECT_EQ(history.trouble(), "");
}

TEST_F(RuntimeHistoryTest, LearnsAnewUnderAnotherSeal) {
  Write("rows", Row(1, absl::Hours(2), "train", 60));
  RuntimeHistory history(Options(absl::Hours(24)));
  history.Advance(kNow, nullptr);
  EXPECT_EQ(Asked().size(), 0);
  Advance(&history, kNow, 1);
  const std::optional<LearntRuntimes> before = history.TakeLearnt(kNow);
  seal_ = MakeSeal('l');
  Advance(&history, kNow, 2);
  const std::optional<LearntRuntimes> after = history.TakeLearnt(kNow);
  EXPECT_EQ(Expect(*after, "train").jobs, 1);
  EXPECT_NE(after->names, before->names);
}

}  // namespace
}  // namespace carbon
