// Checks what the entries of a carbon.json say of each other. For the sources of core only. Pure;
// no I/O.
#ifndef CORE_CONFIG_REFERENCES_H_
#define CORE_CONFIG_REFERENCES_H_

#include <vector>

#include "core/config/placement_config.h"
#include "core/json/json_error.h"
#include "nlohmann/json.hpp"

namespace carbon {

// Adds an error for each reference to a name that does not exist, for pools that cannot be
// distinguished, and for policies with the same name. `config` is what was read from `root`.
void CheckReferences(const nlohmann::json& root, const PlacementConfig& config,
                     std::vector<ConfigError>* errors);

}  // namespace carbon

#endif  // CORE_CONFIG_REFERENCES_H_
