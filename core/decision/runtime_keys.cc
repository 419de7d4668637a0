#include "core/decision/runtime_keys.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

constexpr size_t kMaxName = 128;
// 72 bits: among the hundred thousand names of a part, two have the same key once in a trillion
// parts.
constexpr size_t kLetters = 12;

// No mark begins so: a key is worth nothing as a seal.
std::string KeyOf(absl::string_view level, absl::string_view text, uint32_t user_id,
                  const Seal& seal) {
  return seal.Of(absl::StrCat("runtime ", level, "\n", text), user_id).substr(0, kLetters);
}

}  // namespace

RuntimeKeys RuntimeKeysOf(uint32_t user_id, absl::string_view account, absl::string_view name,
                          const Seal& seal) {
  RuntimeKeys keys;
  name = name.substr(0, name.find('\n')).substr(0, kMaxName);
  if (!account.empty()) keys.account = KeyOf("account", account, 0, seal);
  keys.user = KeyOf("user", "", user_id, seal);
  if (!name.empty()) keys.name = KeyOf("name", name, user_id, seal);
  return keys;
}

RuntimeKeys RuntimeKeysOf(const JobRequest& job, const AdmissionRules& rules, const Seal& seal) {
  absl::string_view account = job.account;
  if (account.empty() && rules.accounting_known) {
    const UserRules* const user = rules.FindUser(job.user_id);
    if (user != nullptr) account = user->default_account;
  }
  return RuntimeKeysOf(job.user_id, account, job.name, seal);
}

}  // namespace carbon
