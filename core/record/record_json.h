// Writes the placement log's values for all kinds of records. For the writers of core/record only.
// Pure.
#ifndef CORE_RECORD_RECORD_JSON_H_
#define CORE_RECORD_RECORD_JSON_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/json/json_text.h"
#include "core/record/log_entry.h"

namespace carbon {

template <class T, class Convert>
JsonText OrNull(const std::optional<T>& value, Convert convert) {
  return value.has_value() ? JsonText(convert(*value)) : JsonText(nullptr);
}

// UTC with as many digits of the second as it has: a decision is repeated at exactly the time at
// which it was made. Null if infinite.
JsonText TimeJson(absl::Time time);

// Null if infinite.
JsonText SecondsJson(absl::Duration duration);

// The fields that each record begins with.
JsonText HeadJson(absl::string_view type, const RecordHead& head);

// The record with its newline. ASCII only: a log that is shown with tail must not command the
// terminal.
std::string RecordLine(const JsonText& record);

// Cuts strings to their bounds (kMaxRecordName, kMaxRecordText), and remembers which were cut.
class BoundedStrings {
 public:
  // `cut` names strings that were cut before.
  explicit BoundedStrings(std::vector<std::string> cut = {}) : cut_(std::move(cut)) {}

  JsonText Name(const char* field, absl::string_view value);
  JsonText Text(const char* field, absl::string_view value);
  JsonText List(const char* field, const std::vector<std::string>& values);

  // Empty if nothing was cut.
  const std::vector<std::string>& cut() const { return cut_; }

 private:
  JsonText Bounded(const char* field, absl::string_view value, size_t max_bytes);
  void NoteCut(const char* field);

  std::vector<std::string> cut_;
};

}  // namespace carbon

#endif  // CORE_RECORD_RECORD_JSON_H_
