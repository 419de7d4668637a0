// Reads the section "meter" of a carbon.json: what measures the energy of jobs. For the sources of
// core only. Pure; no I/O.
#ifndef CORE_CONFIG_METER_H_
#define CORE_CONFIG_METER_H_

#include <optional>

#include "core/config/daemon_config.h"
#include "core/json/json_reader.h"

namespace carbon {

std::optional<MeterConfig> ReadMeter(const JsonValue& json);

}  // namespace carbon

#endif  // CORE_CONFIG_METER_H_
