#include "forecast/sources/static_value.h"

#include <utility>

#include "forecast/sources/forecast_file.h"

namespace carbon {

absl::StatusOr<ProviderForecast> StaticForecast(SignalKind kind, GramsPerKilowattHour value,
                                                absl::Time now) {
  const absl::Time hour = absl::UnixEpoch() + absl::Floor(now - absl::UnixEpoch(), absl::Hours(1));
  // One hour more than the reach, so that it is valid until the hour is over.
  absl::StatusOr<IntensitySeries> series =
      IntensitySeries::Create({{hour, value}}, hour + kForecastReach + absl::Hours(1));
  if (!series.ok()) return series.status();
  return ProviderForecast{kind, std::nullopt, *std::move(series)};
}

}  // namespace carbon
