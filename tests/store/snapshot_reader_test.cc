#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/cluster/capacity_codec.h"
#include "core/grid/forecast_codec.h"
#include "tests/core/older_config_part.h"
#include "tests/store/snapshot_store_fixture.h"
#include "tests/without_roots_rights.h"

namespace carbon {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class SnapshotReaderTest : public SnapshotStore {};

TEST_F(SnapshotReaderTest, ReadsWhatWasPublished) {
  const Manifest published = Publish(4);
  SnapshotReader reader(folder_);
  const auto snapshot = reader.ReadIfChanged();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  ASSERT_NE(*snapshot, nullptr);
  EXPECT_EQ((*snapshot)->manifest().published_at, kNow);
  EXPECT_EQ((*snapshot)->manifest().hashes, published.hashes);
  EXPECT_EQ((*snapshot)->manifest().readers, published.readers);
  ASSERT_EQ((*snapshot)->pools().size(), 1u);
  EXPECT_EQ((*snapshot)->pools()[0].group->total.nodes, 4);
  EXPECT_EQ((*snapshot)->pools()[0].forecast->zone, "NO-1");
}

TEST_F(SnapshotReaderTest, HasNothingNewUntilTheNextPublish) {
  Publish(4);
  SnapshotReader reader(folder_);
  ASSERT_NE(reader.ReadIfChanged().value(), nullptr);
  EXPECT_EQ(reader.ReadIfChanged().value(), nullptr);
  Publish(5, kNow + absl::Seconds(5));
  const auto next = reader.ReadIfChanged().value();
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(next->pools()[0].group->total.nodes, 5);
}

TEST_F(SnapshotReaderTest, DoesNotReadAgainAPartThatDidNotChange) {
  const Manifest first = Publish(4);
  SnapshotReader reader(folder_);
  ASSERT_TRUE(reader.ReadIfChanged().ok());
  Publish(5, kNow + absl::Seconds(5));
  fs::remove(Path(first.FileOf(SnapshotPart::kForecast)));
  fs::remove(Path(first.FileOf(SnapshotPart::kConfig)));
  const auto next = reader.ReadIfChanged();
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ((*next)->forecasts().size(), 1u);
}

TEST_F(SnapshotReaderTest, KeepsTheLastSnapshotUsableAfterARefusal) {
  Publish(4);
  SnapshotReader reader(folder_);
  ASSERT_TRUE(reader.ReadIfChanged().ok());
  Write(kManifestFile, "{");
  EXPECT_EQ(reader.ReadIfChanged().status().code(), absl::StatusCode::kDataLoss);
  Publish(6, kNow + absl::Seconds(5));
  EXPECT_EQ(reader.ReadIfChanged().value()->pools()[0].group->total.nodes, 6);
}

TEST_F(SnapshotReaderTest, BelievesTheConfiguredPublisherAndNobodyElse) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t kPublisher = 4321;
  Publish(4);
  const auto give_to = [this](uid_t user) {
    ASSERT_EQ(chown(folder_.c_str(), user, user), 0);
    for (const auto& entry : fs::directory_iterator(folder_)) {
      ASSERT_EQ(chown(entry.path().c_str(), user, user), 0);
    }
  };
  give_to(kPublisher);
  EXPECT_TRUE(absl::IsPermissionDenied(SnapshotReader(folder_).ReadIfChanged().status()));
  SnapshotReader reader(folder_);
  reader.set_publisher(kPublisher);
  EXPECT_TRUE(reader.ReadIfChanged().ok());
  ASSERT_EQ(chmod(Path(kManifestFile).c_str(), 0664), 0);
  EXPECT_TRUE(absl::IsPermissionDenied(reader.ReadIfChanged().status()));
  ASSERT_EQ(chmod(Path(kManifestFile).c_str(), 0644), 0);
  give_to(kPublisher + 1);
  EXPECT_TRUE(absl::IsPermissionDenied(reader.ReadIfChanged().status()));
  give_to(0);
  EXPECT_TRUE(reader.ReadIfChanged().ok());
}

TEST_F(SnapshotReaderTest, IsNotFoundWithoutAManifest) {
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(Refusal().message()), StartsWith(folder_));
  Open();
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(Refusal().message()), StartsWith(Path(kManifestFile)));
}

TEST_F(SnapshotReaderTest, RefusesWhatOthersCouldHaveWritten) {
  const Manifest m = Publish(4);
  const auto refuses = [&](const std::string& path, const std::string& fact) {
    EXPECT_EQ(Refusal().code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(Refusal().message(), absl::StrCat(path, ": ", fact));
  };
  for (const std::string& name :
       {std::string(kManifestFile), m.FileOf(SnapshotPart::kConfig),
        m.FileOf(SnapshotPart::kForecast), m.FileOf(SnapshotPart::kCapacity),
        m.FileOf(SnapshotPart::kAdmission)}) {
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

TEST_F(SnapshotReaderTest, RefusesAForeignOwnerUnlessAskedToShowIt) {
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

TEST_F(SnapshotReaderTest, DoesWithoutWhatIsAboutJobsOnlyToShowTheRest) {
  ASSERT_EQ(chmod(root_.c_str(), 0755), 0);
  const Manifest m = Publish(4);
  const std::string capacity = Path(m.FileOf(SnapshotPart::kCapacity));
  ASSERT_EQ(chmod(capacity.c_str(), 0), 0);
  SnapshotReader showing(folder_, SnapshotReader::Owner::kAnyone);
  {
    const WithoutRootsRights as_a_user;
    EXPECT_EQ(Refusal(), absl::PermissionDeniedError(capacity + ": Permission denied"));
    const auto snapshot = showing.ReadIfChanged();
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    EXPECT_EQ(showing.withheld(), absl::PermissionDeniedError(capacity + ": Permission denied"));
    EXPECT_EQ((*snapshot)->forecasts().size(), 1u);
    EXPECT_EQ((*snapshot)->pools()[0].state, nullptr);
  }
  ASSERT_EQ(chmod(Path(m.FileOf(SnapshotPart::kForecast)).c_str(), 0), 0);
  {
    const WithoutRootsRights as_a_user;
    EXPECT_FALSE(SnapshotReader(folder_, SnapshotReader::Owner::kAnyone).ReadIfChanged().ok());
  }
  Publish(5, kNow + absl::Seconds(5));
  ASSERT_TRUE(showing.ReadIfChanged().ok());
  EXPECT_TRUE(showing.withheld().ok());
}

TEST_F(SnapshotReaderTest, FollowsNoSymbolicLinkAndWaitsForNoFifo) {
  const Manifest m = Publish(4);
  const std::string part = Path(m.FileOf(SnapshotPart::kForecast));
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

TEST_F(SnapshotReaderTest, RefusesDamagedParts) {
  const Manifest m = Publish(4);
  for (const std::string& name :
       {m.FileOf(SnapshotPart::kConfig), m.FileOf(SnapshotPart::kForecast),
        m.FileOf(SnapshotPart::kCapacity), m.FileOf(SnapshotPart::kAdmission)}) {
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

TEST_F(SnapshotReaderTest, RefusesPartsThatHashRightButDoNotParse) {
  const auto refusal_of = [&](const SnapshotParts& parts) {
    EXPECT_TRUE(Open().Publish(parts, kNow).ok());
    return Refusal();
  };
  SnapshotParts parts = Parts(4);
  parts.bytes[SnapshotPart::kConfig] = "{ nonsense";
  EXPECT_EQ(refusal_of(parts).code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refusal_of(parts).message()), HasSubstr("/config-"));
  parts = Parts(4);
  parts.bytes[SnapshotPart::kForecast] = "SCFX";
  EXPECT_EQ(refusal_of(parts).code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refusal_of(parts).message()),
              HasSubstr(".bin: forecast part: does not begin with"));
  parts = Parts(4);
  parts.bytes[SnapshotPart::kCapacity] = "[]";
  EXPECT_EQ(refusal_of(parts).code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refusal_of(parts).message()), HasSubstr("is not a JSON object"));
  parts = Parts(4);
  parts.bytes[SnapshotPart::kAdmission] = R"({"version":1})";
  EXPECT_EQ(refusal_of(parts).code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refusal_of(parts).message()),
              HasSubstr(".json: admission part: \"enforces\" is missing"));
}

// Tens of thousands of users are not to be read again because the queue has moved.
TEST_F(SnapshotReaderTest, ReadsTheAdmissionPartAgainOnlyWhenItChanged) {
  SnapshotReader reader(folder_);
  Publish(4);
  const auto first = reader.ReadIfChanged().value();
  Publish(6, kNow + absl::Seconds(5));
  const auto second = reader.ReadIfChanged().value();
  EXPECT_EQ(&second->admission(), &first->admission());
  SnapshotParts parts = Parts(6);
  parts.bytes[SnapshotPart::kAdmission] = AdmissionBytes(7);
  ASSERT_TRUE(Open().Publish(parts, kNow + absl::Seconds(10)).ok());
  const auto third = reader.ReadIfChanged().value();
  EXPECT_EQ(third->admission().partitions[0].priority_tier, 7);
  EXPECT_EQ(first->admission().partitions[0].priority_tier, 1);
}

TEST_F(SnapshotReaderTest, DrawsErrorsAnewOnlyWhenTheForecastsChanged) {
  SnapshotReader reader(folder_);
  Publish(4);
  const auto first = reader.ReadIfChanged().value();
  Publish(6, kNow + absl::Seconds(5));
  const auto second = reader.ReadIfChanged().value();
  EXPECT_EQ(&second->scenarios(), &first->scenarios());
  SnapshotParts parts = Parts(6);
  parts.bytes[SnapshotPart::kForecast] = SerializeForecasts({});
  ASSERT_TRUE(Open().Publish(parts, kNow + absl::Seconds(10)).ok());
  EXPECT_NE(&reader.ReadIfChanged().value()->scenarios(), &first->scenarios());
}

// To compare the rules of all partitions takes long where there are many users and pools.
TEST_F(SnapshotReaderTest, ComparesTheRulesOfPoolsAgainOnlyWhenConfigurationOrRulesChanged) {
  SnapshotReader reader(folder_);
  Publish(4);
  const auto first = reader.ReadIfChanged().value();
  Publish(6, kNow + absl::Seconds(5));
  const auto second = reader.ReadIfChanged().value();
  EXPECT_EQ(second->capacity().groups[0].total.nodes, 6);
  EXPECT_EQ(second->shared_directory(), first->shared_directory());
  SnapshotParts parts = Parts(6);
  parts.bytes[SnapshotPart::kForecast] = SerializeForecasts({});
  ASSERT_TRUE(Open().Publish(parts, kNow + absl::Seconds(10)).ok());
  const auto third = reader.ReadIfChanged().value();
  EXPECT_TRUE(third->forecasts().empty());
  EXPECT_EQ(third->shared_directory(), first->shared_directory());
  parts.bytes[SnapshotPart::kAdmission] = AdmissionBytes(7);
  ASSERT_TRUE(Open().Publish(parts, kNow + absl::Seconds(15)).ok());
  const auto fourth = reader.ReadIfChanged().value();
  EXPECT_NE(fourth->shared_directory(), first->shared_directory());
  EXPECT_EQ(fourth->pools()[0].rules->priority_tier, 7);
  parts.bytes[SnapshotPart::kConfig] = ConfigBytes("bergen");
  ASSERT_TRUE(Open().Publish(parts, kNow + absl::Seconds(20)).ok());
  const auto fifth = reader.ReadIfChanged().value();
  EXPECT_EQ(fifth->pools()[0].site->name, "bergen");
  EXPECT_EQ(fifth->pools()[0].rules->priority_tier, 7);
}

// A snapshot in use must not depend on the reader or on later snapshots.
TEST_F(SnapshotReaderTest, LeavesASnapshotWholeWhoseSuccessorSharesItsDirectory) {
  std::shared_ptr<const Snapshot> second;
  {
    SnapshotReader reader(folder_);
    Publish(4);
    ASSERT_TRUE(reader.ReadIfChanged().ok());
    Publish(6, kNow + absl::Seconds(5));
    second = reader.ReadIfChanged().value();
  }
  EXPECT_EQ(second->pools()[0].config, &second->config().pools[0]);
  EXPECT_EQ(second->pools()[0].config->name, "oslo");
  EXPECT_EQ(second->pools()[0].rules, &second->admission().partitions[0]);
  EXPECT_EQ(second->PoolsOf("oslo").size(), 1u);
}

TEST_F(SnapshotReaderTest, RefusesAnotherVersionAndPartsThatDoNotBelongTogether) {
  Publish(4);
  Write(kManifestFile, R"({"version":5})");
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Refusal().message(),
            Path(kManifestFile) + ": manifest: version 5, this program reads versions 2 to 4");
  SnapshotParts parts = Parts(4);
  CapacityState capacity;
  capacity.groups = {{"g", {}, {}}};
  capacity.pools = {{.pool = "lyon", .group = "g"}};
  parts.bytes[SnapshotPart::kCapacity] = SerializeCapacity(capacity);
  ASSERT_TRUE(Open().Publish(parts, kNow).ok());
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Refusal().message()), HasSubstr("pool \"lyon\" is not known"));
}

// The files of an older scarbond: the log's path and the period are in the configuration part, and
// determine how long the watch is believed to be alive.
TEST_F(SnapshotReaderTest, ReadsWhatAnOlderScarbondPublished) {
  Open();  // makes the folder
  const std::string capacity =
      R"({"version":5,"taken_at":1795500000,"watched_at":1795499999,"cluster":"demo",)"
      R"("default_partition":"oslo","groups":[],"pools":[],"uses":[]})";
  Manifest manifest{.published_at = kNow};
  const PerPart<std::string> bytes{
      {kOlderConfigPart, ForecastBytes(25), capacity, AdmissionBytes()}};
  for (const PartInfo& info : kParts) {
    if (info.is_optional) continue;
    manifest.hashes[info.part] = Sha256Hex(bytes[info.part]);
    Write(manifest.FileOf(info.part), bytes[info.part]);
  }
  Write(kManifestFile, SerializeManifest(manifest));
  ASSERT_THAT(ReadFile(Path(kManifestFile), 1 << 10).value(), StartsWith(R"({"version":2,)"));
  SnapshotReader reader(folder_);
  const ReaderSettings readers{.log = "/l/placements.jsonl", .period = absl::Seconds(45)};
  const auto snapshot = reader.ReadIfChanged();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ((*snapshot)->config().pools[0].name, "oslo");
  EXPECT_EQ((*snapshot)->manifest().readers, readers);
  EXPECT_EQ((*snapshot)->capacity().watched_until, kNow + absl::Seconds(134));
  // The next publish has the same configuration part.
  manifest.published_at += absl::Seconds(45);
  Write(kManifestFile, SerializeManifest(manifest));
  EXPECT_EQ(reader.ReadIfChanged().value()->manifest().readers, readers);
}

TEST_F(SnapshotReaderTest, RefusesAManifestAboveItsCap) {
  Publish(4);
  Write(kManifestFile, std::string(SnapshotReader::kMaxManifestBytes + 1, ' '));
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Refusal().message(),
            Path(kManifestFile) + ": has more than 65536 bytes, the most that is read");
}

TEST_F(SnapshotReaderTest, RefusesAPartAboveItsCapUnread) {
  const Manifest m = Publish(4);
  const std::string part = Path(m.FileOf(SnapshotPart::kForecast));
  ASSERT_EQ(truncate(part.c_str(), InfoOf(SnapshotPart::kForecast).max_bytes + 1), 0);
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(SnapshotReaderTest, ReadsRuntimesWhereTheyArePublished) {
  SnapshotReader reader(folder_);
  Publish(1);
  EXPECT_EQ((*reader.ReadIfChanged())->runtimes(), nullptr);

  LearntRuntimes runtimes;
  runtimes.newest = kNow;
  runtimes.cluster = LearntRuntimes::Entry{.key = "", .share = 500'000, .spread = 0, .jobs = 9};
  SnapshotParts parts = Parts(1);
  parts.bytes[SnapshotPart::kRuntimes] = SerializeRuntimes(runtimes);
  SnapshotPublisher publisher = Open();
  const Manifest manifest = publisher.Publish(parts, kNow).value();
  const std::shared_ptr<const Snapshot> snapshot = *reader.ReadIfChanged();
  ASSERT_NE(snapshot->runtimes(), nullptr);
  EXPECT_EQ(*snapshot->runtimes(), runtimes);
  struct stat facts;
  ASSERT_EQ(
      stat(absl::StrCat(folder_, "/", manifest.FileOf(SnapshotPart::kRuntimes)).c_str(), &facts),
      0);
  EXPECT_EQ(facts.st_mode & 0777, 0600);

  // Not read again while it is the same, and gone with the policy that used it.
  publisher.Publish(parts, kNow + absl::Seconds(5)).value();
  EXPECT_EQ((*reader.ReadIfChanged())->runtimes(), snapshot->runtimes());
  publisher.Publish(Parts(1), kNow + absl::Seconds(10)).value();
  EXPECT_EQ((*reader.ReadIfChanged())->runtimes(), nullptr);
}

}  // namespace
}  // namespace carbon
