// Why forecasts are not plausible, in words that stay while a source's trouble does: the figures in
// JudgedForecast::reason change a little with every forecast and every hour of history, but the log
// is to have one line per trouble.
//
// One thread; no I/O, no clock.
#ifndef FORECAST_PLAUSIBILITY_TOLD_REASONS_H_
#define FORECAST_PLAUSIBILITY_TOLD_REASONS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "forecast/plausibility/judged_forecast.h"

namespace carbon {

class ToldReasons {
 public:
  // Zone and SourceKey.
  using Key = std::pair<std::string, std::string>;

  // The reason of the source's first forecast that had this trouble: each since was judged so by
  // the same rule, with a level within a factor of three of the first one's, or had the same hour
  // bridged. Empty where nothing is odd.
  const std::string& Tell(const Key& key, const JudgedForecast& judged);

 private:
  struct Told {
    std::optional<PlausibilityRule> rejected_by;
    std::optional<absl::Time> bridged_at;
    GramsPerKilowattHour level;
    std::string reason;
  };

  static bool IsSame(const Told& told, const JudgedForecast& judged);

  std::map<Key, Told> told_;
};

}  // namespace carbon

#endif  // FORECAST_PLAUSIBILITY_TOLD_REASONS_H_
