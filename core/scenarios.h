// Error scenarios: what a decision's inputs might turn out to be, so that it is judged on more than
// its best guess. A fixed number of draws, the same for every decision on one snapshot: the error
// of a zone is correlated over lead time, and what two candidates share (the same zone and hours,
// the same hardware, the same site) errs alike and cancels in their difference.
//
// Draws are keyed by name, not by order, come in antithetic pairs (the mean of each is exactly its
// best guess, but for the few that the floor on factors cuts), and use only what IEEE 754 defines
// to the bit (sums, products, square roots), so that they are the same bits everywhere. Immutable.
#ifndef CORE_SCENARIOS_H_
#define CORE_SCENARIOS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/intensity.h"
#include "core/zone_forecast.h"

namespace carbon {

class ErrorScenarios {
 public:
  static constexpr int kCount = 64;
  using Draws = std::array<double, kCount>;

  // Errors are drawn anew, in part, every so often: kDrawsPerGrowth times within the time in which
  // a zone's spread grows. Neighbours within it err much alike; what lies further apart does not.
  static constexpr int kDrawsPerGrowth = 24;

  // The lead time of each zone is counted from when its forecast was made: an older one errs more.
  explicit ErrorScenarios(const std::vector<ZoneForecast>& forecasts);

  // The integral of a zone's intensity over [start, start + runtime) in each scenario, in
  // mg/kWh x s. The window lies within the series.
  Draws Integrate(int zone_index, const IntensitySeries& series, absl::Time start,
                  absl::Duration runtime) const;

  // A factor around 1 with the relative standard deviation `spread`, the same for the same `key`
  // ("watts/h100-sxm", "pue/oslo"), never below 0.05.
  static Draws Factor(absl::string_view key, double spread);

 private:
  struct Zone {
    int64_t origin;  // Unix seconds
    int64_t bucket_seconds;
    std::vector<Draws> factors;  // by bucket of lead time; beyond the last, the last
  };

  std::vector<Zone> zones_;
};

}  // namespace carbon

#endif  // CORE_SCENARIOS_H_
