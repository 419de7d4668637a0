// Prints Google Benchmark's results as Markdown tables, one for each family of benchmarks. Each
// benchmark has a row with the medians of its repetitions.
#ifndef BENCH_MARKDOWN_REPORTER_H_
#define BENCH_MARKDOWN_REPORTER_H_

#include <string>
#include <vector>

#include "benchmark/benchmark.h"

namespace carbon {

struct MarkdownColumn {
  std::string title;
  std::string counter;
  int digits = 0;      // after the decimal point
  bool range = false;  // minimum and maximum of the repetitions instead of their median
};

struct MarkdownTable {
  std::string family;  // the function of the benchmarks
  std::vector<MarkdownColumn> columns;
};

// Returns the value below which `share` of all values lie, by nearest rank. Reorders the values.
double Quantile(std::vector<double>* values, double share);

// Prints to standard output when all benchmarks are done. Tables without rows are left out.
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
