#include "core/decision/runtime_keys.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace carbon {
namespace {

const Seal& TheSeal() {
  static const Seal& seal = *new Seal(std::string(32, 'k'), "demo", absl::UnixEpoch());
  return seal;
}

RuntimeKeys Of(uint32_t user_id, absl::string_view account, absl::string_view name) {
  return RuntimeKeysOf(user_id, account, name, TheSeal());
}

TEST(RuntimeKeys, TellUsersAccountsAndNamesApart) {
  const RuntimeKeys keys = Of(1000, "physics", "train");
  EXPECT_EQ(keys, Of(1000, "physics", "train"));
  EXPECT_EQ(keys.account, Of(1001, "physics", "other").account);
  EXPECT_NE(keys.account, Of(1000, "chemistry", "train").account);
  EXPECT_EQ(keys.user, Of(1000, "chemistry", "other").user);
  EXPECT_NE(keys.user, Of(1001, "physics", "train").user);
  EXPECT_EQ(keys.name, Of(1000, "chemistry", "train").name);
  EXPECT_NE(keys.name, Of(1001, "physics", "train").name);
  EXPECT_NE(keys.name, Of(1000, "physics", "train2").name);
  // The same words at different levels.
  const RuntimeKeys same = Of(0, "x", "x");
  EXPECT_EQ(std::set<std::string>({same.account, same.user, same.name}).size(), 3);
}

TEST(RuntimeKeys, DependOnTheSealAndShowNoName) {
  const RuntimeKeys keys = Of(1000, "physics", "train");
  const Seal other(std::string(32, 'l'), "demo", absl::UnixEpoch());
  const RuntimeKeys elsewhere = RuntimeKeysOf(1000, "physics", "train", other);
  EXPECT_NE(keys.account, elsewhere.account);
  EXPECT_NE(keys.user, elsewhere.user);
  EXPECT_NE(keys.name, elsewhere.name);
  for (const std::string& key : {keys.account, keys.user, keys.name}) {
    EXPECT_EQ(key.size(), 12);
    EXPECT_EQ(key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                    "0123456789-_"),
              std::string::npos);
  }
}

TEST(RuntimeKeys, TakeTheFirstLineOfANameAndNoEmptyOne) {
  EXPECT_EQ(Of(1, "", "").account, "");
  EXPECT_EQ(Of(1, "", "").name, "");
  EXPECT_EQ(Of(1, "", "\nb").name, "");
  EXPECT_NE(Of(1, "", "").user, "");
  EXPECT_EQ(Of(1, "", "a\nb").name, Of(1, "", "a").name);
  EXPECT_EQ(Of(1, "", std::string(128, 'n')).name, Of(1, "", std::string(500, 'n')).name);
  EXPECT_NE(Of(1, "", std::string(127, 'n')).name, Of(1, "", std::string(128, 'n')).name);
}

TEST(RuntimeKeys, TakeTheDefaultAccountOfAJobThatNamesNone) {
  AdmissionRules rules;
  rules.accounting_known = true;
  rules.users = {{.user_id = 1000, .default_account = "physics", .associations = {}}};
  JobRequest job;
  job.user_id = 1000;
  job.name = "train";
  EXPECT_EQ(RuntimeKeysOf(job, rules, TheSeal()), Of(1000, "physics", "train"));
  job.account = "chemistry";
  EXPECT_EQ(RuntimeKeysOf(job, rules, TheSeal()), Of(1000, "chemistry", "train"));
  job.account = "";
  job.user_id = 1001;
  EXPECT_EQ(RuntimeKeysOf(job, rules, TheSeal()).account, "");
}

}  // namespace
}  // namespace carbon
