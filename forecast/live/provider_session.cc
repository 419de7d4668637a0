#include "forecast/live/provider_session.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

// A part of a secret as short as this says little of it, and shorter ones are in any text.
constexpr size_t kMinPart = 6;
// A secret as short as this is not looked for: it would be found everywhere.
constexpr size_t kMinSecret = 4;

// Whole or in parts: what quotes a server may have cut the secret short or escaped some of it.
std::string WithoutParts(absl::string_view text, absl::string_view secret) {
  if (secret.size() < kMinSecret) return std::string(text);
  const size_t least = std::min(kMinPart, secret.size());
  std::string clean;
  for (size_t i = 0; i < text.size();) {
    size_t length = 0;
    for (size_t tried = least; i + tried <= text.size(); ++tried) {
      if (!absl::StrContains(secret, text.substr(i, tried))) break;
      length = tried;
    }
    if (length == 0) {
      clean += text[i++];
    } else {
      clean += "(secret)";
      i += length;
    }
  }
  return clean;
}

}  // namespace

absl::Status ProviderSession::TakeLogin(const ProviderAsk& ask, const HttpReply& reply,
                                        absl::Time now) {
  absl::StatusOr<Credential> session = provider_->parse_login(ask, reply);
  if (!session.ok()) return session.status();
  session_ = *std::move(session);
  until_ = now + provider_->login_life;
  return absl::OkStatus();
}

bool ProviderSession::NeedsNewLogin(const absl::Status& refusal) {
  const bool may_be_over = absl::IsUnauthenticated(refusal) || absl::IsPermissionDenied(refusal);
  if (!may_be_over || !session_.has_value() || logged_in_again_) return false;
  logged_in_again_ = true;
  session_.reset();
  return true;
}

std::string ProviderSession::WithoutSecrets(absl::string_view text) const {
  std::string clean = WithoutParts(text, configured_.secret);
  clean = WithoutParts(clean,
                       absl::Base64Escape(absl::StrCat(configured_.user, ":", configured_.secret)));
  if (session_.has_value()) clean = WithoutParts(clean, session_->secret);
  return clean;
}

absl::Status ProviderSession::WithoutSecrets(const absl::Status& status) const {
  return absl::Status(status.code(), WithoutSecrets(status.message()));
}

}  // namespace carbon
