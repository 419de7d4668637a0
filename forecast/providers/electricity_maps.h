// Electricity Maps: average intensity, flow-traced, of the zones of the world. Needs a token.
//
//   GET {url}/carbon-intensity/forecast?zone=DK-DK2&horizonHours=72&…   auth-token: …
//   {"zone": "DK-DK2", "temporalGranularity": "hourly", "updatedAt": "…",
//    "forecast": [{"carbonIntensity": 77, "datetime": "2026-08-22T17:00:00.000Z"}, …]}
//   GET {url}/carbon-intensity/past-range?zone=…&start=…&end=…          at most ten days
//   {"zone": "DK-DK2", "temporalGranularity": "hourly",
//    "data": [{"carbonIntensity": 77, "datetime": "…", "isEstimated": true}, …]}
//
// Version 4 of the API, and version 3 at its own URL as the fallback, which answers alike. Values
// are gCO2e/kWh and may be null. `updatedAt` is about when the request was made, so the issue time
// is unknown. What would silently answer another question is always sent or checked: without
// disableCallerLookup an unknown zone becomes the caller's own, without emissionFactorType the kind
// is whatever the account's default is, and a granularity that the plan lacks is coarsened.
#ifndef FORECAST_PROVIDERS_ELECTRICITY_MAPS_H_
#define FORECAST_PROVIDERS_ELECTRICITY_MAPS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr char kElectricityMapsUrl[] = "https://api.electricitymaps.com/v4";
inline constexpr char kElectricityMapsV3Url[] = "https://api.electricitymaps.com/v3";

// Kinds: average-lifecycle and average-direct. credential.secret is the token.
absl::StatusOr<HttpRequest> ElectricityMapsForecastRequest(const ProviderAsk& ask,
                                                           const Credential& credential,
                                                           absl::Time now);
absl::StatusOr<std::vector<HttpRequest>> ElectricityMapsHistoryRequests(
    const ProviderAsk& ask, const Credential& credential, absl::Time from, absl::Time to);

// A 401 stands for a bad token, for a zone that the plan lacks or for too many requests at once:
// see CheckReply.
absl::StatusOr<ProviderForecast> ParseElectricityMapsForecast(const ProviderAsk& ask,
                                                              const HttpReply& reply);
// Of past-range and of history, the last 24 hours. What Electricity Maps estimated is marked.
absl::StatusOr<ProviderHistory> ParseElectricityMapsHistory(const ProviderAsk& ask,
                                                            const HttpReply& reply);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_ELECTRICITY_MAPS_H_
