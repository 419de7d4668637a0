#include "core/snapshot_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const absl::Time kNow = absl::FromUnixSeconds(1795500000);

std::string ConfigBytes(const std::string& site = "oslo") {
  Config config;
  config.zones.push_back({.name = "NO-1"});
  config.zones.back().climatology = GramsPerKilowattHour(30);
  config.sites.push_back(
      {.name = site, .zone = "NO-1", .pue = {.value = 1.1, .source = "the operator"}});
  config.hardware = ShippedProfiles();
  config.pools.push_back({.name = "oslo",
                          .site = site,
                          .partition = "oslo",
                          .hardware = config.hardware.begin()->first});
  config.policies.push_back({.name = "all"});
  config.paths.snapshot = "/var/lib/slurm-carbon/snapshot";
  config.paths.log = "/var/log/slurm-carbon/placements.jsonl";
  return SerializeConfig(config);
}

std::string ForecastBytes(double intensity) {
  const IntensitySeries series =
      IntensitySeries::Create({{kNow, GramsPerKilowattHour(intensity)}}, kNow + absl::Hours(24))
          .value();
  return SerializeForecasts({ZoneForecast{.zone = "NO-1",
                                          .source = "test",
                                          .fetched_at = kNow,
                                          .valid_until = kNow + absl::Hours(24),
                                          .series = series,
                                          .horizon = series.end(),
                                          .long_run_mean = GramsPerKilowattHour(intensity)}});
}

std::string CapacityBytes(int nodes) {
  CapacityState capacity;
  capacity.taken_at = kNow;
  capacity.groups = {{"g", {nodes, 0, 0, 0}, {1, 0, 0, 0}}};
  capacity.pools = {{.pool = "oslo", .group = "g", .up = true}};
  return SerializeCapacity(capacity);
}

std::string AdmissionBytes(int64_t tier = 1) {
  AdmissionRules rules;
  rules.partitions.push_back({.name = "oslo", .priority_tier = tier});
  return SerializeAdmission(rules);
}

SnapshotParts Parts(int nodes) {
  return {ConfigBytes(), ForecastBytes(25), CapacityBytes(nodes), AdmissionBytes()};
}

class SnapshotStore : public ::testing::Test {
 protected:
  SnapshotPublisher Open() {
    absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(folder_);
    EXPECT_TRUE(publisher.ok()) << publisher.status();
    return *std::move(publisher);
  }
  Manifest Publish(int nodes, absl::Time now = kNow) {
    SnapshotPublisher publisher = Open();
    absl::StatusOr<Manifest> manifest = publisher.Publish(Parts(nodes), now);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    return *manifest;
  }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }
  absl::Status Refusal() { return SnapshotReader(folder_).ReadIfChanged().status(); }

  const TemporaryFolder temporary_;
  const std::string root_ = temporary_.path();
  const std::string folder_ = root_ + "/var/snapshot";
};

TEST_F(SnapshotStore, ReadsWhatWasPublished) {
  const Manifest published = Publish(4);
  SnapshotReader reader(folder_);
  const auto snapshot = reader.ReadIfChanged();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  ASSERT_NE(*snapshot, nullptr);
  EXPECT_EQ((*snapshot)->manifest().published_at, kNow);
  EXPECT_EQ((*snapshot)->manifest().config_hash, published.config_hash);
  ASSERT_EQ((*snapshot)->pools().size(), 1u);
  EXPECT_EQ((*snapshot)->pools()[0].group->total.nodes, 4);
  EXPECT_EQ((*snapshot)->pools()[0].forecast->zone, "NO-1");
}

TEST_F(SnapshotStore, HasNothingNewUntilTheNextPublish) {
  Publish(4);
  SnapshotReader reader(folder_);
  ASSERT_NE(reader.ReadIfChanged().value(), nullptr);
  EXPECT_EQ(reader.ReadIfChanged().value(), nullptr);
  Publish(5, kNow + absl::Seconds(5));
  const auto next = reader.ReadIfChanged().value();
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(next->pools()[0].group->total.nodes, 5);
}

TEST_F(SnapshotStore, DoesNotReadAgainAPartThatDidNotChange) {
  const Manifest first = Publish(4);
  SnapshotReader reader(folder_);
  ASSERT_TRUE(reader.ReadIfChanged().ok());
  Publish(5, kNow + absl::Seconds(5));
  fs::remove(Path(ForecastPartName(first.forecast_hash)));
  fs::remove(Path(ConfigPartName(first.config_hash)));
  const auto next = reader.ReadIfChanged();
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ((*next)->forecasts().size(), 1u);
}

TEST_F(SnapshotStore, KeepsTheLastSnapshotUsableAfterARefusal) {
  Publish(4);
  SnapshotReader reader(folder_);
  ASSERT_TRUE(reader.ReadIfChanged().ok());
  Write(kManifestFile, "{");
  EXPECT_EQ(reader.ReadIfChanged().status().code(), absl::StatusCode::kDataLoss);
  Publish(6, kNow + absl::Seconds(5));
  EXPECT_EQ(reader.ReadIfChanged().value()->pools()[0].group->total.nodes, 6);
}

TEST_F(SnapshotStore, HoldsTheDocumentedFilesWithTheDocumentedModes) {
  const Manifest m = Publish(4);
  EXPECT_EQ(Names(), (std::set<std::string>{".lock", kManifestFile, ConfigPartName(m.config_hash),
                                            ForecastPartName(m.forecast_hash),
                                            CapacityPartName(m.capacity_hash),
                                            AdmissionPartName(m.admission_hash)}));
  for (const std::string& name : Names()) {
    struct stat facts;
    ASSERT_EQ(stat(Path(name).c_str(), &facts), 0);
    // Whoever can read the lock could hold it.
    EXPECT_EQ(facts.st_mode & 07777, name == ".lock" ? 0600u : 0644u) << name;
  }
  struct stat facts;
  ASSERT_EQ(stat(folder_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0755u);
}

TEST_F(SnapshotStore, TakesTheLockOfAnOlderReleaseFromOthers) {
  Publish(4);
  ASSERT_EQ(chmod(Path(".lock").c_str(), 0644), 0);
  Publish(5);
  struct stat facts;
  ASSERT_EQ(stat(Path(".lock").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600u);
}

TEST_F(SnapshotStore, MakesAFolderThatOthersCanReadWhateverTheUmask) {
  const mode_t before = umask(077);
  Publish(4);
  umask(before);
  for (const std::string& path : {root_ + "/var", folder_}) {
    struct stat facts;
    ASSERT_EQ(stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777, 0755u) << path;
  }
}

TEST_F(SnapshotStore, IsNotFoundWithoutAManifest) {
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(Refusal().message()), StartsWith(folder_));
  Open();
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(Refusal().message()), StartsWith(Path(kManifestFile)));
}

TEST_F(SnapshotStore, RefusesWhatOthersCouldHaveWritten) {
  const Manifest m = Publish(4);
  const auto refuses = [&](const std::string& path, const std::string& fact) {
    EXPECT_EQ(Refusal().code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(Refusal().message(), absl::StrCat(path, ": ", fact));
  };
  for (const std::string& name :
       {std::string(kManifestFile), ConfigPartName(m.config_hash),
        ForecastPartName(m.forecast_hash), CapacityPartName(m.capacity_hash),
        AdmissionPartName(m.admission_hash)}) {
    ASSERT_EQ(chmod(Path(name).c_str(), 0664), 0);
    refuses(Path(name), "is writable by group or others, mode 664");
    ASSERT_EQ(chmod(Path(name).c_str(), 0646), 0);
    refuses(Path(name), "is writable by group or others, mode 646");
    ASSERT_EQ(chmod(Path(name).c_str(), 0644), 0);
  }
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  refuses(folder_, "is writable by group or others, mode 777");
  EXPECT_EQ(SnapshotPublisher::Open(folder_).status().code(), absl::StatusCode::kPermissionDenied);
  ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
  EXPECT_TRUE(Refusal().ok());
}

TEST_F(SnapshotStore, RefusesAForeignOwnerUnlessAskedToShowIt) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  Publish(4);
  for (const std::string& path : {Path(kManifestFile), folder_}) {
    ASSERT_EQ(chown(path.c_str(), 12345, 0), 0);
    EXPECT_EQ(Refusal().code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(Refusal().message(),
              absl::StrCat(path, ": is owned by uid 12345, not by root or uid 0"));
    SnapshotReader showing(folder_, SnapshotReader::Owner::kAnyone);
    EXPECT_TRUE(showing.ReadIfChanged().ok());
    ASSERT_EQ(chown(path.c_str(), 0, 0), 0);
  }
}

TEST_F(SnapshotStore, FollowsNoSymbolicLinkAndWaitsForNoFifo) {
  const Manifest m = Publish(4);
  const std::string part = Path(ForecastPartName(m.forecast_hash));
  fs::rename(part, root_ + "/elsewhere");
  fs::create_symlink(root_ + "/elsewhere", part);
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Refusal().message(), part + ": is a symbolic link");
  fs::remove(part);
  ASSERT_EQ(mkfifo(part.c_str(), 0644), 0);
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Refusal().message(), part + ": is not a regular file");
  fs::remove(part);
  fs::create_directory(part);
  EXPECT_EQ(Refusal().message(), part + ": is not a regular file");
}

TEST_F(SnapshotStore, RefusesDamagedParts) {
  const Manifest m = Publish(4);
  for (const std::string& name :
       {ConfigPartName(m.config_hash), ForecastPartName(m.forecast_hash),
        CapacityPartName(m.capacity_hash), AdmissionPartName(m.admission_hash)}) {
    const std::string whole = ReadFile(Path(name), 1 << 20).value();
    std::string damaged = whole;
    damaged[damaged.size() / 2] ^= 1;
    for (const std::string& bytes : {damaged, whole.substr(0, 5), std::string()}) {
      Write(name, bytes);
      EXPECT_EQ(Refusal().code(), absl::StatusCode::kDataLoss);
      EXPECT_THAT(std::string(Refusal().message()),
                  StartsWith(Path(name) + ": its SHA-256 is not the one in its name"));
    }
    fs::remove(Path(name));
    EXPECT_EQ(Refusal().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(Refusal().message(), Path(name) + ": is missing, but the manifest names it");
    Write(name, whole);
  }
}

TEST_F(SnapshotStore, RefusesPartsThatHashRightButDoNotParse) {
  const auto refusal_of = [&](const SnapshotParts& parts) {
    EXPECT_TRUE(Open().Publish(parts, kNow).ok());
    return Refusal();
  };
  SnapshotParts parts = Parts(4);
  parts.config = "{ nonsense";
  EXPECT_EQ(refusal_of(parts).code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refusal_of(parts).message()), HasSubstr("/config-"));
  parts = Parts(4);
  parts.forecast = "SCFX";
  EXPECT_EQ(refusal_of(parts).code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refusal_of(parts).message()),
              HasSubstr(".bin: forecast part: does not begin with"));
  parts = Parts(4);
  parts.capacity = "[]";
  EXPECT_EQ(refusal_of(parts).code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refusal_of(parts).message()), HasSubstr("is not a JSON object"));
  parts = Parts(4);
  parts.admission = R"({"version":1})";
  EXPECT_EQ(refusal_of(parts).code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refusal_of(parts).message()),
              HasSubstr(".json: admission part: \"enforces\" is missing"));
}

// Tens of thousands of users are not to be read again because the queue has moved.
TEST_F(SnapshotStore, ReadsTheAdmissionPartAgainOnlyWhenItChanged) {
  SnapshotReader reader(folder_);
  Publish(4);
  const auto first = reader.ReadIfChanged().value();
  Publish(6, kNow + absl::Seconds(5));
  const auto second = reader.ReadIfChanged().value();
  EXPECT_EQ(&second->admission(), &first->admission());
  SnapshotParts parts = Parts(6);
  parts.admission = AdmissionBytes(7);
  ASSERT_TRUE(Open().Publish(parts, kNow + absl::Seconds(10)).ok());
  const auto third = reader.ReadIfChanged().value();
  EXPECT_EQ(third->admission().partitions[0].priority_tier, 7);
  EXPECT_EQ(first->admission().partitions[0].priority_tier, 1);
}

TEST_F(SnapshotStore, DrawsErrorsAnewOnlyWhenTheForecastsChanged) {
  SnapshotReader reader(folder_);
  Publish(4);
  const auto first = reader.ReadIfChanged().value();
  Publish(6, kNow + absl::Seconds(5));
  const auto second = reader.ReadIfChanged().value();
  EXPECT_EQ(&second->scenarios(), &first->scenarios());
  SnapshotParts parts = Parts(6);
  parts.forecast = SerializeForecasts({});
  ASSERT_TRUE(Open().Publish(parts, kNow + absl::Seconds(10)).ok());
  EXPECT_NE(&reader.ReadIfChanged().value()->scenarios(), &first->scenarios());
}

TEST_F(SnapshotStore, RefusesAnotherVersionAndPartsThatDoNotBelongTogether) {
  Publish(4);
  Write(kManifestFile, R"({"version":3})");
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Refusal().message(),
            Path(kManifestFile) + ": manifest: version 3, this program reads version 2");
  SnapshotParts parts = Parts(4);
  CapacityState capacity;
  capacity.groups = {{"g", {}, {}}};
  capacity.pools = {{.pool = "lyon", .group = "g"}};
  parts.capacity = SerializeCapacity(capacity);
  ASSERT_TRUE(Open().Publish(parts, kNow).ok());
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Refusal().message()), HasSubstr("pool \"lyon\" is not known"));
}

TEST_F(SnapshotStore, RefusesAManifestAboveItsCap) {
  Publish(4);
  Write(kManifestFile, std::string(SnapshotReader::kMaxManifestBytes + 1, ' '));
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Refusal().message(),
            Path(kManifestFile) + ": has more than 65536 bytes, the most that is read");
}

TEST_F(SnapshotStore, RefusesAPartAboveItsCapUnread) {
  const Manifest m = Publish(4);
  const std::string part = Path(ForecastPartName(m.forecast_hash));
  ASSERT_EQ(truncate(part.c_str(), SnapshotReader::kMaxForecastBytes + 1), 0);
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(SnapshotStore, KeepsASecondWriterOut) {
  const SnapshotPublisher first = Open();
  const auto second = SnapshotPublisher::Open(folder_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(second.status().message(),
            absl::StrCat(folder_, ": another process publishes here, pid ", getpid()));
}

TEST_F(SnapshotStore, LetsTheNextWriterInWhenOneIsGone) {
  {
    SnapshotPublisher first = Open();
    SnapshotPublisher moved = std::move(first);
    EXPECT_FALSE(SnapshotPublisher::Open(folder_).ok());
  }
  EXPECT_TRUE(SnapshotPublisher::Open(folder_).ok());
}

TEST_F(SnapshotStore, RemovesWhatAKilledWriterLeftHalfWritten) {
  Publish(4);
  Write("manifest.json.tmp-Ab12Cd", "{\"ver");
  Write("notes.txt", "not ours");
  Open();
  EXPECT_FALSE(Names().contains("manifest.json.tmp-Ab12Cd"));
  EXPECT_TRUE(Names().contains("notes.txt"));
  EXPECT_TRUE(Refusal().ok());
}

// A long queue makes large parts, every few seconds.
TEST_F(SnapshotStore, KeepsNoMoreBytesOfOldPartsThanItIsTold) {
  SnapshotPublisher publisher = Open();
  const auto parts_of = [](int nodes) { return Parts(nodes); };
  const auto capacity_size = static_cast<int64_t>(parts_of(1).capacity.size());
  std::vector<std::string> names;
  for (int i = 1; i <= 6; ++i) {
    const auto manifest = publisher.Publish(parts_of(i), kNow + absl::Seconds(5 * i),
                                            {.bytes = 3 * capacity_size + 100});
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    names.push_back(CapacityPartName(manifest->capacity_hash));
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

TEST_F(SnapshotStore, DoesNotRewriteAPartThatIsThere) {
  const Manifest m = Publish(4);
  const auto inode = [&] {
    struct stat facts;
    EXPECT_EQ(stat(Path(ConfigPartName(m.config_hash)).c_str(), &facts), 0);
    return facts.st_ino;
  };
  const ino_t before = inode();
  Publish(5, kNow + absl::Seconds(5));
  EXPECT_EQ(inode(), before);
}

TEST_F(SnapshotStore, MendsAPartThatWasDamaged) {
  const Manifest m = Publish(4);
  const std::string name = ConfigPartName(m.config_hash);
  std::string bytes = ReadFile(Path(name), 1 << 20).value();
  bytes[0] ^= 1;
  Write(name, bytes);
  EXPECT_FALSE(Refusal().ok());
  Publish(4, kNow + absl::Seconds(5));
  EXPECT_TRUE(Refusal().ok());
}

TEST_F(SnapshotStore, RemovesPartsUnnamedForTheTimeToKeep) {
  SnapshotPublisher publisher = Open();
  const Manifest first = publisher.Publish(Parts(1), kNow).value();
  const std::string old_part = CapacityPartName(first.capacity_hash);
  Write("notes.txt", "not ours");
  // Named until the publish at 90 minutes: its hour begins there, not when it was written.
  ASSERT_TRUE(publisher.Publish(Parts(2), kNow + absl::Minutes(90)).ok());
  EXPECT_TRUE(Names().contains(old_part));
  ASSERT_TRUE(publisher.Publish(Parts(2), kNow + absl::Minutes(149)).ok());
  EXPECT_TRUE(Names().contains(old_part));
  ASSERT_TRUE(publisher.Publish(Parts(2), kNow + absl::Minutes(150)).ok());
  EXPECT_FALSE(Names().contains(old_part));
  EXPECT_TRUE(Names().contains(ConfigPartName(first.config_hash)));
  EXPECT_TRUE(Names().contains("notes.txt"));
}

TEST_F(SnapshotStore, LeavesThePreviousPublishInPlaceWhenOneFails) {
  SnapshotPublisher publisher = Open();
  ASSERT_TRUE(publisher.Publish(Parts(1), kNow).ok());
  const SnapshotParts next = Parts(2);
  // A folder in the part's place cannot be replaced by a file, not even by root.
  fs::create_directory(Path(CapacityPartName(Sha256Hex(next.capacity))));
  const auto failed = publisher.Publish(next, kNow + absl::Seconds(5));
  // Without the hash: the next publish fails in the same words.
  EXPECT_EQ(failed.status().message(), absl::StrCat(folder_, ": capacity: Is a directory"));
  SnapshotReader reader(folder_);
  EXPECT_EQ(reader.ReadIfChanged().value()->pools()[0].group->total.nodes, 1);
  for (const std::string& name : Names()) EXPECT_FALSE(absl::StrContains(name, ".tmp-")) << name;
}

TEST_F(SnapshotStore, LeavesThePreviousPublishInPlaceWhenAPartIsAboveItsCap) {
  SnapshotPublisher publisher = Open();
  ASSERT_TRUE(publisher.Publish(Parts(1), kNow).ok());
  SnapshotParts next = Parts(2);
  next.forecast.resize(SnapshotReader::kMaxForecastBytes + 1);
  const auto failed = publisher.Publish(next, kNow + absl::Seconds(5));
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(
      failed.status().message(),
      absl::StrCat(folder_, ": forecast: has more than 16777216 bytes, the most that is read"));
  SnapshotReader reader(folder_);
  EXPECT_EQ(reader.ReadIfChanged().value()->pools()[0].group->total.nodes, 1);
}

// The manifest is read, then its parts, while the next publish removes them at once.
TEST_F(SnapshotStore, ShowsReadersOnePublishOrTheNext) {
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

// Killed anywhere, a writer leaves one publish or the next, and the next writer goes on.
TEST_F(SnapshotStore, SurvivesAWriterKilledAnywhere) {
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
