// Energi Data Service is the service of Energinet, Denmark's operator: average intensity of
// consumption in DK1 and DK2, direct, measured and forecast to the end of today or tomorrow. No
// key; CC BY 4.0. Steps are five minutes.
//
//   GET {url}/dataset/CO2EmisProg?start=2026-08-22T17:00&timezone=UTC&filter={"PriceArea":["DK1"]}
//            &sort=Minutes5UTC asc&limit=0
//   GET {url}/dataset/CO2Emis?start=…&end=…&…
//   {"records": [{"Minutes5UTC": "2026-08-22T17:00:00", "PriceArea": "DK1",
//                 "CO2Emission": 83.0}, …]}
//
// Values are g/kWh. Instants have no offset and are UTC. Without the `timezone` a request would
// mean Danish time, and without the `limit` it would get 100 records. At most 40 requests in ten
// seconds are allowed; otherwise the server answers none for five minutes. It does not say when a
// forecast was made.
#ifndef FORECAST_PROVIDERS_ENERGINET_H_
#define FORECAST_PROVIDERS_ENERGINET_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr char kEnerginetUrl[] = "https://api.energidataservice.dk";

// The kind is average-direct. The zone is a price area, DK1 or DK2. No credential.
absl::StatusOr<HttpRequest> EnerginetForecastRequest(const ProviderAsk& ask,
                                                     const Credential& credential, absl::Time now);
absl::StatusOr<std::vector<HttpRequest>> EnerginetHistoryRequests(const ProviderAsk& ask,
                                                                  const Credential& credential,
                                                                  absl::Time from, absl::Time to);

absl::StatusOr<ProviderForecast> ParseEnerginetForecast(const ProviderAsk& ask,
                                                        const HttpReply& reply);
absl::StatusOr<ProviderHistory> ParseEnerginetHistory(const ProviderAsk& ask,
                                                      const HttpReply& reply);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_ENERGINET_H_
