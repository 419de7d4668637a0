#include "forecast/live/zone_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"

namespace carbon {
namespace {

// Some providers begin with their next step, so a forecast may begin this much later than now.
constexpr absl::Duration kLatestBegin = absl::Hours(1);
// The waits after failures in a row.
const BackoffPolicy kBackoff;

// Returns the code of an unsuccessful reply, as SourceState::errors counts it.
std::string CodeOf(const HttpReply& reply) {
  return reply.status == 200 ? "bad-reply" : absl::StrCat(reply.status);
}

// Checks that a forecast is of now. Otherwise it must not replace a good one.
absl::Status CheckStandsIn(const ProviderForecast& forecast, absl::Time now) {
  if (forecast.series.begin() > now + kLatestBegin) {
    return absl::OutOfRangeError(absl::StrCat(
        "the data begins at ", FormatTimestamp(forecast.series.begin()), ", in the future"));
  }
  return CheckIsOfNow(forecast, now);
}

// Returns `next`, preceded by the part of `held` from this hour on if `next` begins later: one
// value that is missing at its begin must not leave the zone without any.
IntensitySeries Joined(const IntensitySeries& held, const IntensitySeries& next, absl::Time now) {
  if (next.begin() <= now || held.begin() > now || held.end() < next.begin()) return next;
  std::vector<IntensitySeries::Step> steps;
  // Only this hour of the past is taken. Otherwise the past would grow with each reply.
  const absl::Time from = std::max(held.begin(), FloorToHour(now));
  for (const IntensitySeries::Step& step : held.steps()) {
    if (step.start >= next.begin()) break;
    if (step.start <= from) steps.clear();
    steps.push_back({std::max(step.start, from), step.value});
  }
  for (const IntensitySeries::Step& step : next.steps()) steps.push_back(step);
  const absl::StatusOr<IntensitySeries> joined = IntensitySeries::Create(steps, next.end());
  return joined.ok() ? *joined : next;
}

}  // namespace

ZoneSource::ZoneSource(const ZoneConfig& zone, const ForecastProvider& source,
                       Credential credential)
    : zone_(zone.name),
      source_(source),
      provider_(FindProvider(source.provider)),
      ask_(AskOf(zone, source)),
      session_(provider_, std::move(credential)),
      refresh_(source.refresh.value_or(provider_->refresh)) {}

bool ZoneSource::IsOf(const ZoneConfig& zone, const ForecastProvider& source) const {
  if (zone.name != zone_ || source.kind.value_or(zone.kind) != ask_.kind) return false;
  ForecastProvider at_same_rhythm = source;
  at_same_rhythm.refresh = source_.refresh;
  return at_same_rhythm == source_;
}

void ZoneSource::Inherit(const ZoneSource& before) {
  forecast_ = before.forecast_;
  fetched_at_ = before.fetched_at_;
  told_note_ = before.told_note_;
  requests_ = before.requests_;
  errors_ = before.errors_;
  if (!session_.HasCredentialOf(before.session_)) return;
  session_ = before.session_;
  due_ = before.due_;
  answered_at_ = before.answered_at_;
  failures_ = before.failures_;
  trouble_ = before.trouble_;
  trouble_at_ = before.trouble_at_;
  told_trouble_ = before.told_trouble_;
  told_code_ = before.told_code_;
  // The new configuration may have a shorter interval.
  if (failures_ == 0) due_ = std::min(due_, answered_at_ + refresh_);
}

bool ZoneSource::WasClockSetBack(absl::Time now) {
  if (now >= answered_at_ - kSetBack) return false;
  session_.Forget();
  fetched_at_ = std::min(fetched_at_, now);
  return true;
}

std::optional<HttpRequest> ZoneSource::NextRequest(absl::Time now) {
  const bool is_set_back = WasClockSetBack(now);
  if (is_pending_ || (now < due_ && !is_set_back)) return std::nullopt;
  is_login_ = session_.NeedsLogin(now);
  absl::StatusOr<HttpRequest> request =
      is_login_ ? session_.Login(ask_) : provider_->forecast(ask_, session_.credential(), now);
  if (!request.ok()) {
    Fail(request.status(), "request", std::nullopt, now, 0);
    return std::nullopt;
  }
  is_pending_ = true;
  ++requests_;
  return *std::move(request);
}

void ZoneSource::Take(const absl::StatusOr<HttpReply>& reply, absl::Time now, double random) {
  is_pending_ = false;
  WasClockSetBack(now);
  answered_at_ = now;
  if (!reply.ok()) {
    const bool is_late = absl::IsDeadlineExceeded(reply.status());
    return Fail(session_.WithoutSecrets(reply.status()), is_late ? "timeout" : "no-reply",
                std::nullopt, now, random);
  }
  if (is_login_) return TakeLogin(*reply, now, random);
  ask_.now = now;
  absl::StatusOr<ProviderForecast> forecast = provider_->parse_forecast(ask_, *reply);
  if (forecast.ok()) {
    const absl::Status status = CheckStandsIn(*forecast, now);
    if (!status.ok()) forecast = OfProvider(provider_->name, ask_, status);
  }
  if (!forecast.ok()) {
    const absl::Status status = session_.WithoutSecrets(forecast.status());
    if (session_.NeedsNewLogin(status)) {
      Complain(status, CodeOf(*reply), now);
      due_ = absl::InfinitePast();
      return;
    }
    return Fail(status, CodeOf(*reply), reply->retry_after, now, random);
  }
  if (forecast_.has_value()) {
    forecast->series = Joined(forecast_->series, forecast->series, now);
  }
  forecast_ = *std::move(forecast);
  TakeRemark();
  fetched_at_ = now;
  trouble_ = told_trouble_ = absl::OkStatus();
  told_code_.clear();
  trouble_at_.reset();
  failures_ = 0;
  session_.Accepted();
  due_ = now + std::max(refresh_, reply->fresh_for);
}

void ZoneSource::TakeLogin(const HttpReply& reply, absl::Time now, double random) {
  if (absl::Status status = session_.TakeLogin(ask_, reply, now); !status.ok()) {
    return Fail(session_.WithoutSecrets(status), CodeOf(reply), reply.retry_after, now, random);
  }
  due_ = absl::InfinitePast();
}

void ZoneSource::TakeRemark() {
  std::string& note = forecast_->remark.note;
  note = session_.WithoutSecrets(note);
  if (note.empty() || told_note_.empty()) told_note_ = note;
}

void ZoneSource::NoteSilence(absl::Duration longest, absl::Time now) {
  if (!is_pending_) return;
  const std::string fact = absl::StrCat("no answer within ", absl::FormatDuration(longest));
  Complain(OfProvider(provider_->name, ask_, absl::DeadlineExceededError(fact)), "timeout", now);
}

void ZoneSource::Complain(const absl::Status& status, const std::string& code, absl::Time now) {
  const std::string told_code = absl::StrCat(code, " ", absl::StatusCodeToString(status.code()));
  if (told_code != told_code_) {
    told_trouble_ = status;
    told_code_ = told_code;
  }
  trouble_ = status;
  trouble_at_ = now;
  ++errors_[code];
}

void ZoneSource::Fail(const absl::Status& status, const std::string& code,
                      std::optional<absl::Duration> retry_after, absl::Time now, double random) {
  ++failures_;
  Complain(status, code, now);
  due_ = NextAttempt(kBackoff, failures_, retry_after, random, now);
  if (absl::IsPermissionDenied(status) || absl::IsNotFound(status)) {
    due_ = std::max(due_, now + kRefusedWait);
  }
}

absl::StatusOr<FetchedForecast> ZoneSource::Fetched() const {
  if (!forecast_.has_value()) return told_trouble_;
  return FetchedForecast{*forecast_, fetched_at_, told_trouble_, told_note_};
}

SourceState ZoneSource::State() const {
  SourceState state;
  state.zone = zone_;
  state.source = SourceName(source_);
  state.provider = source_.provider;
  state.kind = ask_.kind;
  if (forecast_.has_value()) {
    state.issued_at = forecast_->issued_at;
    state.fetched_at = fetched_at_;
    state.reaches = forecast_->series.end();
    state.left_out = forecast_->remark.left_out;
    state.note = forecast_->remark.note;
  }
  if (!is_pending_ && due_ != absl::InfinitePast()) state.next_refresh = due_;
  // Before the first answer there is no problem.
  if (trouble_at_.has_value()) state.error = std::string(trouble_.message());
  state.error_at = trouble_at_;
  state.failures = failures_;
  state.requests = requests_;
  state.errors = errors_;
  return state;
}

}  // namespace carbon
