// The members of the section "zones" of a carbon.json: where the forecasts and the history of a
// grid zone come from, and what of them is believed. For the sources of core only. Pure; no I/O.
#ifndef CORE_CONFIG_ZONES_H_
#define CORE_CONFIG_ZONES_H_

#include "core/config/daemon_config.h"
#include "core/json/json_reader.h"

namespace carbon {

// One zone, without its name. What is wrong is refused and left out.
ZoneConfig ReadZone(const JsonValue& json);

}  // namespace carbon

#endif  // CORE_CONFIG_ZONES_H_
