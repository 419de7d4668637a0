// The Carbon Aware SDK over HTTP: its WebAPI, which somebody runs in front of a provider of their
// own, and its data file, which any web server can offer.
//
//   GET {url}/emissions/forecasts/current?location=westeurope
//   GET {url}/emissions/bylocation?location=westeurope&time=…&toTime=…
//   [{"location": "westeurope", "time": "2026-04-01T00:00:00+00:00", "rating": 416,
//     "duration": "01:00:00"}, …]
//   GET {url}/de.json                                      the data file of a zone; or
//   GET {url}                                              if that ends in .json
//
// carbon_aware_sdk.h describes the form of a forecast. Values are gCO2e/kWh. Their kind depends on
// the data source behind the SDK, so the operator says what it is. No credential.
#ifndef FORECAST_PROVIDERS_CARBON_AWARE_WEB_H_
#define FORECAST_PROVIDERS_CARBON_AWARE_WEB_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

// This URL serves data files of at, ch, de, fr and uk without a key.
inline constexpr char kCarbonAwareFileUrl[] =
    "https://carbonawarecomputing.blob.core.windows.net/forecasts";

// Requests to the WebAPI. They ask for no window, so that each value is that of its own step.
absl::StatusOr<HttpRequest> CarbonAwareForecastRequest(const ProviderAsk& ask,
                                                       const Credential& credential,
                                                       absl::Time now);
absl::StatusOr<std::vector<HttpRequest>> CarbonAwareHistoryRequests(const ProviderAsk& ask,
                                                                    const Credential& credential,
                                                                    absl::Time from, absl::Time to);
// A request for the data file.
absl::StatusOr<HttpRequest> CarbonAwareFileRequest(const ProviderAsk& ask,
                                                   const Credential& credential, absl::Time now);

// These parse replies of both.
absl::StatusOr<ProviderForecast> ParseCarbonAwareForecast(const ProviderAsk& ask,
                                                          const HttpReply& reply);
absl::StatusOr<ProviderHistory> ParseCarbonAwareHistory(const ProviderAsk& ask,
                                                        const HttpReply& reply);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_CARBON_AWARE_WEB_H_
