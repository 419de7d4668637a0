#include "forecast/providers/carbon_aware_web.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "forecast/http/http_url.h"
#include "forecast/providers/carbon_aware_sdk.h"
#include "forecast/providers/reply_json.h"
#include "forecast/providers/reply_points.h"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::string_view kName = "carbon-aware-sdk";
constexpr absl::Duration kHistory = absl::Hours(24 * 31);

absl::Status CheckAnyKind(const ProviderAsk& ask) {
  return CheckAsk(
      ask, {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect, SignalKind::kMarginal});
}

// The location may be the grid's name for the cloud region that was asked for, so it is not
// checked.
ReplyPoints::Record ReadEmission(const ReplyObject& emission) {
  const absl::StatusOr<absl::Time> start = emission.Instant("time");
  if (!start.ok()) return start.status();
  const absl::StatusOr<std::string> text = emission.Text("duration");
  if (!text.ok()) return text.status();
  const std::optional<absl::Duration> duration = ParseTimeSpan(*text);
  if (!duration.has_value()) {
    return emission.Refused("duration", absl::StrCat(Shown(json(*text)), " is not hh:mm[:ss]"));
  }
  const absl::StatusOr<std::optional<GramsPerKilowattHour>> value = emission.Intensity("rating");
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::nullopt;
  return IntensityHistory::Interval{*start, *start + *duration, **value};
}

absl::StatusOr<ReplyPoints> ReadHistory(const HttpReply& reply) {
  absl::StatusOr<json> root = ParseReply(reply);
  if (!root.ok()) return root.status();
  if (!root->is_array()) {
    return absl::InvalidArgumentError(absl::StrCat(Shown(*root), " is no list of emissions"));
  }
  ReplyPoints points;
  for (size_t i = 0; i < root->size(); ++i) {
    points.Add(ReadEmission(ReplyObject((*root)[i], absl::StrCat("[", i, "]"))));
  }
  return points;
}

}  // namespace

absl::StatusOr<HttpRequest> CarbonAwareForecastRequest(const ProviderAsk& ask, const Credential&,
                                                       absl::Time) {
  if (absl::Status status = CheckAnyKind(ask); !status.ok()) return OfProvider(kName, ask, status);
  // Without a start and an end the SDK answers with all that it has. Asking for more than it has is
  // an error.
  return HttpRequest{.url = Url(ask.url, "/emissions/forecasts/current", {{"location", ask.zone}})};
}

absl::StatusOr<std::vector<HttpRequest>> CarbonAwareHistoryRequests(const ProviderAsk& ask,
                                                                    const Credential&,
                                                                    absl::Time from,
                                                                    absl::Time to) {
  if (absl::Status status = CheckAnyKind(ask); !status.ok()) return OfProvider(kName, ask, status);
  std::vector<HttpRequest> requests;
  for (const TimeSpan& span : SplitSpan(from, to, kHistory)) {
    requests.push_back({.url = Url(ask.url, "/emissions/bylocation",
                                   {{"location", ask.zone},
                                    {"time", FormatTimestamp(span.from)},
                                    {"toTime", FormatTimestamp(span.to)}})});
  }
  return requests;
}

absl::StatusOr<HttpRequest> CarbonAwareFileRequest(const ProviderAsk& ask, const Credential&,
                                                   absl::Time) {
  if (absl::Status status = CheckAnyKind(ask); !status.ok()) return OfProvider(kName, ask, status);
  if (absl::EndsWith(ask.url, ".json")) return HttpRequest{.url = ask.url};
  return HttpRequest{.url = Url(ask.url, absl::StrCat("/", UrlEscaped(ask.zone), ".json"))};
}

absl::StatusOr<ProviderForecast> ParseCarbonAwareForecast(const ProviderAsk& ask,
                                                          const HttpReply& reply) {
  absl::Status status = CheckReply(reply);
  if (status.ok()) status = CheckSize(reply);
  if (!status.ok()) return OfProvider(kName, ask, status);
  absl::StatusOr<CarbonAwareForecast> forecast =
      ParseCarbonAwareSdk(reply.body, ask.zone, ask.now, kMaxReplyValues);
  if (absl::IsNotFound(forecast.status())) {
    // A good status with data of another place is one bad reply: the next may be right.
    forecast = absl::InvalidArgumentError(forecast.status().message());
  }
  if (!forecast.ok()) return OfProvider(kName, ask, forecast.status());
  return ProviderForecast{ask.kind, forecast->issued_at, std::move(forecast->series),
                          std::move(forecast->remark)};
}

absl::StatusOr<ProviderHistory> ParseCarbonAwareHistory(const ProviderAsk& ask,
                                                        const HttpReply& reply) {
  absl::StatusOr<ReplyPoints> points = ReadHistory(reply);
  if (!points.ok()) return OfProvider(kName, ask, points.status());
  return OfProvider(kName, ask, std::move(*points).History(ask));
}

}  // namespace carbon
