// Energy-Charts of Fraunhofer ISE: average intensity of Europe's countries, measured and forecast
// to the end of today or tomorrow. No key; CC BY 4.0. Mostly quarter-hours.
//
//   GET {url}/co2eq?country=de
//   GET {url}/co2eq?country=de&start=2026-07-01T00:00Z&end=2026-07-31T00:00Z
//   {"unix_seconds": [1783893600, 1783894500, 1783895400], "co2eq": [491.5, null, null],
//    "co2eq_forecast": [null, 505.0, null], "deprecated": false}
//
// gCO2e/kWh; null where there is nothing yet, or no longer. The API does not say what is counted,
// so either average kind may be asked for and is what the operator takes it to be. It limits
// requests early, with a Retry-After. When a forecast was made is not told.
#ifndef FORECAST_PROVIDERS_ENERGY_CHARTS_H_
#define FORECAST_PROVIDERS_ENERGY_CHARTS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

inline constexpr char kEnergyChartsUrl[] = "https://api.energy-charts.info";

// Kinds: average-lifecycle and average-direct. The zone is the country in small letters. No
// credential.
absl::StatusOr<HttpRequest> EnergyChartsForecastRequest(const ProviderAsk& ask,
                                                        const Credential& credential,
                                                        absl::Time now);
absl::StatusOr<std::vector<HttpRequest>> EnergyChartsHistoryRequests(const ProviderAsk& ask,
                                                                     const Credential& credential,
                                                                     absl::Time from,
                                                                     absl::Time to);

// The forecast, and before its start what was measured, as far back as that has no gap.
absl::StatusOr<ProviderForecast> ParseEnergyChartsForecast(const ProviderAsk& ask,
                                                           const HttpReply& reply);
absl::StatusOr<ProviderHistory> ParseEnergyChartsHistory(const ProviderAsk& ask,
                                                         const HttpReply& reply);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_ENERGY_CHARTS_H_
