#include "replay/forecasts/issued_forecasts.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "forecast/own/forecast_error.h"
#include "forecast/own/hourly_history.h"
#include "forecast/own/own_forecast.h"
#include "forecast/sources/forecast_file.h"
#include "replay/forecasts/past_forecasts.h"

namespace carbon {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
// The days before on which a source's errors rest; of the latest the outcome is not known yet.
constexpr int64_t kPastDays = static_cast<int64_t>(kMaxPastForecasts) + 15;

}  // namespace

absl::StatusOr<std::optional<ArchivedForecast>> IssuedForecasts::InForce(const Feed& feed,
                                                                         absl::Time at) const {
  absl::StatusOr<std::vector<ArchivedForecast>> made =
      archive_->Forecasts(feed, at - kDay, at + absl::Seconds(1));
  if (!made.ok()) return made.status();
  std::optional<ArchivedForecast> last;
  for (ArchivedForecast& forecast : *made) {
    if (forecast.fetched_at <= at) last = std::move(forecast);
  }
  return last;
}

absl::StatusOr<std::optional<ZoneForecast>> IssuedForecasts::OfSources(const ZoneActuals& zone,
                                                                       absl::Time hour) {
  for (const ForecastSource& source : zone.zone->forecasts) {
    const Feed feed{zone.zone->name, SourceName(source), KindOf(source, *zone.zone)};
    const absl::StatusOr<std::optional<ArchivedForecast>> found = InForce(feed, hour);
    if (!found.ok()) return found.status();
    if (!found->has_value()) continue;
    const ArchivedForecast& issued = **found;
    absl::StatusOr<ZoneForecast> forecast =
        BuildZoneForecast(*zone.zone, feed.source, {feed.kind, issued.issued_at, issued.series},
                          std::min(issued.last_fetched_at, hour), hour);
    if (!forecast.ok() || forecast->valid_until < hour) continue;
    std::vector<PastForecast> past;
    for (int64_t day = kPastDays; day >= 1; --day) {
      const absl::Time at = hour - day * kDay;
      absl::StatusOr<std::optional<ArchivedForecast>> before = InForce(feed, at);
      if (!before.ok()) return before.status();
      if (before->has_value()) past.push_back({at, (*before)->series});
    }
    if (past.size() >= kMinPastForecasts && feed.kind == zone.zone->kind) {
      const absl::StatusOr<IntensityHistory> recent =
          HistoryBetween(zone.record->history(), hour - (kPastDays + 1) * kDay, hour);
      if (!recent.ok()) return recent.status();
      absl::StatusOr<ErrorFactors> errors =
          FitZoneErrors(*forecast, past, HourlyHistory::From(*recent, hour), nullptr, hour);
      if (errors.ok()) forecast->errors = *std::move(errors);
    }
    return *std::move(forecast);
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<ZoneForecast>> IssuedForecasts::At(absl::Time hour) {
  absl::StatusOr<std::vector<ZoneForecast>> own = own_.At(hour);
  if (!own.ok()) return own.status();
  std::vector<ZoneForecast> forecasts;
  for (const ZoneActuals& zone : zones_) {
    const auto ours = std::find_if(own->begin(), own->end(), [&zone](const ZoneForecast& forecast) {
      return forecast.zone == zone.zone->name;
    });
    absl::StatusOr<std::optional<ZoneForecast>> issued = OfSources(zone, hour);
    if (!issued.ok()) return issued.status();
    if (!issued->has_value()) {
      if (ours == own->end()) continue;
      forecasts.push_back(*ours);
      ++replaced_;
      continue;
    }
    ZoneForecast forecast = **std::move(issued);
    if (ours != own->end() && forecast.kind == zone.zone->kind) {
      if (!forecast.errors.has_value()) forecast.errors = ours->errors;
      const OwnForecast beyond{
          {ForecastMethod::kRidge, ours->issued_at.value_or(hour), {}, ours->series}, hour, {}, {}};
      CarryOn(*zone.zone, beyond, hour, &forecast);
    }
    forecasts.push_back(std::move(forecast));
    ++issued_;
  }
  return forecasts;
}

}  // namespace carbon
