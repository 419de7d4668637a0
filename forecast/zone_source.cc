#include "forecast/zone_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "forecast/timestamp.h"

namespace carbon {
namespace {

// Less than this is no clock that was set back, but a `now` taken before the last reply came.
constexpr absl::Duration kSetBack = absl::Minutes(1);
// Some providers begin with their next step.
constexpr absl::Duration kLatestBegin = absl::Hours(1);
// Clocks of two machines differ a little.
constexpr absl::Duration kClockSkew = absl::Minutes(1);
// The waits after failures in a row.
const BackoffPolicy kBackoff;

ProviderAsk AskOf(const ZoneConfig& zone, const ForecastProvider& source,
                  const Provider& provider) {
  return {.url = source.url.empty() ? std::string(provider.url) : source.url,
          .zone = source.zone,
          .kind = zone.kind};
}

// OutOfRange where it is of another time: it must not take the place of what is good.
absl::Status CheckIsOfNow(const ProviderForecast& forecast, absl::Time now) {
  if (forecast.series.end() <= now) {
    return absl::OutOfRangeError(
        absl::StrCat("the data ends at ", FormatTimestamp(forecast.series.end()), ", in the past"));
  }
  if (forecast.series.begin() > now + kLatestBegin) {
    return absl::OutOfRangeError(absl::StrCat(
        "the data begins at ", FormatTimestamp(forecast.series.begin()), ", in the future"));
  }
  if (forecast.issued_at.has_value() && *forecast.issued_at > now + kClockSkew) {
    return absl::OutOfRangeError(absl::StrCat("the forecast was generated in the future, at ",
                                              FormatTimestamp(*forecast.issued_at)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckProvider(const ZoneConfig& zone, const ForecastProvider& source) {
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
  if (provider->forecast == nullptr) return refused("gives no forecasts");
  if (provider->needs != Provider::Needs::kNothing && source.secret_file.empty()) {
    return refused("needs a \"secret_file\"");
  }
  if (provider->needs == Provider::Needs::kLogin && source.user.empty()) {
    return refused("needs a \"user\"");
  }
  const ProviderAsk ask = AskOf(zone, source, *provider);
  if (ask.url.empty()) return refused("needs a \"url\"");
  return provider->forecast(ask, {.user = source.user, .secret = "none"}, absl::UnixEpoch())
      .status();
}

ZoneSource::ZoneSource(const ZoneConfig& zone, const ForecastProvider& source,
                       Credential credential, absl::Duration refresh)
    : zone_(zone.name),
      source_(source),
      provider_(FindProvider(source.provider)),
      ask_(AskOf(zone, source, *provider_)),
      credential_(std::move(credential)),
      refresh_(refresh) {}

bool ZoneSource::IsOf(const ZoneConfig& zone, const ForecastProvider& source) const {
  return zone.name == zone_ && zone.kind == ask_.kind && source == source_;
}

void ZoneSource::Inherit(const ZoneSource& before) {
  forecast_ = before.forecast_;
  fetched_at_ = before.fetched_at_;
}

std::optional<HttpRequest> ZoneSource::NextRequest(absl::Time now) {
  if (is_pending_) return std::nullopt;
  const bool is_set_back = now < answered_at_ - kSetBack;
  if (now < due_ && !is_set_back) return std::nullopt;
  if (is_set_back) session_.reset();
  is_login_ = provider_->login != nullptr && (!session_.has_value() || now >= session_until_);
  absl::StatusOr<HttpRequest> request =
      is_login_ ? provider_->login(ask_, credential_)
                : provider_->forecast(ask_, session_.value_or(credential_), now);
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
  if (forecast.ok()) {
    const absl::Status status = CheckIsOfNow(*forecast, now);
    if (!status.ok()) forecast = OfProvider(provider_->name, ask_, status);
  }
  if (!forecast.ok()) {
    if (absl::IsUnauthenticated(forecast.status()) && session_.has_value() && !logged_in_again_) {
      logged_in_again_ = true;
      session_.reset();
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
  logged_in_again_ = false;
  due_ = now + std::max(refresh_, reply->fresh_for);
}

void ZoneSource::TakeLogin(const HttpReply& reply, absl::Time now, double random) {
  absl::StatusOr<Credential> session = provider_->parse_login(ask_, reply);
  if (!session.ok()) return Fail(session.status(), reply.retry_after, now, random);
  session_ = *std::move(session);
  session_until_ = now + provider_->login_life;
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
