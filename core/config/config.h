// carbon.json: sites, pools, hardware and policies, as the administrator wrote them, checked.
// Parsing is pure; whoever has the file reads it. A config is immutable once parsed.
//
// One file, two halves: what decisions rest on, which is published, and what only scarbond needs.
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

// "carbon.json:12: /pools/oslo/site: unknown site …".
std::string FormatConfigError(absl::string_view file, const ConfigError& error);

// Parses and checks everything, and reports all that is wrong, not the first thing only. Comments
// (// and /* */) are allowed. `errors` is cleared; the config is absent exactly if it is not empty
// afterwards.
//
// It reads the snapshot's configuration part too, which is a carbon.json (SerializeConfig). A part
// of an older scarbond also has the daemon's half, without users and secret files of providers.
std::optional<Config> ParseConfig(absl::string_view json, std::vector<ConfigError>* errors);

}  // namespace carbon

#endif  // CORE_CONFIG_CONFIG_H_
