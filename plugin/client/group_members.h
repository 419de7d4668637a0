// Who is in the groups that a partition allows, as the machine's name service tells it (getgrnam,
// and the password database for those whose primary group it is). It may ask a directory server and
// wait for it: never inside slurmctld. One thread.
//
// slurmctld reads groups only every GroupUpdateTime, so whoever joined a group since may still be
// refused by it: a new member counts only after that time. Those found at the first look count at
// once.
#ifndef PLUGIN_CLIENT_GROUP_MEMBERS_H_
#define PLUGIN_CLIENT_GROUP_MEMBERS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace carbon {

class GroupMembers {
 public:
  using LookUp = std::function<std::set<uint32_t>(const std::string& group)>;

  GroupMembers() : GroupMembers(&AskNameService) {}
  explicit GroupMembers(LookUp look_up) : look_up_(std::move(look_up)) {}

  // The user ids of all members of `groups`, ascending. A group that is not known has none.
  std::vector<uint32_t> Of(const std::vector<std::string>& groups, absl::Time now,
                           absl::Duration update_time);

 private:
  static std::set<uint32_t> AskNameService(const std::string& group);

  LookUp look_up_;
  // By group, since when each member is known to be one.
  std::map<std::string, std::map<uint32_t, absl::Time>> since_;
};

// Whether the user is in one of the groups, her primary one included, as slurmctld finds out for a
// single user; absent where the name service does not know her.
std::optional<bool> IsInAnyGroup(uint32_t user_id, const std::vector<std::string>& groups);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_GROUP_MEMBERS_H_
