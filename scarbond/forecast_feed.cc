#include "scarbond/forecast_feed.h"

#include "forecast/sources/forecast_file.h"

namespace carbon {

std::vector<ZoneInUse> ZonesInUse(const std::vector<ZoneForecast>& forecasts) {
  std::vector<ZoneInUse> zones;
  for (const ZoneForecast& forecast : forecasts) {
    zones.push_back({.zone = forecast.zone,
                     .source = forecast.source,
                     .kind = forecast.kind,
                     .made_at = MadeAt(forecast),
                     .horizon = forecast.horizon});
  }
  return zones;
}

}  // namespace carbon
