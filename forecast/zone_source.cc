#include "forecast/zone_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

// Less than this is no clock that was set back, but a `now` taken before the last reply came.
constexpr absl::Duration kSetBack = absl::Minutes(1);
// The waits after failures in a row.
const BackoffPolicy kBackoff;

ProviderAsk AskOf(const ZoneConfig& zone, const ForecastProvider& source,
                  const Provider& provider) {
  return {.url = source.url.empty() ? std::string(provider.url) : source.url,
          .zone = source.zone,
          .kind = zone.kind};
}

}  // namespace

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
  const ProviderAsk ask = AskOf(zone, source, *provider);
  if (ask.url.empty()) return refused("needs a \"url\"");
  const Credential credential{.user = source.user, .secret = "none"};
  const absl::Time some = absl::UnixEpoch();
  return is_history ? provider->history(ask, credential, some, some + absl::Hours(1)).status()
                    : provider->forecast(ask, credential, some).status();
}

ZoneSource::ZoneSource(const ZoneConfig& zone, const ForecastProvider& source,
                       Credential credential, absl::Duration refresh)
    : zone_(zone.name),
      source_(source),
      provider_(FindProvider(source.provider)),
      ask_(AskOf(zone, source, *provider_)),
      session_(provider_, std::move(credential)),
      refresh_(refresh) {}

bool ZoneSource::IsOf(const ZoneConfig& zone, const ForecastProvider& source) const {
  return zone.name == zone_ && zone.kind == ask_.kind && source == source_;
}

void ZoneSource::Inherit(const ZoneSource& before) {
  forecast_ = before.forecast_;
  fetched_at_ = before.fetched_at_;
  if (!session_.HasCredentialOf(before.session_)) return;
  session_ = before.session_;
  due_ = before.due_;
  answered_at_ = before.answered_at_;
  failures_ = before.failures_;
  trouble_ = before.trouble_;
}

std::optional<HttpRequest> ZoneSource::NextRequest(absl::Time now) {
  if (is_pending_) return std::nullopt;
  const bool is_set_back = now < answered_at_ - kSetBack;
  if (now < due_ && !is_set_back) return std::nullopt;
  if (is_set_back) session_.Forget();
  is_login_ = session_.NeedsLogin(now);
  absl::StatusOr<HttpRequest> request =
      is_login_ ? session_.Login(ask_) : provider_->forecast(ask_, session_.credential(), now);
  if (!request.ok()) {
    Fail(request.status(), std::nullopt, now, 0);
    return std::nullopt;
  }
  is_pending_ = true;
  return *std::move(request);
}

void ZoneSource::Take(const absl::StatusOr<HttpReply>& reply, absl::Time now, double random) {
  is_pending_ = false;
  answered_at_ = now;
  if (!reply.ok()) return Fail(reply.status(), std::nullopt, now, random);
  if (is_login_) return TakeLogin(*reply, now, random);
  absl::StatusOr<ProviderForecast> forecast = provider_->parse_forecast(ask_, *reply);
  if (!forecast.ok()) {
    if (absl::IsUnauthenticated(forecast.status()) && session_.Refused()) {
      trouble_ = forecast.status();
      due_ = absl::InfinitePast();
      return;
    }
    return Fail(forecast.status(), reply->retry_after, now, random);
  }
  forecast_ = *std::move(forecast);
  fetched_at_ = now;
  trouble_ = absl::OkStatus();
  failures_ = 0;
  session_.Accepted();
  due_ = now + std::max(refresh_, reply->fresh_for);
}

void ZoneSource::TakeLogin(const HttpReply& reply, absl::Time now, double random) {
  if (absl::Status status = session_.TakeLogin(ask_, reply, now); !status.ok()) {
    return Fail(status, reply.retry_after, now, random);
  }
  due_ = absl::InfinitePast();
}

void ZoneSource::Fail(const absl::Status& status, std::optional<absl::Duration> retry_after,
                      absl::Time now, double random) {
  ++failures_;
  trouble_ = status;
  due_ = NextAttempt(kBackoff, failures_, retry_after, random, now);
  if (absl::IsPermissionDenied(status) || absl::IsNotFound(status)) {
    due_ = std::max(due_, now + kRefusedWait);
  }
}

absl::StatusOr<FetchedForecast> ZoneSource::Fetched() const {
  if (!forecast_.has_value()) return trouble_;
  return FetchedForecast{*forecast_, fetched_at_, trouble_};
}

}  // namespace carbon
