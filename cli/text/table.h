// A table as Slurm's commands print one: aligned for people, or with '|' between the fields for
// programs. Text from users cannot break a line or command the terminal.
#ifndef CLI_TEXT_TABLE_H_
#define CLI_TEXT_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace carbon {

struct TableColumn {
  std::string title;
  bool right = false;  // right-justified, as numbers are
  // In characters; what is longer is cut and ends in '+'. 0: as wide as the longest cell, but no
  // wider than kWidest unless it is the last.
  int width = 0;
};

class Table {
 public:
  enum class Style { kAligned, kParsable };
  static constexpr size_t kWidest = 60;

  explicit Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

  // One cell per column; an empty one shows as "-" where columns are aligned.
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Lines, each with its newline. With a header, aligned columns have their titles underlined. A
  // '|' or '\\' in a cell of a parsable one has a '\\' before it.
  std::string Format(Style style, bool with_header) const;

 private:
  std::vector<TableColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// `text` with '?' in place of every control character, of what is invisible or changes the
// direction of writing (U+202E), and of every byte that is not UTF-8.
std::string Printable(absl::string_view text);

}  // namespace carbon

#endif  // CLI_TEXT_TABLE_H_
