// Google Benchmark's results as Markdown tables, one for each family of benchmarks: a row for each
// benchmark, whose figures are the medians of its repetitions.
#ifndef BENCH_MARKDOWN_REPORTER_H_
#define BENCH_MARKDOWN_REPORTER_H_

#include <string>
#include <vector>

#include "benchmark/benchmark.h"

namespace carbon {

struct MarkdownColumn {
  std::string title;
  std::string counter;
  int digits = 0;      // behind the point
  bool range = false;  // the least and the most of the repetitions, not their median
};

struct MarkdownTable {
  std::string family;  // the benchmarks' function
  std::vector<MarkdownColumn> columns;
};

// The value that `share` of all lie below, by nearest rank. Reorders them.
double Quantile(std::vector<double>* values, double share);

// Prints to standard output when all benchmarks are done; tables without rows are left out.
class MarkdownReporter : public benchmark::BenchmarkReporter {
 public:
  explicit MarkdownReporter(std::vector<MarkdownTable> tables) : tables_(std::move(tables)) {}

  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  struct Row {
    std::string family;
    std::string args;
    std::vector<Run> repetitions;
  };

  std::vector<MarkdownTable> tables_;
  std::vector<Row> rows_;
};

}  // namespace carbon

#endif  // BENCH_MARKDOWN_REPORTER_H_
