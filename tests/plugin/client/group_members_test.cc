#include "plugin/client/group_members.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carbon {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1795500000);
constexpr absl::Duration kUpdateTime = absl::Minutes(10);

TEST(GroupMembers, AreThoseWhosePrimaryGroupItIsToo) {
  const passwd* self = getpwuid(getuid());
  ASSERT_NE(self, nullptr);
  const group* primary = getgrgid(self->pw_gid);
  ASSERT_NE(primary, nullptr);
  EXPECT_THAT(GroupMembers().Of({primary->gr_name}, kNow, kUpdateTime), Contains(getuid()));
}

TEST(GroupMembers, AreNoneOfAGroupThatThereIsNot) {
  EXPECT_THAT(GroupMembers().Of({"no-such-group"}, kNow, kUpdateTime), IsEmpty());
}

// slurmctld does not know of them yet, and would refuse their jobs.
TEST(GroupMembers, CountOnlyWhenSlurmctldMustKnowOfThem) {
  std::map<std::string, std::set<uint32_t>> groups = {{"a", {3}}, {"b", {2, 3}}};
  GroupMembers members([&groups](const std::string& name) { return groups[name]; });
  const auto at = [&](absl::Duration time) {
    return members.Of({"a", "b"}, kNow + time, kUpdateTime);
  };
  EXPECT_THAT(at(absl::ZeroDuration()), ElementsAre(2, 3));
  groups["a"].insert(1);
  EXPECT_THAT(at(absl::Minutes(1)), ElementsAre(2, 3));
  EXPECT_THAT(at(absl::Minutes(10)), ElementsAre(2, 3));
  EXPECT_THAT(at(absl::Minutes(11)), ElementsAre(1, 2, 3));
  groups["a"].erase(1);
  EXPECT_THAT(at(absl::Minutes(12)), ElementsAre(2, 3));
  groups["a"].insert(1);
  EXPECT_THAT(at(absl::Minutes(13)), ElementsAre(2, 3));
}

}  // namespace
}  // namespace carbon
