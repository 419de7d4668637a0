// Many jobs on machines that are not large enough for all of them to run where and when it is
// cleanest: what the Placer and the policies to compare with emit there, in the simulated cluster,
// and how far that is from bounds. All times are whole hours and all nodes alike, so that the bound
// is exact: some best assignment has whole hours only.
//
// Bursts are the same with all jobs at one instant.
#ifndef BENCH_POLICIES_CROWD_STUDY_H_
#define BENCH_POLICIES_CROWD_STUDY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config/placement_config.h"
#include "replay/forecasts/known_forecasts.h"
#include "replay/replay.h"
#include "replay/trace/trace.h"

namespace carbon {

// Pools of equal nodes, one in each zone, and one policy that may move and delay all jobs.
struct Crowd {
  PlacementConfig config;
  ReplayOptions options;
  Trace trace;
};

struct CrowdPlan {
  std::vector<std::string> zones;
  int64_t nodes = 8;  // of each pool
  int jobs = 100;
  absl::Time from;      // a whole hour
  absl::Duration over;  // arrivals are spread over it; zero: a burst
  absl::Duration max_delay = absl::Hours(24);
  uint32_t seed = 1;
};

// Jobs of one to four nodes and 2 to 24 hours, whose homes are drawn.
Crowd MakeCrowd(const CrowdPlan& plan);

// Sums of gross emissions, in grams.
struct CrowdOutcome {
  std::string name;
  double emitted = 0;
  absl::Duration mean_wait;
  int64_t later = 0;  // jobs that start after their longest delay, since their pool was full
};

struct CrowdBounds {
  double home = 0;         // emitted at home
  double no_capacity = 0;  // the least of each job by itself
  double capacity = 0;     // the least within the capacity, which is at least
  double joint = 0;        // the best joint assignment that was found
  bool is_optimal = false;
};

struct CrowdResult {
  std::vector<CrowdOutcome> outcomes;
  CrowdBounds bounds;
};

// Each of `contenders` (replay/contender.h) decides; with "oracle" forecasts, or else those of
// `forecasts`, where that is not null. A job's starts count in the bounds up to its longest delay,
// or up to the latest start that any contender gave it. CBC has `limit` of processor time.
absl::StatusOr<CrowdResult> RunCrowd(const Crowd& crowd, const std::vector<ZoneActuals>& actuals,
                                     const std::vector<std::string>& contenders,
                                     KnownForecasts* forecasts, absl::Duration limit);

}  // namespace carbon

#endif  // BENCH_POLICIES_CROWD_STUDY_H_
