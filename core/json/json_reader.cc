#include "core/json/json_reader.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/nearest_word.h"
#include "core/base/timestamp.h"
#include "core/json/json_lines.h"

namespace carbon {
namespace {

using Json = JsonValue::Json;

constexpr size_t kMaxName = 128;   // bytes
constexpr size_t kMaxQuoted = 80;  // bytes of a value in a message

// Returns "5", "\"five\"", "an array".
std::string Describe(const Json& json) {
  if (json.is_object()) return "an object";
  if (json.is_array()) return "an array";
  if (json.is_string()) return Quoted(json.get_ref<const std::string&>());
  return json.dump();
}

}  // namespace

JsonValue JsonValue::Member(const std::string& key) const {
  return JsonValue(json_->at(key), absl::StrCat(pointer_, "/", EscapePointer(key)), errors_);
}

JsonValue JsonValue::Element(size_t index) const {
  return JsonValue((*json_)[index], absl::StrCat(pointer_, "/", index), errors_);
}

std::vector<JsonValue> JsonValue::Elements() const {
  std::vector<JsonValue> elements;
  if (!json_->is_array()) {
    RefuseType("an array");
    return elements;
  }
  for (size_t i = 0; i < json_->size(); ++i) elements.push_back(Element(i));
  return elements;
}

std::vector<std::pair<std::string, JsonValue>> JsonValue::Members() const {
  std::vector<std::pair<std::string, JsonValue>> members;
  if (!json_->is_object()) {
    RefuseType("an object");
    return members;
  }
  for (const auto& item : json_->items()) members.emplace_back(item.key(), Member(item.key()));
  return members;
}

void JsonValue::Refuse(absl::string_view message, absl::string_view within) const {
  if (errors_->size() >= kMaxErrors) return;
  errors_->push_back({absl::StrCat(pointer_, within), std::nullopt, std::string(message)});
}

void JsonValue::RefuseType(absl::string_view expected) const {
  Refuse(absl::StrCat("must be ", expected, ", not ", Describe(*json_)));
}

JsonObject::JsonObject(const JsonValue& value, UnknownKeys unknown_keys)
    : value_(value), is_object_(value.json().is_object()), unknown_keys_(unknown_keys) {
  if (!is_object_) value_.RefuseType("an object");
}

JsonObject::~JsonObject() {
  if (!is_object_ || unknown_keys_ == UnknownKeys::kIgnored) return;
  for (const auto& item : value_.json().items()) {
    if (value_.errors_->size() >= JsonValue::kMaxErrors) return;
    const std::string& key = item.key();
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string meant = DidYouMean(key, known_);
    value_.Member(key).Refuse(absl::StrCat(
        "unknown key ", Quoted(key),
        meant.empty() ? absl::StrCat("; known are ", absl::StrJoin(known_, ", ")) : meant));
  }
}

std::optional<JsonValue> JsonObject::Find(const std::string& key) {
  known_.push_back(key);
  if (!is_object_ || !value_.json().contains(key)) return std::nullopt;
  return value_.Member(key);
}

std::optional<JsonValue> JsonObject::Demand(const std::string& key) {
  std::optional<JsonValue> field = Find(key);
  if (is_object_ && !field.has_value()) value_.Refuse(absl::StrCat("\"", key, "\" is missing"));
  return field;
}

std::optional<bool> Boolean(const JsonValue& json) {
  if (json.json().is_boolean()) return json.json().get<bool>();
  json.RefuseType("true or false");
  return std::nullopt;
}

std::optional<std::string> Text(const JsonValue& json) {
  if (!json.json().is_string()) {
    json.RefuseType("a string");
    return std::nullopt;
  }
  if (json.json().get_ref<const std::string&>().empty()) {
    json.Refuse("is empty");
    return std::nullopt;
  }
  return json.json().get<std::string>();
}

std::optional<std::string> AnyText(const JsonValue& json) {
  if (json.json().is_string()) return json.json().get<std::string>();
  json.RefuseType("a string");
  return std::nullopt;
}

std::optional<absl::Time> Timestamp(const JsonValue& json) {
  // As far as a year has four digits, as it is written.
  constexpr absl::CivilSecond kFirst(1000, 1, 1);
  constexpr absl::CivilSecond kEnd(10000, 1, 1);
  const std::optional<std::string> text = Text(json);
  if (!text.has_value()) return std::nullopt;
  const absl::StatusOr<absl::Time> time = ParseTimestamp(*text);
  if (!time.ok()) {
    json.Refuse(time.status().message());
    return std::nullopt;
  }
  if (*time >= absl::FromCivil(kFirst, absl::UTCTimeZone()) &&
      *time < absl::FromCivil(kEnd, absl::UTCTimeZone())) {
    return *time;
  }
  json.Refuse("is not in the years 1000 to 9999");
  return std::nullopt;
}

std::optional<int64_t> WholeNumber::operator()(const JsonValue& json) const {
  const JsonValue::Json& value = json.json();
  const bool is_too_large =
      value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX);
  if (value.is_number_integer() && !is_too_large) {
    const int64_t number = value.get<int64_t>();
    if (number >= least && number <= most) return number;
  }
  json.Refuse(absl::StrCat("is not a whole number in [", least, ", ", most, "]"));
  return std::nullopt;
}

bool CheckName(const JsonValue& json, absl::string_view name) {
  constexpr absl::string_view kForbidden = ",;|=\"\\";
  const bool right = std::none_of(name.begin(), name.end(), [&](char c) {
    return c == ' ' || absl::ascii_iscntrl(static_cast<unsigned char>(c)) ||
           kForbidden.find(c) != absl::string_view::npos;
  });
  if (right && !name.empty() && name.size() <= kMaxName) return true;
  json.Refuse(absl::StrCat(Quoted(name), " is not a name: 1 to ", kMaxName,
                           " bytes without blanks and any of , ; | = \" \\"));
  return false;
}

std::optional<std::string> Name(const JsonValue& json) {
  std::optional<std::string> name = Text(json);
  if (!name.has_value() || !CheckName(json, *name)) return std::nullopt;
  return name;
}

std::optional<uint32_t> Uint32(const JsonValue& json) {
  if (json.json().is_number_unsigned() && json.json().get<uint64_t>() <= UINT32_MAX) {
    return json.json().get<uint32_t>();
  }
  json.RefuseType(absl::StrCat("a whole number of at most ", UINT32_MAX));
  return std::nullopt;
}

std::optional<double> NumberRange::operator()(const JsonValue& json) const {
  if (json.json().is_number()) {
    const double number = json.json().get<double>();
    if (number >= low && (open ? number < high : number <= high)) return number;
  }
  json.RefuseType(
      absl::StrCat("a number of at least ", low, open ? " and below " : " and at most ", high));
  return std::nullopt;
}

std::optional<size_t> Choose(const JsonValue& json, const std::vector<std::string>& names) {
  const std::optional<std::string> text = Text(json);
  if (!text.has_value()) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), *text);
  if (found != names.end()) return found - names.begin();
  json.Refuse(absl::StrCat(Quoted(*text), " is none of ", absl::StrJoin(names, ", "),
                           DidYouMean(*text, names)));
  return std::nullopt;
}

std::string DidYouMean(absl::string_view word, const std::vector<std::string>& known) {
  const std::string nearest = NearestWord(word, known);
  return nearest.empty() ? "" : absl::StrCat("; did you mean ", Quoted(nearest), "?");
}

std::string Quoted(absl::string_view text) {
  const bool cut = text.size() > kMaxQuoted;
  // The cut may go through a character. The remainder of that character is replaced.
  const Json json = absl::StrCat(text.substr(0, kMaxQuoted), cut ? "…" : "");
  return json.dump(-1, ' ', false, Json::error_handler_t::ignore);
}

}  // namespace carbon
