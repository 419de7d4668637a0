#include "core/gate.h"

#include <algorithm>

namespace carbon {
namespace {

void MultiplyBy(const ErrorScenarios::Draws& factors, ErrorScenarios::Draws* draws) {
  for (int s = 0; s < ErrorScenarios::kCount; ++s) (*draws)[s] *= factors[s];
}

}  // namespace

ErrorScenarios::Draws DrawEmissions(const PoolRun& run, absl::Time start,
                                    const Snapshot& snapshot) {
  ErrorScenarios::Draws draws = snapshot.scenarios().Integrate(
      run.pool->zone_index, *run.option.intensity, start, run.option.runtime);
  const double grams_per_integral =
      (run.option.power * IntensityIntegral{3'600'000'000}).value() / 3.6e9;
  for (double& draw : draws) draw *= grams_per_integral;
  MultiplyBy(*run.pool->watts_factor, &draws);
  MultiplyBy(*run.pool->pue_factor, &draws);
  if (run.speed_matters) MultiplyBy(*run.pool->speed_factor, &draws);
  if (run.scaled_from != nullptr) MultiplyBy(*run.scaled_from->speed_factor, &draws);
  return draws;
}

double SavingProbability(const ErrorScenarios::Draws& candidate,
                         const ErrorScenarios::Draws& alternative, double floor) {
  int saves = 0;
  for (int s = 0; s < ErrorScenarios::kCount; ++s) {
    if (alternative[s] - candidate[s] > floor * alternative[s]) ++saves;
  }
  return static_cast<double>(saves) / ErrorScenarios::kCount;
}

Interval90 Middle90(ErrorScenarios::Draws draws) {
  constexpr int kOutside = ErrorScenarios::kCount / 20;  // 5% on either side
  const auto low = draws.begin() + kOutside, high = draws.end() - 1 - kOutside;
  std::nth_element(draws.begin(), low, draws.end());
  std::nth_element(low + 1, high, draws.end());
  return {*low, *high};
}

}  // namespace carbon
