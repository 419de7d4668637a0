// The half of carbon.json on which placement decisions rest: zones, sites, hardware, pools and
// policies. It is published as the snapshot's configuration part, whose SHA-256 each placement
// record names. What only scarbond needs is in core/config/daemon_config.h, and a change of that
// leaves this half's bytes as they are. Plain data; immutable once parsed. Pure; no I/O.
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

// A grid zone and what is assumed of its forecast. Its sources are in ZoneConfig.
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
  std::optional<GramsPerKilowattHour> net_intensity;  // market-based, reported beside gross
};

struct PoolConfig {
  std::string name;
  std::string site;
  std::string partition;
  std::string hardware;  // a profile's name
  // Which of the partition's nodes, and of their devices; what is empty does not matter.
  std::string gres_type;              // the type in gres/gpu:TYPE
  std::vector<std::string> features;  // that all of its nodes have
  std::string nodelist;               // "gpu[01-16],big1", as Slurm writes it
  // Whether its nodes are powered down when they have no jobs; absent: as Slurm's settings say.
  std::optional<bool> powers_down;
  // How many nodes it has, whether Slurm shows them or not; absent: as many as Slurm shows.
  std::optional<int64_t> size;
};

struct PlacementConfig {
  std::vector<GridZone> zones;
  std::vector<SiteConfig> sites;
  ProfileLibrary hardware;  // the shipped profiles with the administrator's on top
  std::vector<PoolConfig> pools;
  std::vector<Policy> policies;  // first match wins
};

// Canonical JSON, without comments: profiles are resolved, users are uids. It is itself a
// carbon.json, of which ParseConfig reads the same placement half: equal halves have equal bytes.
std::string SerializeConfig(const PlacementConfig& config);

}  // namespace carbon

#endif  // CORE_CONFIG_PLACEMENT_CONFIG_H_
