#include "forecast/live/provider_session.h"

#include <string>

namespace carbon {
namespace {

// A part of a secret that is this short reveals little of it, and shorter parts occur in any text.
constexpr size_t kMinPart = 6;

}  // namespace

absl::Status ProviderSession::TakeLogin(const ProviderAsk& ask, const HttpReply& reply,
                                        absl::Time now) {
  absl::StatusOr<Credential> session = provider_->parse_login(ask, reply);
  if (!session.ok()) return session.status();
  session_ = *std::move(session);
  known_session_before_ = std::move(known_session_);
  known_session_ = RememberSecret(session_->user, session_->secret);
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
  std::string clean(text);
  for (const KnownSecret& known : {known_secret_, known_session_, known_session_before_}) {
    if (known != nullptr) clean = known->RemovedFrom(clean, kMinPart);
  }
  return clean;
}

absl::Status ProviderSession::WithoutSecrets(const absl::Status& status) const {
  return absl::Status(status.code(), WithoutSecrets(status.message()));
}

}  // namespace carbon
