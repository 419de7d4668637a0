#include "cli/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace carbon {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Characters of UTF-8, each taken to be one column wide.
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

}  // namespace

std::string Printable(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too: C2 80 to C2 9F.
    const bool is_c1 = c == 0xc2 && i + 1 < text.size() &&
                       static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
                       static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (is_c1) ++i;
    result.push_back(is_c1 || c < 0x20 || c == 0x7f ? '?' : static_cast<char>(c));
  }
  return result;
}

std::string Table::Format(Style style, bool with_header) const {
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
    for (const auto& line : lines) absl::StrAppend(&result, absl::StrJoin(line, "|"), "\n");
    return result;
  }

  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = static_cast<size_t>(columns_[i].width);
    if (width == 0) {
      width = 1;
      for (const auto& line : lines) width = std::max(width, Length(line[i]));
    }
    widths.push_back(width);
  }
  if (with_header) {
    std::vector<std::string> rule;
    for (const size_t width : widths) rule.push_back(std::string(width, '-'));
    lines.insert(lines.begin() + 1, std::move(rule));
  }
  for (const auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string cell = Cut(line[i].empty() ? "-" : line[i], widths[i]);
      const std::string padding(widths[i] - Length(cell), ' ');
      absl::StrAppend(&text, i == 0 ? "" : " ", columns_[i].right ? padding : "", cell,
                      columns_[i].right ? "" : padding);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    absl::StrAppend(&result, text, "\n");
  }
  return result;
}

}  // namespace carbon
