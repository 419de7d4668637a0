// carbon.json from its file, made ready for publishing. Blocks on the disk and on the user
// database.
#ifndef SETTINGS_LOAD_CONFIG_H_
#define SETTINGS_LOAD_CONFIG_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/config/config.h"

namespace carbon {

// Reads and checks the file at `path`, makes the paths of forecast and secret files absolute, and
// resolves the names of users in policies. What a provider cannot give is a fault too. Absent, with
// one line per fault in `errors`, where the file cannot be read or is wrong. A user that does not
// exist is a line in `warnings`: the policy then matches nobody by that name. So is who else may
// write the file, or one with data that it names; that anybody may write the file is an error.
std::optional<Config> LoadConfig(const std::string& path, std::vector<std::string>* errors,
                                 std::vector<std::string>* warnings);

// What its providers cannot give, or what they lack, and time zones that this machine does not
// know: errors of a config beside those of ParseConfig. `json` is the text that the config was
// parsed from, and gives their lines.
std::vector<ConfigError> CheckProviders(const DaemonConfig& config, absl::string_view json);

}  // namespace carbon

#endif  // SETTINGS_LOAD_CONFIG_H_
