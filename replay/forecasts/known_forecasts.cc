#include "replay/forecasts/known_forecasts.h"

#include <algorithm>
#include <atomic>
#include <thread>
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

namespace {

std::unique_ptr<ZoneForecaster> ForecasterOf(const ZoneActuals& zone, const std::string& cache) {
  ZoneForecaster::Options options;
  options.fit_serves_days = OwnForecasts::kFitServesDays;
  options.errors_serve_days = OwnForecasts::kErrorsServeDays;
  options.zone = *zone.zone;
  return std::make_unique<ZoneForecaster>(*zone.record, cache, std::move(options));
}

}  // namespace

OwnForecasts::OwnForecasts(const std::vector<ZoneActuals>& zones, const std::string& cache)
    : zones_(zones), cache_(cache) {}

absl::StatusOr<std::vector<ZoneForecast>> OwnForecasts::At(absl::Time hour) {
  if (forecasters_.empty()) {
    for (const ZoneActuals& zone : zones_) forecasters_.push_back(ForecasterOf(zone, cache_));
  }
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

absl::Status OwnForecasts::Prepare(const std::vector<absl::Time>& hours, int threads,
                                   const std::function<void(double)>& progress) {
  if (cache_.empty() || hours.empty()) return absl::OkStatus();
  std::atomic<size_t> next = 0, done = 0;
  std::vector<absl::Status> errors(zones_.size());
  const auto all = static_cast<double>(zones_.size() * hours.size());
  const auto work = [&](bool is_caller) {
    for (size_t zone = next++; zone < zones_.size(); zone = next++) {
      // Its own, and only as long: what it has in memory is large.
      const std::unique_ptr<ZoneForecaster> forecaster = ForecasterOf(zones_[zone], cache_);
      absl::Status& error = errors[zone];
      for (size_t i = 0; i < hours.size() && error.ok(); ++i) {
        const absl::Status status = forecaster->Prepare(hours[i]);
        if (!absl::IsFailedPrecondition(status)) error.Update(status);
        ++done;
        if (is_caller && progress) progress(static_cast<double>(done) / all);
      }
      error.Update(forecaster->Flush());
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work, false);
    work(true);
  }
  for (const absl::Status& error : errors) {
    if (!error.ok()) return error;
  }
  return absl::OkStatus();
}

}  // namespace carbon
