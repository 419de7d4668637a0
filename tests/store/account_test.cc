#include "store/account.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

// They exist everywhere, each in a group of its own.
TEST(FindAccount, TakesANameOrANumber) {
  const absl::StatusOr<Account> root = FindAccount("root");
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(root->uid, 0u);
  EXPECT_EQ(root->gid, 0u);
  EXPECT_EQ(FindAccount("0")->name, "root");
  const absl::StatusOr<Account> daemon = FindAccount("daemon");
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  EXPECT_EQ(FindAccount(daemon->uid)->name, "daemon");
}

TEST(FindAccount, IsNotFoundWhereThereIsNone) {
  for (const char* name : {"no-such-user", "", "4294967290", "99999999999", "-1"}) {
    const absl::StatusOr<Account> account = FindAccount(name);
    EXPECT_TRUE(absl::IsNotFound(account.status())) << name;
    EXPECT_EQ(account.status().message(), "user " + std::string(name) + ": is not known here");
  }
}

TEST(FindAccountInGroup, TakesTheGroupWhereOneIsNamed) {
  const Account daemon = FindAccount("daemon").value();
  EXPECT_EQ(FindAccountInGroup("daemon")->gid, daemon.gid);
  const absl::StatusOr<Account> with_root = FindAccountInGroup("daemon:root");
  ASSERT_TRUE(with_root.ok()) << with_root.status();
  EXPECT_EQ(with_root->uid, daemon.uid);
  EXPECT_EQ(with_root->gid, 0u);
  EXPECT_EQ(FindAccountInGroup("daemon:4321")->gid, 4321u);
  EXPECT_EQ(FindAccountInGroup("daemon:no-such-group").status().message(),
            "group no-such-group: is not known here");
  EXPECT_TRUE(absl::IsNotFound(FindAccountInGroup(":root").status()));
}

TEST(IsMember, KnowsAUsersOwnGroupAndNotAnothers) {
  const Account daemon = FindAccount("daemon").value();
  EXPECT_TRUE(IsMember(daemon.uid, daemon.gid));
  EXPECT_FALSE(IsMember(daemon.uid, 0));
  EXPECT_FALSE(IsMember(4294967290, 0));
  EXPECT_EQ(GroupName(0), "root");
  EXPECT_EQ(GroupName(4294967290), "4294967290");
}

}  // namespace
}  // namespace carbon
