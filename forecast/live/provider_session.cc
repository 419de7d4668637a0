#include "forecast/live/provider_session.h"

namespace carbon {

absl::Status ProviderSession::TakeLogin(const ProviderAsk& ask, const HttpReply& reply,
                                        absl::Time now) {
  absl::StatusOr<Credential> session = provider_->parse_login(ask, reply);
  if (!session.ok()) return session.status();
  session_ = *std::move(session);
  until_ = now + provider_->login_life;
  return absl::OkStatus();
}

bool ProviderSession::Refused() {
  if (!session_.has_value() || logged_in_again_) return false;
  logged_in_again_ = true;
  session_.reset();
  return true;
}

}  // namespace carbon
