#include "plugin/job_submit/log_writer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <new>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "core/record/record_chain.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

// Memory that runs out for every thread but the test's own, while `memory_is_out`.
namespace {
std::atomic<bool> memory_is_out{false};
std::atomic<int> refusals{0};
const std::thread::id test_thread = std::this_thread::get_id();
}  // namespace

// noinline: or the compiler sees malloc and delete where it expects new and delete.
__attribute__((noinline)) void* operator new(size_t size) {
  if (memory_is_out.load() && std::this_thread::get_id() != test_thread) {
    ++refusals;
    throw std::bad_alloc();
  }
  void* block = malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
__attribute__((noinline)) void operator delete(void* block) noexcept { free(block); }
__attribute__((noinline)) void operator delete(void* block, size_t) noexcept { free(block); }

namespace carbon {
namespace {

using ::testing::HasSubstr;

class LogWriterTest : public ::testing::Test {
 protected:
  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::vector<std::string> Lines() const {
    return absl::StrSplit(Read(path_), '\n', absl::SkipEmpty());
  }

  // The writer's thread has no clock to be given: waits for what it promises, at most `limit`.
  static bool Eventually(const std::function<bool()>& condition,
                         absl::Duration limit = absl::Seconds(10)) {
    const absl::Time deadline = absl::Now() + limit;
    while (!condition()) {
      if (absl::Now() > deadline) return false;
      absl::SleepFor(absl::Milliseconds(2));
    }
    return true;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const std::string path_ = folder_ + "/placements.jsonl";
  const LogWriter::Options quick_ = {.retry = absl::Milliseconds(20)};
};

TEST_F(LogWriterTest, AppendsWithinASecond) {
  std::ofstream(path_) << "before\n";
  LogWriter writer(quick_);
  writer.SetPath(path_);
  EXPECT_TRUE(writer.Enqueue("one\n"));
  EXPECT_TRUE(Eventually([&] { return Read(path_) == "before\none\n"; }, absl::Seconds(1)));
  EXPECT_TRUE(Eventually([&] { return writer.stats().written == 1; }));
  EXPECT_EQ(writer.stats().error, "");
}

// Through a rotation, and over a record that found no room.
TEST_F(LogWriterTest, LinksEachRecordToTheOneWrittenBeforeIt) {
  LogWriter::Options options = quick_;
  options.chained = true;
  options.max_records = 2;
  LogWriter writer(options);
  EXPECT_TRUE(writer.Enqueue("{\"seq\":1}\n"));
  EXPECT_TRUE(writer.Enqueue("{\"seq\":2}\n"));
  EXPECT_FALSE(writer.Enqueue("{\"seq\":3}\n"));
  writer.SetPath(path_);
  EXPECT_TRUE(Eventually([&] { return writer.stats().written == 2; }));
  const std::vector<std::string> lines = Lines();
  std::filesystem::rename(path_, path_ + ".1");
  EXPECT_TRUE(writer.Enqueue("{\"seq\":4}\n"));
  EXPECT_TRUE(Eventually([&] { return writer.stats().written == 3; }));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "{\"seq\":1,\"chain\":null}");
  EXPECT_EQ(lines[1], absl::StrCat("{\"seq\":2,\"chain\":\"", LineDigest(lines[0]), "\"}"));
  EXPECT_EQ(Lines(), std::vector<std::string>{
                         absl::StrCat("{\"seq\":4,\"chain\":\"", LineDigest(lines[1]), "\"}")});
}

TEST_F(LogWriterTest, KeepsTheChainWholeWhileMemoryIsOut) {
  LogWriter::Options options = quick_;
  options.chained = true;
  {
    LogWriter writer(options);
    writer.SetPath(path_);
    for (int i = 0; i < 100; ++i) {
      memory_is_out = i % 3 != 0;
      EXPECT_TRUE(writer.Enqueue(
          absl::StrCat("{\"text\":\"", std::string(static_cast<size_t>(i) * 100, 'x'), "\"}\n")));
      if (i == 50) {
        EXPECT_TRUE(Eventually([&] { return refusals > 2; }));
      }
    }
    memory_is_out = false;
    EXPECT_TRUE(Eventually([&] { return writer.stats().written == 100; }));
  }
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 100u);
  for (size_t i = 1; i < lines.size(); ++i) {
    EXPECT_THAT(lines[i], HasSubstr(absl::StrCat("\"chain\":\"", LineDigest(lines[i - 1]), "\"")));
  }
}

TEST_F(LogWriterTest, LosesNothingWhileMemoryIsOut) {
  std::string expected;
  {
    LogWriter writer(quick_);
    memory_is_out = true;
    writer.SetPath(path_);
    for (int i = 0; i < 100; ++i) {
      const std::string record =
          absl::StrCat(i, std::string(static_cast<size_t>(i) * 100, 'x'), "\n");
      expected += record;
      EXPECT_TRUE(writer.Enqueue(record));
      if (i == 0) {
        EXPECT_TRUE(Eventually([&] { return refusals > 2; }));
      }
      // It runs out again at whatever step of the way to the file the writer is.
      memory_is_out = i % 3 != 0;
    }
    memory_is_out = false;
    EXPECT_TRUE(Eventually([&] { return writer.stats().written == 100; }));
    EXPECT_EQ(writer.stats().dropped, 0u);
  }
  EXPECT_EQ(Read(path_), expected);
}

TEST_F(LogWriterTest, CreatesTheFileForOwnerAndGroupWhateverTheUmask) {
  for (const mode_t mask : {0, 077}) {
    const mode_t before = umask(mask);
    {
      LogWriter writer(quick_);
      writer.SetPath(path_);
      writer.Enqueue("one\n");
    }
    umask(before);
    struct stat facts;
    ASSERT_EQ(stat(path_.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0640u);
    std::filesystem::remove(path_);
  }
}

// Any user could have written its content.
TEST_F(LogWriterTest, RefusesAFileThatOthersMayWriteOrThatIsAnothers) {
  const auto error = [this] {
    LogWriter writer(quick_);
    writer.SetPath(path_);
    writer.Enqueue("one\n");
    EXPECT_TRUE(
        Eventually([&] { return !writer.stats().error.empty() || writer.stats().written == 1; }));
    return writer.stats().error;
  };
  std::ofstream(path_) << "";
  ASSERT_EQ(chmod(path_.c_str(), 0666), 0);
  EXPECT_EQ(error(), path_ + ": is writable by others, mode 666");
  EXPECT_EQ(Read(path_), "");
  ASSERT_EQ(chmod(path_.c_str(), 0660), 0);
  EXPECT_EQ(error(), "") << "a group that somebody chose";
  EXPECT_EQ(Read(path_), "one\n");
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(chown(path_.c_str(), 12345, 0), 0);
  EXPECT_EQ(error(), path_ + ": is owned by uid 12345, not by root or uid 0");
}

TEST_F(LogWriterTest, WritesWhatIsQueuedWhenItEnds) {
  {
    LogWriter writer(quick_);
    writer.SetPath(path_);
    for (int i = 0; i < 5000; ++i) writer.Enqueue(absl::StrCat("line ", i, "\n"));
  }
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 5000u);
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(lines[i], absl::StrCat("line ", i));
}

TEST_F(LogWriterTest, MakesRecordsOnItsOwnThreadAndInOrder) {
  std::vector<std::string> expected;
  std::set<std::thread::id> makers;  // the writer's thread's, until it has ended
  int refusals = 2;
  {
    LogWriter writer(quick_);
    writer.SetPath(path_);
    for (int i = 0; i < 200; ++i) {
      expected.push_back(absl::StrCat("line ", i));
      const std::string record = expected.back() + "\n";
      if (i % 3 == 0) {
        EXPECT_TRUE(writer.Enqueue(record));
        continue;
      }
      EXPECT_TRUE(writer.Enqueue(
          [&makers, &refusals, record, i] {
            makers.insert(std::this_thread::get_id());
            // Memory that runs out is there again a little later.
            if (i == 100 && refusals-- > 0) throw std::bad_alloc();
            return record;
          },
          record.size()));
    }
    EXPECT_TRUE(Eventually([&] { return writer.stats().written == 200; }));
  }
  EXPECT_EQ(Lines(), expected);
  EXPECT_EQ(makers.size(), 1u);
  EXPECT_FALSE(makers.contains(std::this_thread::get_id()));
  EXPECT_LT(refusals, 1);
}

TEST_F(LogWriterTest, CountsARecordThatIsYetToBeMade) {
  LogWriter writer({.max_bytes = 1000, .retry = absl::Milliseconds(20)});
  const auto make = [] { return std::string("x\n"); };
  EXPECT_TRUE(writer.Enqueue(make, 600));
  EXPECT_FALSE(writer.Enqueue(make, 600));
  EXPECT_EQ(writer.stats().dropped, 1u);
  // Once it is written it counts no longer.
  writer.SetPath(path_);
  EXPECT_TRUE(Eventually([&] { return writer.stats().written == 1; }));
  EXPECT_TRUE(writer.Enqueue(make, 600));
}

TEST_F(LogWriterTest, SaysHowManyRecordsItEndsWithoutWriting) {
  LogWriter written(quick_);
  written.SetPath(path_);
  written.Enqueue("one\n");
  EXPECT_EQ(written.Close(), 0u);
  EXPECT_EQ(Read(path_), "one\n");
  LogWriter unwritten(quick_);
  unwritten.SetPath(folder_ + "/late/log");
  unwritten.Enqueue("one\n");
  unwritten.Enqueue("two\n");
  EXPECT_EQ(unwritten.Close(), 2u);
}

// Dropped records that the file does not report are counted too.
TEST_F(LogWriterTest, CountsAmongTheLostWhatWasDroppedAndIsNotSaidInTheFile) {
  LogWriter::Options options = quick_;
  options.max_records = 3;
  LogWriter untold(options);
  untold.SetPath(folder_ + "/late/log");
  for (int i = 0; i < 5; ++i) untold.Enqueue(absl::StrCat(i, "\n"));
  EXPECT_EQ(untold.Close(), 3u + 2u);
  LogWriter told(options);
  told.SetPath(folder_ + "/late/log");
  told.EnqueueDrops("seven were dropped\n", 7);
  EXPECT_EQ(told.Close(), 1u + 7u);
  LogWriter written(options);
  written.SetPath(path_);
  written.EnqueueDrops("seven were dropped\n", 7);
  EXPECT_EQ(written.Close(), 0u);
  EXPECT_EQ(Read(path_), "seven were dropped\n");
}

TEST_F(LogWriterTest, KeepsRecordsUntilAPathIsKnown) {
  LogWriter writer(quick_);
  writer.Enqueue("early\n");
  writer.SetPath(path_);
  EXPECT_TRUE(Eventually([&] { return Read(path_) == "early\n"; }));
}

TEST_F(LogWriterTest, KeepsRecordsUntilTheFolderIsThere) {
  const std::string late = folder_ + "/late";
  LogWriter writer(quick_);
  writer.SetPath(late + "/log");
  writer.Enqueue("one\n");
  ASSERT_TRUE(Eventually([&] { return !writer.stats().error.empty(); }));
  EXPECT_THAT(writer.stats().error, HasSubstr(late + "/log: No such file or directory"));
  writer.Enqueue("two\n");
  std::filesystem::create_directory(late);
  EXPECT_TRUE(Eventually([&] { return Read(late + "/log") == "one\ntwo\n"; }));
  EXPECT_TRUE(Eventually([&] { return writer.stats().error.empty(); }));
}

TEST_F(LogWriterTest, CountsWhatAFullQueueDrops) {
  LogWriter::Options options = quick_;
  options.max_records = 3;
  LogWriter writer(options);
  writer.SetPath(folder_ + "/late/log");
  for (int i = 0; i < 5; ++i) writer.Enqueue(absl::StrCat(i, "\n"));
  EXPECT_EQ(writer.stats().dropped, 2u);
  ASSERT_TRUE(Eventually([&] { return !writer.stats().error.empty(); }));
  EXPECT_EQ(writer.TakeDropped(), 0u) << "nothing can be told while nothing can be written";
  std::filesystem::create_directory(folder_ + "/late");
  ASSERT_TRUE(Eventually([&] { return writer.stats().written == 3; }));
  EXPECT_EQ(Read(folder_ + "/late/log"), "0\n1\n2\n");
  EXPECT_EQ(writer.TakeDropped(), 2u);
  EXPECT_EQ(writer.TakeDropped(), 0u);
}

TEST_F(LogWriterTest, BoundsTheQueueInBytes) {
  LogWriter::Options options = quick_;
  options.max_bytes = 100;
  LogWriter writer(options);
  EXPECT_TRUE(writer.Enqueue(std::string(99, 'x') + "\n"));
  EXPECT_FALSE(writer.Enqueue("x\n"));
}

TEST_F(LogWriterTest, KeepsHalfOfTheQueueForWhatIsNeeded) {
  LogWriter::Options options = quick_;
  options.max_records = 4;
  LogWriter writer(options);
  const auto enqueue = [&](LogWriter::Need need) {
    return writer.Enqueue([] { return std::string("x\n"); }, 2, need);
  };
  EXPECT_TRUE(enqueue(LogWriter::Need::kDispensable));
  EXPECT_TRUE(enqueue(LogWriter::Need::kDispensable));
  EXPECT_FALSE(enqueue(LogWriter::Need::kDispensable));
  EXPECT_TRUE(enqueue(LogWriter::Need::kNeeded));
  EXPECT_TRUE(enqueue(LogWriter::Need::kNeeded));
  EXPECT_FALSE(enqueue(LogWriter::Need::kNeeded));
}

TEST_F(LogWriterTest, FollowsRotation) {
  LogWriter writer(quick_);
  writer.SetPath(path_);
  writer.Enqueue("old\n");
  ASSERT_TRUE(Eventually([&] { return writer.stats().written == 1; }));
  std::filesystem::rename(path_, path_ + ".1");
  writer.Enqueue("new\n");
  EXPECT_TRUE(Eventually([&] { return Read(path_) == "new\n"; }));
  EXPECT_EQ(Read(path_ + ".1"), "old\n");
}

TEST_F(LogWriterTest, LosesNothingWhileRotatedUnderLoad) {
  constexpr int kThreads = 4;
  constexpr int kLines = 3000;
  int rotations = 0;
  {
    LogWriter::Options options = quick_;
    options.max_records = kThreads * kLines;
    LogWriter writer(options);
    writer.SetPath(path_);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kLines; ++i) {
          writer.Enqueue(absl::StrCat(t, "-", i, "\n"));
          if (i % 100 == 0) absl::SleepFor(absl::Milliseconds(1));
        }
      });
    }
    for (; rotations < 20; ++rotations) {
      absl::SleepFor(absl::Milliseconds(2));
      if (std::filesystem::exists(path_)) {
        std::filesystem::rename(path_, absl::StrCat(path_, ".", rotations));
      }
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::set<std::string> seen;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    for (absl::string_view line : absl::StrSplit(Read(entry.path()), '\n', absl::SkipEmpty())) {
      EXPECT_TRUE(seen.insert(std::string(line)).second) << line;
    }
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(kThreads * kLines));
}

TEST_F(LogWriterTest, FollowsAChangeOfPath) {
  LogWriter writer(quick_);
  writer.SetPath(path_);
  writer.Enqueue("here\n");
  ASSERT_TRUE(Eventually([&] { return writer.stats().written == 1; }));
  writer.SetPath(path_ + ".other");
  writer.Enqueue("there\n");
  EXPECT_TRUE(Eventually([&] { return Read(path_ + ".other") == "there\n"; }));
  EXPECT_EQ(Read(path_), "here\n");
}

TEST_F(LogWriterTest, LeavesAHangingPathForABetterOne) {
  LogWriter::Options options;
  options.retry = absl::Hours(1);
  LogWriter writer(options);
  writer.SetPath(folder_ + "/late/log");
  writer.Enqueue("one\n");
  ASSERT_TRUE(Eventually([&] { return !writer.stats().error.empty(); }));
  writer.SetPath(path_);
  EXPECT_TRUE(Eventually([&] { return Read(path_) == "one\n"; }));
}

TEST_F(LogWriterTest, ClosesOffALineThatAnotherLifeTore) {
  std::ofstream(path_) << "whole\ntor";
  LogWriter writer(quick_);
  writer.SetPath(path_);
  writer.Enqueue("next\n");
  EXPECT_TRUE(Eventually([&] { return Read(path_) == "whole\ntor\nnext\n"; }));
}

// A file size limit simulates a full disk: it tears a line at a chosen byte. SIGXFSZ stays deadly
// here, so the writer's thread must block it.
TEST_F(LogWriterTest, CompletesALineThatAFullDiskTore) {
  struct rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit tight = before;
  tight.rlim_cur = 10;
  LogWriter writer(quick_);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  writer.SetPath(path_);
  writer.Enqueue("12345\n");
  writer.Enqueue("abcdefgh\n");
  const bool failed = Eventually([&] { return !writer.stats().error.empty(); });
  const std::string torn = Read(path_);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_TRUE(failed);
  EXPECT_EQ(torn, "12345\nabcd");
  EXPECT_TRUE(Eventually([&] { return Read(path_) == "12345\nabcdefgh\n"; }));
  EXPECT_TRUE(Eventually([&] { return writer.stats().written == 2; }));
}

TEST_F(LogWriterTest, WritesATornLineAgainWhereTheFileWasRotatedMeanwhile) {
  struct rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit tight = before;
  tight.rlim_cur = 4;
  LogWriter writer(quick_);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  writer.SetPath(path_);
  writer.Enqueue("abcdefgh\n");
  const bool failed = Eventually([&] { return !writer.stats().error.empty(); });
  std::filesystem::rename(path_, path_ + ".1");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_TRUE(failed);
  EXPECT_TRUE(Eventually([&] { return Read(path_) == "abcdefgh\n"; }));
}

TEST_F(LogWriterTest, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  LogWriter writer(quick_);
  writer.SetPath(path_);
  writer.Enqueue("one\n");
  ASSERT_TRUE(Eventually([&] { return !writer.stats().error.empty(); }));
  EXPECT_EQ(writer.stats().error, path_ + ": is not a regular file");
}

TEST_F(LogWriterTest, RefusesASymbolicLink) {
  std::ofstream(folder_ + "/target") << "precious\n";
  std::filesystem::create_symlink(folder_ + "/target", path_);
  LogWriter writer(quick_);
  writer.SetPath(path_);
  writer.Enqueue("one\n");
  ASSERT_TRUE(Eventually([&] { return !writer.stats().error.empty(); }));
  EXPECT_EQ(writer.stats().error, path_ + ": is a symbolic link");
  EXPECT_EQ(Read(folder_ + "/target"), "precious\n");
}

TEST_F(LogWriterTest, EndsWithinSecondsThoughNothingCanBeWritten) {
  const absl::Time start = absl::Now();
  {
    LogWriter writer(quick_);
    writer.SetPath(folder_ + "/late/log");
    writer.Enqueue("one\n");
  }
  EXPECT_LT(absl::Now() - start, absl::Seconds(3));
}

}  // namespace
}  // namespace carbon
