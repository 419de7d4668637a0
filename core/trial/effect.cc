#include "core/trial/effect.h"

#include <algorithm>
#include <cmath>

namespace carbon {
namespace {

double WeightOf(const TrialJob& job) {
  return job.arm == Arm::kExempt ? 1 / job.exempt : 1 / (1 - job.exempt);
}

// The 95% quantile of Student's distribution: the expansion of Cornish and Fisher in the inverse of
// the degrees of freedom. Its error is below 0.001 from 5 degrees on.
double Quantile95(double degrees) {
  constexpr double kZ = 1.6448536269514722;  // of the normal distribution
  constexpr double kZ3 = kZ * kZ * kZ, kZ5 = kZ3 * kZ * kZ, kZ7 = kZ5 * kZ * kZ;
  const double v = degrees;
  return kZ + (kZ3 + kZ) / (4 * v) + (5 * kZ5 + 16 * kZ3 + 3 * kZ) / (96 * v * v) +
         (3 * kZ7 + 19 * kZ5 + 17 * kZ3 - 15 * kZ) / (384 * v * v * v);
}

// One arm's mean and the variance of that.
struct ArmEstimate {
  ArmMean mean;
  double variance = 0;
};

ArmEstimate EstimateArm(absl::Span<const TrialJob> jobs, Arm arm) {
  ArmEstimate estimate;
  double values = 0, sizes = 0, squares = 0;
  for (const TrialJob& job : jobs) {
    if (job.arm != arm) continue;
    ++estimate.mean.jobs;
    const double size = WeightOf(job) * job.size;
    values += WeightOf(job) * job.value;
    sizes += size;
    squares += size * size;
  }
  if (!(sizes > 0)) return estimate;
  const double mean = values / sizes;
  estimate.mean.mean = mean;
  estimate.mean.effective_jobs = sizes * sizes / squares;
  double residuals = 0;
  for (const TrialJob& job : jobs) {
    if (job.arm != arm) continue;
    const double residual = WeightOf(job) * (job.value - mean * job.size);
    residuals += residual * residual;
  }
  const auto count = static_cast<double>(estimate.mean.jobs);
  if (count > 1) estimate.variance = residuals / (sizes * sizes) * count / (count - 1);
  return estimate;
}

// Welch's: of a sum of two variances that are estimated from so many jobs.
double DegreesOf(double a, double a_jobs, double b, double b_jobs) {
  const double least = std::min(a_jobs, b_jobs) - 1;
  const double divisor = a * a / (a_jobs - 1) + b * b / (b_jobs - 1);
  return divisor > 0 ? std::max((a + b) * (a + b) / divisor, least) : least;
}

Estimate Interval(double mean, double variance, double degrees) {
  const double half = Quantile95(degrees) * std::sqrt(variance);
  return {mean, mean - half, mean + half};
}

}  // namespace

Effect EstimateEffect(absl::Span<const TrialJob> jobs) {
  const ArmEstimate placed = EstimateArm(jobs, Arm::kPlaced);
  const ArmEstimate exempt = EstimateArm(jobs, Arm::kExempt);
  Effect effect = {.placed = placed.mean, .exempt = exempt.mean};
  const double placed_jobs = effect.placed.effective_jobs;
  const double exempt_jobs = effect.exempt.effective_jobs;
  if (std::min(placed_jobs, exempt_jobs) < kMinEffectiveJobs) return effect;
  const double with = *effect.placed.mean, without = *effect.exempt.mean;
  effect.difference =
      Interval(with - without, placed.variance + exempt.variance,
               DegreesOf(placed.variance, placed_jobs, exempt.variance, exempt_jobs));
  if (!(without > 0)) return effect;
  // The ratio of the two means, linearised.
  const double ratio = with / without;
  const double of_placed = placed.variance / (without * without);
  const double of_exempt = ratio * ratio * exempt.variance / (without * without);
  effect.share = Interval(ratio - 1, of_placed + of_exempt,
                          DegreesOf(of_placed, placed_jobs, of_exempt, exempt_jobs));
  return effect;
}

}  // namespace carbon
