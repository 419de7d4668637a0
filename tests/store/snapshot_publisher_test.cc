#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/store/snapshot_store_fixture.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class SnapshotPublisherTest : public SnapshotStore {};

TEST_F(SnapshotPublisherTest, HoldsTheDocumentedFilesWithTheDocumentedModes) {
  const Manifest m = Publish(4);
  EXPECT_EQ(Names(), (std::set<std::string>{".lock", kManifestFile, m.FileOf(SnapshotPart::kConfig),
                                            m.FileOf(SnapshotPart::kForecast),
                                            m.FileOf(SnapshotPart::kCapacity),
                                            m.FileOf(SnapshotPart::kAdmission)}));
  for (const std::string& name : Names()) {
    struct stat facts;
    ASSERT_EQ(stat(Path(name).c_str(), &facts), 0);
    // A user who can read the lock file could lock it.
    const bool is_private = name == ".lock" || absl::StartsWith(name, "capacity-") ||
                            absl::StartsWith(name, "admission-");
    EXPECT_EQ(facts.st_mode & 07777, is_private ? 0600u : 0644u) << name;
  }
  struct stat facts;
  ASSERT_EQ(stat(folder_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0755u);
}

TEST_F(SnapshotPublisherTest, TakesTheLockOfAnOlderReleaseFromOthers) {
  Publish(4);
  ASSERT_EQ(chmod(Path(".lock").c_str(), 0644), 0);
  Publish(5);
  struct stat facts;
  ASSERT_EQ(stat(Path(".lock").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600u);
}

TEST_F(SnapshotPublisherTest, TakesWhatIsAboutJobsOfAnOlderReleaseFromOthers) {
  const auto mode_of = [&](const std::string& name) {
    struct stat facts;
    EXPECT_EQ(stat(Path(name).c_str(), &facts), 0);
    return facts.st_mode & 07777;
  };
  const Manifest named = Publish(4);
  const Manifest later = Publish(5);
  const std::string left = named.FileOf(SnapshotPart::kCapacity);
  const std::string kept = later.FileOf(SnapshotPart::kCapacity);
  for (const std::string& name : {left, kept}) ASSERT_EQ(chmod(Path(name).c_str(), 0644), 0);
  const SnapshotPublisher publisher = Open();
  EXPECT_EQ(mode_of(left), 0600u) << "one that no manifest names any more";
  EXPECT_EQ(mode_of(kept), 0600u);
}

TEST_F(SnapshotPublisherTest, GivesWhatIsAboutJobsToTheUserOfSlurmctldAlone) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t kSlurm = 12345, kUser = 23456;
  ASSERT_EQ(chmod(root_.c_str(), 0755), 0);
  const auto read_as = [&](uid_t user, SnapshotReader::Owner owner) {
    const pid_t child = fork();
    if (child == 0) {
      if (setuid(user) != 0) _exit(9);
      SnapshotReader reader(folder_, owner);
      const auto snapshot = reader.ReadIfChanged();
      if (!snapshot.ok()) _exit(absl::IsPermissionDenied(snapshot.status()) ? 1 : 8);
      const bool has_forecasts = (*snapshot)->forecasts().size() == 1;
      const bool has_jobs = (*snapshot)->pools()[0].state != nullptr;
      _exit(!has_forecasts || reader.withheld().ok() != has_jobs ? 7 : has_jobs ? 0 : 2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  SnapshotPublisher publisher = Open();
  ASSERT_TRUE(publisher.Publish(Parts(4), kNow).ok());
  EXPECT_EQ(read_as(kSlurm, SnapshotReader::Owner::kTrusted), 1) << "not known yet";
  publisher.set_slurm_user(kSlurm);
  // The same parts: that they are there already must not leave them as they are.
  ASSERT_TRUE(publisher.Publish(Parts(4), kNow + absl::Seconds(5)).ok());
  EXPECT_EQ(read_as(kSlurm, SnapshotReader::Owner::kTrusted), 0);
  EXPECT_EQ(read_as(kUser, SnapshotReader::Owner::kTrusted), 1);
  EXPECT_EQ(read_as(kUser, SnapshotReader::Owner::kAnyone), 2) << "forecasts and sites only";
}

TEST_F(SnapshotPublisherTest, MakesAFolderThatOthersCanReadWhateverTheUmask) {
  const mode_t before = umask(077);
  Publish(4);
  umask(before);
  for (const std::string& path : {root_ + "/var", folder_}) {
    struct stat facts;
    ASSERT_EQ(stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777, 0755u) << path;
  }
}

TEST_F(SnapshotPublisherTest, KeepsASecondWriterOut) {
  const SnapshotPublisher first = Open();
  const auto second = SnapshotPublisher::Open(folder_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(second.status().message(),
            absl::StrCat(folder_, ": another process publishes here, pid ", getpid()));
}

TEST_F(SnapshotPublisherTest, LetsTheNextWriterInWhenOneIsGone) {
  {
    SnapshotPublisher first = Open();
    SnapshotPublisher moved = std::move(first);
    EXPECT_FALSE(SnapshotPublisher::Open(folder_).ok());
  }
  EXPECT_TRUE(SnapshotPublisher::Open(folder_).ok());
}

TEST_F(SnapshotPublisherTest, RemovesWhatAKilledWriterLeftHalfWritten) {
  Publish(4);
  Write("manifest.json.tmp-Ab12Cd", "{\"ver");
  Write("notes.txt", "not ours");
  Open();
  EXPECT_FALSE(Names().contains("manifest.json.tmp-Ab12Cd"));
  EXPECT_TRUE(Names().contains("notes.txt"));
  EXPECT_TRUE(Refusal().ok());
}

// A long queue makes large parts, every few seconds.
TEST_F(SnapshotPublisherTest, KeepsNoMoreBytesOfOldPartsThanItIsTold) {
  SnapshotPublisher publisher = Open();
  const auto parts_of = [](int nodes) { return Parts(nodes); };
  const auto capacity_size =
      static_cast<int64_t>(parts_of(1).bytes[SnapshotPart::kCapacity].size());
  std::vector<std::string> names;
  for (int i = 1; i <= 6; ++i) {
    const auto manifest = publisher.Publish(parts_of(i), kNow + absl::Seconds(5 * i),
                                            {.bytes = 3 * capacity_size + 100});
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    names.push_back(manifest->FileOf(SnapshotPart::kCapacity));
  }
  const std::set<std::string> left = Names();
  std::vector<bool> is_left;
  for (const std::string& name : names) is_left.push_back(left.contains(name));
  EXPECT_THAT(is_left, ElementsAre(false, false, true, true, true, true));
  // The last one's is kept, whatever is said: a reader may be about to open it.
  const auto manifest = publisher.Publish(parts_of(7), kNow + absl::Seconds(60), {.bytes = 0});
  EXPECT_TRUE(Names().contains(names[5]));
  EXPECT_FALSE(Names().contains(names[4]));
}

TEST_F(SnapshotPublisherTest, DoesNotRewriteAPartThatIsThere) {
  const Manifest m = Publish(4);
  const auto inode = [&] {
    struct stat facts;
    EXPECT_EQ(stat(Path(m.FileOf(SnapshotPart::kConfig)).c_str(), &facts), 0);
    return facts.st_ino;
  };
  const ino_t before = inode();
  Publish(5, kNow + absl::Seconds(5));
  EXPECT_EQ(inode(), before);
}

TEST_F(SnapshotPublisherTest, MendsAPartThatWasDamaged) {
  const Manifest m = Publish(4);
  const std::string name = m.FileOf(SnapshotPart::kConfig);
  std::string bytes = ReadFile(Path(name), 1 << 20).value();
  bytes[0] ^= 1;
  Write(name, bytes);
  EXPECT_FALSE(Refusal().ok());
  Publish(4, kNow + absl::Seconds(5));
  EXPECT_TRUE(Refusal().ok());
}

TEST_F(SnapshotPublisherTest, RemovesPartsUnnamedForTheTimeToKeep) {
  SnapshotPublisher publisher = Open();
  const Manifest first = publisher.Publish(Parts(1), kNow).value();
  const std::string old_part = first.FileOf(SnapshotPart::kCapacity);
  Write("notes.txt", "not ours");
  // Named until the publish at 90 minutes: its hour begins there, not when it was written.
  ASSERT_TRUE(publisher.Publish(Parts(2), kNow + absl::Minutes(90)).ok());
  EXPECT_TRUE(Names().contains(old_part));
  ASSERT_TRUE(publisher.Publish(Parts(2), kNow + absl::Minutes(149)).ok());
  EXPECT_TRUE(Names().contains(old_part));
  ASSERT_TRUE(publisher.Publish(Parts(2), kNow + absl::Minutes(150)).ok());
  EXPECT_FALSE(Names().contains(old_part));
  EXPECT_TRUE(Names().contains(first.FileOf(SnapshotPart::kConfig)));
  EXPECT_TRUE(Names().contains("notes.txt"));
}

TEST_F(SnapshotPublisherTest, LeavesThePreviousPublishInPlaceWhenOneFails) {
  SnapshotPublisher publisher = Open();
  ASSERT_TRUE(publisher.Publish(Parts(1), kNow).ok());
  const SnapshotParts next = Parts(2);
  // A folder in the part's place cannot be replaced by a file, not even by root.
  fs::create_directory(
      Path(PartFileName(SnapshotPart::kCapacity, Sha256Hex(next.bytes[SnapshotPart::kCapacity]))));
  const auto failed = publisher.Publish(next, kNow + absl::Seconds(5));
  // Without the hash: the next publish fails in the same words.
  EXPECT_EQ(failed.status().message(), absl::StrCat(folder_, ": capacity: Is a directory"));
  SnapshotReader reader(folder_);
  EXPECT_EQ(reader.ReadIfChanged().value()->pools()[0].group->total.nodes, 1);
  for (const std::string& name : Names()) EXPECT_FALSE(absl::StrContains(name, ".tmp-")) << name;
}

TEST_F(SnapshotPublisherTest, LeavesThePreviousPublishInPlaceWhenAPartIsAboveItsCap) {
  SnapshotPublisher publisher = Open();
  ASSERT_TRUE(publisher.Publish(Parts(1), kNow).ok());
  SnapshotParts next = Parts(2);
  next.bytes[SnapshotPart::kForecast].resize(InfoOf(SnapshotPart::kForecast).max_bytes + 1);
  const auto failed = publisher.Publish(next, kNow + absl::Seconds(5));
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(
      failed.status().message(),
      absl::StrCat(folder_, ": forecast: has more than 16777216 bytes, the most that is read"));
  SnapshotReader reader(folder_);
  EXPECT_EQ(reader.ReadIfChanged().value()->pools()[0].group->total.nodes, 1);
}

// The manifest is read, then its parts, while the next publish removes them at once.
TEST_F(SnapshotPublisherTest, ShowsReadersOnePublishOrTheNext) {
  SnapshotPublisher publisher = Open();
  ASSERT_TRUE(publisher.Publish(Parts(1), kNow).ok());
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 2; i < 200; ++i) {
      EXPECT_TRUE(
          publisher.Publish(Parts(i), kNow + absl::Seconds(i), {.keep = absl::Seconds(1)}).ok());
    }
    stop = true;
  });
  SnapshotReader reader(folder_);
  int64_t last = 0;
  while (!stop) {
    const auto snapshot = reader.ReadIfChanged();
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    if (*snapshot == nullptr) continue;
    EXPECT_GT((*snapshot)->pools()[0].group->total.nodes, last);
    last = (*snapshot)->pools()[0].group->total.nodes;
  }
  writer.join();
}

// A writer that is killed at any point leaves one publish or the next, and the next writer
// continues.
TEST_F(SnapshotPublisherTest, SurvivesAWriterKilledAnywhere) {
  Publish(1);
  for (int round = 0; round < 20; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(folder_);
      for (int i = 2; publisher.ok(); ++i) {
        publisher->Publish(Parts(i), kNow + absl::Seconds(i)).IgnoreError();
      }
      _exit(1);
    }
    ASSERT_GT(child, 0);
    usleep(static_cast<useconds_t>(3000 + 700 * round));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    EXPECT_TRUE(Refusal().ok()) << Refusal();
    Open();
    for (const std::string& name : Names()) EXPECT_FALSE(absl::StrContains(name, ".tmp-"));
  }
}

}  // namespace
}  // namespace carbon
