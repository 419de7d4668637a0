// What the entries of a carbon.json say of each other: whether it holds. For the sources of core
// only. Pure; no I/O.
#ifndef CORE_CONFIG_REFERENCES_H_
#define CORE_CONFIG_REFERENCES_H_

#include <vector>

#include "core/config/placement_config.h"
#include "core/json/json_error.h"
#include "nlohmann/json.hpp"

namespace carbon {

// Adds an error for each name that is referred to and does not exist, for pools that cannot be told
// apart, and for policies of the same name. `config` is what was read of `root`.
void CheckReferences(const nlohmann::json& root, const PlacementConfig& config,
                     std::vector<ConfigError>* errors);

}  // namespace carbon

#endif  // CORE_CONFIG_REFERENCES_H_
