#include "forecast/own/own_forecast.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "forecast/own/blend.h"
#include "forecast/own/forecast_error.h"
#include "forecast/sources/forecast_file.h"

namespace carbon {
namespace {

// Returns what the source itself said, without the climatology after it.
absl::StatusOr<IntensitySeries> UpToHorizon(const ZoneForecast& forecast) {
  std::vector<IntensitySeries::Step> steps = forecast.series.steps();
  while (!steps.empty() && steps.back().start >= forecast.horizon) steps.pop_back();
  return IntensitySeries::Create(steps, forecast.horizon);
}

}  // namespace

absl::StatusOr<OwnForecast> MakeOwnForecast(const IntensityHistory& history, absl::Time now) {
  absl::StatusOr<HistoryForecast> made = ForecastFromHistory(history, now);
  if (!made.ok()) return made.status();
  HourlyHistory actuals = HourlyHistory::From(history, now);
  const int days = static_cast<int>((made->hours.size() + 23) / 24);
  std::vector<ForecastPair> past = PastForecasts(actuals, made->method, days);
  return OwnForecast{*std::move(made), now, std::move(actuals), std::move(past)};
}

absl::StatusOr<ZoneForecast> StandIn(const ZoneConfig& zone, const OwnForecast& own,
                                     absl::Time now) {
  absl::StatusOr<ZoneForecast> forecast =
      BuildZoneForecast(zone, absl::StrCat(kOwnPrefix, ForecastMethodName(own.made.method)),
                        {zone.kind, own.made.known_until, own.made.series}, own.made_at, now);
  if (forecast.ok()) forecast->valid_until = own.made.known_until + kOldestHistoryEnd;
  return forecast;
}

void CarryOn(const ZoneConfig& zone, const OwnForecast& own, absl::Time now,
             ZoneForecast* forecast) {
  const absl::Time seam = forecast->horizon;
  if (own.made.series.end() <= seam) return;
  const absl::StatusOr<IntensitySeries> theirs = UpToHorizon(*forecast);
  if (!theirs.ok()) return;
  const absl::StatusOr<IntensitySeries> both = BlendOnto(*theirs, own.made.series);
  if (!both.ok() || both->end() <= seam) return;
  absl::StatusOr<IntensitySeries> series = WithinReach(*both, zone.climatology, now);
  if (!series.ok()) return;
  forecast->series = *std::move(series);
  forecast->own_from = seam;
  forecast->horizon = both->end();
}

}  // namespace carbon
