#include "forecast/providers/electricity_maps.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "forecast/providers/reply_json.h"
#include "forecast/providers/reply_points.h"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::string_view kName = "electricity-maps";
constexpr absl::Duration kPastRange = absl::Hours(24 * 10);
constexpr int kHorizonHours[] = {6, 24, 48, 72};

absl::string_view EmissionFactorType(SignalKind kind) {
  return kind == SignalKind::kAverageDirect ? "direct" : "lifecycle";
}

absl::StatusOr<HttpRequest> Request(const ProviderAsk& ask, const Credential& credential,
                                    absl::string_view path,
                                    std::vector<std::pair<std::string, std::string>> query) {
  absl::Status status = CheckAsk(ask, {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect});
  if (status.ok()) status = CheckSecret(credential.secret);
  if (!status.ok()) return OfProvider(kName, ask, status);
  query.insert(query.end(), {{"zone", ask.zone},
                             {"temporalGranularity", "hourly"},
                             {"emissionFactorType", std::string(EmissionFactorType(ask.kind))},
                             {"flowTraced", "true"},
                             {"disableCallerLookup", "true"}});
  return HttpRequest{.url = Url(ask.url, path, query),
                     .headers = {{"auth-token", credential.secret, /*is_secret=*/true}}};
}

absl::StatusOr<absl::Duration> Granularity(const ReplyObject& root) {
  if (root.Find("temporalGranularity") == nullptr) return absl::Hours(1);
  absl::StatusOr<std::string> name = root.Text("temporalGranularity");
  if (!name.ok()) return name.status();
  if (*name == "hourly") return absl::Hours(1);
  if (*name == "15_minutes") return absl::Minutes(15);
  if (*name == "5_minutes") return absl::Minutes(5);
  return root.Refused("temporalGranularity",
                      absl::StrCat(Shown(json(*name)), " is not hourly, 15_minutes or 5_minutes"));
}

ReplyPoints::Record ReadPoint(const ProviderAsk& ask, const ReplyObject& point, absl::Duration step,
                              GramsPerKilowattHour unit) {
  absl::Status status = point.Expect("zone", ask.zone);
  if (status.ok()) status = point.Expect("emissionFactorType", EmissionFactorType(ask.kind));
  if (!status.ok()) return status;
  const absl::StatusOr<absl::Time> start = point.Time("datetime");
  if (!start.ok()) return start.status();
  const absl::StatusOr<std::optional<GramsPerKilowattHour>> value =
      point.Intensity("carbonIntensity", unit);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::nullopt;
  const json* estimated = point.Find("isEstimated");
  return IntensityHistory::Interval{*start, *start + step, **value,
                                    estimated != nullptr && *estimated == json(true)};
}

// Reads the points under the first of `keys` that is present. Each point is valid for one
// granularity.
absl::StatusOr<ReplyPoints> ReadPoints(const ProviderAsk& ask, const HttpReply& reply,
                                       std::vector<const char*> keys) {
  absl::Status status = CheckKind(ask, {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect});
  if (!status.ok()) return status;
  absl::StatusOr<json> parsed = ParseReply(reply);
  if (!parsed.ok()) return parsed.status();
  const ReplyObject root(*parsed, "");
  status = root.Expect("zone", ask.zone);
  if (status.ok()) status = root.Expect("emissionFactorType", EmissionFactorType(ask.kind));
  if (!status.ok()) return status;
  GramsPerKilowattHour unit(1);
  if (root.Find("unit") != nullptr) {
    absl::StatusOr<std::string> name = root.Text("unit");
    if (!name.ok()) return name.status();
    absl::StatusOr<GramsPerKilowattHour> size = ParseIntensityUnit(*name);
    if (!size.ok()) return size.status();
    unit = *size;
  }
  absl::StatusOr<absl::Duration> step = Granularity(root);
  if (!step.ok()) return step.status();

  while (keys.size() > 1 && root.Find(keys.front()) == nullptr) keys.erase(keys.begin());
  absl::StatusOr<const json*> list = root.Array(keys.front());
  if (!list.ok()) return list.status();
  ReplyPoints points;
  for (size_t i = 0; i < (*list)->size(); ++i) {
    const ReplyObject point((**list)[i], absl::StrCat(keys.front(), "[", i, "]"));
    points.Add(ReadPoint(ask, point, *step, unit));
  }
  return points;
}

}  // namespace

absl::StatusOr<HttpRequest> ElectricityMapsForecastRequest(const ProviderAsk& ask,
                                                           const Credential& credential,
                                                           absl::Time) {
  int hours = 0;
  for (const int offered : kHorizonHours) {
    hours = offered;
    if (absl::Hours(offered) >= ask.horizon) break;
  }
  return Request(ask, credential, "/carbon-intensity/forecast",
                 {{"horizonHours", absl::StrCat(hours)}});
}

absl::StatusOr<std::vector<HttpRequest>> ElectricityMapsHistoryRequests(
    const ProviderAsk& ask, const Credential& credential, absl::Time from, absl::Time to) {
  std::vector<HttpRequest> requests;
  for (const TimeSpan& span : SplitSpan(from, to, kPastRange)) {
    absl::StatusOr<HttpRequest> request =
        Request(ask, credential, "/carbon-intensity/past-range",
                {{"start", FormatTimestamp(span.from)}, {"end", FormatTimestamp(span.to)}});
    if (!request.ok()) return request.status();
    requests.push_back(*std::move(request));
  }
  return requests;
}

absl::StatusOr<ProviderForecast> ParseElectricityMapsForecast(const ProviderAsk& ask,
                                                              const HttpReply& reply) {
  absl::StatusOr<ReplyPoints> points = ReadPoints(ask, reply, {"forecast"});
  if (!points.ok()) return OfProvider(kName, ask, points.status());
  return OfProvider(kName, ask, std::move(*points).Forecast(ask, std::nullopt));
}

absl::StatusOr<ProviderHistory> ParseElectricityMapsHistory(const ProviderAsk& ask,
                                                            const HttpReply& reply) {
  absl::StatusOr<ReplyPoints> points = ReadPoints(ask, reply, {"data", "history"});
  if (!points.ok()) return OfProvider(kName, ask, points.status());
  return OfProvider(kName, ask, std::move(*points).History(ask));
}

}  // namespace carbon
