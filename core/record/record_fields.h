// Reads the placement log's values for all kinds of records. For the readers of core/record only.
// Pure.
#ifndef CORE_RECORD_RECORD_FIELDS_H_
#define CORE_RECORD_RECORD_FIELDS_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "nlohmann/json.hpp"

namespace carbon {

// One object of a record. Reading a field that is absent, null or refused changes nothing. Of
// several faults the first is kept.
class RecordFields {
 public:
  using Json = nlohmann::ordered_json;

  static constexpr absl::Duration kMaxDuration = absl::Hours(24 * 365 * 100);

  // Refuses a value that is not an object; it has no fields. `fault` outlives this.
  RecordFields(const Json& json, std::string path, std::string* fault)
      : json_(json), path_(std::move(path)), fault_(fault) {
    if (!json_.is_object()) Refuse("", "is not an object");
  }

  // Each returns whether the field was read.
  bool Read(const char* key, std::string* text) const;
  bool Read(const char* key, bool* is) const;
  bool Read(const char* key, double* number) const;
  bool Read(const char* key, absl::Time* time) const;
  bool Read(const char* key, absl::Duration* duration) const;  // seconds; at most kMaxDuration
  bool Read(const char* key, std::vector<std::string>* texts) const;
  template <class Unit>
  bool Read(const char* key, Quantity<Unit>* quantity) const {
    double number = 0;
    if (!Read(key, &number)) return false;
    *quantity = Quantity<Unit>(number);
    return true;
  }
  template <class T>
  bool Read(const char* key, std::optional<T>* value) const {
    T read{};
    if (!Read(key, &read)) return false;
    *value = std::move(read);
    return true;
  }

  // A whole number that `Integer` and int64_t hold.
  template <class Integer>
  bool ReadInteger(const char* key, Integer* number) const {
    const std::optional<int64_t> read = WholeNumber(key);
    if (!read.has_value()) return false;
    if (!std::in_range<Integer>(*read)) return Refuse(key, kNotWhole), false;
    *number = static_cast<Integer>(*read);
    return true;
  }
  template <class Integer>
  bool ReadInteger(const char* key, std::optional<Integer>* number) const {
    Integer read{};
    if (!ReadInteger(key, &read)) return false;
    *number = read;
    return true;
  }

  // Reads the one of `all` whose `name` is the text.
  template <class Enum, class Name>
  bool ReadName(const char* key, std::initializer_list<Enum> all, Name name, Enum* value) const {
    std::string text;
    if (!Read(key, &text) || text.empty()) return false;
    for (const Enum one : all) {
      if (name(one) != text) continue;
      *value = one;
      return true;
    }
    Refuse(key, "is not known");
    return false;
  }

  // Calls `read` with the fields of the object, if there is one.
  template <class Visit>
  void Within(const char* key, Visit read) const {
    const Json* value = Find(key);
    if (value == nullptr) return;
    const RecordFields fields(*value, absl::StrCat(path_, key, "."), fault_);
    if (value->is_object()) read(fields);
  }

  // Null if the field is absent or null.
  const Json* Find(const char* key) const;
  void Refuse(absl::string_view key, absl::string_view fact) const;

  const Json& json() const { return json_; }
  const std::string& path() const { return path_; }
  std::string* fault() const { return fault_; }

 private:
  static constexpr char kNotWhole[] = "is not a whole number";

  std::optional<int64_t> WholeNumber(const char* key) const;

  const Json& json_;
  std::string path_;
  std::string* fault_;
};

}  // namespace carbon

#endif  // CORE_RECORD_RECORD_FIELDS_H_
