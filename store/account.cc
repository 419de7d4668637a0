#include "store/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

constexpr size_t kFirstBuffer = 4 << 10, kMaxBuffer = 1 << 20;

// Calls a function of the name service with a buffer that is large enough for the answer.
template <class Entry, class Ask>
int AskWithRoom(Ask ask, Entry* entry, Entry** found, std::vector<char>* buffer) {
  int error = ERANGE;
  for (size_t size = kFirstBuffer; error == ERANGE && size <= kMaxBuffer; size *= 4) {
    buffer->resize(size);
    do {
      error = ask(entry, buffer->data(), buffer->size(), found);
    } while (error == EINTR);
  }
  return error;
}

template <class Ask>
absl::StatusOr<Account> Find(const std::string& who, Ask ask) {
  passwd entry;
  passwd* found = nullptr;
  std::vector<char> buffer;
  const int error = AskWithRoom(ask, &entry, &found, &buffer);
  if (found != nullptr) return Account{found->pw_name, found->pw_uid, found->pw_gid};
  // By getpwnam(3), these mean "not found" too.
  if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM) {
    return absl::NotFoundError(absl::StrCat("user ", who, ": is not known here"));
  }
  return absl::UnavailableError(absl::StrCat("user ", who, ": the name service does not answer"));
}

}  // namespace

absl::StatusOr<Account> FindAccount(uid_t uid) {
  return Find(absl::StrCat(uid), [uid](passwd* entry, char* buffer, size_t size, passwd** found) {
    return getpwuid_r(uid, entry, buffer, size, found);
  });
}

absl::StatusOr<Account> FindAccount(absl::string_view name_or_uid) {
  uint32_t uid = 0;
  if (absl::SimpleAtoi(name_or_uid, &uid)) return FindAccount(uid_t{uid});
  const std::string name(name_or_uid);
  return Find(name, [&name](passwd* entry, char* buffer, size_t size, passwd** found) {
    return getpwnam_r(name.c_str(), entry, buffer, size, found);
  });
}

absl::StatusOr<Account> FindAccountInGroup(absl::string_view user_and_group) {
  const size_t colon = user_and_group.find(':');
  absl::StatusOr<Account> account = FindAccount(user_and_group.substr(0, colon));
  if (!account.ok() || colon == absl::string_view::npos) return account;
  const std::string name(user_and_group.substr(colon + 1));
  if (uint32_t gid = 0; absl::SimpleAtoi(name, &gid)) {
    account->gid = gid;
    return account;
  }
  group entry;
  group* found = nullptr;
  std::vector<char> buffer;
  AskWithRoom(
      [&name](group* entry, char* buffer, size_t size, group** found) {
        return getgrnam_r(name.c_str(), entry, buffer, size, found);
      },
      &entry, &found, &buffer);
  if (found == nullptr) {
    return absl::NotFoundError(absl::StrCat("group ", name, ": is not known here"));
  }
  account->gid = found->gr_gid;
  return account;
}

bool IsMember(uid_t uid, gid_t gid) {
  const absl::StatusOr<Account> account = FindAccount(uid);
  if (!account.ok()) return false;
  if (account->gid == gid) return true;
  std::vector<gid_t> groups(64);
  auto count = static_cast<int>(groups.size());
  if (getgrouplist(account->name.c_str(), account->gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<size_t>(std::max(count, 0)));
    if (getgrouplist(account->name.c_str(), account->gid, groups.data(), &count) < 0) return false;
  }
  groups.resize(static_cast<size_t>(std::max(count, 0)));
  return std::find(groups.begin(), groups.end(), gid) != groups.end();
}

std::string GroupName(gid_t gid) {
  group entry;
  group* found = nullptr;
  std::vector<char> buffer;
  AskWithRoom([gid](group* entry, char* buffer, size_t size,
                    group** found) { return getgrgid_r(gid, entry, buffer, size, found); },
              &entry, &found, &buffer);
  return found != nullptr ? found->gr_name : absl::StrCat(gid);
}

}  // namespace carbon
