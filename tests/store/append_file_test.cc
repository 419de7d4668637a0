// Tests AppendFile with a group that also writes; tests/plugin/job_submit/log_writer_test.cc tests
// the rest.
#include "store/append_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

constexpr gid_t kPublishers = 4321;

class AppendFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root is in every group";
  }
  absl::Status Append(std::optional<gid_t> group) const {
    std::string line = "{}\n";
    return AppendFile(path_, AppendFile::IfMissing::kCreate, group).Append(&line);
  }
  struct stat Facts() const {
    struct stat facts = {};
    EXPECT_EQ(stat(path_.c_str(), &facts), 0);
    return facts;
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/placements.jsonl";
};

TEST_F(AppendFileTest, LetsItsGroupAppendWhereThereIsOne) {
  ASSERT_TRUE(Append(std::nullopt).ok());
  EXPECT_EQ(Facts().st_mode & 07777, 0640u);
  EXPECT_EQ(Facts().st_gid, getegid());
  // Also to a file that is there, as logrotate may have made it.
  ASSERT_TRUE(Append(kPublishers).ok());
  EXPECT_EQ(Facts().st_mode & 07777, 0660u);
  EXPECT_EQ(Facts().st_gid, kPublishers);
  std::filesystem::remove(path_);
  ASSERT_TRUE(Append(kPublishers).ok());
  EXPECT_EQ(Facts().st_mode & 07777, 0660u);
  EXPECT_EQ(Facts().st_gid, kPublishers);
}

TEST_F(AppendFileTest, SharesNoFileThatHasAnotherNameOrOwner) {
  std::ofstream(folder_.path() + "/slurm.conf").flush();
  std::filesystem::create_hard_link(folder_.path() + "/slurm.conf", path_);
  ASSERT_TRUE(Append(kPublishers).ok());
  EXPECT_NE(Facts().st_gid, kPublishers);
  std::filesystem::remove(path_);
  std::filesystem::create_symlink(folder_.path() + "/slurm.conf", path_);
  EXPECT_TRUE(absl::IsPermissionDenied(Append(kPublishers)));
  EXPECT_NE(Facts().st_gid, kPublishers);
}

}  // namespace
}  // namespace carbon
