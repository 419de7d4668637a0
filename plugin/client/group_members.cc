#include "plugin/client/group_members.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>

#include <algorithm>

namespace carbon {
namespace {

// A larger entry is not a group that somebody maintains by hand.
constexpr size_t kMaxEntry = 16 << 20;

// Calls one of the reentrant look-ups with a buffer that grows until it is large enough.
template <class Entry, class LookUp>
bool Found(LookUp look_up, Entry* entry, std::vector<char>* buffer) {
  for (buffer->resize(1 << 14); buffer->size() <= kMaxEntry; buffer->resize(2 * buffer->size())) {
    Entry* found = nullptr;
    const int error = look_up(entry, buffer->data(), buffer->size(), &found);
    if (error == EINTR) continue;
    if (error != ERANGE) return error == 0 && found != nullptr;
  }
  return false;
}

}  // namespace

std::set<uint32_t> GroupMembers::AskNameService(const std::string& name) {
  std::set<uint32_t> members;
  group entry{};
  std::vector<char> buffer;
  const auto by_name = [&name](group* out, char* text, size_t size, group** found) {
    return getgrnam_r(name.c_str(), out, text, size, found);
  };
  if (!Found(by_name, &entry, &buffer)) return members;
  for (char** member = entry.gr_mem; *member != nullptr; ++member) {
    passwd user{};
    std::vector<char> user_buffer;
    const auto by_member = [member](passwd* out, char* text, size_t size, passwd** found) {
      return getpwnam_r(*member, out, text, size, found);
    };
    if (Found(by_member, &user, &user_buffer)) members.insert(user.pw_uid);
  }
  setpwent();
  while (const passwd* user = getpwent()) {
    if (user->pw_gid == entry.gr_gid) members.insert(user->pw_uid);
  }
  endpwent();
  return members;
}

std::optional<bool> IsInAnyGroup(uint32_t user_id, const std::vector<std::string>& groups) {
  passwd user{};
  std::vector<char> buffer;
  const auto by_id = [user_id](passwd* out, char* text, size_t size, passwd** found) {
    return getpwuid_r(user_id, out, text, size, found);
  };
  if (!Found(by_id, &user, &buffer)) return std::nullopt;
  int count = 64;
  std::vector<gid_t> ids(static_cast<size_t>(count));
  while (getgrouplist(user.pw_name, user.pw_gid, ids.data(), &count) < 0) {
    if (static_cast<size_t>(count) <= ids.size()) return std::nullopt;
    ids.resize(static_cast<size_t>(count));
  }
  ids.resize(static_cast<size_t>(count));
  for (const std::string& name : groups) {
    group entry{};
    std::vector<char> text;
    const auto by_name = [&name](group* out, char* bytes, size_t size, group** found) {
      return getgrnam_r(name.c_str(), out, bytes, size, found);
    };
    if (!Found(by_name, &entry, &text)) continue;
    if (std::find(ids.begin(), ids.end(), entry.gr_gid) != ids.end()) return true;
  }
  return false;
}

std::vector<uint32_t> GroupMembers::Of(const std::vector<std::string>& groups, absl::Time now,
                                       absl::Duration update_time) {
  std::set<uint32_t> all;
  for (const std::string& name : groups) {
    const bool first_look = !since_.contains(name);
    std::map<uint32_t, absl::Time>& since = since_[name];
    const std::set<uint32_t> members = look_up_(name);
    std::erase_if(since, [&](const auto& known) { return !members.contains(known.first); });
    for (const uint32_t member : members) {
      const auto known = since.try_emplace(member, first_look ? absl::InfinitePast() : now).first;
      if (known->second + update_time <= now) all.insert(member);
    }
  }
  return {all.begin(), all.end()};
}

}  // namespace carbon
