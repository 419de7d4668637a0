#include "core/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

TEST(FileMark, ChangesWithTheFileAndWithWhoMayReadIt) {
  const std::string path = testing::TempDir() + "file_mark." + std::to_string(getpid());
  EXPECT_EQ(FileMark(path), "absent");
  ASSERT_TRUE(WriteFileAtomically(path, "1").ok());
  const std::string mark = FileMark(path);
  EXPECT_EQ(FileMark(path), mark);
  // Of a file of another size or place the clock's resolution is no matter.
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
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace carbon
