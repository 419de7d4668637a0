#include "store/recorded_snapshot.h"

#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/part_archive.h"
#include "tests/core/older_config_part.h"
#include "tests/store/snapshot_store_fixture.h"

namespace carbon {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Source = RecordedSnapshot::Source;

class RecordedSnapshotTest : public SnapshotStore {
 protected:
  void Archive(const std::string& name, const std::string& bytes) const {
    absl::StatusOr<PartArchive> archive =
        PartArchive::Create({.folder = parts_, .min_free_share = 0});
    ASSERT_TRUE(archive.ok()) << archive.status();
    ASSERT_TRUE(archive->Put(name, bytes, kNow).ok());
  }
  void ArchiveAll(const Manifest& manifest, const SnapshotParts& parts) const {
    for (const PartInfo& info : kParts) {
      if (info.is_optional) continue;
      Archive(manifest.FileOf(info.part), parts.bytes[info.part]);
    }
  }
  static std::vector<Source> SourcesOf(const RecordedSnapshot& recorded) {
    std::vector<Source> sources;
    for (const auto& part : recorded.parts) sources.push_back(part.source);
    return sources;
  }

  const std::string parts_ = root_ + "/parts";
};

TEST_F(RecordedSnapshotTest, TakesEachPartFromWhereItIs) {
  const Manifest manifest = Publish(7);
  const std::string capacity = manifest.FileOf(SnapshotPart::kCapacity);
  RecordedSnapshot recorded = LoadRecordedSnapshot(folder_, parts_, manifest);
  ASSERT_TRUE(recorded.snapshot.ok()) << recorded.snapshot.status();
  EXPECT_THAT(SourcesOf(recorded), ElementsAre(Source::kSnapshot, Source::kSnapshot,
                                               Source::kSnapshot, Source::kSnapshot));
  Archive(capacity, Parts(7).bytes[SnapshotPart::kCapacity]);
  std::filesystem::remove(Path(capacity));
  recorded = LoadRecordedSnapshot(folder_, parts_, manifest);
  ASSERT_TRUE(recorded.snapshot.ok()) << recorded.snapshot.status();
  EXPECT_THAT(SourcesOf(recorded), ElementsAre(Source::kSnapshot, Source::kSnapshot,
                                               Source::kArchive, Source::kSnapshot));
  EXPECT_EQ((*recorded.snapshot)->capacity().groups[0].total.nodes, 7);
  EXPECT_EQ((*recorded.snapshot)->manifest().hashes[SnapshotPart::kCapacity],
            manifest.hashes[SnapshotPart::kCapacity]);
  EXPECT_EQ(recorded.parts[2].part, SnapshotPart::kCapacity);
}

TEST_F(RecordedSnapshotTest, DoesWithoutTheSnapshotsFolder) {
  const Manifest manifest = Publish(7);
  ArchiveAll(manifest, Parts(7));
  std::filesystem::remove_all(folder_);
  const RecordedSnapshot recorded = LoadRecordedSnapshot(folder_, parts_, manifest);
  ASSERT_TRUE(recorded.snapshot.ok()) << recorded.snapshot.status();
  EXPECT_EQ((*recorded.snapshot)->capacity().groups[0].total.nodes, 7);
}

// An archive keeps parts for longer than one release lasts. In those of before, the period of the
// watch is in the configuration part.
TEST_F(RecordedSnapshotTest, CompletesPartsOfAnOlderRelease) {
  const SnapshotParts parts = {
      .bytes = {{kOlderConfigPart, ForecastBytes(25),
                 R"({"version":5,"taken_at":1795500000,"watched_at":1795499999,"cluster":"demo",)"
                 R"("default_partition":"oslo","groups":[],"pools":[],"uses":[]})",
                 AdmissionBytes()}}};
  Manifest manifest{.published_at = kNow};
  for (const PartInfo& info : kParts) {
    if (info.is_optional) continue;
    manifest.hashes[info.part] = Sha256Hex(parts.bytes[info.part]);
  }
  ArchiveAll(manifest, parts);
  const RecordedSnapshot recorded = LoadRecordedSnapshot(folder_, parts_, manifest);
  ASSERT_TRUE(recorded.snapshot.ok()) << recorded.snapshot.status();
  EXPECT_EQ((*recorded.snapshot)->manifest().readers->period, absl::Seconds(45));
  EXPECT_EQ((*recorded.snapshot)->capacity().watched_until, kNow + absl::Seconds(134));
}

TEST_F(RecordedSnapshotTest, NamesAllPartsThatAreMissing) {
  const Manifest manifest = Publish(7);
  std::filesystem::remove(Path(manifest.FileOf(SnapshotPart::kCapacity)));
  std::filesystem::remove(Path(manifest.FileOf(SnapshotPart::kConfig)));
  const RecordedSnapshot recorded = LoadRecordedSnapshot(folder_, parts_, manifest);
  EXPECT_TRUE(absl::IsNotFound(recorded.snapshot.status()));
  EXPECT_THAT(std::string(recorded.snapshot.status().message()),
              AllOf(HasSubstr(folder_), HasSubstr(parts_), HasSubstr("capacity-"),
                    HasSubstr("config-"), Not(HasSubstr("forecast-"))));
  EXPECT_EQ(recorded.parts[2].source, Source::kMissing);
}

TEST_F(RecordedSnapshotTest, TakesTheArchivedOneInThePlaceOfOneThatIsDamaged) {
  const Manifest manifest = Publish(7);
  const std::string capacity = manifest.FileOf(SnapshotPart::kCapacity);
  Write(capacity, "damaged");
  EXPECT_TRUE(absl::IsDataLoss(LoadRecordedSnapshot(folder_, parts_, manifest).snapshot.status()));
  Archive(capacity, Parts(7).bytes[SnapshotPart::kCapacity]);
  EXPECT_TRUE(LoadRecordedSnapshot(folder_, parts_, manifest).snapshot.ok());
}

TEST_F(RecordedSnapshotTest, RefusesARecordThatDoesNotNameAllParts) {
  Manifest manifest = Publish(7);
  for (const char* hash : {"", "../../etc/passwd"}) {
    manifest.hashes[SnapshotPart::kForecast] = hash;
    const RecordedSnapshot recorded = LoadRecordedSnapshot(folder_, parts_, manifest);
    EXPECT_TRUE(absl::IsInvalidArgument(recorded.snapshot.status()));
    EXPECT_TRUE(recorded.parts.empty());
  }
}

}  // namespace
}  // namespace carbon
