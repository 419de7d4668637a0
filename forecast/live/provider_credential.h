// Reads the credential that carbon.json names for a provider: a user, and a secret that is in a
// file.
#ifndef FORECAST_LIVE_PROVIDER_CREDENTIAL_H_
#define FORECAST_LIVE_PROVIDER_CREDENTIAL_H_

#include "absl/status/statusor.h"
#include "core/config/daemon_config.h"
#include "forecast/providers/provider.h"

namespace carbon {

// Reads the secret, if one is named. Errors are those of ReadSecretFile, "zone DE: PATH: fact".
// Blocks on the disk.
absl::StatusOr<Credential> ReadCredential(const ZoneConfig& zone, const ForecastProvider& source);

}  // namespace carbon

#endif  // FORECAST_LIVE_PROVIDER_CREDENTIAL_H_
