// Looks up users and groups of this system in the name service. A lookup may take arbitrarily long:
// never call it under slurmctld's locks. Thread-safe.
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
  gid_t gid = 0;  // its primary group
};

// Finds a user by name, or by number in digits. Returns NotFound, "user scarbond: is not known
// here", if the user does not exist, and Unavailable if the name service fails.
absl::StatusOr<Account> FindAccount(absl::string_view name_or_uid);
absl::StatusOr<Account> FindAccount(uid_t uid);

// Does the same for "USER" or "USER:GROUP", each a name or a number. The group replaces the user's
// primary one.
absl::StatusOr<Account> FindAccountInGroup(absl::string_view user_and_group);

// Returns true if the group is the user's primary one or has the user as a member. Returns false if
// the user is unknown.
bool IsMember(uid_t uid, gid_t gid);

// Returns the group's name, such as "scarbond", or its number if it has no name.
std::string GroupName(gid_t gid);

}  // namespace carbon

#endif  // STORE_ACCOUNT_H_
