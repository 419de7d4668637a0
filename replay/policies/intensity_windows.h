// What several policies do with a known intensity: cut it into pieces, compare windows, take the
// cheapest pieces. Times are seconds since the Unix epoch. Pure; no I/O.
#ifndef REPLAY_POLICIES_INTENSITY_WINDOWS_H_
#define REPLAY_POLICIES_INTENSITY_WINDOWS_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/intensity.h"
#include "replay/policies/comparison_policy.h"
#include "replay/policies/run_plan.h"

namespace carbon {

// A stretch [start, end) of one intensity, in mg/kWh.
struct IntensityPiece {
  int64_t start = 0;
  int64_t end = 0;
  int64_t milligrams = 0;
};

// The piece that begins at `at`, which the series covers; it ends at `to`, which is later, at the
// latest.
IntensityPiece PieceAt(const IntensitySeries& series, int64_t at, int64_t to);

// The pieces of `series` within [from, to), in order; those parts only that the series covers.
std::vector<IntensityPiece> PiecesWithin(const IntensitySeries& series, int64_t from, int64_t to);

// Whether the series says anything of `time`.
bool IsKnown(const IntensitySeries& series, absl::Time time);

// The integral over [start, start + length), which the series covers.
IntensityIntegral WindowIntegral(const IntensitySeries& series, int64_t start, int64_t length);

// The starts of a job's whole run that a policy compares: every `step` from the arrival until the
// job has waited for as long as it may, as far as the series covers the run.
std::vector<int64_t> StartsEvery(int64_t step, const PolicyJob& job, const IntensitySeries& series);

// The first of those starts with the least integral; the arrival where there is none.
RunPlan LeastWindow(int64_t step, const PolicyJob& job, const IntensitySeries& series);

// The pieces with the least intensity between the arrival and the time by which a job that waits
// for as long as it may has ended, as many as the job's length takes. Of equals the earliest ones.
RunPlan CheapestPieces(const PolicyJob& job, const IntensitySeries& series);

}  // namespace carbon

#endif  // REPLAY_POLICIES_INTENSITY_WINDOWS_H_
