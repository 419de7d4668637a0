#include "replay/forecasts/known_forecasts.h"

#include <algorithm>
#include <utility>

#include "forecast/own/history_forecast.h"
#include "forecast/sources/forecast_file.h"

namespace carbon {

absl::StatusOr<std::vector<ZoneForecast>> OracleForecasts::At(absl::Time hour) {
  std::vector<ZoneForecast> forecasts;
  for (const ZoneActuals& zone : zones_) {
    const std::vector<IntensityHistory::Interval>& known = zone.record->steps().intervals();
    auto next = std::upper_bound(
        known.begin(), known.end(), hour,
        [](absl::Time time, const IntensityHistory::Interval& one) { return time < one.end; });
    // A record may begin within the hour.
    if (next == known.end() || next->start >= hour + absl::Hours(1)) continue;
    std::vector<IntensitySeries::Step> steps;
    absl::Time end = std::max(hour, next->start);
    const absl::Time begin = end;
    for (; next != known.end() && std::max(next->start, begin) == end &&
           end < hour + kOwnForecastReach;
         ++next) {
      steps.push_back({end, next->value});
      end = next->end;
    }
    if (steps.empty()) continue;
    const absl::StatusOr<IntensitySeries> series = IntensitySeries::Create(steps, end);
    if (!series.ok()) return series.status();
    absl::StatusOr<ZoneForecast> forecast =
        BuildZoneForecast(*zone.zone, "oracle", {zone.zone->kind, hour, *series}, hour, hour);
    if (!forecast.ok()) return forecast.status();
    forecast->spread = {.near = 0, .far = 0};
    forecasts.push_back(*std::move(forecast));
  }
  return forecasts;
}

OwnForecasts::OwnForecasts(const std::vector<ZoneActuals>& zones, const std::string& cache) {
  for (const ZoneActuals& zone : zones) {
    ZoneForecaster::Options options;
    options.fit_serves_days = kFitServesDays;
    options.zone = *zone.zone;
    forecasters_.push_back(
        std::make_unique<ZoneForecaster>(*zone.record, cache, std::move(options)));
  }
}

absl::StatusOr<std::vector<ZoneForecast>> OwnForecasts::At(absl::Time hour) {
  std::vector<ZoneForecast> forecasts;
  for (const std::unique_ptr<ZoneForecaster>& forecaster : forecasters_) {
    absl::StatusOr<ZoneForecast> forecast = forecaster->At(hour);
    // Too little was known of the zone at that time.
    if (absl::IsFailedPrecondition(forecast.status())) continue;
    if (!forecast.ok()) return forecast.status();
    forecasts.push_back(*std::move(forecast));
  }
  return forecasts;
}

}  // namespace carbon
