#include "cli/process/settings_in_child.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "cli/process/child_process.h"
#include "nlohmann/json.hpp"

namespace carbon {

absl::StatusOr<SlurmSettings> SettingsInChild(SettingsReader read, const std::string& library,
                                              const std::string& slurm_conf) {
  const absl::StatusOr<std::string> text = InChild([&]() -> absl::StatusOr<std::string> {
    const absl::StatusOr<SlurmSettings> settings = read(library, slurm_conf);
    if (!settings.ok()) return settings.status();
    return nlohmann::json(*settings).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  });
  if (!text.ok()) return text.status();
  return nlohmann::json::parse(*text).get<SlurmSettings>();
}

std::optional<uid_t> UidIn(absl::string_view user) {
  const size_t open = user.rfind('(');
  uid_t uid = 0;
  if (open == absl::string_view::npos || !absl::EndsWith(user, ")") ||
      !absl::SimpleAtoi(user.substr(open + 1, user.size() - open - 2), &uid)) {
    return std::nullopt;
  }
  return uid;
}

}  // namespace carbon
