#include "forecast/providers/watttime.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "forecast/providers/reply_json.h"
#include "forecast/providers/reply_points.h"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::string_view kName = "watttime";
constexpr absl::string_view kSignal = "co2_moer";
// This is a day less than what is allowed, because both ends count.
constexpr absl::Duration kHistory = absl::Hours(24 * 31);
constexpr int kMaxHorizonHours = 72;

absl::StatusOr<HttpRequest> Request(const ProviderAsk& ask, const Credential& credential,
                                    absl::string_view path,
                                    std::vector<std::pair<std::string, std::string>> query) {
  absl::Status status = CheckAsk(ask, {SignalKind::kMarginal});
  if (status.ok()) status = CheckSecret(credential.secret);
  if (!status.ok()) return OfProvider(kName, ask, status);
  query.insert(query.begin(), {{"region", ask.zone}, {"signal_type", std::string(kSignal)}});
  return HttpRequest{.url = Url(ask.url, path, query),
                     .headers = {{"Authorization", absl::StrCat("Bearer ", credential.secret),
                                  /*is_secret=*/true}}};
}

struct Reply {
  ReplyPoints points;
  std::optional<absl::Time> issued_at;
};

ReplyPoints::Record ReadPoint(const ReplyObject& point, absl::Duration step,
                              GramsPerKilowattHour unit) {
  const absl::StatusOr<absl::Time> start = point.Time("point_time");
  if (!start.ok()) return start.status();
  const absl::StatusOr<std::optional<GramsPerKilowattHour>> value = point.Intensity("value", unit);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::nullopt;
  const json* imputed = point.Find("imputed_data_used");
  return IntensityHistory::Interval{*start, *start + step, **value,
                                    imputed != nullptr && *imputed == json(true)};
}

absl::StatusOr<Reply> ReadReply(const ProviderAsk& ask, const HttpReply& reply) {
  absl::StatusOr<json> parsed = ParseReply(reply);
  if (!parsed.ok()) return parsed.status();
  const ReplyObject root(*parsed, "");
  absl::StatusOr<const json*> data = root.Array("data");
  if (!data.ok()) return data.status();
  const json* meta_json = root.Find("meta");
  if (meta_json == nullptr) return root.Refused("meta", "is missing");
  const ReplyObject meta(*meta_json, "meta");
  absl::Status status = meta.Expect("region", ask.zone);
  if (status.ok()) status = meta.Expect("signal_type", kSignal);
  if (!status.ok()) return status;
  absl::StatusOr<std::string> unit_name = meta.Text("units");
  if (!unit_name.ok()) return unit_name.status();
  absl::StatusOr<GramsPerKilowattHour> unit = ParseIntensityUnit(*unit_name);
  if (!unit.ok()) return unit.status();
  absl::StatusOr<absl::Duration> step = meta.Seconds("data_point_period_seconds");
  if (!step.ok()) return step.status();
  std::optional<absl::Time> issued_at;
  if (const json* found = meta.Find("generated_at"); found != nullptr && !found->is_null()) {
    absl::StatusOr<absl::Time> time = meta.Instant("generated_at");
    if (!time.ok()) return time.status();
    issued_at = *time;
  }

  ReplyPoints points;
  for (size_t i = 0; i < (*data)->size(); ++i) {
    points.Add(ReadPoint(ReplyObject((**data)[i], absl::StrCat("data[", i, "]")), *step, *unit));
  }
  return Reply{std::move(points), issued_at};
}

}  // namespace

absl::StatusOr<HttpRequest> WattTimeLoginRequest(const ProviderAsk& ask,
                                                 const Credential& credential) {
  absl::Status status = CheckAsk(ask, {SignalKind::kMarginal});
  if (status.ok() && credential.user.empty()) {
    status = absl::InvalidArgumentError("the credential names no user");
  }
  if (status.ok() && credential.secret.empty()) {
    status = absl::InvalidArgumentError("the credential is missing");
  }
  if (!status.ok()) return OfProvider(kName, ask, status);
  const std::string basic =
      absl::Base64Escape(absl::StrCat(credential.user, ":", credential.secret));
  return HttpRequest{
      .url = Url(ask.url, "/login"),
      .headers = {{"Authorization", absl::StrCat("Basic ", basic), /*is_secret=*/true}}};
}

absl::StatusOr<Credential> ParseWattTimeLogin(const ProviderAsk& ask, const HttpReply& reply) {
  absl::StatusOr<json> parsed = ParseReply(reply);
  if (!parsed.ok()) return OfProvider(kName, ask, parsed.status());
  const json* token = ReplyObject(*parsed, "").Find("token");
  if (token == nullptr || !token->is_string()) {
    return OfProvider(kName, ask, absl::InvalidArgumentError("the login's reply has no token"));
  }
  Credential credential{.secret = token->get<std::string>()};
  if (!CheckSecret(credential.secret).ok()) {
    return OfProvider(
        kName, ask, absl::InvalidArgumentError("the login's token is not of printable characters"));
  }
  return credential;
}

absl::StatusOr<HttpRequest> WattTimeForecastRequest(const ProviderAsk& ask,
                                                    const Credential& credential, absl::Time) {
  const int64_t hours = absl::ToInt64Hours(absl::Ceil(ask.horizon, absl::Hours(1)));
  return Request(
      ask, credential, "/v3/forecast",
      {{"horizon_hours", absl::StrCat(std::clamp<int64_t>(hours, 1, kMaxHorizonHours))}});
}

absl::StatusOr<std::vector<HttpRequest>> WattTimeHistoryRequests(const ProviderAsk& ask,
                                                                 const Credential& credential,
                                                                 absl::Time from, absl::Time to) {
  std::vector<HttpRequest> requests;
  for (const TimeSpan& span : SplitSpan(from, to, kHistory)) {
    absl::StatusOr<HttpRequest> request = Request(ask, credential, "/v3/historical",
                                                  {{"start", FormatTimestamp(span.from)},
                                                   {"end", FormatTimestamp(span.to)},
                                                   {"include_imputed_marker", "true"}});
    if (!request.ok()) return request.status();
    requests.push_back(*std::move(request));
  }
  return requests;
}

absl::StatusOr<ProviderForecast> ParseWattTimeForecast(const ProviderAsk& ask,
                                                       const HttpReply& reply) {
  absl::StatusOr<Reply> read = ReadReply(ask, reply);
  if (!read.ok()) return OfProvider(kName, ask, read.status());
  return OfProvider(kName, ask, std::move(read->points).Forecast(ask, read->issued_at));
}

absl::StatusOr<ProviderHistory> ParseWattTimeHistory(const ProviderAsk& ask,
                                                     const HttpReply& reply) {
  absl::StatusOr<Reply> read = ReadReply(ask, reply);
  if (!read.ok()) return OfProvider(kName, ask, read.status());
  return OfProvider(kName, ask, std::move(read->points).History(ask));
}

}  // namespace carbon
