#include "store/part_archive.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/snapshot/part.h"
#include "core/snapshot/snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1795500000);

class PartArchiveTest : public ::testing::Test {
 protected:
  PartArchive Create(int64_t max_bytes = 1 << 30) const {
    absl::StatusOr<PartArchive> archive =
        PartArchive::Create({.folder = folder_, .max_bytes = max_bytes, .min_free_share = 0});
    EXPECT_TRUE(archive.ok()) << archive.status();
    return *std::move(archive);
  }
  // Returns what the file system here takes for the file of a small part. Leaves the folder empty.
  int64_t BytesOfASmallPart() const {
    PartArchive archive = Create();
    EXPECT_TRUE(archive.Put(Capacity("probe"), "probe", kNow).ok());
    std::filesystem::remove_all(folder_);
    return archive.bytes();
  }
  static std::string Capacity(absl::string_view bytes) {
    return PartFileName(SnapshotPart::kCapacity, Sha256Hex(bytes));
  }
  std::string Path(const std::string& name) const { return folder_ + "/" + name + ".zst"; }
  std::string Read(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }
  absl::Status Refusal(const std::string& name) const {
    return PartArchive::Load(folder_, name).status();
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path() + "/snapshot-parts";
};

TEST_F(PartArchiveTest, GivesBackWhatItWasGiven) {
  PartArchive archive = Create();
  for (const std::string& bytes : {std::string(), std::string("{}"), std::string(100'000, 'x')}) {
    for (const PartInfo& info : kParts) {
      const std::string name = PartFileName(info.part, Sha256Hex(bytes));
      EXPECT_FALSE(archive.Has(name));
      ASSERT_TRUE(archive.Put(name, bytes, kNow).ok());
      EXPECT_TRUE(archive.Has(name));
      EXPECT_EQ(PartArchive::Load(folder_, name).value(), bytes);
    }
  }
  EXPECT_LT(std::filesystem::file_size(Path(Capacity(std::string(100'000, 'x')))), 200u);
}

TEST_F(PartArchiveTest, TellsAPartThatItDoesNotHave) {
  Create();
  EXPECT_TRUE(absl::IsNotFound(Refusal(Capacity("never"))));
  EXPECT_TRUE(absl::IsInvalidArgument(Refusal("manifest.json")));
  EXPECT_TRUE(absl::IsInvalidArgument(Refusal("capacity-../../etc/passwd.json")));
}

TEST_F(PartArchiveTest, KeepsPrivatePartsForOneUserWhateverTheUmask) {
  const mode_t before = umask(0);
  PartArchive archive = Create();
  for (const PartInfo& info : kParts) {
    const std::string name = PartFileName(info.part, Sha256Hex("a"));
    ASSERT_TRUE(archive.Put(name, "a", kNow).ok());
    struct stat facts;
    ASSERT_EQ(stat(Path(name).c_str(), &facts), 0);
    const bool is_private = info.part == SnapshotPart::kCapacity ||
                            info.part == SnapshotPart::kAdmission ||
                            info.part == SnapshotPart::kRuntimes;
    EXPECT_EQ(facts.st_mode & 07777, is_private ? 0600u : 0644u) << name;
  }
  struct stat facts;
  ASSERT_EQ(stat(folder_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0755u);
  umask(before);
}

TEST_F(PartArchiveTest, RefusesBytesThatAreNotThePart) {
  PartArchive archive = Create();
  EXPECT_TRUE(absl::IsDataLoss(archive.Put(Capacity("one"), "other", kNow)));
  EXPECT_FALSE(archive.Has(Capacity("one")));
  EXPECT_TRUE(absl::IsInvalidArgument(archive.Put("../x", "x", kNow)));
}

TEST_F(PartArchiveTest, RefusesADamagedFile) {
  PartArchive archive = Create();
  const std::string bytes = absl::StrCat("{\"uses\": [", std::string(5000, '7'), "]}");
  const std::string name = Capacity(bytes);
  ASSERT_TRUE(archive.Put(name, bytes, kNow).ok());
  const std::string stored = Read(name);
  size_t refused = 0;
  for (size_t i = 0; i < stored.size(); ++i) {
    std::string damaged = stored;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    Write(name, damaged);
    // One bit of a frame's header means nothing.
    const absl::StatusOr<std::string> loaded = PartArchive::Load(folder_, name);
    refused += loaded.ok() ? 0 : 1;
    EXPECT_EQ(loaded.value_or(bytes), bytes) << i;
  }
  EXPECT_GE(refused, stored.size() - 1);
  Write(name, stored.substr(0, stored.size() / 2));
  EXPECT_TRUE(absl::IsDataLoss(Refusal(name)));
  Write(name, "");
  EXPECT_TRUE(absl::IsDataLoss(Refusal(name)));
  // Whole, but another part.
  Write(name, CompressPart("something else"));
  EXPECT_THAT(std::string(Refusal(name).message()), HasSubstr("SHA-256"));
  Write(name, stored);
  EXPECT_TRUE(Refusal(name).ok());
}

TEST_F(PartArchiveTest, RefusesABombUndecompressed) {
  Create();
  const std::string name = PartFileName(SnapshotPart::kConfig, Sha256Hex("config"));
  // A configuration has 4 MiB at most.
  Write(name, CompressPart(std::string(20'000'000, '\0')));
  EXPECT_LT(std::filesystem::file_size(Path(name)), 4'000u);
  EXPECT_TRUE(absl::IsResourceExhausted(Refusal(name)));
  // Several frames, of which only the first keeps to what it states.
  Write(name, CompressPart("x") + CompressPart(std::string(20'000'000, '\0')));
  EXPECT_TRUE(absl::IsDataLoss(Refusal(name)));
}

TEST_F(PartArchiveTest, RemovesTheOldestCapacityFirst) {
  std::vector<std::string> names;
  const auto put = [&](PartArchive* archive, const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(archive->Put(name, bytes, kNow + absl::Seconds(names.size())).ok());
    names.push_back(name);
  };
  const int64_t block = BytesOfASmallPart();
  PartArchive archive = Create(20 * block);
  put(&archive, PartFileName(SnapshotPart::kConfig, Sha256Hex("old config")), "old config");
  put(&archive, PartFileName(SnapshotPart::kAdmission, Sha256Hex("old rules")), "old rules");
  for (int i = 0; i < 30; ++i) {
    const std::string bytes = absl::StrCat("capacity ", i);
    put(&archive, Capacity(bytes), bytes);
  }
  ASSERT_EQ(archive.bytes(), 32 * block);
  ASSERT_TRUE(archive.Trim().ok());
  EXPECT_EQ(archive.bytes(), 19 * block);
  EXPECT_EQ(Names().size(), 19u);
  EXPECT_TRUE(archive.Has(names[0]) && archive.Has(names[1]));
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(archive.Has(Capacity(absl::StrCat("capacity ", i))), i >= 13) << i;
  }
  // Within the limit nothing is removed; a new writer knows what is there.
  EXPECT_EQ(Create().bytes(), 19 * block);
  ASSERT_TRUE(archive.Trim().ok());
  EXPECT_EQ(Names().size(), 19u);
}

TEST_F(PartArchiveTest, KeepsAnOldPartThatARecordNamedAgain) {
  PartArchive archive = Create(2 * BytesOfASmallPart());
  for (int i = 0; i < 3; ++i) {
    const std::string bytes = absl::StrCat(i);
    ASSERT_TRUE(archive.Put(Capacity(bytes), bytes, kNow + absl::Seconds(i)).ok());
  }
  ASSERT_TRUE(archive.Put(Capacity("0"), "0", kNow + absl::Hours(1)).ok());
  ASSERT_TRUE(archive.Trim().ok());
  EXPECT_TRUE(archive.Has(Capacity("0")));
  EXPECT_FALSE(archive.Has(Capacity("1")));
}

TEST_F(PartArchiveTest, LeavesRoomForOthersOnItsDisk) {
  absl::StatusOr<PartArchive> archive =
      PartArchive::Create({.folder = folder_, .min_free_share = 1.1});
  ASSERT_TRUE(archive.ok());
  const absl::Status status = archive->Put(Capacity("a"), "a", kNow);
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_EQ(status.message(), folder_ + ": less than 110% of its file system is free");
  EXPECT_TRUE(Names().empty());
}

TEST_F(PartArchiveTest, RemovesWhatAKilledWriterLeftHalfWritten) {
  Create();
  std::ofstream(folder_ + "/capacity-0.json.zst.tmp-x1y2z3") << "half";
  std::ofstream(folder_ + "/notes") << "an administrator's";
  Create();
  EXPECT_THAT(Names(), ElementsAre("notes"));
}

TEST_F(PartArchiveTest, RefusesAFolderThatOthersMayWrite) {
  std::filesystem::create_directories(folder_);
  chmod(folder_.c_str(), 0777);
  EXPECT_TRUE(absl::IsPermissionDenied(PartArchive::Create({.folder = folder_}).status()));
}

TEST(DefaultPartsFolder, IsBesideTheSnapshot) {
  EXPECT_EQ(DefaultPartsFolder("/var/lib/slurm-carbon/snapshot"),
            "/var/lib/slurm-carbon/snapshot-parts");
  EXPECT_EQ(DefaultPartsFolder("/srv/carbon/"), "/srv/carbon-parts");
}

}  // namespace
}  // namespace carbon
