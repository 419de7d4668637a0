// Two sites whose grids are what a test says, a pool of the same hardware at each, one policy.
#ifndef TESTS_REPLAY_SMALL_WORLD_H_
#define TESTS_REPLAY_SMALL_WORLD_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/config/placement_config.h"
#include "core/config/profile.h"
#include "gtest/gtest.h"
#include "replay/forecasts/known_forecasts.h"
#include "replay/forecasts/zone_record.h"
#include "replay/replay.h"
#include "replay/trace/trace.h"
#include "tests/replay/forecasts/synthetic_grid.h"

namespace carbon {

inline constexpr char kDirty[] = "dirty";
inline constexpr char kClean[] = "clean";

class SmallWorld {
 public:
  // Intensities by the hour from kGridBegin on. Nodes have 8 devices and 64 CPUs.
  SmallWorld(const std::vector<double>& dirty, const std::vector<double>& clean,
             int64_t nodes = 4) {
    records_.push_back(RecordOf(kDirty, dirty));
    records_.push_back(RecordOf(kClean, clean));
    config.hardware["h100-sxm"] = ShippedProfiles().at("h100-sxm");
    for (const char* name : {kDirty, kClean}) {
      config.zones.push_back({.name = name});
      zones_.push_back({.name = name});
      config.sites.push_back({.name = name, .zone = name, .pue = {1.1, Quality::kMeasured, "set"}});
      config.pools.push_back(
          {.name = name, .site = name, .partition = name, .hardware = "h100-sxm"});
      options.shapes[name] = {nodes, 8, 64, "option"};
    }
    Policy policy;
    policy.name = "all";
    policy.mode = Mode::kEnforce;
    policy.max_delay = absl::ZeroDuration();
    policy.may_change_named_partition = true;
    config.policies = {policy};
  }

  std::vector<ZoneActuals> Actuals() const {
    return {{&zones_[0], &records_[0]}, {&zones_[1], &records_[1]}};
  }

  // A job of `nodes` whole nodes that runs for as long as its limit.
  TraceJob& Add(absl::Time submit, absl::Duration length, int64_t nodes = 1,
                const std::string& partition = kDirty) {
    TraceJob job;
    job.job_id = static_cast<int64_t>(trace.jobs.size()) + 1;
    job.submit = job.eligible = submit;
    job.start = absl::InfinitePast();
    job.elapsed = length;
    job.limit = length;
    job.nodes = nodes;
    job.devices = 8 * nodes;
    job.cpus = 64 * nodes;
    job.user_id = 1001;
    job.partition = trace.names.Add(partition);
    trace.report.read.Add(job.devices, job.cpus, length);
    trace.jobs.push_back(job);
    return trace.jobs.back();
  }

  ReplayResult RunWith(KnownForecasts* forecasts) const {
    absl::StatusOr<ReplayResult> result = Replay(trace, config, Actuals(), forecasts, options);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : ReplayResult();
  }
  ReplayResult RunWithOracle() const {
    OracleForecasts oracle(Actuals());
    return RunWith(&oracle);
  }

  PlacementConfig config;
  ReplayOptions options;
  Trace trace;

 private:
  std::vector<ZoneConfig> zones_;
  std::vector<ZoneRecord> records_;
};

}  // namespace carbon

#endif  // TESTS_REPLAY_SMALL_WORLD_H_
