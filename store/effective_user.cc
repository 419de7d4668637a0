#include "store/effective_user.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace carbon {
namespace {

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::abort();
}

}  // namespace

FolderOwner OwnerOf(const std::string& folder) {
  struct stat facts;
  if (stat(folder.empty() ? "." : folder.c_str(), &facts) != 0) return {};
  return {facts.st_uid, facts.st_gid};
}

EffectiveUser::EffectiveUser(const FolderOwner& owner) {
  if (geteuid() != 0 || owner.user == 0) return;
  const int count = getgroups(0, nullptr);
  if (count < 0) Fail("getgroups");
  groups_.resize(static_cast<size_t>(count));
  if (getgroups(count, groups_.data()) != count) Fail("getgroups");
  is_changed_ = true;
  if (setgroups(0, nullptr) != 0) Fail("setgroups");
  if (setegid(owner.group) != 0) Fail("setegid");
  if (seteuid(owner.user) != 0) Fail("seteuid");
}

EffectiveUser::~EffectiveUser() {
  if (!is_changed_) return;
  if (seteuid(0) != 0) Fail("seteuid");
  if (setegid(getgid()) != 0) Fail("setegid");
  if (setgroups(groups_.size(), groups_.data()) != 0) Fail("setgroups");
}

}  // namespace carbon
