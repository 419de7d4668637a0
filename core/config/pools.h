// Reads the members of the sections "sites" and "pools" of a carbon.json: where there is hardware,
// and in which partition. For the sources of core only. Pure; no I/O.
#ifndef CORE_CONFIG_POOLS_H_
#define CORE_CONFIG_POOLS_H_

#include "core/config/placement_config.h"
#include "core/json/json_reader.h"

namespace carbon {

// Both read one site or pool, without its name. A wrong one is refused and left out.
SiteConfig ReadSite(const JsonValue& json);
PoolConfig ReadPool(const JsonValue& json);

}  // namespace carbon

#endif  // CORE_CONFIG_POOLS_H_
