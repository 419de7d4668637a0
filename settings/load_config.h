// Reads carbon.json from its file and prepares it for publishing. Blocks on the disk and on the
// user database.
#ifndef SETTINGS_LOAD_CONFIG_H_
#define SETTINGS_LOAD_CONFIG_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/config/config.h"

namespace carbon {

// Reads and checks the file at `path`, makes the paths of forecast and secret files absolute, and
// resolves the names of users in policies. It also checks what the providers can give. Returns
// nullopt, with one line per fault in `errors`, if the file cannot be read or is wrong. A user that
// does not exist is a line in `warnings`: the policy then matches nobody by that name. Other users
// who may write the file, or a data file that it names, are warnings too. It is an error if anybody
// may write the file.
std::optional<Config> LoadConfig(const std::string& path, std::vector<std::string>* errors,
                                 std::vector<std::string>* warnings);

// Does the same for a program that makes no decision, and returns the daemon's half only. The names
// of users are not resolved.
std::optional<DaemonConfig> LoadDaemonConfig(const std::string& path,
                                             std::vector<std::string>* errors,
                                             std::vector<std::string>* warnings);

// Returns further errors of a config besides those of ParseConfig: what its providers cannot give,
// what they lack, a meter whose URL cannot be asked, and time zones that this machine does not
// know. `json` is the text from which the config was parsed, and gives their lines.
std::vector<ConfigError> CheckProviders(const DaemonConfig& config, absl::string_view json);

}  // namespace carbon

#endif  // SETTINGS_LOAD_CONFIG_H_
