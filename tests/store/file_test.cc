#include "store/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace fs = std::filesystem;

TEST(ReadFile, ReadsWithinItsLimitOnly) {
  const std::string path = (fs::temp_directory_path() / absl::StrCat("read-", getpid())).string();
  std::ofstream(path) << "12345";
  EXPECT_EQ(ReadFile(path, 5).value(), "12345");
  EXPECT_EQ(ReadFile(path, 4).status().code(), absl::StatusCode::kResourceExhausted);
  fs::remove(path);
  EXPECT_EQ(ReadFile(path, 4).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadFile("/proc", 4).status().message(), "/proc: is not a regular file");
}

TEST(WriteFileAtomically, NamesThePathAndTheFactWhenItFails) {
  const absl::Status status = WriteFileAtomically("/nonexistent/folder/file", "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("No such file or directory"));
  EXPECT_THAT(std::string(status.message()), StartsWith("/nonexistent/folder/file: "));
}

TEST(WriteFileAtomically, GivesTheFileToWhomItShouldBeWhateverTheUmask) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/file";
  const auto facts = [&path] {
    struct stat facts;
    EXPECT_EQ(stat(path.c_str(), &facts), 0);
    return facts;
  };
  const mode_t before = umask(077);
  EXPECT_TRUE(WriteFileAtomically(path, "x").ok());
  EXPECT_EQ(facts().st_mode & 07777, 0644u);
  EXPECT_TRUE(HasAccess(facts(), {}));
  EXPECT_FALSE(HasAccess(facts(), FileAccess::OwnerAlone(std::nullopt)));
  umask(0);
  const FileAccess access = FileAccess::OwnerAlone(12345);
  EXPECT_TRUE(WriteFileAtomically(path, "x", access).ok());
  umask(before);
  EXPECT_EQ(facts().st_mode & 07777, 0600u);
  // Only root can give files to another user.
  EXPECT_EQ(facts().st_uid, geteuid() == 0 ? 12345 : geteuid());
  EXPECT_TRUE(HasAccess(facts(), access));
}

TEST(MakeFolders, SetsTheModesOfThoseThatWereMissingWhateverTheUmask) {
  const TemporaryFolder root;
  const auto mode_of = [&root](const std::string& folder) {
    struct stat facts;
    EXPECT_EQ(stat((root.path() + folder).c_str(), &facts), 0) << folder;
    return facts.st_mode & 07777;
  };
  const mode_t before = umask(077);
  EXPECT_TRUE(MakeFolders(root.path() + "/a//b/c/", 0750).ok());
  EXPECT_TRUE(MakeFolders(root.path() + "/a/b").ok());
  umask(before);
  EXPECT_EQ(mode_of("/a"), 0755u);
  EXPECT_EQ(mode_of("/a/b"), 0755u);
  EXPECT_EQ(mode_of("/a/b/c"), 0750u);
  EXPECT_EQ(mode_of(""), 0700u) << "what was there";
}

TEST(FileMark, ChangesWithTheFileAndWithWhoMayReadIt) {
  const std::string path = testing::TempDir() + "file_mark." + std::to_string(getpid());
  EXPECT_EQ(FileMark(path), "absent");
  ASSERT_TRUE(WriteFileAtomically(path, "1").ok());
  const std::string mark = FileMark(path);
  EXPECT_EQ(FileMark(path), mark);
  // For a file of another size or inode the resolution of the clock does not matter.
  ASSERT_TRUE(WriteFileAtomically(path, "23").ok());
  const std::string replaced = FileMark(path);
  EXPECT_NE(replaced, mark);
  struct stat before, after;
  ASSERT_EQ(stat(path.c_str(), &before), 0);
  do {  // until the filesystem's clock has gone on
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
    ASSERT_EQ(stat(path.c_str(), &after), 0);
  } while (absl::TimeFromTimespec(after.st_ctim) == absl::TimeFromTimespec(before.st_ctim));
  EXPECT_NE(FileMark(path), replaced);
  fs::remove(path);
}

}  // namespace
}  // namespace carbon
