#include "core/record/record_fields.h"

#include <limits>

#include "absl/strings/strip.h"

namespace carbon {

bool RecordFields::Read(const char* key, std::string* text) const {
  const Json* value = Find(key);
  if (value == nullptr) return false;
  if (!value->is_string()) return Refuse(key, "is not a text"), false;
  *text = value->get_ref<const std::string&>();
  return true;
}

bool RecordFields::Read(const char* key, bool* is) const {
  const Json* value = Find(key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) return Refuse(key, "is not true or false"), false;
  *is = value->get<bool>();
  return true;
}

bool RecordFields::Read(const char* key, double* number) const {
  const Json* value = Find(key);
  if (value == nullptr) return false;
  if (!value->is_number()) return Refuse(key, "is not a number"), false;
  *number = value->get<double>();
  return true;
}

bool RecordFields::Read(const char* key, absl::Time* time) const {
  std::string text;
  if (!Read(key, &text) || text.empty()) return false;
  absl::Time read;
  // "infinite-future" is a time to Abseil.
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%E*SZ", text, &read, nullptr) ||
      read == absl::InfiniteFuture() || read == absl::InfinitePast()) {
    return Refuse(key, "is not a time"), false;
  }
  *time = read;
  return true;
}

bool RecordFields::Read(const char* key, absl::Duration* duration) const {
  const Json* value = Find(key);
  if (value == nullptr) return false;
  absl::Duration read;
  if (value->is_number_integer()) {
    const std::optional<int64_t> seconds = WholeNumber(key);
    if (!seconds.has_value()) return false;
    read = absl::Seconds(*seconds);
  } else {
    double seconds = 0;
    if (!Read(key, &seconds)) return false;
    read = absl::Seconds(seconds);
  }
  if (read > kMaxDuration || read < -kMaxDuration) return Refuse(key, "is too long"), false;
  *duration = read;
  return true;
}

bool RecordFields::Read(const char* key, std::vector<std::string>* texts) const {
  const Json* value = Find(key);
  if (value == nullptr) return false;
  if (!value->is_array()) return Refuse(key, "is not a list"), false;
  std::vector<std::string> read;
  read.reserve(value->size());
  for (const Json& element : *value) {
    if (!element.is_string()) return Refuse(key, "is not a list of texts"), false;
    read.push_back(element.get_ref<const std::string&>());
  }
  *texts = std::move(read);
  return true;
}

std::optional<int64_t> RecordFields::WholeNumber(const char* key) const {
  const Json* value = Find(key);
  if (value == nullptr) return std::nullopt;
  const bool fits =
      value->is_number_unsigned()
          ? value->get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())
          : value->is_number_integer();
  if (!fits) {
    Refuse(key, kNotWhole);
    return std::nullopt;
  }
  return value->get<int64_t>();
}

const RecordFields::Json* RecordFields::Find(const char* key) const {
  if (!json_.is_object()) return nullptr;
  const auto found = json_.find(key);
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

void RecordFields::Refuse(absl::string_view key, absl::string_view fact) const {
  if (!fault_->empty()) return;
  const std::string name = absl::StrCat(path_, key);
  *fault_ = absl::StrCat(absl::StripSuffix(name, "."), ": ", fact);
}

}  // namespace carbon
