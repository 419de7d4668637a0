// Policies as their papers run them: one grid zone, machines without limit, every job by itself.
// Emissions are relative to running each job when it arrives, so that watts do not matter. Pure.
#ifndef BENCH_POLICIES_POLICY_STUDY_H_
#define BENCH_POLICIES_POLICY_STUDY_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/grid/intensity.h"
#include "replay/policies/comparison_policy.h"

namespace carbon {

struct StudyJob {
  absl::Time arrival;
  absl::Duration length;       // as it turns out
  absl::Duration mean_length;  // of its class
  absl::Duration max_delay;
  double weight = 1;  // what it draws, in any unit
};

// What a policy knows of a job's length.
enum class LengthKnowledge { kTrue, kMeanOfClass };

struct StudyZone {
  const IntensitySeries* actual;
  // What the policy believes; the same as `actual`: it knows the future.
  const IntensitySeries* forecast;
  GramsPerKilowattHour long_run_mean;
};

struct StudyOutcome {
  double relative = 0;                 // emission, of that of running at once
  absl::Duration mean_wait, max_wait;  // from the arrival to the end, less the length
  int64_t suspensions = 0;
};

// OutOfRange, naming the arrival, where `actual` does not cover a job's run.
absl::StatusOr<StudyOutcome> RunPolicy(const std::vector<StudyJob>& jobs, const StudyZone& zone,
                                       const ComparisonPolicy& policy, LengthKnowledge knowledge);

// The least that anybody could emit who starts each job by its max_delay; `suspended`: who may also
// suspend it until then without loss. Relative as above.
absl::StatusOr<double> LeastPossible(const std::vector<StudyJob>& jobs,
                                     const IntensitySeries& actual, bool suspended);

}  // namespace carbon

#endif  // BENCH_POLICIES_POLICY_STUDY_H_
