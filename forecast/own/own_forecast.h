// Our own forecast in a zone's place: standing in where no source is usable, and carrying one on
// whose horizon is short. Pure: no I/O, no clock.
#ifndef FORECAST_OWN_OWN_FORECAST_H_
#define FORECAST_OWN_OWN_FORECAST_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/intensity_history.h"
#include "core/grid/zone_forecast.h"
#include "forecast/own/evaluation.h"
#include "forecast/own/history_forecast.h"
#include "forecast/own/hourly_history.h"

namespace carbon {

struct OwnForecast {
  HistoryForecast made;
  absl::Time made_at;
  HourlyHistory actuals;           // what it was made from
  std::vector<ForecastPair> past;  // the same at earlier days, against what came; may be empty
};

// As ForecastFromHistory, with the forecasts that would have been made over the last half-year.
// About 0.13 s with years of history.
absl::StatusOr<OwnForecast> MakeOwnForecast(const IntensityHistory& history, absl::Time now);

// What the source of our own forecast begins with.
inline constexpr absl::string_view kOwnPrefix = "own:";

// Ours alone, as "own:ridge". It is issued when its history ended, and valid until that is too long
// ago for another one (kOldestHistoryEnd): the zone's max_age is about data that somebody gave.
absl::StatusOr<ZoneForecast> StandIn(const ZoneConfig& zone, const OwnForecast& own,
                                     absl::Time now);

// Carries `forecast` on with ours from its horizon, where ours reaches further; climatology, where
// there is one, only beyond. Leaves it as it is otherwise.
void CarryOn(const ZoneConfig& zone, const OwnForecast& own, absl::Time now,
             ZoneForecast* forecast);

}  // namespace carbon

#endif  // FORECAST_OWN_OWN_FORECAST_H_
