// How long a decision takes, and how that grows. Each decision is timed on its own, over a thousand
// different jobs; what is told is the median and the 99th percentile, beside the time that it takes
// to read once the forecast values which the window covers. The percentile is told of the thread's
// processor time as well: on a machine that does other work too, one decision in a hundred is
// interrupted for milliseconds, which says nothing of the decision.
//
//   decision_bench            a Markdown table
//   decision_bench --json     Google Benchmark's JSON, the figures as counters
//
// Google Benchmark's own options (--benchmark_filter=sites:20/…) are understood as well.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/synthetic_cluster.h"
#include "benchmark/benchmark.h"
#include "core/decision.h"

namespace carbon {
namespace {

using Clock = std::chrono::steady_clock;

// Each job is decided so often in one repetition.
constexpr int kRounds = 2;
constexpr int kRepetitions = 5;

double Nanoseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::nano>(duration).count();
}

double ThreadNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double Quantile(std::vector<double>* values, double share) {
  const auto rank = static_cast<size_t>(share * static_cast<double>(values->size() - 1) + 0.5);
  const auto at = values->begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values->begin(), at, values->end());
  return *at;
}

// The yardstick: whoever decides on a window must at least have read it.
float Sum(const std::vector<float>& values) {
  float a = 0, b = 0, c = 0, d = 0;
  size_t i = 0;
  for (; i + 4 <= values.size(); i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (; i < values.size(); ++i) a += values[i];
  return (a + b) + (c + d);
}

double NanosecondsToRead(const SyntheticCluster& cluster, absl::Duration window) {
  std::vector<std::vector<float>> zones;
  for (const ZoneForecast& forecast : cluster.snapshot->forecasts()) {
    zones.emplace_back();
    for (const IntensitySeries::Step& step : forecast.series.steps()) {
      if (step.start >= cluster.now && step.start < cluster.now + window) {
        zones.back().push_back(static_cast<float>(step.value.value()));
      }
    }
  }
  std::vector<double> times;
  for (int i = 0; i < 501; ++i) {
    const Clock::time_point start = Clock::now();
    for (const std::vector<float>& zone : zones) benchmark::DoNotOptimize(Sum(zone));
    times.push_back(Nanoseconds(Clock::now() - start));
  }
  return Quantile(&times, 0.5);
}

void DecideJobs(benchmark::State& state) {
  const absl::Duration window = absl::Hours(state.range(2));
  // Made once for all repetitions, which come one after another.
  static std::pair<std::string, std::unique_ptr<SyntheticCluster>> made;
  const std::string key =
      absl::StrCat(state.range(0), "/", state.range(1), "/", state.range(2), "/", state.range(3));
  if (made.first != key) {
    made = {key, std::make_unique<SyntheticCluster>(
                     MakeCluster({.sites = static_cast<int>(state.range(0)),
                                  .step = absl::Minutes(state.range(1)),
                                  .window = window,
                                  .bookings = static_cast<int>(state.range(3))}))};
  }
  const SyntheticCluster& cluster = *made.second;
  std::vector<double> times, processor_times;
  times.reserve(static_cast<size_t>(state.max_iterations));
  processor_times.reserve(static_cast<size_t>(state.max_iterations));
  int64_t placed = 0, candidates = 0;
  size_t next = 0;
  for (auto _ : state) {
    const JobRequest& job = cluster.jobs[next++ % cluster.jobs.size()];
    const double processor_start = ThreadNanoseconds();
    const Clock::time_point start = Clock::now();
    const Decision decision = Decide(job, *cluster.snapshot, cluster.ledger, cluster.now);
    const Clock::duration taken = Clock::now() - start;
    processor_times.push_back(ThreadNanoseconds() - processor_start);
    times.push_back(Nanoseconds(taken));
    state.SetIterationTime(std::chrono::duration<double>(taken).count());
    placed += decision.outcome == Outcome::kPlaced;
    if (decision.outcome != Outcome::kLeftAlone) {
      candidates +=
          static_cast<int64_t>(cluster.snapshot->pools().size() - decision.excluded.size());
    }
  }
  const auto count = static_cast<double>(times.size());
  state.counters["p50_us"] = Quantile(&times, 0.5) / 1000;
  state.counters["p99_us"] = Quantile(&times, 0.99) / 1000;
  state.counters["p99_processor_us"] = Quantile(&processor_times, 0.99) / 1000;
  state.counters["read_us"] = NanosecondsToRead(cluster, window) / 1000;
  state.counters["placed"] = static_cast<double>(placed) / count;
  state.counters["candidates"] = static_cast<double>(candidates) / count;
}

BENCHMARK(DecideJobs)
    ->ArgNames({"sites", "step_min", "window_h", "bookings"})
    ->ArgsProduct({{5, 20, 100}, {15, 5}, {24, 168}, {0, 1000, 50000}})
    ->UseManualTime()
    ->Iterations(1024 * kRounds)
    ->Repetitions(kRepetitions);

// One row for each benchmark: the median of its repetitions, and how far apart they lie.
class MarkdownReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Iteration && !run.error_occurred) {
        const std::string name = run.run_name.args;
        if (!rows_.contains(name)) order_.push_back(name);
        rows_[name].push_back(run);
      }
    }
  }

  void Finalize() override {
    std::puts(
        "| sites | pools | step min | window h | bookings | candidates | p50 us | p99 us | p99 "
        "processor us | of the runs us | reading us | p50 / reading |\n"
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (const std::string& name : order_) {
      int sites = 0, step = 0, window = 0, bookings = 0;
      if (std::sscanf(name.c_str(), "sites:%d/step_min:%d/window_h:%d/bookings:%d", &sites, &step,
                      &window, &bookings) != 4) {
        continue;
      }
      const auto middle = [&](const char* counter, double share = 0.5) {
        std::vector<double> values;
        for (const Run& run : rows_[name]) values.push_back(run.counters.at(counter).value);
        return Quantile(&values, share);
      };
      const double p50 = middle("p50_us"), read = middle("read_us");
      absl::PrintF(
          "| %d | %d | %d | %d | %d | %.1f | %.1f | %.1f | %.1f | %.1f-%.1f | %.2f | %.0f |\n",
          sites, 3 * sites, step, window, bookings, middle("candidates"), p50, middle("p99_us"),
          middle("p99_processor_us"), middle("p99_processor_us", 0), middle("p99_processor_us", 1),
          read, p50 / read);
    }
  }

 private:
  std::vector<std::string> order_;
  std::map<std::string, std::vector<Run>> rows_;
};

int Main(int argc, char** argv) {
  bool json = false;
  std::vector<char*> rest;
  for (int i = 0; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) {
      json = true;
    } else {
      rest.push_back(argv[i]);
    }
  }
  int count = static_cast<int>(rest.size());
  rest.push_back(nullptr);
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 2;
  MarkdownReporter markdown;
  benchmark::JSONReporter machine;
  benchmark::BenchmarkReporter* reporter = &markdown;
  if (json) reporter = &machine;
  return benchmark::RunSpecifiedBenchmarks(reporter) == 0 ? 1 : 0;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) { return carbon::Main(argc, argv); }
