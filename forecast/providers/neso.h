// The Carbon Intensity API of Great Britain's National Energy System Operator: average intensity of
// what generators emit, so it is direct. No key; CC BY 4.0. Steps are half-hours.
//
//   GET {url}/intensity/2018-01-20T12:00Z/fw48h              zone GB
//   GET {url}/intensity/{from}/{to}                          at most 14 days
//   {"data": [{"from": "2018-01-20T12:00Z", "to": "2018-01-20T12:30Z",
//              "intensity": {"forecast": 266, "actual": 263, "index": "moderate"}}, …]}
//   GET {url}/regional/intensity/{from}/fw48h/regionid/13    zone 1 to 17
//   GET {url}/regional/intensity/{from}/fw48h/postcode/RG10  zone an outward postcode
//   {"data": {"regionid": 13, "data": [{"from": …, "to": …, "intensity": {"forecast": 266}}, …]}}
//
// Regional `data` is an object or an array of one. `actual` is null for the future. It is absent
// from regional data, whose past is the last forecast: that counts as estimated. In an outage the
// server answers 200 with {} or no points: UNAVAILABLE for a forecast. For days a forecast may end
// tonight rather than in 48 hours: it is used as far as it reaches. The server does not say when it
// was made.
#ifndef FORECAST_PROVIDERS_NESO_H_
#define FORECAST_PROVIDERS_NESO_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr char kNesoUrl[] = "https://api.carbonintensity.org.uk";

// The kind is average-direct. No credential.
absl::StatusOr<HttpRequest> NesoForecastRequest(const ProviderAsk& ask,
                                                const Credential& credential, absl::Time now);
absl::StatusOr<std::vector<HttpRequest>> NesoHistoryRequests(const ProviderAsk& ask,
                                                             const Credential& credential,
                                                             absl::Time from, absl::Time to);

absl::StatusOr<ProviderForecast> ParseNesoForecast(const ProviderAsk& ask, const HttpReply& reply);
absl::StatusOr<ProviderHistory> ParseNesoHistory(const ProviderAsk& ask, const HttpReply& reply);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_NESO_H_
