// Electricity Maps: average intensity, flow-traced, of the zones of the world. Needs a token.
//
//   GET {url}/carbon-intensity/forecast?zone=DK-DK2&horizonHours=72&…   auth-token: …
//   {"zone": "DK-DK2", "temporalGranularity": "hourly", "updatedAt": "…",
//    "forecast": [{"carbonIntensity": 77, "datetime": "2026-08-22T17:00:00.000Z"}, …]}
//   GET {url}/carbon-intensity/past-range?zone=…&start=…&end=…          at most ten days
//   {"zone": "DK-DK2", "temporalGranularity": "hourly",
//    "data": [{"carbonIntensity": 77, "datetime": "…", "isEstimated": true}, …]}
//
// This is version 4 of the API. Version 3, at its own URL, is the fallback and answers alike.
// Values are gCO2e/kWh and may be null. `updatedAt` is about the time of the request, so the issue
// time is unknown. Parameters without which the API would silently answer another question are
// always sent, or the answer is checked. Without disableCallerLookup an unknown zone becomes the
// caller's own. Without emissionFactorType the kind is the account's default. A granularity that
// the plan lacks is coarsened.
#ifndef FORECAST_PROVIDERS_ELECTRICITY_MAPS_H_
#define FORECAST_PROVIDERS_ELECTRICITY_MAPS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr char kElectricityMapsUrl[] = "https://api.electricitymaps.com/v4";
inline constexpr char kElectricityMapsV3Url[] = "https://api.electricitymaps.com/v3";

// The kinds are average-lifecycle and average-direct. credential.secret is the token.
absl::StatusOr<HttpRequest> ElectricityMapsForecastRequest(const ProviderAsk& ask,
                                                           const Credential& credential,
                                                           absl::Time now);
absl::StatusOr<std::vector<HttpRequest>> ElectricityMapsHistoryRequests(
    const ProviderAsk& ask, const Credential& credential, absl::Time from, absl::Time to);

// A 401 means a bad token, a zone that the plan lacks, or too many requests at once: see
// CheckReply.
absl::StatusOr<ProviderForecast> ParseElectricityMapsForecast(const ProviderAsk& ask,
                                                              const HttpReply& reply);
// Parses past-range, and history (the last 24 hours). Values that Electricity Maps estimated are
// marked.
absl::StatusOr<ProviderHistory> ParseElectricityMapsHistory(const ProviderAsk& ask,
                                                            const HttpReply& reply);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_ELECTRICITY_MAPS_H_
