#include "forecast/live/provider_credential.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forecast/http/secret_file.h"

namespace carbon {

absl::StatusOr<Credential> ReadCredential(const ZoneConfig& zone, const ForecastProvider& source) {
  Credential credential{.user = source.user, .secret = ""};
  if (source.secret_file.empty()) return credential;
  const absl::StatusOr<Secret> secret = ReadSecretFile(source.secret_file);
  if (!secret.ok()) {
    return absl::Status(secret.status().code(),
                        absl::StrCat("zone ", zone.name, ": ", secret.status().message()));
  }
  credential.secret = std::string(secret->Reveal());
  return credential;
}

}  // namespace carbon
