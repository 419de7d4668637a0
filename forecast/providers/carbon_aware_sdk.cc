#include "forecast/providers/carbon_aware_sdk.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "forecast/providers/reply_json.h"
#include "forecast/providers/reply_points.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::Duration kMaxStep = absl::Hours(24 * 31);
constexpr size_t kMaxMessage = 200;  // bytes

absl::Status Refused(absl::string_view subject, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(subject, ": ", what));
}

// Returns how a message describes a value, without any of its text: see the header.
std::string Described(const json& value) {
  if (value.is_array()) return "an array";
  if (value.is_object()) return "an object";
  return value.is_string() ? "a text" : value.dump();
}

// Returns the member whose name equals `name`, in upper or lower case, or nullptr.
const json* Member(const json& object, absl::string_view name) {
  for (auto it = object.begin(); it != object.end(); ++it) {
    if (absl::EqualsIgnoreCase(it.key(), name)) return &it.value();
  }
  return nullptr;
}

absl::StatusOr<absl::Time> TimeMember(
    const json& object, absl::string_view name,
    absl::StatusOr<absl::Time> (*parse)(absl::string_view) = ParseUnquotedTimestamp) {
  const json* value = Member(object, name);
  if (value == nullptr) return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
  if (!value->is_string()) return Refused(name, absl::StrCat(Described(*value), " is not a time"));
  absl::StatusOr<absl::Time> time = parse(value->get_ref<const std::string&>());
  if (!time.ok()) return Refused(name, time.status().message());
  return time;
}

// Returns nullopt for null.
absl::StatusOr<std::optional<GramsPerKilowattHour>> IntensityMember(const json& object,
                                                                    absl::string_view name) {
  const json* value = Member(object, name);
  if (value == nullptr) return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
  if (value->is_null()) return std::nullopt;
  const std::optional<double> found = NumberIn(*value);
  if (!found.has_value()) return Refused(name, absl::StrCat(Described(*value), " is not a number"));
  const double number = *found;
  if (!std::isfinite(number) || number < 0) {
    return Refused(name, absl::StrCat(Described(*value), " is negative or not finite"));
  }
  if (GramsPerKilowattHour(number) > IntensitySeries::kMaxValue) {
    return Refused(name, absl::StrCat(Described(*value), " is above ",
                                      IntensitySeries::kMaxValue.value(), " gCO2e/kWh"));
  }
  return GramsPerKilowattHour(number);
}

// Reads a duration: a TimeSpan in the file, a number of minutes in the WebAPI.
absl::StatusOr<absl::Duration> DurationMember(const json& object,
                                              absl::string_view name = "Duration") {
  const json* value = Member(object, name);
  if (value == nullptr) return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
  std::optional<absl::Duration> duration;
  if (value->is_string()) {
    duration = ParseTimeSpan(value->get_ref<const std::string&>());
  } else if (value->is_number()) {
    const double seconds = 60 * value->get<double>();
    if (seconds == std::floor(seconds) && std::fabs(seconds) <= 1e9) {
      duration = absl::Seconds(static_cast<int64_t>(seconds));
    }
  }
  if (!duration.has_value()) {
    return Refused(
        name, absl::StrCat(Described(*value), " is neither hh:mm[:ss] nor a number of minutes"));
  }
  if (*duration <= absl::ZeroDuration() || *duration > kMaxStep) {
    return Refused(name, absl::StrCat(Described(*value), " is not positive, or above 31 days"));
  }
  return *duration;
}

absl::StatusOr<std::string> LocationMember(const json& object) {
  const json* value = Member(object, "Location");
  if (value == nullptr || value->is_null()) return std::string();
  if (!value->is_string()) {
    return Refused("Location", absl::StrCat(Described(*value), " is not a string"));
  }
  return value->get<std::string>();
}

// Returns whether a record at `found` is about the wanted location; an empty `found` names no
// location.
bool Matches(absl::string_view found, absl::string_view wanted) {
  return found.empty() || wanted.empty() || absl::EqualsIgnoreCase(found, wanted);
}

absl::Status LocationError(absl::string_view wanted, const std::set<std::string>& found) {
  if (wanted.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file has ", found.size(), " locations, and none was chosen"));
  }
  return absl::NotFoundError(
      absl::StrCat("location \"", wanted, "\" is not in the file, which has ", found.size()));
}

// The names of the members that contain an emission's time and value, and of their list.
struct Shape {
  absl::string_view list;
  const char* time;
  const char* value;
};

ReplyPoints::Record ReadEmission(const json& emission, const Shape& shape,
                                 absl::string_view subject) {
  const absl::StatusOr<absl::Time> start = TimeMember(emission, shape.time, ParseUnquotedInstant);
  if (!start.ok()) return Refused(subject, start.status().message());
  const absl::StatusOr<std::optional<GramsPerKilowattHour>> value =
      IntensityMember(emission, shape.value);
  if (!value.ok()) return Refused(subject, value.status().message());
  const absl::StatusOr<absl::Duration> duration = DurationMember(emission);
  if (!duration.ok()) return Refused(subject, duration.status().message());
  if (!value->has_value()) return std::nullopt;
  return IntensityHistory::Interval{*start, *start + *duration, **value};
}

// Closes gaps of a second: fractions of a second were cut off, so steps that touch may seem to be a
// second apart.
void Join(bool is_cut, absl::Time end, ReplyPoints::Record* record) {
  if (!is_cut || !record->ok() || !record->value().has_value()) return;
  absl::Time& start = record->value()->start;
  if (absl::AbsDuration(start - end) <= absl::Seconds(1)) start = end;
}

// Values that overlap because of a rolling window are means of several steps, and not the value of
// one step. `window` is what the reply declares. Zero means no window: servers declare it if none
// was asked for.
absl::Status CheckNotRolling(const std::vector<ReplyPoints::Record>& records,
                             absl::string_view list, absl::Duration window) {
  std::vector<absl::Time> starts;
  std::vector<absl::Duration> lengths;
  for (const ReplyPoints::Record& record : records) {
    if (!record.ok() || !record->has_value()) continue;
    starts.push_back((*record)->start);
    lengths.push_back((*record)->end - (*record)->start);
  }
  if (starts.empty()) return absl::OkStatus();
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  std::vector<absl::Duration> steps;
  for (size_t i = 1; i < starts.size(); ++i) steps.push_back(starts[i] - starts[i - 1]);
  const auto median = [](std::vector<absl::Duration>* of) {
    std::nth_element(of->begin(), of->begin() + (of->size() - 1) / 2, of->end());
    return (*of)[(of->size() - 1) / 2];
  };
  const absl::Duration length = median(&lengths);
  const absl::Duration step = steps.empty() ? length : median(&steps);
  if (std::max(window, length) <= step) return absl::OkStatus();
  return Refused(list, absl::StrCat("its values are rolling means over ",
                                    absl::FormatDuration(std::max(window, length)), " every ",
                                    absl::FormatDuration(step), ", not those of single steps"));
}

// Converts emissions of one shape or the other into a series.
absl::StatusOr<ProviderForecast> ReadEmissions(const json& emissions, const Shape& shape,
                                               absl::string_view location, absl::Time now,
                                               absl::Duration window = absl::ZeroDuration()) {
  if (!emissions.is_array()) {
    return Refused(shape.list, absl::StrCat(Described(emissions), " is no array"));
  }
  std::vector<ReplyPoints::Record> records;
  std::set<std::string> locations;
  bool unnamed = false;
  bool was_cut = false;
  absl::Time end = absl::InfinitePast();
  for (size_t i = 0; i < emissions.size(); ++i) {
    const std::string subject = absl::StrCat(shape.list, "[", i, "]");
    const json& emission = emissions[i];
    if (!emission.is_object()) {
      records.push_back(Refused(subject, absl::StrCat(Described(emission), " is no object")));
      continue;
    }
    const absl::StatusOr<std::string> place = LocationMember(emission);
    if (!place.ok()) {
      records.push_back(Refused(subject, place.status().message()));
      continue;
    }
    unnamed |= place->empty();
    if (!place->empty()) locations.insert(absl::AsciiStrToLower(*place));
    if (!Matches(*place, location)) continue;
    const bool is_cut = !TimeMember(emission, shape.time).ok();
    records.push_back(ReadEmission(emission, shape, subject));
    Join(was_cut || is_cut, end, &records.back());
    was_cut = is_cut;
    if (records.back().ok() && records.back()->has_value()) end = (*records.back())->end;
  }
  if (location.empty() && locations.size() + (unnamed && !locations.empty() ? 1 : 0) > 1) {
    return LocationError(location, locations);
  }
  if (records.empty()) {
    if (!locations.empty()) return LocationError(location, locations);
    return absl::UnavailableError(absl::StrCat(shape.list, ": is empty"));
  }
  if (absl::Status status = CheckNotRolling(records, shape.list, window); !status.ok()) {
    return status;
  }
  ReplyPoints points;
  for (const ReplyPoints::Record& record : records) points.Add(record);
  return std::move(points).Forecast({.now = now}, std::nullopt);
}

CarbonAwareForecast WithIssue(std::optional<absl::Time> issued_at, ProviderForecast forecast) {
  return {issued_at, std::move(forecast.series), std::move(forecast.remark)};
}

// Returns how many minutes a rolling mean spans; zero if there is none. Versions 1.0.2 to 1.8.0
// answer zero if no window was asked for. A missing member means zero too.
absl::StatusOr<absl::Duration> WindowOf(const json& forecast) {
  const json* value = Member(forecast, "windowSize");
  if (value == nullptr || value->is_null()) return absl::ZeroDuration();
  if (NumberIn(*value) == 0.0) return absl::ZeroDuration();
  return DurationMember(forecast, "windowSize");
}

absl::StatusOr<CarbonAwareForecast> ReadFileForm(const json& root, absl::string_view location,
                                                 absl::Time now) {
  std::optional<absl::Time> issued_at;
  if (const json* value = Member(root, "GeneratedAt"); value != nullptr && !value->is_null()) {
    absl::StatusOr<absl::Time> time = TimeMember(root, "GeneratedAt", ParseUnquotedInstant);
    if (!time.ok()) return time.status();
    issued_at = *time;
  }
  const json* emissions = Member(root, "Emissions");
  if (emissions == nullptr) return absl::InvalidArgumentError("Emissions is missing");
  absl::StatusOr<ProviderForecast> forecast =
      ReadEmissions(*emissions, {"Emissions", "Time", "Rating"}, location, now);
  if (!forecast.ok()) return forecast.status();
  return WithIssue(issued_at, *std::move(forecast));
}

// Returns whether a list is of emissions, as in the data file, rather than of forecasts.
bool IsEmissionList(const json& root) {
  return root.is_array() && !root.empty() && root[0].is_object() &&
         Member(root[0], "forecastData") == nullptr &&
         (Member(root[0], "Time") != nullptr || Member(root[0], "Rating") != nullptr);
}

absl::StatusOr<CarbonAwareForecast> ReadWebApiForm(const json& root, absl::string_view location,
                                                   absl::Time now) {
  const json* chosen = nullptr;
  size_t index = 0;
  std::set<std::string> locations;
  for (size_t i = 0; i < root.size(); ++i) {
    if (!root[i].is_object()) {
      return Refused(absl::StrCat("[", i, "]"), absl::StrCat(Described(root[i]), " is no object"));
    }
    absl::StatusOr<std::string> place = LocationMember(root[i]);
    if (!place.ok()) return Refused(absl::StrCat("[", i, "]"), place.status().message());
    if (!place->empty()) locations.insert(absl::AsciiStrToLower(*place));
    if (!Matches(*place, location)) continue;
    if (chosen != nullptr) {
      if (location.empty() && locations.size() > 1) continue;
      return absl::InvalidArgumentError("the file has two forecasts of one location");
    }
    chosen = &root[i];
    index = i;
  }
  if (location.empty() && locations.size() > 1) return LocationError(location, locations);
  if (chosen == nullptr) {
    if (root.empty()) return absl::InvalidArgumentError("the file has no forecast");
    return LocationError(location, locations);
  }
  const std::string subject = absl::StrCat("[", index, "]");
  std::optional<absl::Time> issued_at;
  if (const json* value = Member(*chosen, "generatedAt"); value != nullptr && !value->is_null()) {
    absl::StatusOr<absl::Time> time = TimeMember(*chosen, "generatedAt", ParseUnquotedInstant);
    if (!time.ok()) return Refused(subject, time.status().message());
    issued_at = *time;
  }
  const json* data = Member(*chosen, "forecastData");
  if (data == nullptr) return Refused(subject, "forecastData is missing");
  const absl::StatusOr<absl::Duration> window = WindowOf(*chosen);
  if (!window.ok()) return Refused(subject, window.status().message());
  // A forecast that was asked for by the name of a cloud region may name a grid region in its data.
  const bool chosen_by_name = Member(*chosen, "location") != nullptr;
  const std::string list = absl::StrCat(subject, ".forecastData");
  absl::StatusOr<ProviderForecast> forecast = ReadEmissions(
      *data, {list, "timestamp", "value"}, chosen_by_name ? "" : location, now, *window);
  if (!forecast.ok()) return forecast.status();
  return WithIssue(issued_at, *std::move(forecast));
}

}  // namespace

absl::StatusOr<CarbonAwareForecast> ParseCarbonAwareSdk(absl::string_view text,
                                                        absl::string_view location, absl::Time now,
                                                        size_t max_values) {
  if (absl::Status status = CheckShape(text, max_values); !status.ok()) return status;
  json root;
  try {
    root = json::parse(text.begin(), text.end());
  } catch (const json::exception& error) {
    // After that the library quotes what it read, even the whole of a broken string.
    absl::string_view what = error.what();
    what = what.substr(0, what.find("; last read"));
    what = what.substr(0, what.find(" parsing '"));
    return absl::InvalidArgumentError(absl::StrCat("not JSON: ", what.substr(0, kMaxMessage)));
  }
  if (root.is_object()) return ReadFileForm(root, location, now);
  if (IsEmissionList(root)) {
    absl::StatusOr<ProviderForecast> forecast =
        ReadEmissions(root, {"", "Time", "Rating"}, location, now);
    if (!forecast.ok()) return forecast.status();
    return WithIssue(std::nullopt, *std::move(forecast));
  }
  if (root.is_array()) return ReadWebApiForm(root, location, now);
  return absl::InvalidArgumentError(
      absl::StrCat(Described(root), " is neither a data file nor a WebAPI forecast"));
}

}  // namespace carbon
