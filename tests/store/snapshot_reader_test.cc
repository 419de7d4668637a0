#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/grid/forecast_codec.h"
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
  EXPECT_EQ((*snapshot)->manifest().config_hash, published.config_hash);
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
  fs::remove(Path(ForecastPartName(first.forecast_hash)));
  fs::remove(Path(ConfigPartName(first.config_hash)));
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
  const std::string capacity = Path(CapacityPartName(m.capacity_hash));
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
  ASSERT_EQ(chmod(Path(ForecastPartName(m.forecast_hash)).c_str(), 0), 0);
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

TEST_F(SnapshotReaderTest, RefusesDamagedParts) {
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

TEST_F(SnapshotReaderTest, RefusesPartsThatHashRightButDoNotParse) {
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
TEST_F(SnapshotReaderTest, ReadsTheAdmissionPartAgainOnlyWhenItChanged) {
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

TEST_F(SnapshotReaderTest, DrawsErrorsAnewOnlyWhenTheForecastsChanged) {
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

TEST_F(SnapshotReaderTest, RefusesAnotherVersionAndPartsThatDoNotBelongTogether) {
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

TEST_F(SnapshotReaderTest, RefusesAManifestAboveItsCap) {
  Publish(4);
  Write(kManifestFile, std::string(SnapshotReader::kMaxManifestBytes + 1, ' '));
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Refusal().message(),
            Path(kManifestFile) + ": has more than 65536 bytes, the most that is read");
}

TEST_F(SnapshotReaderTest, RefusesAPartAboveItsCapUnread) {
  const Manifest m = Publish(4);
  const std::string part = Path(ForecastPartName(m.forecast_hash));
  ASSERT_EQ(truncate(part.c_str(), SnapshotReader::kMaxForecastBytes + 1), 0);
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace carbon
