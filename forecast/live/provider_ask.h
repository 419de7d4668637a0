// What a configured provider is asked for a zone, and whether it can be asked at all: what fetching
// forecasts and fetching history have in common. Pure; no I/O, no clock.
#ifndef FORECAST_LIVE_PROVIDER_ASK_H_
#define FORECAST_LIVE_PROVIDER_ASK_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "forecast/providers/provider.h"

namespace carbon {

// Until a refusal is put to the test again.
inline constexpr absl::Duration kRefusedWait = absl::Hours(6);

// Less than this is no clock that was set back, but a `now` taken before the last reply came.
inline constexpr absl::Duration kSetBack = absl::Minutes(1);

enum class GridData { kForecast, kHistory };

// InvalidArgument where no such provider is known (with the nearest known name), it gives no
// forecasts (or no history, where that is `wanted`) of the zone's kind or for the named zone, or it
// wants a user or a secret file that is not named. The secret is not read. Pure.
absl::Status CheckProvider(const ZoneConfig& zone, const ForecastProvider& source,
                           GridData wanted = GridData::kForecast);

// The provider is known.
ProviderAsk AskOf(const ZoneConfig& zone, const ForecastProvider& source);

}  // namespace carbon

#endif  // FORECAST_LIVE_PROVIDER_ASK_H_
