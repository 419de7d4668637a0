// The effect of policies, from jobs that were drawn into two arms: what came in one arm minus what
// came in the other, with an interval. By intention to treat: a job counts in the arm into which it
// was drawn, whatever became of it. Pure.
//
// Each arm's mean is a ratio of sums, such as grams per device-hour. A job counts with the inverse
// of the probability of its arm, so that jobs of policies with different exempt shares may be
// pooled. The interval rests on the draw alone, so it holds although the jobs of one user are
// alike: the variance is Neyman's for independent draws, which is never too small on average, of
// the linearised ratio, with a quantile of Student's distribution. If the values are estimates, the
// interval also counts how these err (TrialErrors). It does not count that the exempt jobs, which
// stay at home, change the queue for others.
//
//   const TrialJob jobs[] = {…};          // grams and device-hours of each
//   const Effect effect = EstimateEffect(jobs);
//   if (effect.difference.has_value()) …  // grams per device-hour, placed minus exempt
#ifndef CORE_TRIAL_EFFECT_H_
#define CORE_TRIAL_EFFECT_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "core/grid/error_factors.h"
#include "core/trial/arm.h"

namespace carbon {

struct Effect;

struct TrialJob {
  Arm arm = Arm::kPlaced;
  double exempt = 0;  // the probability with which it was drawn as exempt: above 0 and below 1
  double value = 0;   // what came: grams, or seconds
  double size = 1;    // by which the sum of the values is divided, at least 0; 1: a mean per job
};

// How the values of jobs err together: watts that are 5% too high are so for all jobs on the same
// hardware, in both arms. Errors that both arms share cancel where they may.
class TrialErrors {
 public:
  // `values`: the job's value in each error scenario.
  void Add(const TrialJob& job, const ErrorDraws& values);

 private:
  friend Effect EstimateEffect(absl::Span<const TrialJob> jobs, const TrialErrors* errors);
  std::array<ErrorDraws, 2> sums_ = {};  // by arm: of the weighted values
};

// An estimate and its interval of 90%.
struct Estimate {
  double mean = 0, low = 0, high = 0;
};

struct ArmMean {
  int64_t jobs = 0;
  // How many jobs of one size and weight tell as much (Kish); at most `jobs`. If one job is larger
  // than all others together, it is little above 1.
  double effective_jobs = 0;
  std::optional<double> mean;  // absent: its sizes add up to nothing
};

// With fewer effective jobs in an arm there is no interval: it would be wrong more often than it
// says.
inline constexpr double kMinEffectiveJobs = 10;

struct Effect {
  ArmMean placed, exempt;
  // Placed minus exempt. Absent: too few jobs in an arm.
  std::optional<Estimate> difference;
  // The same as a share of the exempt arm's mean. Absent also if that is not above 0.
  std::optional<Estimate> share;
};

// Every number of the jobs is finite. `errors` is of the same jobs; nullptr: their values are
// exact.
Effect EstimateEffect(absl::Span<const TrialJob> jobs, const TrialErrors* errors = nullptr);

}  // namespace carbon

#endif  // CORE_TRIAL_EFFECT_H_
