// Energy-Charts of Fraunhofer ISE: average intensity of Europe's countries, measured and forecast
// to the end of today or tomorrow. No key; CC BY 4.0. Steps are mostly quarter-hours.
//
//   GET {url}/co2eq?country=de
//   GET {url}/co2eq?country=de&start=2026-07-01T00:00Z&end=2026-07-31T00:00Z
//   {"unix_seconds": [1783893600, 1783894500, 1783895400], "co2eq": [491.5, null, null],
//    "co2eq_forecast": [null, 505.0, null], "deprecated": false}
//
// Values are gCO2e/kWh; null means that there is no value yet, or no longer. The API does not say
// what is counted. So either average kind may be asked for, and the kind is what the operator
// assumes. The API limits requests early, with a Retry-After. It does not say when a forecast was
// made.
#ifndef FORECAST_PROVIDERS_ENERGY_CHARTS_H_
#define FORECAST_PROVIDERS_ENERGY_CHARTS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr char kEnergyChartsUrl[] = "https://api.energy-charts.info";

// The kinds are average-lifecycle and average-direct. The zone is the country in small letters. No
// credential.
absl::StatusOr<HttpRequest> EnergyChartsForecastRequest(const ProviderAsk& ask,
                                                        const Credential& credential,
                                                        absl::Time now);
absl::StatusOr<std::vector<HttpRequest>> EnergyChartsHistoryRequests(const ProviderAsk& ask,
                                                                     const Credential& credential,
                                                                     absl::Time from,
                                                                     absl::Time to);

// Returns the forecast, and before its start the measured values, back to their last gap.
absl::StatusOr<ProviderForecast> ParseEnergyChartsForecast(const ProviderAsk& ask,
                                                           const HttpReply& reply);
absl::StatusOr<ProviderHistory> ParseEnergyChartsHistory(const ProviderAsk& ask,
                                                         const HttpReply& reply);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_ENERGY_CHARTS_H_
