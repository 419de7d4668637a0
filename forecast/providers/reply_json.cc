#include "forecast/providers/reply_json.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "core/grid/intensity.h"

namespace carbon {
namespace {

using nlohmann::json;

constexpr size_t kMaxShown = 40;  // bytes

absl::Status Refuse(absl::string_view name, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", what));
}

}  // namespace

absl::Status CheckShape(absl::string_view text, size_t max_values) {
  int depth = 0;
  size_t values = 1;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ',' || c == '{' || c == '[') {
      // Each value except the first comes after one of these characters.
      if (++values > max_values) {
        return absl::InvalidArgumentError(absl::StrCat("has more than ", max_values, " values"));
      }
      if (c != ',' && ++depth > kMaxReplyDepth) {
        return absl::InvalidArgumentError(absl::StrCat("is nested deeper than ", kMaxReplyDepth));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSize(const HttpReply& reply) {
  if (reply.body.size() <= kMaxReplyBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the reply of ", reply.body.size(), " bytes is above ", kMaxReplyBytes));
}

absl::StatusOr<json> ParseReply(const HttpReply& reply) {
  if (absl::Status status = CheckReply(reply); !status.ok()) return status;
  if (absl::Status status = CheckSize(reply); !status.ok()) return status;
  if (absl::Status status = CheckShape(reply.body); !status.ok()) return status;
  json root = json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) {
    const size_t first = reply.body.find_first_not_of(" \t\r\n");
    const bool is_html = first != std::string::npos && reply.body[first] == '<';
    return absl::InvalidArgumentError(absl::StrCat("the reply of ", reply.body.size(),
                                                   " bytes is no JSON",
                                                   is_html ? " but begins like HTML" : ""));
  }
  return root;
}

absl::StatusOr<GramsPerKilowattHour> ParseIntensityUnit(absl::string_view unit) {
  struct Unit {
    absl::string_view name;
    GramsPerKilowattHour size;
  };
  // A pound is 453.59237 g exactly (the international avoirdupois pound, since 1959).
  static constexpr Unit kUnits[] = {
      {"lbs_co2_per_mwh", GramsPerKilowattHour(0.45359237)},
      {"gCO2eq/kWh", GramsPerKilowattHour(1)},
      {"gCO2e/kWh", GramsPerKilowattHour(1)},
      {"gCO2/kWh", GramsPerKilowattHour(1)},
      {"g/kWh", GramsPerKilowattHour(1)},
  };
  for (const Unit& known : kUnits) {
    if (absl::EqualsIgnoreCase(unit, known.name)) return known.size;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unit ", Shown(json(std::string(unit))), " is not known"));
}

const json* ReplyObject::Find(const char* key) const {
  if (!json_.is_object()) return nullptr;
  const auto found = json_.find(key);
  return found == json_.end() ? nullptr : &*found;
}

absl::StatusOr<const json*> ReplyObject::Array(const char* key) const {
  const json* value = Find(key);
  if (value == nullptr) return Refused(key, "is missing");
  if (!value->is_array()) return Refused(key, absl::StrCat(Shown(*value), " is no array"));
  return value;
}

absl::StatusOr<std::string> ReplyObject::Text(const char* key) const {
  const json* value = Find(key);
  if (value == nullptr) return Refused(key, "is missing");
  if (!value->is_string()) return Refused(key, absl::StrCat(Shown(*value), " is no string"));
  return value->get<std::string>();
}

absl::StatusOr<absl::Time> ReplyObject::Time(const char* key) const {
  return ReadTime(key, ParseTimestamp);
}

absl::StatusOr<absl::Time> ReplyObject::UtcTime(const char* key) const {
  return ReadTime(key, [](absl::string_view text) {
    constexpr size_t kHour = sizeof("2018-01-20T12") - 1;
    constexpr size_t kMinute = sizeof("2018-01-20T12:00") - 1;
    constexpr size_t kSecond = sizeof("2018-01-20T12:00:00") - 1;
    std::string whole(text);
    if (whole.size() == kMinute + 1 && whole.back() == 'Z') whole.pop_back();
    if (whole.size() == kHour) whole += ":00";
    if (whole.size() == kMinute) whole += ":00";
    if (whole.size() == kSecond) whole += "Z";
    return ParseTimestamp(whole);
  });
}

absl::StatusOr<absl::Time> ReplyObject::Instant(const char* key) const {
  return ReadTime(key, ParseInstant);
}

absl::StatusOr<absl::Time> ReplyObject::ReadTime(
    const char* key, absl::StatusOr<absl::Time> (*parse)(absl::string_view)) const {
  absl::StatusOr<std::string> text = Text(key);
  if (!text.ok()) return text.status();
  absl::StatusOr<absl::Time> time = parse(*text);
  if (!time.ok()) return Refused(key, time.status().message());
  return time;
}

absl::StatusOr<absl::Duration> ReplyObject::Seconds(const char* key) const {
  const json* value = Find(key);
  if (value == nullptr) return Refused(key, "is missing");
  const std::optional<double> seconds = NumberIn(*value);
  if (seconds.has_value() && *seconds == std::floor(*seconds) && *seconds > 0 &&
      *seconds <= 24 * 3600) {
    return absl::Seconds(static_cast<int64_t>(*seconds));
  }
  return Refused(key, absl::StrCat(Shown(*value), " is not a whole number of seconds in a day"));
}

absl::StatusOr<std::optional<GramsPerKilowattHour>> ReplyObject::Intensity(
    const char* key, GramsPerKilowattHour unit) const {
  const json* value = Find(key);
  if (value == nullptr) return Refused(key, "is missing");
  return ReadIntensity(*value, absl::StrCat(name_, name_.empty() ? "" : ".", key), unit);
}

absl::Status ReplyObject::Expect(const char* key, absl::string_view expected) const {
  const json* value = Find(key);
  if (value == nullptr ||
      (value->is_string() && value->get_ref<const std::string&>() == expected)) {
    return absl::OkStatus();
  }
  return Refused(key, absl::StrCat(Shown(*value), " is not ", expected));
}

absl::Status ReplyObject::Refused(absl::string_view key, absl::string_view what) const {
  return Refuse(absl::StrCat(name_, name_.empty() ? "" : ".", key), what);
}

absl::StatusOr<std::optional<GramsPerKilowattHour>> ReadIntensity(const json& found,
                                                                  absl::string_view name,
                                                                  GramsPerKilowattHour unit) {
  if (found.is_null()) return std::nullopt;
  const std::optional<double> number = NumberIn(found);
  if (!number.has_value()) return Refuse(name, absl::StrCat(Shown(found), " is no number"));
  const GramsPerKilowattHour value = *number * unit;
  if (!std::isfinite(value.value()) || value < GramsPerKilowattHour(0)) {
    return Refuse(name, absl::StrCat(Shown(found), " is negative or not finite"));
  }
  if (value > IntensitySeries::kMaxValue) {
    return Refuse(name, absl::StrCat(Shown(found), " is above ", IntensitySeries::kMaxValue.value(),
                                     " gCO2e/kWh"));
  }
  return value;
}

std::optional<double> NumberIn(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  double number = 0;
  // SimpleAtod also accepts words, for infinity for example.
  const bool is_decimal = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  if (!is_decimal || !absl::SimpleAtod(text, &number)) return std::nullopt;
  return number;
}

std::string Shown(const json& value) {
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > kMaxShown) text = absl::StrCat(text.substr(0, kMaxShown - 3), "...");
  return text;
}

}  // namespace carbon
