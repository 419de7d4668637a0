// A table of an HTML page. On narrow screens the page's style shows each row as a list of titles
// and cells, so a table has its roles spelled out: browsers drop them with the layout. Pure.
#ifndef CLI_REPORT_PAGE_PAGE_TABLE_H_
#define CLI_REPORT_PAGE_PAGE_TABLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace carbon {

// Returns the text as HTML text or as the value of an attribute in quotes. What could confuse a
// reader (control characters, other directions of writing) becomes '?'.
std::string HtmlText(absl::string_view text);

// Returns the JSON as the content of a script element: nothing in it ends the element, or begins a
// comment or another one.
std::string JsonInScript(std::string json);

struct PageColumn {
  std::string title;
  bool right = false;  // right-justified, as numbers are
};

class PageTable {
 public:
  // The first column names the row.
  PageTable(std::string caption, std::vector<PageColumn> columns)
      : caption_(std::move(caption)), columns_(std::move(columns)) {}

  // A cell of each column, as text. An empty one shows as a dash.
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  std::string Html() const;

 private:
  std::string caption_;
  std::vector<PageColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace carbon

#endif  // CLI_REPORT_PAGE_PAGE_TABLE_H_
