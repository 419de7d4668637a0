#include "core/json/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>

namespace carbon {
namespace {

// The ending of a string that was cut. A string that is shown whole cannot end with it.
constexpr absl::string_view kEllipsis = "\\u2026";

// Returns the length of the escape or letter at the front of escaped text. The two halves of a
// character beyond U+FFFF stay together.
size_t UnitSize(absl::string_view escaped) {
  if (escaped[0] != '\\') return 1;
  if (escaped[1] != 'u') return 2;
  const bool is_pair = escaped[2] == 'd' && escaped[3] >= '8' && escaped[3] <= 'b';
  return is_pair ? 12 : 6;
}

}  // namespace

// Writes the shortest digits that read back as the same number, in the layout of nlohmann::json:
// whole numbers keep a ".0", and very large or small numbers have an exponent.
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

JsonText JsonText::Bounded(absl::string_view value, size_t max_bytes, bool* is_cut) {
  // A byte never takes less than one byte when written, so bytes beyond this cannot be in the
  // result. A character that is torn here is cut off below.
  constexpr size_t kMaxCharacter = 4;
  JsonText json(value.substr(0, max_bytes + kMaxCharacter));
  if (json.text_.size() <= max_bytes + 2) return json;
  *is_cut = true;
  const absl::string_view escaped = absl::string_view(json.text_).substr(1, json.text_.size() - 2);
  size_t kept = 0;
  while (true) {
    const size_t next = kept + UnitSize(escaped.substr(kept));
    if (next + kEllipsis.size() > max_bytes) break;
    kept = next;
  }
  return JsonText(Raw{absl::StrCat("\"", escaped.substr(0, kept), kEllipsis, "\"")});
}

size_t JsonText::EscapedSize(absl::string_view value) {
  size_t size = 0;
  for (const char c : value) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte == '"' || byte == '\\' || byte == '\b' || byte == '\f' || byte == '\n' ||
        byte == '\r' || byte == '\t') {
      size += 2;
    } else {
      const bool is_escaped = byte < ' ' || byte >= 0x7f;
      size += is_escaped ? 6 : 1;
    }
  }
  return size;
}

JsonText::JsonText(const std::vector<std::string>& values) : text_("[]") {
  for (const std::string& value : values) push_back(value);
}

JsonText::JsonText(std::initializer_list<Member> members) {
  constexpr size_t kSigns = 4;  // quotes, colon and comma or brace
  size_t size = 1;
  for (const Member& member : members) {
    size += member.key.size() + member.value.text_.size() + kSigns;
  }
  text_.reserve(size);
  text_ += '{';
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
