#include "forecast/providers/neso.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forecast/providers/reply_json.h"
#include "forecast/providers/reply_points.h"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::string_view kName = "neso";
constexpr absl::Duration kHistory = absl::Hours(24 * 14);
constexpr absl::Duration kShortHorizon = absl::Hours(24);

bool IsNational(const ProviderAsk& ask) { return ask.zone == "GB"; }

// Returns the number of a region, 1 to 17, or nullopt.
std::optional<int> RegionId(absl::string_view zone) {
  int id = 0;
  if (zone.size() > 2 || !absl::SimpleAtoi(zone, &id) || id < 1 || id > 17) return std::nullopt;
  return id;
}

// Returns whether the zone is one or two letters, a digit and perhaps one more letter or digit:
// "RG10", "EC1A".
bool IsOutwardPostcode(absl::string_view zone) {
  size_t letters = 0;
  while (letters < zone.size() && absl::ascii_isupper(zone[letters])) ++letters;
  const absl::string_view rest = zone.substr(letters);
  return letters >= 1 && letters <= 2 && !rest.empty() && rest.size() <= 2 &&
         absl::ascii_isdigit(rest[0]) && absl::ascii_isalnum(rest.back());
}

absl::StatusOr<HttpRequest> Request(const ProviderAsk& ask, absl::Time from,
                                    absl::string_view until) {
  if (absl::Status status = CheckAsk(ask, {SignalKind::kAverageDirect}); !status.ok()) {
    return OfProvider(kName, ask, status);
  }
  std::string path = absl::StrCat("/intensity/", FormatMinute(from), "/", until);
  if (const std::optional<int> id = RegionId(ask.zone); id.has_value()) {
    path = absl::StrCat("/regional", path, "/regionid/", *id);
  } else if (IsOutwardPostcode(ask.zone)) {
    path = absl::StrCat("/regional", path, "/postcode/", ask.zone);
  } else if (!IsNational(ask)) {
    return OfProvider(
        kName, ask,
        absl::InvalidArgumentError("is neither GB, nor a region from 1 to 17, nor the outward part "
                                   "of a postcode in capitals"));
  }
  return HttpRequest{.url = Url(ask.url, path)};
}

// Checks that the region of a reply is the one asked for, if the reply names it.
absl::Status CheckRegion(const ProviderAsk& ask, const ReplyObject& region) {
  const std::optional<int> asked = RegionId(ask.zone);
  const json* id = region.Find("regionid");
  if (asked.has_value() && id != nullptr && NumberIn(*id) != *asked) {
    return region.Refused("regionid", absl::StrCat(Shown(*id), " is not ", *asked));
  }
  const json* postcode = region.Find("postcode");
  if (!asked.has_value() && postcode != nullptr && !postcode->is_null()) {
    const bool is_asked = postcode->is_string() &&
                          absl::EqualsIgnoreCase(postcode->get_ref<const std::string&>(), ask.zone);
    if (!is_asked) {
      return region.Refused("postcode", absl::StrCat(Shown(*postcode), " is not ", ask.zone));
    }
  }
  return absl::OkStatus();
}

// Returns the list of half-hours: root.data, or for a region the data within it. An empty list
// means that there is nothing of that time. A reply without a list is an outage.
absl::StatusOr<const json*> HalfHours(const ProviderAsk& ask, const json& root) {
  const absl::Status outage = absl::UnavailableError("the reply has no data: an outage");
  const json* data = ReplyObject(root, "").Find("data");
  if (data == nullptr || data->is_null()) return outage;
  if (IsNational(ask)) return ReplyObject(root, "").Array("data");
  if (data->is_array()) {
    if (data->empty()) return data;
    if (data->size() > 1) {
      return absl::InvalidArgumentError(absl::StrCat("data: ", data->size(), " regions, not one"));
    }
    data = &data->front();
  }
  const ReplyObject region(*data, "data");
  if (!data->is_object()) return region.Refused("data", "is missing");
  if (data->empty()) return outage;
  if (absl::Status status = CheckRegion(ask, region); !status.ok()) return status;
  return region.Array("data");
}

ReplyPoints::Record ReadHalfHour(const json& half_hour, const std::string& name, const char* member,
                                 bool is_estimated) {
  const ReplyObject point(half_hour, name);
  const absl::StatusOr<absl::Time> start = point.UtcTime("from");
  if (!start.ok()) return start.status();
  const absl::StatusOr<absl::Time> end = point.UtcTime("to");
  if (!end.ok()) return end.status();
  const json* intensity = point.Find("intensity");
  if (intensity == nullptr) return point.Refused("intensity", "is missing");
  const absl::StatusOr<std::optional<GramsPerKilowattHour>> value =
      ReplyObject(*intensity, absl::StrCat(name, ".intensity")).Intensity(member);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::nullopt;
  return IntensityHistory::Interval{*start, *end, **value, is_estimated};
}

absl::StatusOr<ReplyPoints> ReadHalfHours(const ProviderAsk& ask, const HttpReply& reply,
                                          const char* member, bool is_estimated) {
  absl::StatusOr<json> parsed = ParseReply(reply);
  if (!parsed.ok()) return parsed.status();
  absl::StatusOr<const json*> half_hours = HalfHours(ask, *parsed);
  if (!half_hours.ok()) return half_hours.status();
  ReplyPoints points;
  for (size_t i = 0; i < (*half_hours)->size(); ++i) {
    points.Add(
        ReadHalfHour((**half_hours)[i], absl::StrCat("data[", i, "]"), member, is_estimated));
  }
  return points;
}

}  // namespace

absl::StatusOr<HttpRequest> NesoForecastRequest(const ProviderAsk& ask, const Credential&,
                                                absl::Time now) {
  return Request(ask, now, ask.horizon <= kShortHorizon ? "fw24h" : "fw48h");
}

absl::StatusOr<std::vector<HttpRequest>> NesoHistoryRequests(const ProviderAsk& ask,
                                                             const Credential&, absl::Time from,
                                                             absl::Time to) {
  std::vector<HttpRequest> requests;
  for (const TimeSpan& span : SplitSpan(from, to, kHistory)) {
    absl::StatusOr<HttpRequest> request = Request(ask, span.from, FormatMinute(span.to));
    if (!request.ok()) return request.status();
    requests.push_back(*std::move(request));
  }
  return requests;
}

absl::StatusOr<ProviderForecast> ParseNesoForecast(const ProviderAsk& ask, const HttpReply& reply) {
  absl::StatusOr<ReplyPoints> points =
      ReadHalfHours(ask, reply, "forecast", /*is_estimated=*/false);
  if (!points.ok()) return OfProvider(kName, ask, points.status());
  return OfProvider(kName, ask, std::move(*points).Forecast(ask, std::nullopt));
}

absl::StatusOr<ProviderHistory> ParseNesoHistory(const ProviderAsk& ask, const HttpReply& reply) {
  absl::StatusOr<ReplyPoints> points =
      IsNational(ask) ? ReadHalfHours(ask, reply, "actual", /*is_estimated=*/false)
                      : ReadHalfHours(ask, reply, "forecast", /*is_estimated=*/true);
  if (!points.ok()) return OfProvider(kName, ask, points.status());
  return OfProvider(kName, ask, std::move(*points).History(ask));
}

}  // namespace carbon
