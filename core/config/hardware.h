// Reads the section "hardware" of a carbon.json. For the sources of core only. Pure; no I/O.
#ifndef CORE_CONFIG_HARDWARE_H_
#define CORE_CONFIG_HARDWARE_H_

#include <optional>

#include "core/config/profile.h"
#include "core/json/json_reader.h"

namespace carbon {

// Returns the shipped profiles with those of the section added. Profiles may extend each other in
// any order. A wrong profile is refused and left out.
std::optional<ProfileLibrary> ReadHardware(const JsonValue& json);

}  // namespace carbon

#endif  // CORE_CONFIG_HARDWARE_H_
