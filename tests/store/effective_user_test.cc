#include "store/effective_user.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/temporary_folder.h"

namespace carbon {
namespace {

constexpr uid_t kUser = 65534;   // nobody
constexpr gid_t kGroup = 65534;  // nogroup

std::vector<gid_t> Groups() {
  std::vector<gid_t> groups(static_cast<size_t>(getgroups(0, nullptr)));
  EXPECT_EQ(getgroups(static_cast<int>(groups.size()), groups.data()),
            static_cast<int>(groups.size()));
  return groups;
}

TEST(EffectiveUser, IsTheOwnerWhileItExistsAndThenRootAgain) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can act as another user";
  const std::vector<gid_t> groups = Groups();
  const TemporaryFolder folder;
  const std::string secret = folder.path() + "/root-only";
  std::ofstream(secret) << "secret";
  ASSERT_EQ(chmod(secret.c_str(), 0600), 0);
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  {
    const EffectiveUser user({kUser, kGroup});
    ASSERT_TRUE(user.status().ok()) << user.status();
    EXPECT_EQ(geteuid(), kUser);
    EXPECT_EQ(getegid(), kGroup);
    EXPECT_TRUE(Groups().empty());
    EXPECT_FALSE(std::ifstream(secret).is_open());
  }
  EXPECT_EQ(geteuid(), 0u);
  EXPECT_EQ(getegid(), getgid());
  EXPECT_EQ(Groups(), groups);
  EXPECT_TRUE(std::ifstream(secret).is_open());
}

TEST(EffectiveUser, ChangesNothingWhereTheOwnerIsRootOrTheProgramIsNot) {
  const uid_t before = geteuid();
  const EffectiveUser user({before == 0 ? 0 : kUser, kGroup});
  EXPECT_TRUE(user.status().ok());
  EXPECT_EQ(geteuid(), before);
}

TEST(OwnerOf, SaysWhoseAFolderIs) {
  const TemporaryFolder folder;
  const absl::StatusOr<FolderOwner> owner = OwnerOf(folder.path());
  ASSERT_TRUE(owner.ok()) << owner.status();
  EXPECT_EQ(owner->user, geteuid());
  EXPECT_EQ(OwnerOf(folder.path() + "/missing").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace carbon
