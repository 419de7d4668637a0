// ProviderSession chooses the credential with which a provider is asked: the configured one, or the
// one that a login gave, which expires after a while and may be refused earlier. Pure: now is an
// argument, no I/O.
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

  // Returns whether a login has to come before any other request.
  bool NeedsLogin(absl::Time now) const {
    return provider_->login != nullptr && (!session_.has_value() || now >= until_);
  }
  absl::StatusOr<HttpRequest> Login(const ProviderAsk& ask) const {
    return provider_->login(ask, configured_);
  }
  absl::Status TakeLogin(const ProviderAsk& ask, const HttpReply& reply, absl::Time now);

  // The credential for every other request.
  const Credential& credential() const { return session_.has_value() ? *session_ : configured_; }

  void Accepted() { logged_in_again_ = false; }
  // Returns true, after `refusal`, if another login comes first: once since the last Accepted().
  // Servers say that a login has expired with UNAUTHENTICATED or with PERMISSION_DENIED.
  bool NeedsNewLogin(const absl::Status& refusal);
  // Call this when the clock was set: the age of the login is then unknown.
  void Forget() { session_.reset(); }

  // Returns a server's text without the credential, which it may repeat. Each part of six
  // characters or more of the configured credential or of the last logins', in any of its forms
  // (known_secrets.h), becomes "(secret)". This is stricter than the removal of all secrets before
  // a text is written.
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
  // A reply to a request from before the last login may still come.
  KnownSecret known_session_;
  KnownSecret known_session_before_;
  absl::Time until_ = absl::InfinitePast();
  bool logged_in_again_ = false;
};

}  // namespace carbon

#endif  // FORECAST_LIVE_PROVIDER_SESSION_H_
