// A small world to decide in: zones with made-up grids, sites, pools and one policy. Each test
// changes what its promise is about.
#ifndef TESTS_CORE_WORLD_H_
#define TESTS_CORE_WORLD_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/ledger.h"
#include "core/decision/decision.h"
#include "core/snapshot/snapshot.h"
#include "gtest/gtest.h"

namespace carbon {

struct World {
  const absl::Time now;
  PlacementConfig config;
  std::vector<ZoneForecast> forecasts;
  CapacityState capacity;
  AdmissionRules admission;

  // Midnight of a Tuesday.
  explicit World(absl::Time at = absl::FromUnixSeconds(1'795'478'400)) : now(at) {
    admission.accounting_known = true;
    capacity.taken_at = now;
    capacity.watched_at = now;
    capacity.watched_until = now + absl::Minutes(1);
    capacity.cluster = "test";
    Policy policy;
    policy.name = "all";
    policy.mode = Mode::kEnforce;
    policy.max_delay = absl::Hours(24);
    config.policies.push_back(policy);
    AddHardware("h100", 1000, 400e12);
    AddHardware("a100", 500, 100e12);
  }

  Policy& policy() { return config.policies.front(); }

  void AddHardware(const std::string& name, double watts, double flops_per_second) {
    HardwareProfile profile;
    profile.name = name;
    profile.busy = {Watts(watts), Quality::kMeasured, "made up"};
    profile.throughput =
        Sourced<FlopsPerSecond>{FlopsPerSecond(flops_per_second), Quality::kMeasured, "made up"};
    config.hardware[name] = profile;
  }

  // A zone whose intensity is `hourly`, repeated for four days from `now`; an hour before it is
  // known too.
  void AddZone(const std::string& name, const std::vector<double>& hourly) {
    std::vector<IntensitySeries::Step> steps;
    double sum = 0;
    steps.push_back({now - absl::Hours(1), GramsPerKilowattHour(hourly.back())});
    for (int hour = 0; hour < 96; ++hour) {
      const double value = hourly[static_cast<size_t>(hour) % hourly.size()];
      sum += value;
      steps.push_back({now + absl::Hours(hour), GramsPerKilowattHour(value)});
    }
    config.zones.push_back({.name = name});
    auto series = IntensitySeries::Create(steps, now + absl::Hours(96));
    forecasts.push_back(ZoneForecast{.zone = name,
                                     .source = "made up",
                                     .fetched_at = now,
                                     .valid_until = now + absl::Hours(24),
                                     .series = *series,
                                     .horizon = series->end(),
                                     .long_run_mean = GramsPerKilowattHour(sum / 96)});
  }

  // A site in `zone` with one pool in a partition, all three of the same name, of four nodes with
  // eight devices each.
  void AddSite(const std::string& name, const std::string& zone,
               const std::string& hardware = "h100") {
    SiteConfig site;
    site.name = name;
    site.zone = zone;
    site.pue = {1.0, Quality::kMeasured, "made up"};
    config.sites.push_back(site);
    PoolConfig pool;
    pool.name = pool.site = pool.partition = name;
    pool.hardware = hardware;
    config.pools.push_back(pool);
    const Resources node = {.nodes = 1, .devices = 8, .cpus = 64, .memory_mib = 1024};
    capacity.groups.push_back({name, TotalOf(4, node), node});
    PoolState state;
    state.pool = state.group = name;
    state.up = true;
    state.is_default = capacity.default_partition.empty();
    if (state.is_default) capacity.default_partition = name;
    state.defaults.memory_per_cpu_mib = 1;
    capacity.pools.push_back(state);
    PartitionRules rules;
    rules.name = name;
    rules.nodes = 4;
    rules.least = rules.most = {.cpus = 64, .devices = 8, .memory_mib = 1024};
    admission.partitions.push_back(rules);
  }

  PoolState& state(const std::string& pool) {
    for (PoolState& state : capacity.pools) {
      if (state.pool == pool) return state;
    }
    ADD_FAILURE() << "no pool " << pool;
    return capacity.pools.front();
  }

  // Eight devices of one node for at most four hours.
  JobRequest Job(const std::string& comment = "") const {
    JobRequest job;
    job.name = "train";
    job.user_id = 1000;
    job.comment = comment;
    job.time_limit = absl::Hours(4);
    job.demand = {.nodes = 1, .devices = 8, .cpus = 8};
    job.per_node = {.devices = 8, .cpus = 8};
    return job;
  }

  std::shared_ptr<const Snapshot> Publish() const {
    Manifest manifest;
    manifest.published_at = now;
    auto snapshot =
        Snapshot::Assemble(manifest, config, std::make_shared<const DrawnForecasts>(forecasts),
                           capacity, std::make_shared<const AdmissionRules>(admission));
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return snapshot.ok() ? *snapshot : nullptr;
  }

  Decision Place(const JobRequest& job) const {
    BookingLedger ledger;
    ledger.Rebase(LedgerBase(capacity), now);
    return Decide(job, *Publish(), ledger, now);
  }

  absl::Time Hour(int hour) const { return now + absl::Hours(hour); }
};

// 24 hours at `base`, with `value` from hour `from` until hour `to`.
inline std::vector<double> DayWith(double base, int from, int to, double value) {
  std::vector<double> day(24, base);
  for (int hour = from; hour < to; ++hour) day[static_cast<size_t>(hour)] = value;
  return day;
}

// Home is dirty with a clean valley at hours 10-14; the other site is clean all day.
inline World TwoSites() {
  World world;
  world.AddZone("DIRTY", DayWith(500, 10, 14, 200));
  world.AddZone("CLEAN", DayWith(60, 0, 0, 0));
  world.AddSite("home", "DIRTY");
  world.AddSite("away", "CLEAN");
  return world;
}

inline World OneSite() {
  World world;
  world.AddZone("DIRTY", DayWith(500, 10, 14, 200));
  world.AddSite("home", "DIRTY");
  return world;
}

inline std::map<std::string, std::string> WhyExcluded(const Decision& decision) {
  std::map<std::string, std::string> why;
  for (const Exclusion& exclusion : decision.excluded) {
    why[(*decision.pools)[*exclusion.pool]->pool] = std::string(ExclusionText(exclusion));
  }
  return why;
}

}  // namespace carbon

#endif  // TESTS_CORE_WORLD_H_
