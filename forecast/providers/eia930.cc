#include "forecast/providers/eia930.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forecast/providers/reply_json.h"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::string_view kName = "eia-930";
constexpr int kMaxRows = 5000;
// At sixteen fuels, 4608 rows.
constexpr absl::Duration kSpan = absl::Hours(24 * 12);
// Above what all of the country generates in an hour: a fault of the data.
constexpr KilowattHours kMostGenerated{2e9};

struct Fuel {
  absl::string_view code;
  bool is_storage;
  GramsPerKilowattHour lifecycle;
  GramsPerKilowattHour direct;
};

constexpr GramsPerKilowattHour kNone{0};

constexpr Fuel kFuels[] = {
    {"COL", false, GramsPerKilowattHour(820), GramsPerKilowattHour(1050)},
    {"NG", false, GramsPerKilowattHour(490), GramsPerKilowattHour(437)},
    {"OIL", false, GramsPerKilowattHour(650), GramsPerKilowattHour(1109)},
    {"NUC", false, GramsPerKilowattHour(12), kNone},
    {"WAT", false, GramsPerKilowattHour(24), kNone},
    {"SUN", false, GramsPerKilowattHour(48), kNone},
    {"SNB", false, GramsPerKilowattHour(48), kNone},  // solar with a battery
    {"WND", false, GramsPerKilowattHour(11), kNone},
    {"WNB", false, GramsPerKilowattHour(11), kNone},  // wind with a battery
    {"GEO", false, GramsPerKilowattHour(38), kNone},
    {"OTH", false, GramsPerKilowattHour(700), GramsPerKilowattHour(575)},
    {"UNK", false, GramsPerKilowattHour(700), GramsPerKilowattHour(575)},
    {"PS", true, kNone, kNone},   // pumped storage
    {"BAT", true, kNone, kNone},  // batteries
    {"OES", true, kNone, kNone},  // other storage
    {"UES", true, kNone, kNone},  // unknown storage
};

std::string Hour(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H", time, absl::UTCTimeZone());
}

// Nothing for null.
absl::StatusOr<std::optional<KilowattHours>> ReadEnergy(const ReplyObject& row) {
  const json* found = row.Find("value");
  if (found == nullptr) return row.Refused("value", "is missing");
  if (found->is_null()) return std::nullopt;
  double megawatt_hours = 0;
  const bool is_number = found->is_number() ||
                         (found->is_string() &&
                          absl::SimpleAtod(found->get_ref<const std::string&>(), &megawatt_hours));
  if (!is_number) return row.Refused("value", absl::StrCat(Shown(*found), " is no number"));
  if (found->is_number()) megawatt_hours = found->get<double>();
  const KilowattHours energy(1000 * megawatt_hours);
  if (!(energy <= kMostGenerated && energy >= kMostGenerated * -1)) {
    return row.Refused("value", absl::StrCat(Shown(*found), " is no plausible generation"));
  }
  return std::max(energy, KilowattHours(0));
}

// What each fuel generates in an hour, without storage; nothing where that is unknown.
using HourOfFuels = std::map<std::string, std::optional<KilowattHours>>;

// What is generated in each hour, by the hour's end.
absl::StatusOr<std::map<absl::Time, HourOfFuels>> ReadHours(const ProviderAsk& ask,
                                                            const json& data) {
  std::map<absl::Time, HourOfFuels> hours;
  for (size_t i = 0; i < data.size(); ++i) {
    const ReplyObject row(data[i], absl::StrCat("data[", i, "]"));
    absl::Status status = row.Expect("respondent", ask.zone);
    if (status.ok()) status = row.Expect("value-units", "megawatthours");
    if (!status.ok()) return status;
    absl::StatusOr<absl::Time> end = row.UtcTime("period");
    if (!end.ok()) return end.status();
    absl::StatusOr<std::string> fuel = row.Text("fueltype");
    if (!fuel.ok()) return fuel.status();
    absl::StatusOr<std::optional<GramsPerKilowattHour>> factor = FuelIntensity(*fuel, ask.kind);
    if (!factor.ok()) return row.Refused("fueltype", factor.status().message());
    if (!factor->has_value()) continue;
    absl::StatusOr<std::optional<KilowattHours>> energy = ReadEnergy(row);
    if (!energy.ok()) return energy.status();
    const auto [place, is_new] = hours[*end].emplace(*fuel, *energy);
    if (!is_new && place->second != *energy) {
      return row.Refused("fueltype", absl::StrCat(*fuel, " has two values at ", Hour(*end)));
    }
  }
  return hours;
}

// Nothing where a fuel of `fuels` is unknown, or nothing is generated.
std::optional<GramsPerKilowattHour> Intensity(const HourOfFuels& hour,
                                              const std::set<std::string>& fuels, SignalKind kind) {
  KilowattHours generated(0);
  GramsCo2e emitted(0);
  for (const std::string& fuel : fuels) {
    const auto found = hour.find(fuel);
    if (found == hour.end() || !found->second.has_value()) return std::nullopt;
    generated = generated + *found->second;
    emitted = emitted + *found->second * **FuelIntensity(fuel, kind);
  }
  if (generated <= KilowattHours(0)) return std::nullopt;
  return GramsPerKilowattHour(emitted.value() / generated.value());
}

absl::Status CheckTotal(const ReplyObject& response, size_t rows) {
  const json* total = response.Find("total");
  if (total == nullptr) return absl::OkStatus();
  int64_t count = -1;
  if (total->is_string()) {
    if (!absl::SimpleAtoi(total->get_ref<const std::string&>(), &count)) count = -1;
  } else if (total->is_number_integer()) {
    count = total->get<int64_t>();
  }
  if (count == static_cast<int64_t>(rows)) return absl::OkStatus();
  return response.Refused("total", absl::StrCat(Shown(*total), " rows, but ", rows, " are here"));
}

absl::StatusOr<IntensityHistory> ReadReply(const ProviderAsk& ask, const HttpReply& reply) {
  absl::StatusOr<json> parsed = ParseReply(reply);
  if (!parsed.ok()) return parsed.status();
  const json* response_json = ReplyObject(*parsed, "").Find("response");
  if (response_json == nullptr) return absl::InvalidArgumentError("response: is missing");
  const ReplyObject response(*response_json, "response");
  absl::StatusOr<const json*> data = response.Array("data");
  if (!data.ok()) return data.status();
  if (absl::Status status = CheckTotal(response, (*data)->size()); !status.ok()) return status;
  absl::StatusOr<std::map<absl::Time, HourOfFuels>> hours = ReadHours(ask, **data);
  if (!hours.ok()) return hours.status();
  std::set<std::string> fuels;
  for (const auto& [end, hour] : *hours) {
    for (const auto& [fuel, energy] : hour) fuels.insert(fuel);
  }
  std::vector<IntensityHistory::Interval> intervals;
  for (const auto& [end, hour] : *hours) {
    const std::optional<GramsPerKilowattHour> value = Intensity(hour, fuels, ask.kind);
    if (value.has_value()) intervals.push_back({end - absl::Hours(1), end, *value});
  }
  if (intervals.empty()) return absl::UnavailableError("the reply has no whole hour");
  return IntensityHistory::Create(std::move(intervals));
}

}  // namespace

absl::StatusOr<std::vector<HttpRequest>> Eia930HistoryRequests(const ProviderAsk& ask,
                                                               const Credential& credential,
                                                               absl::Time from, absl::Time to) {
  absl::Status status = CheckAsk(ask, {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect});
  if (status.ok()) status = CheckSecret(credential.secret);
  if (!status.ok()) return OfProvider(kName, ask, status);
  const absl::Time first =
      absl::UnixEpoch() + absl::Floor(from - absl::UnixEpoch(), absl::Hours(1));
  const absl::Time last = absl::UnixEpoch() + absl::Ceil(to - absl::UnixEpoch(), absl::Hours(1));
  std::vector<HttpRequest> requests;
  for (const TimeSpan& span : SplitSpan(first, last, kSpan)) {
    // The API's end is included, and hours are named by their end.
    requests.push_back({.url = Url(ask.url, "/electricity/rto/fuel-type-data/data/",
                                   {{"frequency", "hourly"},
                                    {"data[0]", "value"},
                                    {"facets[respondent][]", ask.zone},
                                    {"start", Hour(span.from + absl::Hours(1))},
                                    {"end", Hour(span.to)},
                                    {"sort[0][column]", "period"},
                                    {"sort[0][direction]", "asc"},
                                    {"offset", "0"},
                                    {"length", absl::StrCat(kMaxRows)}}),
                        .secret_query = absl::StrCat("api_key=", UrlEscaped(credential.secret))});
  }
  return requests;
}

absl::StatusOr<ProviderHistory> ParseEia930History(const ProviderAsk& ask, const HttpReply& reply) {
  if (absl::Status status =
          CheckKind(ask, {SignalKind::kAverageLifecycle, SignalKind::kAverageDirect});
      !status.ok()) {
    return OfProvider(kName, ask, status);
  }
  absl::StatusOr<IntensityHistory> points = ReadReply(ask, reply);
  if (!points.ok()) return OfProvider(kName, ask, points.status());
  return ProviderHistory{ask.kind, *std::move(points)};
}

absl::StatusOr<std::optional<GramsPerKilowattHour>> FuelIntensity(absl::string_view fuel,
                                                                  SignalKind kind) {
  for (const Fuel& known : kFuels) {
    if (known.code != fuel) continue;
    if (known.is_storage) return std::nullopt;
    return kind == SignalKind::kAverageDirect ? known.direct : known.lifecycle;
  }
  return absl::NotFoundError(
      absl::StrCat("fuel ", Shown(json(std::string(fuel))), " is not known"));
}

}  // namespace carbon
