// Parses and checks carbon.json: sites, pools, hardware and policies, as the administrator wrote
// them. Parsing is pure; settings/load_config.h reads the file. A config is immutable once parsed.
//
// The file has two halves: one on which decisions rest, which is published, and one that only
// scarbond needs.
#ifndef CORE_CONFIG_CONFIG_H_
#define CORE_CONFIG_CONFIG_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/config/daemon_config.h"
#include "core/config/placement_config.h"
#include "core/json/json_error.h"

namespace carbon {

struct Config {
  PlacementConfig placement;
  DaemonConfig daemon;
};

// Returns "carbon.json:12: /pools/oslo/site: unknown site …".
std::string FormatConfigError(absl::string_view file, const ConfigError& error);

// Parses and checks everything, and reports all errors, not only the first one. Comments are
// allowed, as // and as /* */. `errors` is cleared first. The config is absent exactly if `errors`
// is not empty afterwards.
//
// It also reads the snapshot's configuration part, which is a carbon.json (SerializeConfig). A part
// of an older scarbond has the daemon's half too, without users and secret files of providers.
std::optional<Config> ParseConfig(absl::string_view json, std::vector<ConfigError>* errors);

}  // namespace carbon

#endif  // CORE_CONFIG_CONFIG_H_
