#include "core/record/record_json.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/timestamp.h"
#include "core/record/record.h"

namespace carbon {

JsonText TimeJson(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return nullptr;
  return FormatInstant(time);
}

JsonText SecondsJson(absl::Duration duration) {
  if (duration == absl::InfiniteDuration() || duration == -absl::InfiniteDuration()) return nullptr;
  const int64_t whole = absl::ToInt64Seconds(duration);
  if (absl::Seconds(whole) == duration) return whole;
  return absl::ToDoubleSeconds(duration);
}

JsonText HeadJson(absl::string_view type, const RecordHead& head) {
  return {{"v", kRecordVersion},  {"type", std::string(type)}, {"id", DecisionId(head.id)},
          {"boot", head.id.boot}, {"seq", head.id.sequence},   {"time", TimeJson(head.time)}};
}

std::string RecordLine(const JsonText& record) { return absl::StrCat(record.text(), "\n"); }

JsonText BoundedStrings::Name(const char* field, absl::string_view value) {
  return Bounded(field, value, kMaxRecordName);
}

JsonText BoundedStrings::Text(const char* field, absl::string_view value) {
  return Bounded(field, value, kMaxRecordText);
}

JsonText BoundedStrings::List(const char* field, const std::vector<std::string>& values) {
  JsonText list = JsonText::Array();
  for (const std::string& value : values) {
    const JsonText name = Name(field, value);
    constexpr size_t kBrackets = 2;
    if (list.text().size() + name.text().size() > kMaxRecordText + kBrackets) {
      NoteCut(field);
      break;
    }
    list.push_back(name);
  }
  return list;
}

JsonText BoundedStrings::Bounded(const char* field, absl::string_view value, size_t max_bytes) {
  bool is_cut = false;
  JsonText json = JsonText::Bounded(value, max_bytes, &is_cut);
  if (is_cut) NoteCut(field);
  return json;
}

void BoundedStrings::NoteCut(const char* field) {
  if (std::find(cut_.begin(), cut_.end(), field) == cut_.end()) cut_.emplace_back(field);
}

}  // namespace carbon
