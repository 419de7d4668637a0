// The exact optimum over pools and start times.
//
// Carbon intensity is a step function, so the emission of a run as a function of its start is
// piecewise linear, and its minimum over an interval lies at the interval's ends or where the run's
// start or end meets a step. Only those starts are looked at, each at the cost of one product: no
// time grid, no search. All times are whole seconds, so the optimum is exact among the starts that
// Slurm can make. A brute-force oracle in the tests tries every second.
//
// A pool that could not be among the best even if it ran wholly at the least intensity in reach is
// not looked at closer. That bound is computed as the emission is, so rounding cannot make it miss.
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
  // Where the run may start: disjoint closed intervals of whole seconds, in order, as
  // CapacityCalendar::FeasibleStarts gives them.
  std::vector<TimeInterval> starts;
  // Where `starts` is yet to be computed: the first of them, and an instant that none comes after.
  // Absent: `starts` are all there are.
  std::optional<TimeInterval> bounds;
};

struct Placement {
  absl::Time start;
  GramsCo2e emission;
  IntensityIntegral integral;
};

// The earliest of the starts with the least emission. Starts from which the run is not wholly
// covered by the intensity series are not candidates: absent when none is left.
std::optional<Placement> BestStart(const PlacementOption& option);

// The emission of a run that starts at `start`; absent where the series does not cover it.
std::optional<Placement> PlaceAt(const PlacementOption& option, absl::Time start);

struct OptionPlacement {
  size_t option;  // index into the options
  Placement placement;
};

struct GreenestPlacement {
  // The least emission of all options. Of equals the earliest start wins, then the option that
  // stands first.
  OptionPlacement greenest;
  // The best of each option, by emission; of equals the option that stands first.
  std::vector<OptionPlacement> best;
};

// Reports the `keep` best options, at least one. Absent when no option has a start. Before an
// option is looked at closely, `complete` is called with its index, to compute its starts: most
// options are not.
std::optional<GreenestPlacement> PlaceGreenest(absl::Span<const PlacementOption* const> options,
                                               int keep, absl::FunctionRef<void(size_t)> complete);
// The same where all options have their starts.
std::optional<GreenestPlacement> PlaceGreenest(absl::Span<const PlacementOption* const> options,
                                               int keep);

}  // namespace carbon

#endif  // CORE_DECISION_PLACEMENT_H_
