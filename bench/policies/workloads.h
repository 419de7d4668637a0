// The jobs of published experiments. Pure.
#ifndef BENCH_POLICIES_WORKLOADS_H_
#define BENCH_POLICIES_WORKLOADS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/placement/arrivals.h"
#include "bench/policies/policy_study.h"
#include "core/grid/intensity.h"

namespace carbon {

// GAIA's: jobs of less than two hours wait at most 6 h, others 24 h; the mean length is that of the
// class; a job draws by its CPUs.
std::vector<StudyJob> GaiaWorkload(const std::vector<GaiaJob>& jobs, absl::Time begin);

// The 3,387 jobs of Let's Wait Awhile's scenario II: on workdays of 2020, at whole and half hours
// from 9:00 to 16:30 UTC, of 4 h to 89.5 h in half hours, all equally likely, none of them with a
// longest wait. The paper's own were drawn with another generator.
std::vector<StudyJob> LetsWaitAwhileWorkload(uint32_t seed);

// What a forecast with an error is in Let's Wait Awhile: to each step is added what is drawn from a
// normal distribution, whose deviation is `error` times the mean intensity. Below zero is zero.
IntensitySeries WithNoise(const IntensitySeries& actual, double error, uint32_t seed);

// The values at whole and half hours, each for half an hour, as Let's Wait Awhile reads data of
// shorter steps.
absl::StatusOr<IntensitySeries> AtHalfHours(const IntensitySeries& series);

// What of `series` lies within [from, to); both within it.
absl::StatusOr<IntensitySeries> Cut(const IntensitySeries& series, absl::Time from, absl::Time to);

}  // namespace carbon

#endif  // BENCH_POLICIES_WORKLOADS_H_
