#include "store/private_access.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "store/account.h"

namespace carbon {
namespace {

bool SharesGroup(uid_t slurm_user) { return IsMember(slurm_user, getegid()); }

bool IsOther(uid_t slurm_user) {
  return geteuid() != 0 && geteuid() != slurm_user && slurm_user != 0;
}

}  // namespace

FileAccess PrivateAccess(std::optional<uid_t> slurm_user) {
  if (slurm_user.has_value() && IsOther(*slurm_user) && SharesGroup(*slurm_user)) {
    return {.mode = 0640};
  }
  return FileAccess::OwnerAlone(slurm_user);
}

std::string WhyNotReadable(uid_t slurm_user) {
  if (!IsOther(slurm_user) || SharesGroup(slurm_user)) return "";
  const absl::StatusOr<Account> account = FindAccount(slurm_user);
  const std::string name = account.ok() ? account->name : absl::StrCat("user ", slurm_user);
  const std::string group = GroupName(getegid());
  return absl::StrCat("slurmctld's user ", name, " is not in scarbond's group ", group,
                      " and cannot read the snapshot: usermod -aG ", group, " ", name,
                      ", and restart both");
}

}  // namespace carbon
