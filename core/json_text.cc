#include "core/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>

namespace carbon {

// The shortest digits that read back as the same number, laid out as nlohmann::json does: whole
// numbers keep a ".0", and what is very large or small has an exponent.
JsonText::JsonText(double value) {
  if (!std::isfinite(value)) {
    text_ = "null";
    return;
  }
  char digits[64];
  const double size = std::abs(value);
  const bool is_plain = size == 0 || (size >= 1e-4 && size < 1e15);
  const auto end =
      std::to_chars(std::begin(digits), std::end(digits), value,
                    is_plain ? std::chars_format::fixed : std::chars_format::scientific)
          .ptr;
  text_.assign(digits, end);
  if (is_plain && std::memchr(digits, '.', text_.size()) == nullptr) text_ += ".0";
}

JsonText::JsonText(absl::string_view value) {
  const bool is_clean = std::all_of(value.begin(), value.end(), [](char c) {
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
  });
  if (is_clean) {
    text_ = absl::StrCat("\"", value, "\"");
  } else {
    const nlohmann::json string(std::string{value});
    text_ = string.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  }
}

JsonText::JsonText(const std::vector<std::string>& values) : text_("[]") {
  for (const std::string& value : values) push_back(value);
}

JsonText::JsonText(std::initializer_list<Member> members) : text_("{") {
  for (const Member& member : members) {
    absl::StrAppend(&text_, text_.size() > 1 ? ",\"" : "\"", member.key, "\":", member.value.text_);
  }
  text_ += '}';
}

void JsonText::Append(absl::string_view prefix, const JsonText& value) {
  const char bracket = text_.back();
  text_.pop_back();
  absl::StrAppend(&text_, text_.size() > 1 ? "," : "", prefix, value.text_);
  text_ += bracket;
}

}  // namespace carbon
