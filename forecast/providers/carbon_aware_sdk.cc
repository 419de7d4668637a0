#include "forecast/providers/carbon_aware_sdk.h"

#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forecast/providers/reply_json.h"
#include "forecast/timestamp.h"
#include "nlohmann/json.hpp"

namespace carbon {
namespace {

using nlohmann::json;

constexpr absl::Duration kLongestStep = absl::Hours(24 * 31);
constexpr size_t kMaxMessage = 200;  // bytes
constexpr size_t kMaxName = 40;      // bytes

absl::Status Refused(absl::string_view subject, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(subject, ": ", what));
}

// A value as a message quotes it: its JSON, cut short.
std::string Quoted(const json& value) {
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > 40) text = absl::StrCat(text.substr(0, 37), "...");
  return text;
}

// The member whose name equals `name` but for its case, or nullptr.
const json* Member(const json& object, absl::string_view name) {
  for (auto it = object.begin(); it != object.end(); ++it) {
    if (absl::EqualsIgnoreCase(it.key(), name)) return &it.value();
  }
  return nullptr;
}

absl::StatusOr<absl::Time> TimeMember(
    const json& object, absl::string_view name,
    absl::StatusOr<absl::Time> (*parse)(absl::string_view) = ParseTimestamp) {
  const json* value = Member(object, name);
  if (value == nullptr) return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
  if (!value->is_string()) return Refused(name, absl::StrCat(Quoted(*value), " is not a time"));
  absl::StatusOr<absl::Time> time = parse(value->get_ref<const std::string&>());
  if (!time.ok()) return Refused(name, time.status().message());
  return time;
}

absl::StatusOr<GramsPerKilowattHour> IntensityMember(const json& object, absl::string_view name) {
  const json* value = Member(object, name);
  if (value == nullptr) return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
  if (!value->is_number()) return Refused(name, absl::StrCat(Quoted(*value), " is not a number"));
  const double number = value->get<double>();
  if (!std::isfinite(number) || number < 0) {
    return Refused(name, absl::StrCat(Quoted(*value), " is negative or not finite"));
  }
  if (GramsPerKilowattHour(number) > IntensitySeries::kMaxValue) {
    return Refused(name, absl::StrCat(Quoted(*value), " is above ",
                                      IntensitySeries::kMaxValue.value(), " gCO2e/kWh"));
  }
  return GramsPerKilowattHour(number);
}

// A duration is a TimeSpan in the file, a number of minutes in the WebAPI.
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
    return Refused(name,
                   absl::StrCat(Quoted(*value), " is neither hh:mm:ss nor a number of minutes"));
  }
  if (*duration <= absl::ZeroDuration() || *duration > kLongestStep) {
    return Refused(name, absl::StrCat(Quoted(*value), " is not positive, or above 31 days"));
  }
  return *duration;
}

absl::StatusOr<std::string> LocationMember(const json& object) {
  const json* value = Member(object, "Location");
  if (value == nullptr || value->is_null()) return std::string();
  if (!value->is_string()) {
    return Refused("Location", absl::StrCat(Quoted(*value), " is not a string"));
  }
  return value->get<std::string>();
}

// Whether a thing at `found` is what was asked for; an empty one names no location.
bool Matches(absl::string_view found, absl::string_view wanted) {
  return found.empty() || wanted.empty() || absl::EqualsIgnoreCase(found, wanted);
}

absl::Status LocationError(absl::string_view wanted, const std::set<std::string>& found) {
  std::vector<std::string> shown;
  for (const std::string& name : found) {
    if (shown.size() == 10) {
      shown.push_back("...");
      break;
    }
    shown.push_back(absl::CHexEscape(absl::string_view(name).substr(0, kMaxName)));
  }
  const std::string names = absl::StrJoin(shown, ", ");
  if (!wanted.empty()) {
    return absl::NotFoundError(absl::StrCat("location \"", wanted, "\" is not in the file",
                                            names.empty() ? "" : "; it has ", names));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the file has several locations, and none was chosen: ", names));
}

// Turns emissions of one shape or the other into a series without gaps.
absl::StatusOr<IntensitySeries> ReadEmissions(const json& emissions, absl::string_view list,
                                              absl::string_view time_name,
                                              absl::string_view value_name,
                                              absl::string_view location,
                                              std::optional<absl::Duration> window = std::nullopt) {
  if (!emissions.is_array()) return Refused(list, absl::StrCat(Quoted(emissions), " is no array"));
  std::vector<IntensitySeries::Step> steps;
  absl::Time end;
  std::set<std::string> locations;
  bool unnamed = false;
  for (size_t i = 0; i < emissions.size(); ++i) {
    const std::string subject = absl::StrCat(list, "[", i, "]");
    const json& emission = emissions[i];
    if (!emission.is_object()) {
      return Refused(subject, absl::StrCat(Quoted(emission), " is no object"));
    }
    absl::StatusOr<std::string> place = LocationMember(emission);
    if (!place.ok()) return Refused(subject, place.status().message());
    unnamed |= place->empty();
    if (!place->empty()) locations.insert(absl::AsciiStrToLower(*place));
    if (!Matches(*place, location)) continue;

    absl::StatusOr<absl::Time> start = TimeMember(emission, time_name);
    if (!start.ok()) return Refused(subject, start.status().message());
    absl::StatusOr<GramsPerKilowattHour> value = IntensityMember(emission, value_name);
    if (!value.ok()) return Refused(subject, value.status().message());
    absl::StatusOr<absl::Duration> duration = DurationMember(emission);
    if (!duration.ok()) return Refused(subject, duration.status().message());
    if (window.has_value() && *window != *duration) {
      return Refused(subject,
                     absl::StrCat("is a mean over ", absl::FormatDuration(*window),
                                  ", not the value of its ", absl::FormatDuration(*duration)));
    }
    if (location.empty() && locations.size() > 1) continue;  // refused below, with all the names
    if (!steps.empty() && *start < end) {
      return Refused(subject,
                     absl::StrCat("time ", FormatTimestamp(*start),
                                  " is before the end of the one before, ", FormatTimestamp(end)));
    }
    if (!steps.empty() && *start > end) {
      return Refused(subject, absl::StrCat("nothing is said of ", FormatTimestamp(end), " to ",
                                           FormatTimestamp(*start)));
    }
    steps.push_back({*start, *value});
    end = *start + *duration;
  }
  if (location.empty() && locations.size() + (unnamed && !locations.empty() ? 1 : 0) > 1) {
    return LocationError(location, locations);
  }
  if (steps.empty()) {
    if (!locations.empty()) return LocationError(location, locations);
    return Refused(list, "is empty");
  }
  return IntensitySeries::Create(steps, end);
}

absl::StatusOr<CarbonAwareForecast> ReadFileForm(const json& root, absl::string_view location) {
  std::optional<absl::Time> issued_at;
  if (const json* value = Member(root, "GeneratedAt"); value != nullptr && !value->is_null()) {
    absl::StatusOr<absl::Time> time = TimeMember(root, "GeneratedAt", ParseInstant);
    if (!time.ok()) return time.status();
    issued_at = *time;
  }
  const json* emissions = Member(root, "Emissions");
  if (emissions == nullptr) return absl::InvalidArgumentError("Emissions is missing");
  absl::StatusOr<IntensitySeries> series =
      ReadEmissions(*emissions, "Emissions", "Time", "Rating", location);
  if (!series.ok()) return series.status();
  return CarbonAwareForecast{issued_at, *std::move(series)};
}

absl::StatusOr<CarbonAwareForecast> ReadWebApiForm(const json& root, absl::string_view location) {
  const json* chosen = nullptr;
  size_t index = 0;
  std::set<std::string> locations;
  for (size_t i = 0; i < root.size(); ++i) {
    if (!root[i].is_object()) {
      return Refused(absl::StrCat("[", i, "]"), absl::StrCat(Quoted(root[i]), " is no object"));
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
    absl::StatusOr<absl::Time> time = TimeMember(*chosen, "generatedAt", ParseInstant);
    if (!time.ok()) return Refused(subject, time.status().message());
    issued_at = *time;
  }
  const json* data = Member(*chosen, "forecastData");
  if (data == nullptr) return Refused(subject, "forecastData is missing");
  std::optional<absl::Duration> window;
  if (const json* value = Member(*chosen, "windowSize"); value != nullptr && !value->is_null()) {
    absl::StatusOr<absl::Duration> duration = DurationMember(*chosen, "windowSize");
    if (!duration.ok()) return Refused(subject, duration.status().message());
    window = *duration;
  }
  // A forecast that was asked for by the name of a cloud region may name a grid region in its data.
  const bool chosen_by_name = Member(*chosen, "location") != nullptr;
  absl::StatusOr<IntensitySeries> series =
      ReadEmissions(*data, absl::StrCat(subject, ".forecastData"), "timestamp", "value",
                    chosen_by_name ? "" : location, window);
  if (!series.ok()) return series.status();
  return CarbonAwareForecast{issued_at, *std::move(series)};
}

}  // namespace

absl::StatusOr<CarbonAwareForecast> ParseCarbonAwareSdk(absl::string_view text,
                                                        absl::string_view location) {
  if (absl::Status status = CheckDepth(text); !status.ok()) return status;
  json root;
  try {
    root = json::parse(text.begin(), text.end());
  } catch (const json::exception& error) {
    // Then the library quotes what it read, the whole of a broken string even.
    const absl::string_view what = error.what();
    return absl::InvalidArgumentError(absl::StrCat(
        "not JSON: ", what.substr(0, what.find("; last read")).substr(0, kMaxMessage)));
  }
  if (root.is_object()) return ReadFileForm(root, location);
  if (root.is_array()) return ReadWebApiForm(root, location);
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(root), " is neither a data file nor a WebAPI forecast"));
}

}  // namespace carbon
