// Reads the members of the section "policies" of a carbon.json. For the sources of core only. Pure;
// no I/O.
#ifndef CORE_CONFIG_POLICIES_H_
#define CORE_CONFIG_POLICIES_H_

#include <optional>

#include "core/config/policy.h"
#include "core/json/json_reader.h"

namespace carbon {

std::optional<Policy> ReadPolicy(const JsonValue& json);

}  // namespace carbon

#endif  // CORE_CONFIG_POLICIES_H_
