#include "forecast/live/provider_ask.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/nearest_word.h"
#include "forecast/providers/providers.h"

namespace carbon {

ProviderAsk AskOf(const ZoneConfig& zone, const ForecastProvider& source) {
  const Provider& provider = *FindProvider(source.provider);
  return {.url = source.url.empty() ? std::string(provider.url) : source.url,
          .zone = source.zone,
          .kind = source.kind.value_or(zone.kind),
          .provider = source.provider};
}

absl::Status CheckProvider(const ZoneConfig& zone, const ForecastProvider& source,
                           GridData wanted) {
  const Provider* provider = FindProvider(source.provider);
  if (provider == nullptr) {
    const std::string near = NearestWord(source.provider, ProviderNames());
    return absl::InvalidArgumentError(
        absl::StrCat("unknown provider \"", source.provider, "\"",
                     near.empty() ? "" : absl::StrCat("; did you mean \"", near, "\"?")));
  }
  const auto refused = [&](absl::string_view fact) {
    return absl::InvalidArgumentError(absl::StrCat("provider ", source.provider, ": ", fact));
  };
  const bool is_history = wanted == GridData::kHistory;
  if (is_history && provider->history == nullptr) return refused("gives no history");
  if (!is_history && provider->forecast == nullptr) return refused("gives no forecasts");
  if (provider->needs != Provider::Needs::kNothing && source.secret_file.empty()) {
    return refused("needs a \"secret_file\"");
  }
  if (provider->needs == Provider::Needs::kLogin && source.user.empty()) {
    return refused("needs a \"user\"");
  }
  const ProviderAsk ask = AskOf(zone, source);
  if (ask.url.empty()) return refused("needs a \"url\"");
  const Credential credential{.user = source.user, .secret = "none"};
  const absl::Time some = absl::UnixEpoch();
  return is_history ? provider->history(ask, credential, some, some + absl::Hours(1)).status()
                    : provider->forecast(ask, credential, some).status();
}

}  // namespace carbon
