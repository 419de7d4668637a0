#include "core/decision/gate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/base/normal_distribution.h"

namespace carbon {
namespace {

void MultiplyBy(const ErrorScenarios::Draws& factors, ErrorScenarios::Draws* draws) {
  for (int s = 0; s < ErrorScenarios::kCount; ++s) (*draws)[s] *= factors[s];
}

// Returns how long it runs in each scenario: at least a second, and at most its time limit.
ErrorScenarios::Runtimes RuntimesOf(const PoolRun& run) {
  const absl::Duration longest = std::max(run.limit * run.rounds, run.option.runtime);
  ErrorScenarios::Runtimes runtimes;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    runtimes[s] =
        std::clamp(absl::Ceil(run.option.runtime * (*run.runtime_factor)[s], absl::Seconds(1)),
                   absl::Seconds(1), longest);
  }
  return runtimes;
}

}  // namespace

ErrorScenarios::Draws DrawPerWatt(const PoolRun& run, absl::Time start, const Snapshot& snapshot) {
  ErrorScenarios::Draws draws =
      run.runtime_factor == nullptr
          ? snapshot.scenarios().Integrate(run.pool->zone_index, *run.option.intensity, start,
                                           run.option.runtime)
          : snapshot.scenarios().Integrate(run.pool->zone_index, *run.option.intensity, start,
                                           RuntimesOf(run));
  const double grams_per_integral = (Watts(1) * IntensityIntegral{3'600'000'000}).value() / 3.6e9;
  for (double& draw : draws) draw *= grams_per_integral;
  MultiplyBy(*run.pool->pue_factor, &draws);
  const auto precision = static_cast<size_t>(run.precision);
  if (run.speed_matters) MultiplyBy(*run.pool->speed_factor[precision], &draws);
  if (run.scaled_from != nullptr) MultiplyBy(*run.scaled_from->speed_factor[precision], &draws);
  return draws;
}

ErrorScenarios::Draws DrawEmissions(const PoolRun& run, Figure figure,
                                    const ErrorScenarios::Draws& per_watt) {
  const double watts = PowerOf(run, figure)->value();
  ErrorScenarios::Draws draws = per_watt;
  for (double& draw : draws) draw *= watts;
  MultiplyBy(figure == Figure::kConsequential ? *run.pool->added_factor : *run.pool->watts_factor,
             &draws);
  return draws;
}

Prospect ProspectOf(const ErrorScenarios::Draws& candidate,
                    const ErrorScenarios::Draws& alternative, bool shifts_in_zone) {
  constexpr double kCount = ErrorScenarios::kCount;
  ErrorScenarios::Draws savings;
  double mean = 0, alternative_mean = 0;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    savings[s] = alternative[s] - candidate[s];
    mean += savings[s] / kCount;
    alternative_mean += alternative[s] / kCount;
  }
  double variance = 0;
  for (const double saving : savings) variance += (saving - mean) * (saving - mean) / kCount;
  double deviation = std::sqrt(variance), expected = mean;
  if (shifts_in_zone) {
    expected -= kWinnersCurse * deviation;
    deviation *= kSpread;
  }
  Prospect prospect;
  prospect.expected_share = alternative_mean > 0 ? expected / alternative_mean : 0;
  prospect.probability =
      deviation > 0 ? NormalCdf(expected / deviation) : static_cast<double>(expected > 0);
  return prospect;
}

Interval90 CentralInterval90(const ErrorScenarios::Draws& draws) {
  constexpr size_t kOutside = ErrorScenarios::kCount / 20;  // 5% on either side
  // The lowest and the highest draws, with the two bounds last. Keeping these few in order is
  // faster than partitioning all draws.
  std::array<double, kOutside + 1> low, high;
  low.fill(std::numeric_limits<double>::infinity());
  high.fill(-std::numeric_limits<double>::infinity());
  for (const double draw : draws) {
    if (draw < low.back()) {
      size_t i = kOutside;
      for (; i > 0 && draw < low[i - 1]; --i) low[i] = low[i - 1];
      low[i] = draw;
    }
    if (draw > high.back()) {
      size_t i = kOutside;
      for (; i > 0 && draw > high[i - 1]; --i) high[i] = high[i - 1];
      high[i] = draw;
    }
  }
  return {low.back(), high.back()};
}

}  // namespace carbon
