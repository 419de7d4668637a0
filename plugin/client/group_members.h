// GroupMembers returns who is in the groups that a partition allows, as the machine's name service
// reports it (getgrnam, and the password database for users whose primary group it is). The name
// service may ask a directory server and wait for it: never call this inside slurmctld. One thread.
//
// slurmctld reads groups only every GroupUpdateTime. So slurmctld may still refuse a user who
// joined a group since then: a new member counts only after that time. Members found at the first
// look count at once.
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

  // Returns the user ids of all members of `groups`, ascending. An unknown group has none.
  std::vector<uint32_t> Of(const std::vector<std::string>& groups, absl::Time now,
                           absl::Duration update_time);

 private:
  static std::set<uint32_t> AskNameService(const std::string& group);

  LookUp look_up_;
  // By group, the time since which each member is known.
  std::map<std::string, std::map<uint32_t, absl::Time>> since_;
};

// Returns whether the user is in one of the groups, her primary one included, as slurmctld finds
// out for a single user; absent if the name service does not know her.
std::optional<bool> IsInAnyGroup(uint32_t user_id, const std::vector<std::string>& groups);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_GROUP_MEMBERS_H_
