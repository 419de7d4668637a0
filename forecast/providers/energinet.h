// Energi Data Service of Energinet, Denmark's operator: average intensity of what is consumed in
// DK1 and DK2, direct, measured and forecast to the end of today or tomorrow. No key; CC BY 4.0.
// Five minutes.
//
//   GET {url}/dataset/CO2EmisProg?start=2026-08-22T17:00&timezone=UTC&filter={"PriceArea":["DK1"]}
//            &sort=Minutes5UTC asc&limit=0
//   GET {url}/dataset/CO2Emis?start=…&end=…&…
//   {"records": [{"Minutes5UTC": "2026-08-22T17:00:00", "PriceArea": "DK1",
//                 "CO2Emission": 83.0}, …]}
//
// g/kWh. Instants have no offset and are UTC; what is asked for would be Danish time without the
// `timezone`, 100 records without the `limit`. At most 40 requests in ten seconds, or none for five
// minutes. When a forecast was made is not told.
#ifndef FORECAST_PROVIDERS_ENERGINET_H_
#define FORECAST_PROVIDERS_ENERGINET_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr char kEnerginetUrl[] = "https://api.energidataservice.dk";

// Kind: average-direct. The zone is a price area, DK1 or DK2. No credential.
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
