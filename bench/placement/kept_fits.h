// Compares the forecasts that a replay uses with those that scarbond publishes. Both come from the
// same method. scarbond fits the regression and the errors of past forecasts anew each hour; a
// replay keeps a regression for 30 days and the errors' fit for 7 (OwnForecasts), because a year of
// fits would take hours. The question is what that changes in decisions.
#ifndef BENCH_PLACEMENT_KEPT_FITS_H_
#define BENCH_PLACEMENT_KEPT_FITS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "bench/placement/study.h"

namespace carbon {

struct KeptFitsComparison {
  StudyResult published;  // by the forecasts that scarbond would have published
  StudyResult kept;       // by those of a replay; the same cells
  int64_t decisions = 0;
  int64_t different = 0;  // of these, those that choose another zone or start
  int64_t forecasts = 0;  // of a zone at an hour, made in both ways
  // The mean, over all hours that both forecasts reach, of |kept - published| / published.
  double mean_difference = 0;
};

// Runs the study twice. No I/O: nothing is kept on the disk. Takes some 0.2 s a zone and arrival.
// Errors as of RunStudy.
absl::StatusOr<KeptFitsComparison> CompareKeptFits(const StudyPlan& plan,
                                                   const ZoneRecords& records);

}  // namespace carbon

#endif  // BENCH_PLACEMENT_KEPT_FITS_H_
