#include "forecast/providers/eia930.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forecast/http/http_url.h"
#include "forecast/providers/reply_json.h"
#include "forecast/providers/reply_points.h"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::string_view kName = "eia-930";
constexpr int kMaxRows = 5000;
// With sixteen fuels this is 4608 rows.
constexpr absl::Duration kSpan = absl::Hours(24 * 12);
// A value above what the whole country generates in an hour is a fault of the data.
constexpr KilowattHours kMaxGenerated{2e9};
// Unknown fuels count as nothing if they are at most this part of an hour's generation: EIA adds
// codes now and then. The unknown generation of a fuel of at most this part counts as nothing too.
constexpr double kMaxUnknownPart = 0.05;

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

std::string HourText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H", time, absl::UTCTimeZone());
}

// Returns nullopt for null.
absl::StatusOr<std::optional<KilowattHours>> ReadEnergy(const ReplyObject& row) {
  const json* found = row.Find("value");
  if (found == nullptr) return row.Refused("value", "is missing");
  if (found->is_null()) return std::nullopt;
  const std::optional<double> megawatt_hours = NumberIn(*found);
  if (!megawatt_hours.has_value()) {
    return row.Refused("value", absl::StrCat(Shown(*found), " is no number"));
  }
  const KilowattHours energy(1000 * *megawatt_hours);
  if (!(energy <= kMaxGenerated && energy >= kMaxGenerated * -1)) {
    return row.Refused("value", absl::StrCat(Shown(*found), " is no plausible generation"));
  }
  return std::max(energy, KilowattHours(0));
}

// The generation of one hour, without storage.
struct Hour {
  // Nullopt if a fuel's energy is unknown.
  std::map<std::string, std::optional<KilowattHours>> fuels;
  KilowattHours of_unknown_fuels{0};
  // Fuels that could not be read; "" for a fuel that is not named.
  std::set<std::string> bad_fuels;
};
using Hours = std::map<absl::Time, Hour>;  // by the hour's end

// Puts one row into its hour. Returns an error if the row is left out. What its fuel generated is
// unknown then, unless the row only lacks a factor.
absl::Status ReadRow(const ProviderAsk& ask, const ReplyObject& row, Hours* hours) {
  absl::Status status = row.Expect("respondent", ask.zone);
  if (status.ok()) status = row.Expect("value-units", "megawatthours");
  if (!status.ok()) return status;
  const absl::StatusOr<absl::Time> end = row.UtcTime("period");
  if (!end.ok()) return end.status();
  Hour& hour = (*hours)[*end];
  const absl::StatusOr<std::string> named = row.Text("fueltype");
  const std::string fuel = named.value_or("");
  const auto factor = FuelIntensity(fuel, ask.kind);
  if (factor.ok() && !factor->has_value()) return absl::OkStatus();
  const absl::StatusOr<std::optional<KilowattHours>> energy = ReadEnergy(row);
  if (!energy.ok()) {
    hour.bad_fuels.insert(fuel);
    return energy.status();
  }
  if (!factor.ok()) {
    hour.of_unknown_fuels = hour.of_unknown_fuels + energy->value_or(KilowattHours(0));
    return named.ok() ? row.Refused("fueltype", factor.status().message()) : named.status();
  }
  const auto [place, is_new] = hour.fuels.emplace(fuel, *energy);
  if (is_new || place->second == *energy) return absl::OkStatus();
  hour.bad_fuels.insert(fuel);
  return row.Refused("fueltype", absl::StrCat(fuel, " has two values at ", HourText(*end)));
}

// When a fuel is known in a reply, and its part of what was generated and emitted in that time.
struct FuelUse {
  absl::Time first, last;
  KilowattHours energy, of_energy;
  GramsCo2e emitted, of_emitted;

  // A fuel that appears or disappears inside the reply says nothing about the hours before or
  // after. A small one does not matter there, but a large one that is missing does. Between its
  // first and last hour, a fuel that emits much matters too.
  bool IsNeededAt(absl::Time end) const {
    if (energy > kMaxUnknownPart * of_energy) return true;
    return first <= end && end <= last && emitted > kMaxUnknownPart * of_emitted;
  }
};

// Returns the fuels of which anything is known in some hour of the reply. A fuel that is null
// throughout does not matter.
std::map<std::string, FuelUse> FuelsOf(const Hours& hours, SignalKind kind) {
  std::map<std::string, FuelUse> fuels;
  for (const auto& [end, hour] : hours) {
    KilowattHours generated(0);
    GramsCo2e emitted(0);
    for (const auto& [fuel, energy] : hour.fuels) {
      generated = generated + energy.value_or(KilowattHours(0));
      emitted = emitted + energy.value_or(KilowattHours(0)) * **FuelIntensity(fuel, kind);
    }
    for (const auto& [fuel, energy] : hour.fuels) {
      if (!energy.has_value()) continue;
      FuelUse& use = fuels.try_emplace(fuel, FuelUse{end, end}).first->second;
      use.last = end;
      use.energy = use.energy + *energy;
      use.of_energy = use.of_energy + generated;
      use.emitted = use.emitted + *energy * **FuelIntensity(fuel, kind);
      use.of_emitted = use.of_emitted + emitted;
    }
  }
  return fuels;
}

// Returns nullopt if a fuel that matters is unknown, or if nothing is generated.
std::optional<GramsPerKilowattHour> Intensity(absl::Time end, const Hour& hour,
                                              const std::map<std::string, FuelUse>& fuels,
                                              SignalKind kind) {
  // The size of a fuel that no hour knows is unknown.
  for (const std::string& fuel : hour.bad_fuels) {
    if (!fuels.contains(fuel)) return std::nullopt;
  }
  KilowattHours generated(0);
  GramsCo2e emitted(0);
  for (const auto& [fuel, use] : fuels) {
    const auto found = hour.fuels.find(fuel);
    if (found == hour.fuels.end() || !found->second.has_value()) {
      if (use.IsNeededAt(end)) return std::nullopt;
      continue;
    }
    generated = generated + *found->second;
    emitted = emitted + *found->second * **FuelIntensity(fuel, kind);
  }
  const KilowattHours all = generated + hour.of_unknown_fuels;
  if (generated <= KilowattHours(0) || hour.of_unknown_fuels > kMaxUnknownPart * all) {
    return std::nullopt;
  }
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

absl::StatusOr<ReplyPoints> ReadReply(const ProviderAsk& ask, const HttpReply& reply) {
  absl::StatusOr<json> parsed = ParseReply(reply);
  if (!parsed.ok()) return parsed.status();
  const json* response_json = ReplyObject(*parsed, "").Find("response");
  if (response_json == nullptr) return absl::InvalidArgumentError("response: is missing");
  const ReplyObject response(*response_json, "response");
  absl::StatusOr<const json*> data = response.Array("data");
  if (!data.ok()) return data.status();
  if (absl::Status status = CheckTotal(response, (*data)->size()); !status.ok()) return status;
  ReplyPoints points;
  Hours hours;
  absl::Status first_left_out;
  for (size_t i = 0; i < (*data)->size(); ++i) {
    const absl::Status row =
        ReadRow(ask, ReplyObject((**data)[i], absl::StrCat("data[", i, "]")), &hours);
    points.Count(row);
    first_left_out.Update(row);
  }
  for (auto& [end, hour] : hours) {
    for (const std::string& fuel : hour.bad_fuels) hour.fuels.erase(fuel);
  }
  const std::map<std::string, FuelUse> fuels = FuelsOf(hours, ask.kind);
  size_t lost = 0;
  for (const auto& [end, hour] : hours) {
    const std::optional<GramsPerKilowattHour> value = Intensity(end, hour, fuels, ask.kind);
    if (value.has_value()) {
      points.AddValue({end - absl::Hours(1), end, *value});
    } else if (!hour.bad_fuels.empty() || hour.of_unknown_fuels > KilowattHours(0)) {
      ++lost;
    }
  }
  // ReplyPoints treats records in the same way.
  if (lost > 0 && 2 * lost >= hours.size()) return first_left_out;
  return points;
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
    // The API includes the end, and hours are named by their end.
    requests.push_back({.url = Url(ask.url, "/electricity/rto/fuel-type-data/data/",
                                   {{"frequency", "hourly"},
                                    {"data[0]", "value"},
                                    {"facets[respondent][]", ask.zone},
                                    {"start", HourText(span.from + absl::Hours(1))},
                                    {"end", HourText(span.to)},
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
  absl::StatusOr<ReplyPoints> points = ReadReply(ask, reply);
  if (!points.ok()) return OfProvider(kName, ask, points.status());
  return OfProvider(kName, ask, std::move(*points).History(ask));
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
