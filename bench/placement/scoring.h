// Scores decisions by what was measured later. Emissions are compared between runs of the same job.
// So they are counted as the job's mean carbon intensity: power, PUE and runtime are the same for
// all of its plans. Pure; no I/O.
#ifndef BENCH_PLACEMENT_SCORING_H_
#define BENCH_PLACEMENT_SCORING_H_

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "bench/placement/federation.h"
#include "core/base/quantities.h"
#include "replay/forecasts/zone_record.h"

namespace carbon {

// Returns the mean intensity of a run of `runtime` by `plan`. Absent if a part of it is unknown.
std::optional<GramsPerKilowattHour> Realised(const std::vector<const ZoneRecord*>& zones,
                                             const ZonePlan& plan, absl::Duration runtime);

// The plan with the least realised intensity among all zones and all starts at a whole number of
// hours after `now`, up to `slack` after it. Of equals the earliest start, then the first zone.
// Absent where any zone is not known as far as the last run's end.
std::optional<ZonePlan> OraclePlan(const std::vector<const ZoneRecord*>& zones, absl::Time now,
                                   absl::Duration runtime, absl::Duration slack);

// Jobs whose decisions stated about the same probability of emitting less than at home.
struct StatedSums {
  double jobs = 0;
  double stated = 0;  // the sum of the probabilities
  double saved = 0;   // the jobs that really emitted less
};

// The results of one rule's decisions, over many jobs. The sums are of mean intensities, gCO2e/kWh.
struct RuleSums {
  static constexpr size_t kBins = 10;

  double emitted = 0;
  double jobs = 0;
  double shifted = 0;          // jobs that do not run at home at once
  double worse = 0;            // of these, the jobs that emit more than at home
  double harm = 0;             // how much more those emit
  double shifted_at_home = 0;  // what the shifted jobs would have emitted at home
  // The shifted jobs by stated probability: [0, .1), …, [.9, 1].
  std::array<StatedSums, kBins> by_stated;

  RuleSums& operator+=(const RuleSums& other);
};
// Adds a job that emitted `realised` and would have emitted `at_home`. `stated` is the probability
// that it emits less than at home. Absent: the job runs at home at once.
void AddJob(GramsPerKilowattHour realised, GramsPerKilowattHour at_home,
            std::optional<double> stated, RuleSums* sums);

// A cell of the table: one federation, runtime and slack, with all homes.
struct CellSums {
  double at_home = 0;  // run now
  double static_best = 0;
  double oracle = 0;
  std::vector<RuleSums> rules;

  CellSums& operator+=(const CellSums& other);
};

// Returns 1 - emitted / at_home, a share.
double SavedShare(double emitted, double at_home);
// Returns the saving of `emitted` over the static best site, as a share of the oracle's saving over
// it. It is negative if `emitted` is more than at the static best site, and NaN if the oracle saves
// nothing.
double OracleShare(double emitted, const CellSums& cell);

}  // namespace carbon

#endif  // BENCH_PLACEMENT_SCORING_H_
