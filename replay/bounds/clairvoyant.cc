#include "replay/bounds/clairvoyant.h"

#include <utility>

#include "core/decision/placement.h"
#include "replay/policies/intensity_windows.h"

namespace carbon {

std::optional<LeastEmission> LeastOfOneRun(const std::vector<BoundOption>& options,
                                           absl::Time earliest, absl::Time latest) {
  std::vector<PlacementOption> places;
  places.reserve(options.size());
  std::vector<const PlacementOption*> views;
  for (const BoundOption& option : options) {
    places.push_back({.intensity = option.actual,
                      .runtime = option.runtime,
                      .power = option.power,
                      .starts = {{earliest, latest}},
                      .bounds = std::nullopt});
  }
  for (const PlacementOption& place : places) views.push_back(&place);
  const std::optional<GreenestPlacement> best = PlaceGreenest(views, 1);
  if (!best.has_value()) return std::nullopt;
  const Placement& placement = best->greenest.placement;
  return LeastEmission{best->greenest.option, StartAt(placement.start), placement.emission};
}

std::optional<LeastEmission> LeastWithSuspension(const std::vector<BoundOption>& options,
                                                 absl::Time earliest, absl::Time latest) {
  std::optional<LeastEmission> least;
  for (size_t i = 0; i < options.size(); ++i) {
    const BoundOption& option = options[i];
    if (earliest < option.actual->begin() || latest + option.runtime > option.actual->end()) {
      continue;
    }
    RunPlan plan = CheapestPieces(
        {.arrival = earliest, .length = option.runtime, .max_delay = latest - earliest},
        *option.actual);
    const std::optional<IntensityIntegral> integral =
        IntegralOf(RunsOf(plan, option.runtime), *option.actual);
    if (!integral.has_value()) continue;
    const GramsCo2e emission = option.power * *integral;
    if (least.has_value() && !(emission < least->emission)) continue;
    least = LeastEmission{i, std::move(plan), emission};
  }
  return least;
}

}  // namespace carbon
