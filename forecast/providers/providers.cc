#include "forecast/providers/providers.h"

#include "forecast/providers/carbon_aware_web.h"
#include "forecast/providers/eia930.h"
#include "forecast/providers/electricity_maps.h"
#include "forecast/providers/energinet.h"
#include "forecast/providers/energy_charts.h"
#include "forecast/providers/neso.h"
#include "forecast/providers/watttime.h"

namespace carbon {
namespace {

const Provider kProviders[] = {
    {.name = "carbon-aware-file",
     .url = kCarbonAwareFileUrl,
     .forecast = CarbonAwareFileRequest,
     .parse_forecast = ParseCarbonAwareForecast},
    {.name = "carbon-aware-sdk",
     .refresh = absl::Minutes(5),
     .forecast = CarbonAwareForecastRequest,
     .parse_forecast = ParseCarbonAwareForecast,
     .history = CarbonAwareHistoryRequests,
     .parse_history = ParseCarbonAwareHistory},
    {.name = "eia-930",
     .url = kEia930Url,
     .needs = Provider::Needs::kSecret,
     .history = Eia930HistoryRequests,
     .parse_history = ParseEia930History},
    {.name = "electricity-maps",
     .url = kElectricityMapsUrl,
     .needs = Provider::Needs::kSecret,
     .forecast = ElectricityMapsForecastRequest,
     .parse_forecast = ParseElectricityMapsForecast,
     .history = ElectricityMapsHistoryRequests,
     .parse_history = ParseElectricityMapsHistory},
    {.name = "electricity-maps-v3",
     .url = kElectricityMapsV3Url,
     .needs = Provider::Needs::kSecret,
     .forecast = ElectricityMapsForecastRequest,
     .parse_forecast = ParseElectricityMapsForecast,
     .history = ElectricityMapsHistoryRequests,
     .parse_history = ParseElectricityMapsHistory},
    {.name = "energinet",
     .url = kEnerginetUrl,
     .forecast = EnerginetForecastRequest,
     .parse_forecast = ParseEnerginetForecast,
     .history = EnerginetHistoryRequests,
     .parse_history = ParseEnerginetHistory},
    {.name = "energy-charts",
     .url = kEnergyChartsUrl,
     .forecast = EnergyChartsForecastRequest,
     .parse_forecast = ParseEnergyChartsForecast,
     .history = EnergyChartsHistoryRequests,
     .parse_history = ParseEnergyChartsHistory},
    {.name = "neso",
     .url = kNesoUrl,
     .forecast = NesoForecastRequest,
     .parse_forecast = ParseNesoForecast,
     .history = NesoHistoryRequests,
     .parse_history = ParseNesoHistory},
    {.name = "watttime",
     .url = kWattTimeUrl,
     .needs = Provider::Needs::kLogin,
     .refresh = absl::Minutes(5),
     .forecast = WattTimeForecastRequest,
     .parse_forecast = ParseWattTimeForecast,
     .history = WattTimeHistoryRequests,
     .parse_history = ParseWattTimeHistory,
     .login = WattTimeLoginRequest,
     .parse_login = ParseWattTimeLogin,
     .login_life = kWattTimeTokenLife},
};

}  // namespace

const Provider* FindProvider(absl::string_view name) {
  for (const Provider& provider : kProviders) {
    if (provider.name == name) return &provider;
  }
  return nullptr;
}

std::vector<std::string> ProviderNames() {
  std::vector<std::string> names;
  for (const Provider& provider : kProviders) names.emplace_back(provider.name);
  return names;
}

}  // namespace carbon
