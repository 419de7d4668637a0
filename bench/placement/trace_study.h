// GAIA's experiment: the jobs of a trace in one zone, each of which may be delayed, with a length
// that is known (Hanafy et al., "Going Green for Less Green: Optimizing the Cost of Reducing Cloud
// Carbon Emissions", ASPLOS 2024). Jobs of up to two hours wait at most six hours, others a day.
// Blocks on the disk, as a study does.
#ifndef BENCH_PLACEMENT_TRACE_STUDY_H_
#define BENCH_PLACEMENT_TRACE_STUDY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/placement/arrivals.h"
#include "bench/placement/federation.h"
#include "replay/forecasts/zone_record.h"

namespace carbon {

// Emissions relative to running each job when it arrives.
struct TraceResult {
  double oracle = 0;  // the best start at a whole number of hours after the arrival
  std::vector<double> rules;
};

// The trace's time zero is `begin`. Forecasts are those of the hour that a job arrives in. Each
// job's emission counts by its CPUs and length. FailedPrecondition where a zone has no forecast, or
// the outcome of a job is not known.
absl::StatusOr<TraceResult> RunTrace(const std::vector<GaiaJob>& jobs, absl::Time begin,
                                     const ZoneRecord& zone, const std::vector<Rule>& rules,
                                     const std::string& cache);

}  // namespace carbon

#endif  // BENCH_PLACEMENT_TRACE_STUDY_H_
