// The exact optimum over pools and start times.
//
// Carbon intensity is a step function, so the emission of a run as a function of its start is
// piecewise linear, and its minimum over an interval lies at the interval's ends or where the run's
// start or end meets a step. Only those starts are looked at, each at the cost of one product: no
// time grid, no search. All times are whole seconds, so the optimum is exact among the starts that
// Slurm can make. A brute-force oracle in the tests tries every second.
//
// A pool is skipped if it could not be among the best even if all of the run had the least
// intensity in reach. That bound is computed in the same way as the emission, so rounding cannot
// make it wrong.
//
// Pure; no I/O, no allocation beyond the result.
#ifndef CORE_DECISION_PLACEMENT_H_
#define CORE_DECISION_PLACEMENT_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/base/quantities.h"
#include "core/cluster/capacity.h"
#include "core/grid/intensity.h"

namespace carbon {

// One pool as the optimiser sees it.
struct PlacementOption {
  const IntensitySeries* intensity = nullptr;
  absl::Duration runtime;  // whole seconds; zero is allowed and emits nothing
  Watts power;             // drawn throughout the run, PUE included
  // When the run may start: disjoint closed intervals of whole seconds, in order, as
  // CapacityCalendar::FeasibleStarts returns them.
  std::vector<TimeInterval> starts;
  // If `starts` are not computed yet: the first of them, and a time after which there is none.
  // Absent: `starts` are complete.
  std::optional<TimeInterval> bounds;
};

struct Placement {
  absl::Time start;
  GramsCo2e emission;
  IntensityIntegral integral;
};

// The earliest of the starts with the least emission. A start is not a candidate if the intensity
// series does not cover the whole run. Absent if there is no candidate.
std::optional<Placement> BestStart(const PlacementOption& option);

// The emission of a run that starts at `start`; absent if the series does not cover it.
std::optional<Placement> PlaceAt(const PlacementOption& option, absl::Time start);

struct OptionPlacement {
  size_t option;  // index into the options
  Placement placement;
};

struct GreenestPlacement {
  // The least emission of all options. Of equals the earliest start wins, then the option that
  // stands first.
  OptionPlacement greenest;
  // The best of each option, by emission; equals in the order of the options.
  std::vector<OptionPlacement> best;
};

// Returns the `keep` best options, at least one. Absent if no option has a start. Before an option
// is examined, `complete` is called with its index, to compute its starts. Most options are never
// examined.
std::optional<GreenestPlacement> PlaceGreenest(absl::Span<const PlacementOption* const> options,
                                               int keep, absl::FunctionRef<void(size_t)> complete);
// The same for options that all have their starts.
std::optional<GreenestPlacement> PlaceGreenest(absl::Span<const PlacementOption* const> options,
                                               int keep);

}  // namespace carbon

#endif  // CORE_DECISION_PLACEMENT_H_
