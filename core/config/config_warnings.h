// Finds settings of a carbon.json that are allowed but probably not intended, for scarbon policy
// check and scarbon doctor. What is not allowed is an error of the reader (config.h). Pure.
#ifndef CORE_CONFIG_CONFIG_WARNINGS_H_
#define CORE_CONFIG_CONFIG_WARNINGS_H_

#include <string>
#include <vector>

#include "core/config/placement_config.h"

namespace carbon {

// Returns one line for each: a policy that is never reached, a policy of an older release whose
// numbers now have another meaning, a policy whose exempt share has no effect, hardware whose
// consequential emission is unknown.
std::vector<std::string> FindWarnings(const PlacementConfig& config);

}  // namespace carbon

#endif  // CORE_CONFIG_CONFIG_WARNINGS_H_
