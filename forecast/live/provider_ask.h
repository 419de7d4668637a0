// Makes what a configured provider is asked for a zone, and checks whether it can be asked at all.
// Fetching forecasts and fetching history share it. Pure; no I/O, no clock.
#ifndef FORECAST_LIVE_PROVIDER_ASK_H_
#define FORECAST_LIVE_PROVIDER_ASK_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "forecast/providers/provider.h"

namespace carbon {

// A refused request is repeated after this time.
inline constexpr absl::Duration kRefusedWait = absl::Hours(6);

// A smaller step back is not a clock that was set back, but a `now` taken before the last reply
// came.
inline constexpr absl::Duration kSetBack = absl::Minutes(1);

enum class GridData { kForecast, kHistory };

// Returns InvalidArgument if there is no such provider (naming the nearest one), if it gives no
// forecasts (or no history, if that is `wanted`) of the zone's kind or for the named zone, or if it
// needs a user or a secret file that is not named. The secret is not read. Pure.
absl::Status CheckProvider(const ZoneConfig& zone, const ForecastProvider& source,
                           GridData wanted = GridData::kForecast);

// The provider must be known.
ProviderAsk AskOf(const ZoneConfig& zone, const ForecastProvider& source);

}  // namespace carbon

#endif  // FORECAST_LIVE_PROVIDER_ASK_H_
