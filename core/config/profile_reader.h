// Reads a hardware profile from parsed JSON and writes it (core/config/profile.h describes the
// form). For the sources of core only. Pure; no I/O.
#ifndef CORE_CONFIG_PROFILE_READER_H_
#define CORE_CONFIG_PROFILE_READER_H_

#include <optional>
#include <string>

#include "core/config/profile.h"
#include "core/json/json_reader.h"

namespace carbon {

// Returns the profile called `name`, with what it inherits from `bases`. Every fault is refused at
// its place; then there is no profile.
std::optional<HardwareProfile> ReadProfile(const std::string& name, const JsonValue& json,
                                           const ProfileLibrary& bases);

// Returns the object that ReadProfile reads back to the same profile, whatever its bases are.
JsonValue::Json ProfileJson(const HardwareProfile& profile);

}  // namespace carbon

#endif  // CORE_CONFIG_PROFILE_READER_H_
