#include "core/gate.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

void MultiplyBy(const ErrorScenarios::Draws& factors, ErrorScenarios::Draws* draws) {
  for (int s = 0; s < ErrorScenarios::kCount; ++s) (*draws)[s] *= factors[s];
}

ErrorScenarios::Draws SpeedFactor(const HardwareProfile& hardware) {
  return ErrorScenarios::Factor(absl::StrCat("speed/", hardware.name),
                                RelativeSpread(hardware.throughput->quality));
}

}  // namespace

ErrorScenarios::Draws DrawEmissions(const PoolRun& run, absl::Time start,
                                    const Snapshot& snapshot) {
  const HardwareProfile& hardware = *run.pool->hardware;
  const SiteConfig& site = *run.pool->site;
  ErrorScenarios::Draws draws = snapshot.scenarios().Integrate(
      run.pool->zone_index, *run.option.intensity, start, run.option.runtime);
  const double grams_per_integral =
      (run.option.power * IntensityIntegral{3'600'000'000}).value() / 3.6e9;
  for (double& draw : draws) draw *= grams_per_integral;
  MultiplyBy(ErrorScenarios::Factor(absl::StrCat("watts/", hardware.name),
                                    RelativeSpread(hardware.busy.quality)),
             &draws);
  // What errs of a PUE is its overhead, the part above 1.
  const double overhead = (site.pue.value - 1) / site.pue.value;
  MultiplyBy(ErrorScenarios::Factor(absl::StrCat("pue/", site.name),
                                    RelativeSpread(site.pue.quality) * overhead),
             &draws);
  if (run.speed_matters) MultiplyBy(SpeedFactor(hardware), &draws);
  if (run.scaled_from != nullptr) MultiplyBy(SpeedFactor(*run.scaled_from), &draws);
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
  std::sort(draws.begin(), draws.end());
  constexpr int kOutside = ErrorScenarios::kCount / 20;  // 5% on either side
  return {draws[kOutside], draws[ErrorScenarios::kCount - 1 - kOutside]};
}

}  // namespace carbon
