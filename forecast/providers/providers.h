// This table has every provider of grid data that is asked over HTTP, by the name that carbon.json
// uses:
//
//   const Provider* provider = FindProvider("electricity-maps");
//   ask.url = provider->url;                       // unless the configuration names another one
//   request = provider->forecast(ask, credential, now);
//   …
//   forecast = provider->parse_forecast(ask, reply);
//
// The functions that make a provider's requests know which zones and kinds it has: they refuse
// others. Constant data; no I/O. Static values and files on the disk need no request and are not in
// the table.
#ifndef FORECAST_PROVIDERS_PROVIDERS_H_
#define FORECAST_PROVIDERS_PROVIDERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

struct Provider {
  using ForecastRequest = absl::StatusOr<HttpRequest>(const ProviderAsk&, const Credential&,
                                                      absl::Time now);
  using HistoryRequests = absl::StatusOr<std::vector<HttpRequest>>(const ProviderAsk&,
                                                                   const Credential&,
                                                                   absl::Time from, absl::Time to);
  using LoginRequest = absl::StatusOr<HttpRequest>(const ProviderAsk&, const Credential&);

  enum class Needs {
    kNothing,
    kSecret,  // a token or key in credential.secret
    kLogin,   // user and password, for which `login` gets the credential for the other requests
  };

  absl::string_view name;
  absl::string_view url;  // empty if the operator must say
  Needs needs = Needs::kNothing;
  // How often to ask for a forecast: new ones come no more often, and accounts are metered.
  // docs/providers.md gives the reason for each value.
  absl::Duration refresh = absl::Minutes(15);
  // Null if the provider has none.
  ForecastRequest* forecast = nullptr;
  absl::StatusOr<ProviderForecast> (*parse_forecast)(const ProviderAsk&,
                                                     const HttpReply&) = nullptr;
  HistoryRequests* history = nullptr;
  absl::StatusOr<ProviderHistory> (*parse_history)(const ProviderAsk&, const HttpReply&) = nullptr;
  LoginRequest* login = nullptr;
  absl::StatusOr<Credential> (*parse_login)(const ProviderAsk&, const HttpReply&) = nullptr;
  absl::Duration login_life = absl::InfiniteDuration();  // how long a login's credential is valid
};

// Returns nullptr for an unknown name.
const Provider* FindProvider(absl::string_view name);
// Returns the names in alphabetical order.
std::vector<std::string> ProviderNames();

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_PROVIDERS_H_
