// Faults of the archive's file: damage, a full disk, other programs, a killed process.
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "forecast/archive/archive.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/file.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 11, 24, 2), absl::UTCTimeZone());
const Feed kFeed{"DE", "energy-charts", SignalKind::kAverageLifecycle};

absl::Time At(int hour) { return kNow + absl::Hours(hour); }

// The content of the `index`th round: a forecast whose values occur only in this round, and the
// actual value of the hour before.
IntensitySeries SeriesOf(int index) {
  std::mt19937 random(static_cast<uint32_t>(index));
  std::vector<IntensitySeries::Step> steps;
  for (int i = 0; i < 96; ++i) {
    steps.push_back(
        {At(index + i), GramsPerKilowattHour(static_cast<double>(random() % 1000000) / 1000)});
  }
  return *IntensitySeries::Create(steps, At(index + 96));
}

absl::Status WriteRound(Archive* archive, int index) {
  absl::StatusOr<bool> added = archive->AddForecast(kFeed, At(index), SeriesOf(index), At(index));
  if (!added.ok()) return added.status();
  const IntensityHistory actual =
      *IntensityHistory::Create({{At(index - 1), At(index), GramsPerKilowattHour(index % 1000)}});
  return archive->AddActuals(kFeed, actual, At(index)).status();
}

// How many rounds there are; each whole, without one left out. A round's actual may be missing only
// in the last.
int CountWholeRounds(const Archive& archive) {
  absl::StatusOr<std::vector<ArchivedForecast>> forecasts =
      archive.Forecasts(kFeed, At(-1), At(1000000));
  absl::StatusOr<IntensityHistory> history =
      archive.History(kFeed, At(-1), At(1000000), At(1000000));
  EXPECT_TRUE(forecasts.ok()) << forecasts.status();
  EXPECT_TRUE(history.ok()) << history.status();
  if (!forecasts.ok() || !history.ok()) return -1;
  const int count = static_cast<int>(forecasts->size());
  for (int i = 0; i < count; ++i) {
    const ArchivedForecast& forecast = (*forecasts)[static_cast<size_t>(i)];
    EXPECT_EQ(forecast.issued_at, At(i));
    EXPECT_EQ(forecast.series.step_milligrams(), SeriesOf(i).step_milligrams());
  }
  const int actuals = static_cast<int>(history->intervals().size());
  EXPECT_TRUE(actuals == count || actuals == count - 1) << actuals << " of " << count;
  for (int i = 0; i < actuals; ++i) {
    EXPECT_EQ(history->intervals()[static_cast<size_t>(i)].value.value(), i % 1000);
  }
  return count;
}

class ArchiveFaultsTest : public testing::Test {
 protected:
  std::string path() const { return folder_ + "/archive.db"; }

  absl::StatusOr<std::unique_ptr<Archive>> Open() {
    problems_.clear();
    return Archive::Open(path(), kNow, &problems_);
  }

  // An archive of so many rounds, closed.
  void Fill(int rounds) {
    absl::StatusOr<std::unique_ptr<Archive>> archive = Open();
    ASSERT_TRUE(archive.ok()) << archive.status();
    for (int i = 0; i < rounds; ++i) ASSERT_TRUE(WriteRound(archive->get(), i).ok());
  }

  // Opens what was damaged: a new, empty archive is there that works, and the old file's bytes are
  // kept under another name.
  void ExpectMovedAside(const std::string& damaged_bytes) {
    absl::StatusOr<std::unique_ptr<Archive>> archive = Open();
    ASSERT_TRUE(archive.ok()) << archive.status();
    ASSERT_THAT(problems_, SizeIs(1));
    const std::string aside = path() + ".damaged-20261124T020000Z";
    EXPECT_THAT(problems_[0], HasSubstr("it is kept as " + aside + ", and a new archive begins"));
    EXPECT_TRUE(ReadFile(aside, 1 << 30).value_or("") == damaged_bytes);
    EXPECT_EQ(CountWholeRounds(**archive), 0);
    EXPECT_TRUE(WriteRound(archive->get(), 0).ok());
    EXPECT_EQ(CountWholeRounds(**archive), 1);
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  std::vector<std::string> problems_;
};

TEST_F(ArchiveFaultsTest, LeavesAloneWhatIsNoDatabase) {
  Fill(1);
  std::string headless = *ReadFile(path(), 1 << 30);
  std::fill_n(headless.begin(), 100, '\0');
  const std::string cases[] = {
      std::string(100000, 'x'),
      "{\"zones\": {}}\n",
      std::string("SQLite format 3", 16),
      headless,
  };
  for (const std::string& bytes : cases) {
    ASSERT_TRUE(WriteFileAtomically(path(), bytes).ok());
    const absl::Status status = Open().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_EQ(status.message(), path() + ": is no archive of forecasts, and is left as it is");
    EXPECT_TRUE(*ReadFile(path(), 1 << 30) == bytes);
    EXPECT_THAT(problems_, IsEmpty());
  }
}

TEST_F(ArchiveFaultsTest, LeavesAloneADamagedDatabaseOfAnotherProgram) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(20000))", nullptr,
                         nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(other);
  std::string bytes = *ReadFile(path(), 1 << 30);
  std::fill_n(bytes.begin() + 100, 500, '\xa5');
  ASSERT_TRUE(WriteFileAtomically(path(), bytes).ok());
  EXPECT_EQ(Open().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(*ReadFile(path(), 1 << 30) == bytes);
}

TEST_F(ArchiveFaultsTest, MovesAsideAFileThatWasCut) {
  Fill(100);
  const std::string bytes = ReadFile(path(), 1 << 30)->substr(0, 20000);
  ASSERT_TRUE(WriteFileAtomically(path(), bytes).ok());
  ExpectMovedAside(bytes);
}

TEST_F(ArchiveFaultsTest, MovesAsideAFileWithADamagedPage) {
  Fill(100);
  std::string bytes = *ReadFile(path(), 1 << 30);
  // The header of the second table's first page.
  std::fill_n(bytes.begin() + 4096 * 3, 64, '\xa5');
  ASSERT_TRUE(WriteFileAtomically(path(), bytes).ok());
  ExpectMovedAside(bytes);
}

TEST_F(ArchiveFaultsTest, KeepsEveryDamagedFile) {
  Fill(1);
  const std::string cut = ReadFile(path(), 1 << 30)->substr(0, 5000);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(WriteFileAtomically(path(), cut).ok());
    ASSERT_TRUE(Open().ok());
    EXPECT_THAT(problems_, SizeIs(1));
  }
  EXPECT_TRUE(fs::exists(path() + ".damaged-20261124T020000Z"));
  EXPECT_TRUE(fs::exists(path() + ".damaged-20261124T020000Z-2"));
  EXPECT_TRUE(fs::exists(path() + ".damaged-20261124T020000Z-3"));
}

// Whatever bytes are overwritten, the archive works or returns an error that says why not. It never
// crashes, and never returns a series that was not written.
TEST_F(ArchiveFaultsTest, SurvivesAnyDamage) {
  Fill(60);
  const std::string whole = *ReadFile(path(), 1 << 30);
  std::mt19937 random(20261124);
  int moved = 0;
  for (int round = 0; round < 60; ++round) {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
    std::string bytes = whole;
    const size_t length = size_t{1} << (random() % 12);
    const size_t at = random() % (bytes.size() - length);
    for (size_t i = 0; i < length; ++i) bytes[at + i] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    ASSERT_TRUE(WriteFileAtomically(path(), bytes).ok());
    absl::StatusOr<std::unique_ptr<Archive>> archive = Open();
    if (!archive.ok()) {
      EXPECT_EQ(archive.status().code(), absl::StatusCode::kFailedPrecondition) << archive.status();
      continue;
    }
    moved += static_cast<int>(problems_.size());
    // Damage inside a blob passes the check of the pages; the reader finds it.
    (*archive)->Forecasts(kFeed, At(-1), At(1000)).IgnoreError();
    (*archive)->History(kFeed, At(-1), At(1000), At(1000)).IgnoreError();
    (*archive)->Feeds().IgnoreError();
    (*archive)->Prune(At(10)).IgnoreError();
    WriteRound(archive->get(), 100000).IgnoreError();
  }
  EXPECT_GT(moved, 10);
}

TEST_F(ArchiveFaultsTest, LeavesANewerVersionAndOtherProgramsDatabasesAlone) {
  const std::pair<const char*, const char*> cases[] = {
      {"PRAGMA user_version = 2", "has version 2, not 1: another release has written it"},
      {"PRAGMA application_id = 7", "is another program's database"},
  };
  for (const auto& [statement, message] : cases) {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
    Fill(3);
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, statement, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(other);
    const std::string before = *ReadFile(path(), 1 << 30);
    const absl::Status status = Open().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(status.message(), path() + ": " + message);
    EXPECT_EQ(ArchiveReader::Open(path()).status().message(), status.message());
    EXPECT_TRUE(*ReadFile(path(), 1 << 30) == before);
  }
}

// The disk, as SQLite sees it: so many writes succeed, then it is full.
int64_t writes_left = 0;
ssize_t WriteUntilFull(int fd, const void* bytes, size_t count, off64_t offset) {
  if (--writes_left < 0) {
    errno = ENOSPC;
    return -1;
  }
  return pwrite64(fd, bytes, count, offset);
}

TEST_F(ArchiveFaultsTest, LosesNothingWhenTheDiskIsFull) {
  sqlite3_vfs* disk = sqlite3_vfs_find(nullptr);
  const auto set_write = [disk](sqlite3_syscall_ptr function) {
    ASSERT_EQ(disk->xSetSystemCall(disk, "pwrite64", function), SQLITE_OK);
  };
  Fill(20);
  int rounds = 20;
  int failures = 0;
  for (int64_t allowed = 0; allowed < 60; ++allowed) {
    absl::StatusOr<std::unique_ptr<Archive>> archive = Open();
    ASSERT_TRUE(archive.ok()) << archive.status();
    writes_left = allowed;
    set_write(reinterpret_cast<sqlite3_syscall_ptr>(WriteUntilFull));
    const absl::Status status = WriteRound(archive->get(), rounds);
    set_write(nullptr);
    if (!status.ok()) {
      ++failures;
      EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
      EXPECT_THAT(std::string(status.message()), HasSubstr(path() + ": "));
    }
    // When there is room, the same archive continues with the same round, which is either whole or
    // not there.
    const int there = CountWholeRounds(**archive);
    EXPECT_TRUE(there == rounds || there == rounds + 1) << there;
    EXPECT_TRUE(WriteRound(archive->get(), rounds).ok());
    EXPECT_EQ(CountWholeRounds(**archive), ++rounds);
  }
  EXPECT_GT(failures, 2);
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ArchiveFaultsTest, SaysThatTheDiskIsFullWhenItOpens) {
  sqlite3_vfs* disk = sqlite3_vfs_find(nullptr);
  for (int64_t allowed : {0, 1, 2, 3, 5, 8}) {
    writes_left = allowed;
    disk->xSetSystemCall(disk, "pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(WriteUntilFull));
    const absl::Status status = Open().status();
    disk->xSetSystemCall(disk, "pwrite64", nullptr);
    EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kResourceExhausted) << status;
    absl::StatusOr<std::unique_ptr<Archive>> archive = Open();
    ASSERT_TRUE(archive.ok()) << archive.status();
    EXPECT_THAT(problems_, IsEmpty());
  }
}

// A child writes rounds and reports each one that is written. It is killed at a random instant.
// Every reported round and all earlier ones must be there, whole. CARBON_ARCHIVE_KILLS sets the
// number of kills, 20 by default.
TEST_F(ArchiveFaultsTest, SurvivesBeingKilledAtAnyInstant) {
  int kills = 20;
  if (const char* wanted = std::getenv("CARBON_ARCHIVE_KILLS")) {
    ASSERT_TRUE(absl::SimpleAtoi(wanted, &kills));
  }
  std::mt19937 random(std::random_device{}());
  int written = 0;
  int64_t beyond = 0;
  for (int kill_index = 0; kill_index < kills; ++kill_index) {
    int said[2];
    ASSERT_EQ(pipe(said), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      absl::StatusOr<std::unique_ptr<Archive>> archive = Open();
      if (!archive.ok()) _exit(1);
      for (int i = written;; ++i) {
        if (!WriteRound(archive->get(), i).ok()) _exit(1);
        if (write(said[1], &i, sizeof i) != sizeof i) _exit(1);
      }
    }
    close(said[1]);
    // The kill comes after a number of rounds and a random part of one, or during the opening.
    int last = written - 1;
    for (int rounds = static_cast<int>(random() % 30); rounds > 0; --rounds) {
      ASSERT_EQ(read(said[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
    }
    usleep(random() % 3000);
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended of itself";
    while (read(said[0], &last, sizeof last) == static_cast<ssize_t>(sizeof last)) {
    }
    close(said[0]);

    absl::StatusOr<std::unique_ptr<Archive>> archive = Open();
    ASSERT_TRUE(archive.ok()) << archive.status();
    ASSERT_THAT(problems_, IsEmpty());
    const int there = CountWholeRounds(**archive);
    ASSERT_GE(there, last + 1) << "what was acknowledged is lost";
    ASSERT_LE(there, last + 2);
    beyond += there - (last + 1);
    // Ends the round that was cut off.
    ASSERT_TRUE(there == 0 || WriteRound(archive->get(), there - 1).ok());
    written = there;
    ASSERT_FALSE(HasFailure());
  }
  RecordProperty("rounds", written);
  RecordProperty("rounds_cut_off", static_cast<int>(beyond));
}

}  // namespace
}  // namespace carbon
