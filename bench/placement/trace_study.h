// GAIA's experiment: the jobs of a trace in one zone, with known lengths, each of which may be
// delayed (Hanafy et al., "Going Green for Less Green: Optimizing the Cost of Reducing Cloud Carbon
// Emissions", ASPLOS 2024). Jobs of up to two hours wait at most six hours, other jobs a day.
// Blocks on the disk, like a study.
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

// `begin` is the time that the trace's zero means. Each job uses the forecasts of the hour in which
// it arrives, and counts by its CPUs and length. Returns FailedPrecondition if a zone has no
// forecast, or if the result of a job is unknown.
absl::StatusOr<TraceResult> RunTrace(const std::vector<GaiaJob>& jobs, absl::Time begin,
                                     const ZoneRecord& zone, const std::vector<Rule>& rules,
                                     const std::string& cache);

}  // namespace carbon

#endif  // BENCH_PLACEMENT_TRACE_STUDY_H_
