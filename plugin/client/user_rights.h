// What users may do in Slurm, as slurmctld says.
#ifndef PLUGIN_CLIENT_USER_RIGHTS_H_
#define PLUGIN_CLIENT_USER_RIGHTS_H_

#include <sys/types.h>

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace carbon {

// Slurm's AdminLevel of a user, or what stands above it. Each may do what those before it may.
enum class SlurmRight { kNone, kOperator, kAdministrator, kSlurmUser, kRoot };

// Returns the user's AdminLevel; kNone for one that slurmdbd does not know; absent if slurmctld
// does not answer. Each user is told of itself, whatever PrivateData says, and an operator of all.
// One request, which blocks for at most Slurm's MessageTimeout.
std::optional<SlurmRight> AskForAdminLevel(std::string user);

// Remembers the rights of users for a minute, and for ten seconds that slurmctld does not answer.
// Thread-safe.
class UserRights {
 public:
  // Returns whether the user is one of Slurm's operators or administrators; absent if slurmctld
  // does not answer. May make a request.
  std::optional<bool> IsOperator(uid_t user, absl::Time now);

 private:
  struct Known {
    std::optional<bool> is_operator;
    absl::Time asked_at;
  };

  std::mutex mutex_;
  std::map<uid_t, Known> known_;
};

}  // namespace carbon

#endif  // PLUGIN_CLIENT_USER_RIGHTS_H_
