#include "cli/report/page/page_table.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/text/table.h"

namespace carbon {

std::string HtmlText(absl::string_view text) {
  return absl::StrReplaceAll(
      Printable(text),
      {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string JsonInScript(std::string json) {
  // Outside of strings JSON has none of these characters.
  absl::StrReplaceAll({{"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}}, &json);
  return json;
}

namespace {

// A cell of ordinary words is broken only between them. One with a long word, which a user may have
// chosen, is broken anywhere, so that it does not make the table wider than the page.
std::string ClassOf(absl::string_view cell, bool right) {
  constexpr size_t kLongWord = 14;
  bool is_whole = true;
  for (const absl::string_view word : absl::StrSplit(cell, ' ')) {
    is_whole = is_whole && word.size() <= kLongWord;
  }
  if (!right && !is_whole) return "";
  return absl::StrCat(" class=\"", right ? "number" : "", right && is_whole ? " " : "",
                      is_whole ? "whole" : "", "\"");
}

}  // namespace

std::string PageTable::Html() const {
  std::string html = absl::StrCat("<table role=\"table\"><caption>", HtmlText(caption_),
                                  "</caption><thead role=\"rowgroup\"><tr role=\"row\">");
  for (const PageColumn& column : columns_) {
    absl::StrAppend(&html, "<th role=\"columnheader\" scope=\"col\"",
                    column.right ? " class=\"number\"" : "", ">", HtmlText(column.title), "</th>");
  }
  absl::StrAppend(&html, "</tr></thead><tbody role=\"rowgroup\">\n");
  for (const std::vector<std::string>& row : rows_) {
    html.append("<tr role=\"row\">");
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string cell = row[i].empty() ? "–" : HtmlText(row[i]);
      const std::string number = ClassOf(row[i], columns_[i].right);
      if (i == 0) {
        absl::StrAppend(&html, "<th role=\"rowheader\" scope=\"row\"", number, ">", cell, "</th>");
      } else {
        absl::StrAppend(&html, "<td role=\"cell\"", number, " data-title=\"",
                        HtmlText(columns_[i].title), "\"><span>", cell, "</span></td>");
      }
    }
    html.append("</tr>\n");
  }
  html.append("</tbody></table>\n");
  return html;
}

}  // namespace carbon
