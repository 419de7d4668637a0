#include "forecast/providers/energinet.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forecast/providers/reply_json.h"
#include "forecast/providers/reply_points.h"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::string_view kName = "energinet";
constexpr absl::Duration kStep = absl::Minutes(5);
constexpr absl::Duration kHistory = absl::Hours(24 * 31);

// Returns "2026-08-22T17:00", in the zone that the `timezone` names.
std::string Minute(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M", time, absl::UTCTimeZone());
}

absl::StatusOr<HttpRequest> Request(const ProviderAsk& ask, absl::string_view dataset,
                                    std::vector<std::pair<std::string, std::string>> query) {
  if (absl::Status status = CheckAsk(ask, {SignalKind::kAverageDirect}); !status.ok()) {
    return OfProvider(kName, ask, status);
  }
  // The zone is written into JSON below.
  if (ask.zone != "DK1" && ask.zone != "DK2") {
    return OfProvider(kName, ask, absl::InvalidArgumentError("is neither DK1 nor DK2"));
  }
  query.insert(query.end(), {{"timezone", "UTC"},
                             {"filter", absl::StrCat("{\"PriceArea\":[\"", ask.zone, "\"]}")},
                             {"sort", "Minutes5UTC asc"},
                             {"limit", "0"}});
  return HttpRequest{.url = Url(ask.url, absl::StrCat("/dataset/", dataset), query)};
}

ReplyPoints::Record ReadRecord(const ProviderAsk& ask, const ReplyObject& record) {
  if (absl::Status status = record.Expect("PriceArea", ask.zone); !status.ok()) return status;
  const absl::StatusOr<absl::Time> start = record.UtcTime("Minutes5UTC");
  if (!start.ok()) return start.status();
  const absl::StatusOr<std::optional<GramsPerKilowattHour>> value = record.Intensity("CO2Emission");
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::nullopt;
  return IntensityHistory::Interval{*start, *start + kStep, **value};
}

absl::StatusOr<ReplyPoints> ReadRecords(const ProviderAsk& ask, const HttpReply& reply) {
  absl::StatusOr<json> parsed = ParseReply(reply);
  if (!parsed.ok()) return parsed.status();
  absl::StatusOr<const json*> records = ReplyObject(*parsed, "").Array("records");
  if (!records.ok()) return records.status();
  ReplyPoints points;
  for (size_t i = 0; i < (*records)->size(); ++i) {
    points.Add(ReadRecord(ask, ReplyObject((**records)[i], absl::StrCat("records[", i, "]"))));
  }
  return points;
}

}  // namespace

absl::StatusOr<HttpRequest> EnerginetForecastRequest(const ProviderAsk& ask, const Credential&,
                                                     absl::Time now) {
  const absl::Time start = absl::UnixEpoch() + absl::Floor(now - absl::UnixEpoch(), kStep);
  return Request(ask, "CO2EmisProg", {{"start", Minute(start)}});
}

absl::StatusOr<std::vector<HttpRequest>> EnerginetHistoryRequests(const ProviderAsk& ask,
                                                                  const Credential&,
                                                                  absl::Time from, absl::Time to) {
  std::vector<HttpRequest> requests;
  for (const TimeSpan& span : SplitSpan(from, to, kHistory)) {
    absl::StatusOr<HttpRequest> request =
        Request(ask, "CO2Emis", {{"start", Minute(span.from)}, {"end", Minute(span.to)}});
    if (!request.ok()) return request.status();
    requests.push_back(*std::move(request));
  }
  return requests;
}

absl::StatusOr<ProviderForecast> ParseEnerginetForecast(const ProviderAsk& ask,
                                                        const HttpReply& reply) {
  absl::StatusOr<ReplyPoints> points = ReadRecords(ask, reply);
  if (!points.ok()) return OfProvider(kName, ask, points.status());
  return OfProvider(kName, ask, std::move(*points).Forecast(ask, std::nullopt));
}

absl::StatusOr<ProviderHistory> ParseEnerginetHistory(const ProviderAsk& ask,
                                                      const HttpReply& reply) {
  absl::StatusOr<ReplyPoints> points = ReadRecords(ask, reply);
  if (!points.ok()) return OfProvider(kName, ask, points.status());
  return OfProvider(kName, ask, std::move(*points).History(ask));
}

}  // namespace carbon
