// Reads the members of the section "zones" of a carbon.json: the sources of a grid zone's forecast
// and history, and how they are checked. For the sources of core only. Pure; no I/O.
#ifndef CORE_CONFIG_ZONES_H_
#define CORE_CONFIG_ZONES_H_

#include "core/config/daemon_config.h"
#include "core/json/json_reader.h"

namespace carbon {

// Reads one zone, without its name. A wrong one is refused and left out.
ZoneConfig ReadZone(const JsonValue& json);

}  // namespace carbon

#endif  // CORE_CONFIG_ZONES_H_
