// The section "hardware" of a carbon.json. For the sources of core only. Pure; no I/O.
#ifndef CORE_CONFIG_HARDWARE_H_
#define CORE_CONFIG_HARDWARE_H_

#include <optional>

#include "core/config/profile.h"
#include "core/json/json_reader.h"

namespace carbon {

// The shipped profiles with the section's on top, in whatever order these extend each other. A
// profile that is wrong is refused and left out.
std::optional<ProfileLibrary> ReadHardware(const JsonValue& json);

}  // namespace carbon

#endif  // CORE_CONFIG_HARDWARE_H_
