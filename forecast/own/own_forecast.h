// Applies our own forecast to a zone: it replaces the sources if none is usable, and continues a
// forecast whose horizon is short. Pure: no I/O, no clock.
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
  HourlyHistory actuals;           // from which it was made
  std::vector<ForecastPair> past;  // the same at earlier days, with the actual values; may be empty
};

// Makes the forecast as ForecastFromHistory does, together with the forecasts that would have been
// made over the last half-year. Takes about 0.13 s with years of history.
absl::StatusOr<OwnForecast> MakeOwnForecast(const IntensityHistory& history, absl::Time now);

// The source of our own forecast begins with this.
inline constexpr absl::string_view kOwnPrefix = "own:";

// Returns our forecast alone, as "own:ridge". It is issued when its history ended, and valid until
// that is too long ago for another one (kOldestHistoryEnd). The zone's max_age does not limit it,
// because max_age is about others' data.
absl::StatusOr<ZoneForecast> StandIn(const ZoneConfig& zone, const OwnForecast& own,
                                     absl::Time now);

// Continues `forecast` with ours from its horizon, if ours reaches further. Climatology, if there
// is one, comes only after that. Otherwise leaves `forecast` as it is.
void CarryOn(const ZoneConfig& zone, const OwnForecast& own, absl::Time now,
             ZoneForecast* forecast);

}  // namespace carbon

#endif  // FORECAST_OWN_OWN_FORECAST_H_
