#include "bench/markdown_reporter.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace carbon {

double Quantile(std::vector<double>* values, double share) {
  const auto rank = static_cast<size_t>(share * static_cast<double>(values->size() - 1) + 0.5);
  const auto at = values->begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values->begin(), at, values->end());
  return *at;
}

void MarkdownReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    const std::string& family = run.run_name.function_name;
    const std::string& args = run.run_name.args;
    auto row = std::find_if(rows_.begin(), rows_.end(),
                            [&](const Row& r) { return r.family == family && r.args == args; });
    if (row == rows_.end()) row = rows_.insert(rows_.end(), {family, args, {}});
    row->repetitions.push_back(run);
  }
}

void MarkdownReporter::Finalize() {
  bool is_first = true;
  for (const MarkdownTable& table : tables_) {
    std::string text = is_first ? "|" : "\n|";
    std::string rule = "\n|";
    for (const MarkdownColumn& column : table.columns) {
      absl::StrAppend(&text, " ", column.title, " |");
      absl::StrAppend(&rule, "--:|");
    }
    absl::StrAppend(&text, rule, "\n");
    bool is_empty = true;
    for (const Row& row : rows_) {
      if (row.family != table.family) continue;
      is_empty = false;
      absl::StrAppend(&text, "|");
      for (const MarkdownColumn& column : table.columns) {
        std::vector<double> values;
        for (const Run& run : row.repetitions) {
          values.push_back(run.counters.at(column.counter).value);
        }
        if (column.range) {
          absl::StrAppendFormat(&text, " %.*f-%.*f |", column.digits, Quantile(&values, 0),
                                column.digits, Quantile(&values, 1));
        } else {
          absl::StrAppendFormat(&text, " %.*f |", column.digits, Quantile(&values, 0.5));
        }
      }
      absl::StrAppend(&text, "\n");
    }
    if (is_empty) continue;
    std::fputs(text.c_str(), stdout);
    is_first = false;
  }
}

}  // namespace carbon
