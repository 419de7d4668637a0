#include "cli/text/table.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace carbon {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Returns the number of UTF-8 characters. Each is assumed to be one column wide.
size_t Length(absl::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

std::string Cut(const std::string& text, size_t width) {
  if (Length(text) <= width) return text;
  size_t bytes = 0;
  for (size_t characters = 0; bytes < text.size(); ++bytes) {
    if (!IsContinuation(text[bytes]) && characters++ == width - 1) break;
  }
  return absl::StrCat(text.substr(0, bytes), "+");
}

// Returns the first character, and how many bytes it takes; no character for a byte that does not
// begin one.
std::pair<std::optional<uint32_t>, size_t> Decode(absl::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {std::nullopt, 1};
  uint32_t code_point = first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return {std::nullopt, 1};
    code_point = code_point << 6 | (byte(i) & 0x3f);
  }
  const bool is_surrogate = code_point >= 0xd800 && code_point < 0xe000;
  if (code_point < kLeast[length] || code_point > 0x10ffff || is_surrogate) {
    return {std::nullopt, 1};
  }
  return {code_point, length};
}

// Returns whether it is not a control character, a line break of Unicode, invisible, or a mark of
// direction.
bool IsHarmless(std::optional<uint32_t> code_point) {
  if (!code_point.has_value()) return false;
  const uint32_t c = *code_point;
  const auto within = [c](uint32_t first, uint32_t last) { return first <= c && c <= last; };
  return !(c < 0x20 || within(0x7f, 0x9f) || c == 0xad || c == 0x61c || within(0x200b, 0x200f) ||
           within(0x2028, 0x202e) || within(0x2060, 0x206f) || c == 0xfeff ||
           within(0xfff9, 0xfffb) || within(0xe0000, 0xe007f));
}

std::string Escaped(const std::string& cell) {
  return absl::StrReplaceAll(cell, {{"\\", "\\\\"}, {"|", "\\|"}});
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto [code_point, length] = Decode(text);
    if (IsHarmless(code_point)) {
      absl::StrAppend(&result, text.substr(0, length));
    } else {
      result.push_back('?');
    }
    text.remove_prefix(length);
  }
  return result;
}

std::string Table::Format(Style style, bool with_header) {
  std::vector<std::vector<std::string>> lines;
  if (with_header) {
    std::vector<std::string>& titles = lines.emplace_back();
    for (const TableColumn& column : columns_) titles.push_back(column.title);
  }
  for (const std::vector<std::string>& row : rows_) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& cell : row) line.push_back(Printable(cell));
  }
  std::string result;
  if (style == Style::kParsable) {
    for (std::vector<std::string>& line : lines) {
      for (std::string& cell : line) cell = Escaped(cell);
      absl::StrAppend(&result, absl::StrJoin(line, "|"), "\n");
    }
    return result;
  }

  widths_.assign(columns_.size(), 1);
  for (const auto& line : lines) Widen(line);
  if (with_header) {
    std::vector<std::string> rule;
    for (const size_t width : widths_) rule.push_back(std::string(width, '-'));
    lines.insert(lines.begin() + 1, std::move(rule));
  }
  for (const auto& line : lines) absl::StrAppend(&result, Aligned(line), "\n");
  return result;
}

std::string Table::FormatLine(Style style, std::vector<std::string> cells) {
  for (std::string& cell : cells) {
    cell = Printable(cell);
    if (style == Style::kParsable) cell = Escaped(cell);
  }
  if (style == Style::kParsable) return absl::StrCat(absl::StrJoin(cells, "|"), "\n");
  widths_.resize(columns_.size(), 1);
  Widen(cells);
  return absl::StrCat(Aligned(cells), "\n");
}

void Table::Widen(const std::vector<std::string>& line) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].width != 0) {
      widths_[i] = static_cast<size_t>(columns_[i].width);
      continue;
    }
    const bool is_last = i + 1 == columns_.size();
    const size_t wanted = is_last ? Length(line[i]) : std::min(Length(line[i]), kWidest);
    widths_[i] = std::max(widths_[i], wanted);
  }
}

std::string Table::Aligned(const std::vector<std::string>& line) const {
  std::string text;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const std::string cell = Cut(line[i].empty() ? "-" : line[i], widths_[i]);
    const std::string padding(widths_[i] - Length(cell), ' ');
    absl::StrAppend(&text, i == 0 ? "" : " ", columns_[i].right ? padding : "", cell,
                    columns_[i].right ? "" : padding);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace carbon
