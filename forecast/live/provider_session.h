// With what credential a provider is asked: the one that is configured, or what a login gave for
// it, which is over after a while and may be refused before. Pure: now is an argument, no I/O.
#ifndef FORECAST_LIVE_PROVIDER_SESSION_H_
#define FORECAST_LIVE_PROVIDER_SESSION_H_

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecast/http/known_secrets.h"
#include "forecast/providers/providers.h"

namespace carbon {

class ProviderSession {
 public:
  ProviderSession(const Provider* provider, Credential credential)
      : provider_(provider),
        configured_(std::move(credential)),
        known_secret_(RememberSecret(configured_.user, configured_.secret)) {}

  // Whether a login has to come before anything else is asked.
  bool NeedsLogin(absl::Time now) const {
    return provider_->login != nullptr && (!session_.has_value() || now >= until_);
  }
  absl::StatusOr<HttpRequest> Login(const ProviderAsk& ask) const {
    return provider_->login(ask, configured_);
  }
  absl::Status TakeLogin(const ProviderAsk& ask, const HttpReply& reply, absl::Time now);

  // For every other request.
  const Credential& credential() const { return session_.has_value() ? *session_ : configured_; }

  void Accepted() { logged_in_again_ = false; }
  // After `refusal`: true where another login comes first, once since the last Accepted(). That a
  // login is over servers say with UNAUTHENTICATED, or with PERMISSION_DENIED.
  bool NeedsNewLogin(const absl::Status& refusal);
  // The clock was set: nobody knows how old the login is.
  void Forget() { session_.reset(); }

  // What a server said, without the credential that it may repeat: each part of six characters or
  // more of the configured one or of the last logins', in any of its forms (known_secrets.h),
  // becomes "(secret)". Stricter than what whoever writes a text does with all of them.
  std::string WithoutSecrets(absl::string_view text) const;
  absl::Status WithoutSecrets(const absl::Status& status) const;

  bool HasCredentialOf(const ProviderSession& other) const {
    return configured_.user == other.configured_.user &&
           configured_.secret == other.configured_.secret;
  }

 private:
  const Provider* provider_;
  Credential configured_;
  KnownSecret known_secret_;
  std::optional<Credential> session_;
  // A reply to what was sent before the last login may still come.
  KnownSecret known_session_;
  KnownSecret known_session_before_;
  absl::Time until_ = absl::InfinitePast();
  bool logged_in_again_ = false;
};

}  // namespace carbon

#endif  // FORECAST_LIVE_PROVIDER_SESSION_H_
