// ErrorScenarios describes how a decision's inputs might turn out, so that the decision is judged
// on more than its best guess. There is a fixed number of draws, the same for every decision on one
// snapshot. The error of a zone is correlated over lead time. What two candidates share (the same
// zone and hours, the same hardware, the same site) errs alike and cancels in their difference.
//
// A zone whose past errors are known (ZoneForecast::errors) errs as it did then, together with all
// other zones of that kind: a scenario is the same past days in each of them. Any other zone errs
// independently, as its LeadTimeSpread says. Climatology never errs less than LeadTimeSpread::far.
//
// Draws are keyed by name, not by order. They come in antithetic pairs: the mean of each pair is
// exactly its best guess, except for the few that the floor on factors cuts. They use only
// operations that IEEE 754 defines to the bit (sums, products, square roots), so they have the same
// bits everywhere. Immutable.
#ifndef CORE_GRID_SCENARIOS_H_
#define CORE_GRID_SCENARIOS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/error_factors.h"
#include "core/grid/intensity.h"
#include "core/grid/zone_forecast.h"

namespace carbon {

class ErrorScenarios {
 public:
  static constexpr int kCount = ErrorFactors::kScenarios;
  using Draws = ErrorDraws;

  // Lead times are counted from ErrorFactors::origin. Without factors they are counted from when
  // the forecast was made: an older one errs more.
  explicit ErrorScenarios(const std::vector<ZoneForecast>& forecasts);

  // Returns the integral of a zone's intensity over [start, start + runtime) in each scenario, in
  // mg/kWh x s. The window must lie within the series.
  Draws Integrate(int zone_index, const IntensitySeries& series, absl::Time start,
                  absl::Duration runtime) const;

  // Does the same for a run of an uncertain length: `runtimes[s]` in scenario s, a whole number of
  // seconds above zero. Beyond the end of the series, the run has the mean intensity that it has
  // before it. `start` must lie before the end.
  using Runtimes = std::array<absl::Duration, kCount>;
  Draws Integrate(int zone_index, const IntensitySeries& series, absl::Time start,
                  const Runtimes& runtimes) const;

 private:
  // The past errs as the first bucket of lead time does. Everything beyond the last bucket errs as
  // the last one does.
  struct Zone {
    std::vector<int64_t> ends;  // Unix seconds, of each bucket but the last
    std::vector<Draws> factors;
  };

  static Zone Draw(const ZoneForecast& forecast);

  std::vector<Zone> zones_;
};

}  // namespace carbon

#endif  // CORE_GRID_SCENARIOS_H_
