// Table prints a table as Slurm's commands do: aligned for people, or with '|' between the fields
// for programs. Text from users cannot break a line or command the terminal.
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
  // In characters; a longer cell is cut and ends in '+'. 0: as wide as the longest cell, but not
  // wider than kWidest unless it is the last column.
  int width = 0;
};

class Table {
 public:
  enum class Style { kAligned, kParsable };
  static constexpr size_t kWidest = 60;

  explicit Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

  // Adds a row with one cell per column. An empty cell shows as "-" if columns are aligned.
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Returns lines, each with its newline. With a header, aligned columns have their titles
  // underlined. In a parsable table a '|' or '\\' in a cell has a '\\' before it.
  std::string Format(Style style, bool with_header);

  // Returns one more line for a table that was formatted. A column is as wide as in the lines
  // before, or wider.
  std::string FormatLine(Style style, std::vector<std::string> cells);

 private:
  // Makes the columns wide enough for the line.
  void Widen(const std::vector<std::string>& line);
  std::string Aligned(const std::vector<std::string>& line) const;

  std::vector<TableColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<size_t> widths_;  // of the lines that were formatted
};

// Returns `text` with '?' instead of every control character, every character that is invisible or
// changes the direction of writing (U+202E), and every byte that is not UTF-8.
std::string Printable(absl::string_view text);

}  // namespace carbon

#endif  // CLI_TEXT_TABLE_H_
