// ReportedReasons describes why forecasts are not plausible, in words that stay the same while a
// source's problem lasts. The figures in JudgedForecast::reason change a little with every forecast
// and every hour of history, but the log should have one line per problem.
//
// One thread; no I/O, no clock.
#ifndef FORECAST_PLAUSIBILITY_REPORTED_REASONS_H_
#define FORECAST_PLAUSIBILITY_REPORTED_REASONS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "forecast/plausibility/judged_forecast.h"

namespace carbon {

class ReportedReasons {
 public:
  // The zone and the SourceKey.
  using Key = std::pair<std::string, std::string>;

  // Returns the reason of the source's first forecast that had this problem. Each forecast since
  // then was rejected by the same rule, with a level within a factor of three of the first one's,
  // or had the same hour bridged. Empty if nothing is odd.
  const std::string& Report(const Key& key, const JudgedForecast& judged);

 private:
  struct Reported {
    std::optional<PlausibilityRule> rejected_by;
    std::optional<absl::Time> bridged_at;
    GramsPerKilowattHour level;
    std::string reason;
  };

  static bool IsSame(const Reported& reported, const JudgedForecast& judged);

  std::map<Key, Reported> reported_;
};

}  // namespace carbon

#endif  // FORECAST_PLAUSIBILITY_REPORTED_REASONS_H_
