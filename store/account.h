// Users and groups of this system, asked of the name service, which may take as long as it likes:
// never under slurmctld's locks. Thread-safe.
#ifndef STORE_ACCOUNT_H_
#define STORE_ACCOUNT_H_

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

struct Account {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;  // of its primary group
};

// By name, or by number in digits. NotFound where there is none, "user scarbond: is not known
// here"; Unavailable where the name service fails.
absl::StatusOr<Account> FindAccount(absl::string_view name_or_uid);
absl::StatusOr<Account> FindAccount(uid_t uid);

// The same for "USER" or "USER:GROUP", a name or number each: with that group in the place of the
// user's primary one.
absl::StatusOr<Account> FindAccountInGroup(absl::string_view user_and_group);

// Whether the user is in the group, by its primary group or as a member. False where the user is
// not known.
bool IsMember(uid_t uid, gid_t gid);

// "scarbond", or the number of a group without a name.
std::string GroupName(gid_t gid);

}  // namespace carbon

#endif  // STORE_ACCOUNT_H_
