#include "forecast/own/zone_errors.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "core/base/timestamp.h"
#include "forecast/own/blend.h"
#include "forecast/own/forecast_error.h"

namespace carbon {
namespace {

// Returns the hours from `from` on for as long as the series covers them, gCO2e/kWh. A part of the
// first hour is enough: a forecast begins where it was made.
std::vector<double> Hours(const IntensitySeries& series, absl::Time from, absl::Time end) {
  std::vector<double> hours;
  for (absl::Time hour = from; hour < end; hour += absl::Hours(1)) {
    const absl::Time start = hours.empty() ? std::max(hour, series.begin()) : hour;
    const absl::Time next = hour + absl::Hours(1);
    if (start >= next || next > series.end()) break;
    const absl::StatusOr<GramsPerKilowattHour> mean = series.Mean(start, next);
    if (!mean.ok()) break;
    hours.push_back(mean->value());
  }
  return hours;
}

// Returns the actual values, as many as `hours`; NaN if unknown.
std::vector<double> Actuals(const HourlyHistory& actuals, absl::Time from, size_t hours) {
  std::vector<double> result(hours, std::numeric_limits<double>::quiet_NaN());
  const int64_t first = absl::ToInt64Hours(from - actuals.begin());
  for (size_t i = 0; i < hours; ++i) {
    const int64_t hour = first + static_cast<int64_t>(i);
    if (hour < 0 || hour >= static_cast<int64_t>(actuals.size())) continue;
    const size_t index = static_cast<size_t>(hour);
    if (actuals.is_known(index)) result[i] = actuals.grams_per_kwh()[index];
  }
  return result;
}

std::optional<IntensitySeries> ToSeries(const ForecastPair& pair) {
  std::vector<IntensitySeries::Step> steps;
  for (size_t i = 0; i < pair.forecast.size(); ++i) {
    steps.push_back({pair.origin + absl::Hours(static_cast<int64_t>(i)),
                     std::min(GramsPerKilowattHour(pair.forecast[i]), IntensitySeries::kMaxValue)});
  }
  absl::StatusOr<IntensitySeries> series =
      IntensitySeries::Create(steps, pair.origin + absl::Hours(static_cast<int64_t>(steps.size())));
  if (!series.ok()) return std::nullopt;
  return *std::move(series);
}

// Returns our last forecast made at `at` or within the day before it; nullptr if there is none.
const ForecastPair* OwnAt(const std::vector<ForecastPair>& own, absl::Time at) {
  for (auto pair = own.rbegin(); pair != own.rend(); ++pair) {
    if (pair->origin <= at) return at - pair->origin < absl::Hours(24) ? &*pair : nullptr;
  }
  return nullptr;
}

// Pairs the source's forecasts with the actual values. If `own` is given, ours continues each
// forecast.
std::vector<ForecastPair> Pairs(const std::vector<PastForecast>& past, const HourlyHistory& actuals,
                                const OwnForecast* own) {
  std::vector<ForecastPair> pairs;
  for (const PastForecast& before : past) {
    IntensitySeries series = before.series;
    if (own != nullptr) {
      const ForecastPair* ours = OwnAt(own->past, before.at);
      const std::optional<IntensitySeries> beyond =
          ours == nullptr ? std::nullopt : ToSeries(*ours);
      if (!beyond.has_value()) continue;
      absl::StatusOr<IntensitySeries> both = BlendOnto(series, *beyond);
      if (!both.ok()) continue;
      series = *std::move(both);
    }
    std::vector<double> hours = Hours(series, before.at, series.end());
    std::vector<double> came = Actuals(actuals, before.at, hours.size());
    pairs.push_back({before.at, std::move(hours), std::move(came)});
  }
  return pairs;
}

// Returns a length that nine tenths of the pairs have, and at least kMinPastForecasts of them; 0 if
// there are fewer pairs.
size_t CommonHours(const std::vector<ForecastPair>& pairs) {
  std::vector<size_t> lengths;
  for (const ForecastPair& pair : pairs) lengths.push_back(pair.forecast.size());
  std::sort(lengths.rbegin(), lengths.rend());
  if (lengths.size() < kMinPastForecasts) return 0;
  return lengths[std::max(kMinPastForecasts, lengths.size() * 9 / 10) - 1];
}

}  // namespace

absl::StatusOr<ErrorFactors> FitZoneErrors(const ZoneForecast& forecast,
                                           const std::vector<PastForecast>& past,
                                           const HourlyHistory& actuals, const OwnForecast* own,
                                           absl::Time now) {
  const bool is_carried_on = forecast.own_from.has_value();
  if (!past.empty() && (!is_carried_on || own != nullptr)) {
    const absl::Time origin = FloorToHour(now);
    const std::vector<ForecastPair> pairs = Pairs(past, actuals, is_carried_on ? own : nullptr);
    std::vector<double> hours = Hours(forecast.series, origin, forecast.horizon);
    hours.resize(std::min(hours.size(), CommonHours(pairs)));
    absl::StatusOr<ErrorFactors> factors = FitErrorFactors(pairs, hours, origin, now);
    if (factors.ok()) return factors;
  }
  if (own == nullptr) {
    return absl::FailedPreconditionError("forecast errors: too few past forecasts are known");
  }
  // The hours begin where our history ends, with ours for the hours that the forecast does not
  // have.
  std::vector<double> hours = own->made.hours;
  for (size_t i = 0; i < hours.size(); ++i) {
    const absl::Time hour = own->made.known_until + absl::Hours(static_cast<int64_t>(i));
    const absl::StatusOr<GramsPerKilowattHour> mean =
        forecast.series.Mean(hour, hour + absl::Hours(1));
    if (mean.ok() && hour + absl::Hours(1) <= forecast.horizon) hours[i] = mean->value();
  }
  return FitErrorFactors(own->past, hours, own->made.known_until, now);
}

}  // namespace carbon
