// Judges whether a forecast of a source can be true, by the history of its zone. It rejects an
// outage that is sent as zeros, one value for days, values ten times off or in another unit. It
// bridges a single odd hour. The rules are those of judged_history.h. Only the forecast's hours
// from `now` on count:
//   bounds    more than 3 hours above 3000 g/kWh
//   zero      more than 3 hours in a row at zero, unless the zone is usually near zero
//   constant  one value for a day, if the zone's runs are shorter
//   level     a tenth of the hours, or the mean of the first day, beyond what the zone had
//   outlier   up to a tenth of the hours, or 3, out of line with their neighbours: bridged
// Without enough history (ZoneHabits::AreKnown) only the bounds are checked. Pure: no I/O, no
// clock.
#ifndef FORECAST_PLAUSIBILITY_JUDGED_FORECAST_H_
#define FORECAST_PLAUSIBILITY_JUDGED_FORECAST_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/daemon_config.h"
#include "core/grid/intensity.h"
#include "forecast/plausibility/judged_history.h"

namespace carbon {

struct JudgedForecast {
  IntensitySeries series;  // the source's, with single odd hours bridged
  // The rule by which all of it is rejected; absent: `series` is accepted.
  std::optional<PlausibilityRule> rejected_by;
  GramsPerKilowattHour level;  // the mean of what was judged
  // The reason why it is rejected, or which hour was bridged; empty: nothing is odd. For example
  // "not plausible (level): about 10 times the zone's usual 301 g/kWh".
  std::string reason;
  std::optional<absl::Time> bridged_at;  // the first hour that was bridged
};

JudgedForecast JudgeForecast(const IntensitySeries& series, absl::Time now,
                             const ZoneHabits& habits, const PlausibilityConfig& config);

}  // namespace carbon

#endif  // FORECAST_PLAUSIBILITY_JUDGED_FORECAST_H_
