// The half of carbon.json on which placement decisions rest: zones, sites, hardware, pools and
// policies. It is published as the snapshot's configuration part, and each placement record names
// the part's SHA-256. The other half, which only scarbond needs, is core/config/daemon_config.h;
// changing it does not change the bytes of this half. Plain data; immutable once parsed. Pure; no
// I/O.
#ifndef CORE_CONFIG_PLACEMENT_CONFIG_H_
#define CORE_CONFIG_PLACEMENT_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/policy.h"
#include "core/config/profile.h"
#include "core/grid/intensity.h"
#include "core/grid/zone_forecast.h"

namespace carbon {

// A grid zone and the assumptions about its forecast. ZoneConfig has its sources.
struct GridZone {
  std::string name;
  SignalKind kind = SignalKind::kAverageLifecycle;
  absl::Duration max_age = absl::Hours(24);         // of the data; beyond it the forecast is stale
  std::optional<GramsPerKilowattHour> climatology;  // mean to assume beyond the forecast's horizon
  LeadTimeSpread spread;
};

struct SiteConfig {
  std::string name;
  std::string zone;
  Sourced<double> pue;
  std::optional<GramsPerKilowattHour> net_intensity;  // market-based; reported with the gross one
};

struct PoolConfig {
  std::string name;
  std::string site;
  std::string partition;
  std::string hardware;  // a profile's name
  // These select nodes of the partition, and devices of these nodes. An empty one does not
  // restrict.
  std::string gres_type;              // the type in gres/gpu:TYPE
  std::vector<std::string> features;  // all of its nodes have them
  std::string nodelist;               // "gpu[01-16],big1", as Slurm writes it
  // Whether its nodes are powered down when they have no jobs. Absent: as Slurm's settings say.
  std::optional<bool> powers_down;
  // The number of its nodes, whether Slurm shows them or not. Absent: as many as Slurm shows.
  std::optional<int64_t> size;
};

struct PlacementConfig {
  std::vector<GridZone> zones;
  std::vector<SiteConfig> sites;
  ProfileLibrary hardware;  // the shipped profiles with the administrator's added
  std::vector<PoolConfig> pools;
  std::vector<Policy> policies;  // the first match applies
};

// Returns canonical JSON, without comments: profiles are resolved, users are uids. It is itself a
// carbon.json, from which ParseConfig reads the same placement half. Equal halves have equal bytes.
std::string SerializeConfig(const PlacementConfig& config);

}  // namespace carbon

#endif  // CORE_CONFIG_PLACEMENT_CONFIG_H_
