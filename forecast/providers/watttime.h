// WattTime, version 3: marginal intensity of the balancing areas of the world. Needs an account;
// its user and password get a token for 30 minutes.
//
//   GET {url}/login                                  Authorization: Basic …
//   {"token": "…"}
//   GET {url}/v3/forecast?region=CAISO_NORTH&signal_type=co2_moer&horizon_hours=72
//                                                    Authorization: Bearer …
//   {"data": [{"point_time": "2022-07-15T00:00:00+00:00", "value": 1048.41}, …],
//    "meta": {"data_point_period_seconds": 300, "region": "CAISO_NORTH", "signal_type": "co2_moer",
//             "units": "lbs_co2_per_mwh", "generated_at": "2022-07-15T00:00:00+00:00"}}
//   GET {url}/v3/historical?region=…&start=…&end=…   at most 32 days
//
// Units are converted as `units` declares them. `generated_at` is a true issue time. A 401 means
// that the token has expired: log in again, once. A 403 (JSON or an HTML page) may mean the same;
// after a new login it means that the plan lacks this. Rate limits: 3000 requests, and 100 logins,
// in five minutes.
#ifndef FORECAST_PROVIDERS_WATTTIME_H_
#define FORECAST_PROVIDERS_WATTTIME_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr char kWattTimeUrl[] = "https://api.watttime.org";
inline constexpr absl::Duration kWattTimeTokenLife = absl::Minutes(30);

// credential: user and password.
absl::StatusOr<HttpRequest> WattTimeLoginRequest(const ProviderAsk& ask,
                                                 const Credential& credential);
// Returns the credential for the other requests; its secret is the token. Errors do not quote the
// reply.
absl::StatusOr<Credential> ParseWattTimeLogin(const ProviderAsk& ask, const HttpReply& reply);

// The kind is marginal. credential: the result of ParseWattTimeLogin.
absl::StatusOr<HttpRequest> WattTimeForecastRequest(const ProviderAsk& ask,
                                                    const Credential& credential, absl::Time now);
absl::StatusOr<std::vector<HttpRequest>> WattTimeHistoryRequests(const ProviderAsk& ask,
                                                                 const Credential& credential,
                                                                 absl::Time from, absl::Time to);

absl::StatusOr<ProviderForecast> ParseWattTimeForecast(const ProviderAsk& ask,
                                                       const HttpReply& reply);
// Values that WattTime imputed are marked as estimated.
absl::StatusOr<ProviderHistory> ParseWattTimeHistory(const ProviderAsk& ask,
                                                     const HttpReply& reply);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_WATTTIME_H_
