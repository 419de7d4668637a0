#include "core/trial/effect.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace carbon {
namespace {

double WeightOf(const TrialJob& job) {
  return job.arm == Arm::kExempt ? 1 / job.exempt : 1 / (1 - job.exempt);
}

constexpr double kNormal95 = 1.6448536269514722;  // the 95% quantile of the normal distribution

// The 95% quantile of Student's distribution: the expansion of Cornish and Fisher in the inverse of
// the degrees of freedom. Its error is below 0.001 from 5 degrees on.
double Quantile95(double degrees) {
  constexpr double kZ = kNormal95;
  constexpr double kZ3 = kZ * kZ * kZ, kZ5 = kZ3 * kZ * kZ, kZ7 = kZ5 * kZ * kZ;
  const double v = degrees;
  return kZ + (kZ3 + kZ) / (4 * v) + (5 * kZ5 + 16 * kZ3 + 3 * kZ) / (96 * v * v) +
         (3 * kZ7 + 19 * kZ5 + 17 * kZ3 - 15 * kZ) / (384 * v * v * v);
}

// One arm's mean and the variance of that, by the draw.
struct ArmEstimate {
  ArmMean mean;
  double sizes = 0;
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
  estimate.sizes = sizes;
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

// The draw and the errors of the values are independent. `squared_error` is the mean over the
// scenarios, which are many, of the squared distance from `mean`.
Estimate Interval(double mean, double variance, double degrees, double squared_error) {
  const double by_draw = Quantile95(degrees) * std::sqrt(variance);
  const double by_values = kNormal95 * std::sqrt(squared_error);
  const double half = std::sqrt(by_draw * by_draw + by_values * by_values);
  return {mean, mean - half, mean + half};
}

}  // namespace

void TrialErrors::Add(const TrialJob& job, const ErrorDraws& values) {
  ErrorDraws& sums = sums_[static_cast<size_t>(job.arm)];
  for (size_t s = 0; s < sums.size(); ++s) sums[s] += WeightOf(job) * values[s];
}

Effect EstimateEffect(absl::Span<const TrialJob> jobs, const TrialErrors* errors) {
  const ArmEstimate placed = EstimateArm(jobs, Arm::kPlaced);
  const ArmEstimate exempt = EstimateArm(jobs, Arm::kExempt);
  Effect effect = {.placed = placed.mean, .exempt = exempt.mean};
  const double placed_jobs = effect.placed.effective_jobs;
  const double exempt_jobs = effect.exempt.effective_jobs;
  if (std::min(placed_jobs, exempt_jobs) < kMinEffectiveJobs) return effect;
  const double with = *effect.placed.mean, without = *effect.exempt.mean;
  // The mean over the scenarios of how far off a figure of both means is, squared.
  const auto squared_error = [&](double figure, auto figure_of) {
    if (errors == nullptr) return 0.0;
    double squares = 0;
    for (size_t s = 0; s < ErrorFactors::kScenarios; ++s) {
      const double off =
          figure_of(errors->sums_[static_cast<size_t>(Arm::kPlaced)][s] / placed.sizes,
                    errors->sums_[static_cast<size_t>(Arm::kExempt)][s] / exempt.sizes) -
          figure;
      squares += off * off;
    }
    return squares / ErrorFactors::kScenarios;
  };
  const auto difference_of = [](double a, double b) { return a - b; };
  effect.difference =
      Interval(with - without, placed.variance + exempt.variance,
               DegreesOf(placed.variance, placed_jobs, exempt.variance, exempt_jobs),
               squared_error(with - without, difference_of));
  if (!(without > 0)) return effect;
  // The ratio of the two means, linearised.
  const double ratio = with / without;
  const double of_placed = placed.variance / (without * without);
  const double of_exempt = ratio * ratio * exempt.variance / (without * without);
  const double of_values = squared_error(ratio, [](double a, double b) { return a / b; });
  if (!std::isfinite(of_values)) return effect;
  effect.share = Interval(ratio - 1, of_placed + of_exempt,
                          DegreesOf(of_placed, placed_jobs, of_exempt, exempt_jobs), of_values);
  return effect;
}

}  // namespace carbon
