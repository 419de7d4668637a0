// Measures how long a decision takes, and how that grows. Each decision is timed separately, over a
// thousand different jobs. The results are the median and the 99th percentile, next to the time for
// reading once the forecast values in the window. The percentile is also given for the thread's
// processor time: on a machine with other work, one decision in a hundred is interrupted for
// milliseconds, which says nothing about the decision.
//
//   decision_bench            Markdown tables
//   decision_bench --json     Google Benchmark's JSON, the figures as counters
//
// Google Benchmark's own options (--benchmark_filter=sites:20/…) work too.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/markdown_reporter.h"
#include "bench/synthetic_cluster.h"
#include "benchmark/benchmark.h"
#include "core/decision/decision.h"
#include "core/decision/runtime_keys.h"
#include "core/decision/seal.h"
#include "core/grid/forecast_codec.h"
#include "core/runtime/learnt_runtimes.h"

namespace carbon {
namespace {

using Clock = std::chrono::steady_clock;

// One repetition decides each job this many times.
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

// The reference: deciding on a window needs at least reading it.
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

SyntheticCluster Cluster(const benchmark::State& state, bool past_errors,
                         bool learnt_runtime = false) {
  return MakeCluster({.sites = static_cast<int>(state.range(0)),
                      .step = absl::Minutes(state.range(1)),
                      .window = absl::Hours(state.range(2)),
                      .bookings = static_cast<int>(state.range(3)),
                      .past_errors = past_errors,
                      .learnt_runtime = learnt_runtime});
}

// Made once for all repetitions, which run one after another.
template <class T, class Make>
const T& MadeOnce(const std::string& key, Make make) {
  static std::pair<std::string, std::unique_ptr<T>> made;
  if (made.first != key) {
    made.second.reset();
    made = {key, std::make_unique<T>(make())};
  }
  return *made.second;
}

std::string Key(const benchmark::State& state) {
  return absl::StrCat(state.range(0), "/", state.range(1), "/", state.range(2), "/",
                      state.range(3));
}

void CountArguments(benchmark::State& state) {
  state.counters["sites"] = static_cast<double>(state.range(0));
  state.counters["pools"] = static_cast<double>(3 * state.range(0));
  state.counters["step_min"] = static_cast<double>(state.range(1));
  state.counters["window_h"] = static_cast<double>(state.range(2));
  state.counters["bookings"] = static_cast<double>(state.range(3));
}

struct Times {
  std::vector<double> elapsed, processor;  // nanoseconds
};

template <class Work>
Decision Timed(const Work& work, Times* times, benchmark::State& state) {
  const double processor_start = ThreadNanoseconds();
  const Clock::time_point start = Clock::now();
  Decision decision = work();
  const Clock::duration taken = Clock::now() - start;
  times->processor.push_back(ThreadNanoseconds() - processor_start);
  times->elapsed.push_back(Nanoseconds(taken));
  state.SetIterationTime(std::chrono::duration<double>(taken).count());
  return decision;
}

Decision TimedDecision(const SyntheticCluster& cluster, size_t number, Times* times,
                       benchmark::State& state) {
  const JobRequest& job = cluster.jobs[number % cluster.jobs.size()];
  return Timed([&] { return Decide(job, *cluster.snapshot, cluster.ledger, cluster.now); }, times,
               state);
}

// Counts what was timed without and with something, and the ratio of the two.
void CountBoth(Times times[2], benchmark::State& state) {
  CountArguments(state);
  for (int i : {0, 1}) {
    const std::string suffix = i == 1 ? "_with" : "_without";
    state.counters["p50_us" + suffix] = Quantile(&times[i].elapsed, 0.5) / 1000;
    state.counters["p99_us" + suffix] = Quantile(&times[i].elapsed, 0.99) / 1000;
    state.counters["p99_processor_us" + suffix] = Quantile(&times[i].processor, 0.99) / 1000;
  }
  for (const std::string figure : {"p50_us", "p99_processor_us"}) {
    state.counters[figure + "_ratio"] =
        state.counters[figure + "_with"].value / state.counters[figure + "_without"].value;
  }
}

void DecideJobs(benchmark::State& state) {
  const SyntheticCluster& cluster =
      MadeOnce<SyntheticCluster>(Key(state), [&] { return Cluster(state, false); });
  Times times;
  int64_t placed = 0, candidates = 0;
  size_t next = 0;
  for (auto _ : state) {
    const Decision decision = TimedDecision(cluster, next++, &times, state);
    placed += decision.outcome == Outcome::kPlaced;
    if (decision.outcome != Outcome::kLeftAlone) {
      candidates +=
          static_cast<int64_t>(cluster.snapshot->pools().size() - decision.excluded.size());
    }
  }
  const auto count = static_cast<double>(times.elapsed.size());
  const double read = NanosecondsToRead(cluster, absl::Hours(state.range(2)));
  const double p50 = Quantile(&times.elapsed, 0.5);
  CountArguments(state);
  state.counters["p50_us"] = p50 / 1000;
  state.counters["p99_us"] = Quantile(&times.elapsed, 0.99) / 1000;
  state.counters["p99_processor_us"] = Quantile(&times.processor, 0.99) / 1000;
  state.counters["read_us"] = read / 1000;
  state.counters["of_read"] = p50 / read;
  state.counters["placed"] = static_cast<double>(placed) / count;
  state.counters["candidates"] = static_cast<double>(candidates) / count;
}

BENCHMARK(DecideJobs)
    ->ArgNames({"sites", "step_min", "window_h", "bookings"})
    ->ArgsProduct({{5, 20, 100}, {15, 5}, {24, 168}, {0, 1000, 50000}})
    ->UseManualTime()
    ->Iterations(1024 * kRounds)
    ->Repetitions(kRepetitions);

// The same jobs on the same cluster, alternately with and without the factors of past errors: all
// jobs on one cluster, then all on the other, and again.
void DecideJobsOnPastErrors(benchmark::State& state) {
  const auto& [without, with] = MadeOnce<std::pair<SyntheticCluster, SyntheticCluster>>(
      Key(state), [&] { return std::pair(Cluster(state, false), Cluster(state, true)); });
  Times times[2];
  size_t next = 0;
  for (auto _ : state) {
    const bool past_errors = next / without.jobs.size() % 2 == 1;
    TimedDecision(past_errors ? with : without, next++, &times[past_errors], state);
  }
  CountBoth(times, state);
}

BENCHMARK(DecideJobsOnPastErrors)
    ->ArgNames({"sites", "step_min", "window_h", "bookings"})
    ->ArgsProduct({{20}, {15}, {24, 168}, {1000}})
    ->UseManualTime()
    ->Iterations(1024 * 2 * kRounds)
    ->Repetitions(kRepetitions);

// A cluster where the runtimes of all users' jobs were learnt, of 100,000 names. Jobs state none.
struct LearntCluster {
  SyntheticCluster cluster;
  LearntRuntimes runtimes;
  Seal seal;
};

LearntCluster MakeLearntCluster(const benchmark::State& state) {
  LearntCluster made = {Cluster(state, false, /*learnt_runtime=*/true),
                        {},
                        Seal(std::string(Seal::kSecretBytes, 'k'), "cluster", absl::UnixEpoch())};
  std::set<std::string> names;
  for (size_t i = 0; i < made.cluster.jobs.size(); ++i) {
    JobRequest& job = made.cluster.jobs[i];
    job.name = absl::StrCat("train-", i % 100);
    job.comment.clear();
    names.insert(RuntimeKeysOf(job, made.cluster.snapshot->admission(), made.seal).name);
  }
  for (uint32_t user = 0; names.size() < LearntRuntimes::kMaxEntries; ++user) {
    names.insert(RuntimeKeysOf(1'000'000 + user, "other", "train", made.seal).name);
  }
  for (const std::string& name : names) made.runtimes.names.push_back({name, 400'000, 200'000, 50});
  return made;
}

// The same jobs on the same cluster, alternately with their time limits, and with what was learnt:
// it is looked up, as the plugin does, and drawn in the error scenarios.
void DecideJobsOnLearntRuntimes(benchmark::State& state) {
  const LearntCluster& learnt =
      MadeOnce<LearntCluster>(Key(state), [&] { return MakeLearntCluster(state); });
  const SyntheticCluster& cluster = learnt.cluster;
  Times times[2];
  size_t next = 0;
  for (auto _ : state) {
    const bool is_learnt = next / cluster.jobs.size() % 2 == 1;
    JobRequest job = cluster.jobs[next++ % cluster.jobs.size()];
    const auto decide = [&] {
      if (is_learnt) {
        job.learnt_runtime =
            learnt.runtimes.Find(RuntimeKeysOf(job, cluster.snapshot->admission(), learnt.seal));
      }
      return Decide(job, *cluster.snapshot, cluster.ledger, cluster.now);
    };
    const Decision decision = Timed(decide, &times[is_learnt], state);
    if (is_learnt && decision.outcome != Outcome::kLeftAlone && !decision.runtime_is_learnt) {
      state.SkipWithError("a runtime was not learnt");
      break;
    }
  }
  CountBoth(times, state);
}

BENCHMARK(DecideJobsOnLearntRuntimes)
    ->ArgNames({"sites", "step_min", "window_h", "bookings"})
    ->ArgsProduct({{5, 20}, {15}, {24}, {1000}})
    ->UseManualTime()
    ->Iterations(1024 * 2 * kRounds)
    ->Repetitions(kRepetitions);

// What a new forecast costs slurmctld: reading its part and assembling a snapshot, which draws the
// errors.
void AssembleSnapshots(benchmark::State& state) {
  const SyntheticCluster cluster = MakeCluster({.sites = static_cast<int>(state.range(0)),
                                                .step = absl::Minutes(60),
                                                .bookings = 0,
                                                .past_errors = state.range(1) != 0});
  const Snapshot& snapshot = *cluster.snapshot;
  const std::string bytes = SerializeForecasts(snapshot.forecasts());
  Times parse, assemble;
  for (auto _ : state) {
    PlacementConfig config = snapshot.config();
    CapacityState capacity = snapshot.capacity();
    const Clock::time_point start = Clock::now();
    absl::StatusOr<std::vector<ZoneForecast>> forecasts = ParseForecasts(bytes);
    const Clock::time_point parsed = Clock::now();
    const auto assembled =
        Snapshot::Assemble(snapshot.manifest(), std::move(config),
                           std::make_shared<const DrawnForecasts>(*std::move(forecasts)),
                           std::move(capacity), snapshot.shared_admission());
    const Clock::time_point end = Clock::now();
    benchmark::DoNotOptimize(assembled);
    parse.elapsed.push_back(Nanoseconds(parsed - start));
    assemble.elapsed.push_back(Nanoseconds(end - parsed));
    state.SetIterationTime(std::chrono::duration<double>(end - start).count());
  }
  state.counters["zones"] = static_cast<double>(state.range(0));
  state.counters["factors"] = static_cast<double>(state.range(1));
  state.counters["megabytes"] = static_cast<double>(bytes.size()) / 1e6;
  state.counters["parse_ms"] = Quantile(&parse.elapsed, 0.5) / 1e6;
  state.counters["assemble_ms"] = Quantile(&assemble.elapsed, 0.5) / 1e6;
}

BENCHMARK(AssembleSnapshots)
    ->ArgNames({"zones", "factors"})
    ->ArgsProduct({{100}, {0, 1}})
    ->UseManualTime()
    ->Iterations(11)
    ->Repetitions(kRepetitions);

std::vector<MarkdownTable> Tables() {
  return {{"DecideJobs",
           {{"sites", "sites"},
            {"pools", "pools"},
            {"step min", "step_min"},
            {"window h", "window_h"},
            {"bookings", "bookings"},
            {"candidates", "candidates", 1},
            {"p50 us", "p50_us", 1},
            {"p99 us", "p99_us", 1},
            {"p99 processor us", "p99_processor_us", 1},
            {"of the runs us", "p99_processor_us", 1, true},
            {"reading us", "read_us", 2},
            {"p50 / reading", "of_read"}}},
          {"DecideJobsOnPastErrors",
           {{"sites", "sites"},
            {"step min", "step_min"},
            {"window h", "window_h"},
            {"bookings", "bookings"},
            {"lead time p50 us", "p50_us_without", 1},
            {"p99 us", "p99_us_without", 1},
            {"p99 processor us", "p99_processor_us_without", 1},
            {"factors p50 us", "p50_us_with", 1},
            {"p99 us", "p99_us_with", 1},
            {"p99 processor us", "p99_processor_us_with", 1},
            {"p50 ratio", "p50_us_ratio", 2},
            {"of the runs", "p50_us_ratio", 2, true},
            {"p99 processor ratio", "p99_processor_us_ratio", 2},
            {"of the runs", "p99_processor_us_ratio", 2, true}}},
          {"DecideJobsOnLearntRuntimes",
           {{"sites", "sites"},
            {"step min", "step_min"},
            {"window h", "window_h"},
            {"bookings", "bookings"},
            {"limits p50 us", "p50_us_without", 1},
            {"p99 processor us", "p99_processor_us_without", 1},
            {"learnt p50 us", "p50_us_with", 1},
            {"p99 processor us", "p99_processor_us_with", 1},
            {"p50 ratio", "p50_us_ratio", 2},
            {"of the runs", "p50_us_ratio", 2, true},
            {"p99 processor ratio", "p99_processor_us_ratio", 2},
            {"of the runs", "p99_processor_us_ratio", 2, true}}},
          {"AssembleSnapshots",
           {{"zones", "zones"},
            {"factors", "factors"},
            {"forecast part MB", "megabytes", 2},
            {"parse ms", "parse_ms", 1},
            {"assemble ms", "assemble_ms", 1},
            {"of the runs", "assemble_ms", 1, true}}}};
}

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
  MarkdownReporter markdown(Tables());
  benchmark::JSONReporter machine;
  benchmark::BenchmarkReporter* reporter = &markdown;
  if (json) reporter = &machine;
  return benchmark::RunSpecifiedBenchmarks(reporter) == 0 ? 1 : 0;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) { return carbon::Main(argc, argv); }
