#include "store/effective_user.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::abort();
}

}  // namespace

absl::StatusOr<FolderOwner> OwnerOf(const std::string& folder) {
  const std::string path = folder.empty() ? "." : folder;
  struct stat facts;
  if (stat(path.c_str(), &facts) != 0) return absl::ErrnoToStatus(errno, path);
  return FolderOwner{facts.st_uid, facts.st_gid};
}

EffectiveUser::EffectiveUser(const FolderOwner& owner) {
  if (geteuid() != 0 || owner.user == 0) return;
  const int count = getgroups(0, nullptr);
  if (count < 0) Fail("getgroups");
  groups_.resize(static_cast<size_t>(count));
  if (getgroups(count, groups_.data()) != count) Fail("getgroups");
  is_changed_ = setgroups(0, nullptr) == 0;
  if (is_changed_ && setegid(owner.group) == 0 && seteuid(owner.user) == 0) return;
  status_ = absl::PermissionDeniedError(
      absl::StrCat("root may not act as user ", owner.user, ": ", std::strerror(errno)));
  if (is_changed_) Return();
  is_changed_ = false;
}

EffectiveUser::~EffectiveUser() {
  if (is_changed_) Return();
}

void EffectiveUser::Return() const {
  if (seteuid(0) != 0) Fail("seteuid");
  if (setegid(getgid()) != 0) Fail("setegid");
  if (setgroups(groups_.size(), groups_.data()) != 0) Fail("setgroups");
}

}  // namespace carbon
