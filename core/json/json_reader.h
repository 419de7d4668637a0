// JsonObject reads parsed JSON and checks each type before access. It collects the faults with
// their JSON pointers, instead of stopping at the first.
//
// Our configuration, and each file that two of our programs share, is read with it; the files
// through JsonDocument (core/json/json_document.h). Two kinds of input are not: a record of the
// placement log is also read where a field is at fault (core/record/record_fields.h), and a
// provider's reply is not ours (forecast/providers/reply_json.h).
//
// Only core/ and store/ include this header and json_document.h, and no header that other folders
// include does: the JSON library stays out of the public headers (tests/scripts/includes_test.py).
//
//   SiteConfig ReadSite(const JsonValue& json) {
//     SiteConfig site;
//     JsonObject object(json);
//     object.Require("zone", &site.zone, Name);
//     object.Read("net_intensity", &site.net_intensity, Intensity);  // unchanged if absent
//     return site;
//   }  // here the keys that were not asked for are refused, with the nearest known key
//
// `Name` and `Intensity` are readers: they are called with a JsonValue, and return the value in its
// type, or refuse it and return nullopt.
#ifndef CORE_JSON_JSON_READER_H_
#define CORE_JSON_JSON_READER_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/json/json_error.h"
#include "nlohmann/json.hpp"

namespace carbon {

// A value and its place. Cheap to copy; the parsed text and the list of errors must outlive it.
class JsonValue {
 public:
  using Json = nlohmann::json;

  JsonValue(const Json& json, std::string pointer, std::vector<ConfigError>* errors)
      : json_(&json), pointer_(std::move(pointer)), errors_(errors) {}

  const Json& json() const { return *json_; }
  const std::string& pointer() const { return pointer_; }

  // Returns the elements of an array, or the members of an object by their names. Refuses another
  // type and returns none.
  std::vector<JsonValue> Elements() const;
  std::vector<std::pair<std::string, JsonValue>> Members() const;

  // The element of an array at an index that it has.
  JsonValue Element(size_t index) const;

  // Whether nothing was refused yet, here or elsewhere in the text.
  bool is_right_so_far() const { return errors_->empty(); }

  // At most this many errors of a text are kept. What is wrong with a large text could be larger
  // than the text.
  static constexpr size_t kMaxErrors = 1000;

  // Adds an error at this value, or at `within` it: "/busy_watts/value".
  void Refuse(absl::string_view message, absl::string_view within = "") const;
  // Adds the error "must be a string, not 5".
  void RefuseType(absl::string_view expected) const;

 private:
  friend class JsonObject;

  JsonValue Member(const std::string& key) const;

  const Json* json_;
  std::string pointer_;
  std::vector<ConfigError>* errors_;
};

// The fields of an object, each asked for by its key. The destructor refuses the keys that were not
// asked for, unless they are to be ignored: a later program may add some.
class JsonObject {
 public:
  enum class UnknownKeys { kRefused, kIgnored };

  // Refuses a value that is not an object. Then no field is found, and none is reported as missing.
  explicit JsonObject(const JsonValue& value, UnknownKeys unknown_keys = UnknownKeys::kRefused);
  ~JsonObject();
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  // Returns the field if it is present.
  std::optional<JsonValue> Find(const std::string& key);
  // Does the same, and refuses the object if the field is absent.
  std::optional<JsonValue> Demand(const std::string& key);

  // Sets `out` to the result of `reader` for the field, if the field is present and right.
  template <class T, class Reader>
  void Read(const std::string& key, T* out, const Reader& reader) {
    Set(Find(key), out, reader);
  }
  template <class T, class Reader>
  void Require(const std::string& key, T* out, const Reader& reader) {
    Set(Demand(key), out, reader);
  }

 private:
  template <class T, class Reader>
  static void Set(const std::optional<JsonValue>& field, T* out, const Reader& reader) {
    if (!field.has_value()) return;
    if (auto value = reader(*field); value.has_value()) *out = *std::move(value);
  }

  const JsonValue value_;
  const bool is_object_;
  const UnknownKeys unknown_keys_;
  std::vector<std::string> known_;
};

// Readers of JSON's own types, and readers that are made from others.
std::optional<bool> Boolean(const JsonValue& json);
std::optional<std::string> Text(const JsonValue& json);     // not empty
std::optional<std::string> AnyText(const JsonValue& json);  // may be empty
std::optional<uint32_t> Uint32(const JsonValue& json);
// Reads a time in RFC 3339 with whole seconds and an offset, in the years 1000 to 9999.
std::optional<absl::Time> Timestamp(const JsonValue& json);
// Reads a name that a hint, a comment of Slurm's and a cell of a table can contain: see CheckName.
std::optional<std::string> Name(const JsonValue& json);

// Reads a whole number from `least` to `most`.
struct WholeNumber {
  int64_t most = std::numeric_limits<int64_t>::max();
  int64_t least = 0;

  std::optional<int64_t> operator()(const JsonValue& json) const;
};

// Reads a number of at least `low` and at most `high`; below `high` if the range is open.
struct NumberRange {
  double low;
  double high;
  bool open = false;

  std::optional<double> operator()(const JsonValue& json) const;
};

// Reads one of `choices` by its `name`. The error for a near miss names the nearest.
std::optional<size_t> Choose(const JsonValue& json, const std::vector<std::string>& names);
template <class Choice>
auto OneOf(std::vector<Choice> choices, absl::string_view (*name)(Choice)) {
  return [choices, name](const JsonValue& json) -> std::optional<Choice> {
    std::vector<std::string> names;
    for (const Choice choice : choices) names.emplace_back(name(choice));
    const std::optional<size_t> chosen = Choose(json, names);
    if (!chosen.has_value()) return std::nullopt;
    return choices[*chosen];
  };
}

// Reads an array, and each of its elements with `reader`. Elements that it refuses are left out.
template <class Reader>
auto EachOf(Reader reader) {
  return [reader](const JsonValue& json) {
    std::vector<typename decltype(reader(json))::value_type> values;
    for (const JsonValue& element : json.Elements()) {
      if (auto value = reader(element)) values.push_back(*std::move(value));
    }
    return std::optional(std::move(values));
  };
}

// Reads null as nothing, without a refusal, and anything else with `reader`.
template <class Reader>
auto NullOr(Reader reader) {
  return [reader](const JsonValue& json) -> decltype(reader(json)) {
    if (json.json().is_null()) return std::nullopt;
    return reader(json);
  };
}

// Calls `read` with each element of an array until something is refused: the list of what is wrong
// with a large array could be larger still.
template <class Read>
void ForEach(const std::optional<JsonValue>& array, const Read& read) {
  if (!array.has_value()) return;
  if (!array->json().is_array()) return array->RefuseType("an array");
  for (size_t i = 0; i < array->json().size() && array->is_right_so_far(); ++i) {
    read(array->Element(i));
  }
}

// Returns whether `name`, the value or the key at `json`, has 1 to 128 bytes without blanks,
// control characters and any of , ; | = " and backslash. Refuses it there if not.
bool CheckName(const JsonValue& json, absl::string_view name);

// Returns "; did you mean \"oslo\"?", or an empty string if no known word is near.
std::string DidYouMean(absl::string_view word, const std::vector<std::string>& known);
// Returns the text in quotes, of bounded length, with escapes for what a terminal should not see.
std::string Quoted(absl::string_view text);

}  // namespace carbon

#endif  // CORE_JSON_JSON_READER_H_
