// The starts of a real Slurm's history beside those of the simulated cluster, job by job.
//
//   beside_slurm HISTORY --pool gpu=24x4x8 --pool cpu=12x0x16 --bf-interval 5 --bf-resolution 10
//
// HISTORY is what sacct printed, as scarbon replay reads it. Each --pool is a partition with nodes
// of its own. --passes FILE, the times at which slurmctld's backfill scheduler passed, adds a
// simulation with passes at the same times. Prints Markdown.
//
// Exit code 0; 1 where the history cannot be read; 2 for a wrong option.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "bench/replay/expected_starts.h"
#include "core/config/placement_config.h"
#include "replay/cluster/backfill.h"
#include "replay/cluster/pool_shapes.h"
#include "replay/cluster/simulated_cluster.h"
#include "replay/trace/sacct_trace.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxFileBytes = 256 << 20;

struct Options {
  std::string history;
  std::string events;
  std::string again;
  std::vector<std::string> pools;
  int64_t bf_interval = 30;
  int64_t bf_resolution = 60;
  int64_t completing = 0;
  size_t worst = 10;
};

int64_t DivideUp(int64_t a, int64_t b) { return a / b + (a % b == 0 ? 0 : 1); }

std::vector<SimulatedPool> PoolsOf(const std::vector<PoolConfig>& configs,
                                   const std::vector<PoolShape>& shapes) {
  std::vector<SimulatedPool> pools;
  for (size_t i = 0; i < configs.size(); ++i) pools.push_back({&configs[i], shapes[i]});
  return pools;
}

std::vector<SimulatedJob> JobsOf(const Trace& trace, const std::vector<PoolConfig>& configs,
                                 absl::Duration completing) {
  std::vector<SimulatedJob> jobs;
  for (const TraceJob& job : trace.jobs) {
    SimulatedJob& simulated = jobs.emplace_back();
    simulated.pool = FindPool(trace, job, configs);
    simulated.nodes = job.nodes;
    simulated.devices_per_node = DivideUp(job.devices, job.nodes);
    simulated.cpus_per_node = DivideUp(job.cpus, job.nodes);
    simulated.begin = job.eligible;
    simulated.limit = job.limit.value_or(absl::Hours(24));
    simulated.runtime = job.elapsed + completing;
    simulated.priority = job.priority;
  }
  return jobs;
}

// When each job of the trace starts in the simulation.
std::vector<absl::Time> Simulate(const Trace& trace, const std::vector<SimulatedJob>& jobs,
                                 const std::vector<PoolConfig>& configs,
                                 const std::vector<PoolShape>& shapes, BackfillSettings settings) {
  SimulatedCluster cluster(PoolsOf(configs, shapes), std::move(settings));
  for (size_t i = 0; i < jobs.size(); ++i) {
    cluster.AdvanceTo(trace.jobs[i].submit);
    cluster.Submit(jobs[i]);
  }
  cluster.AdvanceTo(absl::InfiniteFuture());
  std::vector<absl::Time> starts;
  for (size_t i = 0; i < jobs.size(); ++i) {
    starts.push_back(cluster.StartOf(static_cast<uint32_t>(i)));
  }
  return starts;
}

double Seconds(absl::Duration duration) { return absl::ToDoubleSeconds(duration); }

struct Waits {
  std::vector<double> seconds;

  double Mean() const {
    double sum = 0;
    for (const double wait : seconds) sum += wait;
    return seconds.empty() ? 0 : sum / static_cast<double>(seconds.size());
  }
  double Quantile(double share) const {
    if (seconds.empty()) return 0;
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[std::min(sorted.size() - 1,
                           static_cast<size_t>(share * static_cast<double>(sorted.size())))];
  }
};

// One line of the table, of the jobs of `pool`, or of all (-1).
void PrintRow(const std::string& name, const Trace& trace, const std::vector<int>& pool_of,
              int pool, const std::vector<absl::Time>& starts, int64_t interval) {
  Waits real, simulated;
  int64_t within = 0;
  for (size_t i = 0; i < trace.jobs.size(); ++i) {
    const TraceJob& job = trace.jobs[i];
    if (pool >= 0 && pool_of[i] != pool) continue;
    real.seconds.push_back(Seconds(job.start - job.submit));
    simulated.seconds.push_back(Seconds(starts[i] - job.submit));
    if (absl::AbsDuration(starts[i] - job.start) <= absl::Seconds(interval)) ++within;
  }
  const auto jobs = static_cast<double>(real.seconds.size());
  std::cout << absl::StrFormat(
      "| %s | %d | %.1f | %.1f | %+.1f%% | %.0f | %.0f | %.0f | %.0f | %.1f%% |\n", name,
      real.seconds.size(), real.Mean(), simulated.Mean(),
      100 * (simulated.Mean() / real.Mean() - 1), real.Quantile(0.95), simulated.Quantile(0.95),
      real.Quantile(1), simulated.Quantile(1), 100 * static_cast<double>(within) / jobs);
}

void PrintWorst(const Trace& trace, const std::vector<absl::Time>& starts, size_t count) {
  std::vector<size_t> order(trace.jobs.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto difference = [&](size_t i) {
    return absl::AbsDuration(starts[i] - trace.jobs[i].start);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return difference(a) > difference(b); });
  const absl::Time first = trace.jobs.front().submit;
  std::cout
      << "\n| job | partition | nodes | CPUs | limit, s | submitted at | waits, real | waits, "
         "simulated |\n|:--|:--|--:|--:|--:|--:|--:|--:|\n";
  for (size_t i = 0; i < std::min(count, order.size()); ++i) {
    const TraceJob& job = trace.jobs[order[i]];
    std::cout << absl::StrFormat("| %d | %s | %d | %d | %.0f | %.0f | %.0f | %.0f |\n", job.job_id,
                                 trace.names[job.partition], job.nodes, job.cpus,
                                 Seconds(job.limit.value_or(absl::ZeroDuration())),
                                 Seconds(job.submit - first), Seconds(job.start - job.submit),
                                 Seconds(starts[order[i]] - job.submit));
  }
}

// Of the decisions alone, each with the cluster as slurmctld had it.
void PrintExpected(const std::vector<SchedulerEvent>& events,
                   const std::vector<std::optional<absl::Time>>& expected, int64_t interval) {
  int64_t starts = 0, within = 0, never = 0;
  for (const SchedulerEvent& event : events) {
    if (event.kind != SchedulerEvent::Kind::kStart) continue;
    ++starts;
    if (!expected[event.job].has_value()) {
      ++never;
      // Passes are bf_interval apart, and the milliseconds that one takes.
    } else if (event.time - *expected[event.job] <= absl::Seconds(interval + 1)) {
      ++within;
    }
  }
  std::cout << absl::StrFormat(
      "\nDecision by decision, with the cluster as slurmctld had it: %d of %d starts (%.1f%%) are "
      "expected within bf_interval before they came; %d are not expected by then, and %d were "
      "expected earlier.\n",
      within, starts, 100.0 * static_cast<double>(within) / static_cast<double>(starts), never,
      starts - within - never);
}

// The starts of another run of the same trace, by job id, after its first submission.
std::vector<absl::Time> StartsAgain(const Trace& trace, const Trace& again) {
  std::map<int64_t, absl::Duration> waits;
  for (const TraceJob& job : again.jobs) waits[job.job_id] = job.start - job.submit;
  std::vector<absl::Time> starts;
  for (const TraceJob& job : trace.jobs) starts.push_back(job.submit + waits[job.job_id]);
  return starts;
}

int Run(const Options& options) {
  const auto fail = [](absl::string_view what) {
    std::cerr << "beside_slurm: " << what << '\n';
    return 1;
  };
  const absl::StatusOr<std::string> text = ReadFile(options.history, kMaxFileBytes);
  if (!text.ok()) return fail(text.status().message());
  absl::StatusOr<Trace> trace = ParseSacct(*text, {});
  if (!trace.ok()) return fail(trace.status().message());
  std::vector<PoolConfig> configs;
  std::vector<PoolShape> shapes;
  for (const std::string& pool : options.pools) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(pool, absl::MaxSplits('=', 1));
    const absl::StatusOr<PoolShape> shape = ParsePoolShape(parts.second);
    if (!shape.ok()) return fail(shape.status().message());
    configs.push_back({.name = parts.first, .partition = parts.first});
    shapes.push_back(*shape);
  }
  std::vector<int> pool_of;
  for (const TraceJob& job : trace->jobs) {
    pool_of.push_back(FindPool(*trace, job, configs));
    if (pool_of.back() < 0)
      return fail(absl::StrCat("job ", job.job_id, ": its partition is no --pool"));
  }
  if (trace->jobs.empty()) return fail("no job has run");

  BackfillSettings settings;
  settings.interval = absl::Seconds(options.bf_interval);
  settings.resolution = absl::Seconds(options.bf_resolution);
  const std::vector<SimulatedJob> jobs = JobsOf(*trace, configs, absl::Seconds(options.completing));
  std::vector<std::pair<std::string, std::vector<absl::Time>>> runs;
  runs.emplace_back("passes every bf_interval", Simulate(*trace, jobs, configs, shapes, settings));
  std::vector<SchedulerEvent> events;
  if (!options.events.empty()) {
    const absl::StatusOr<std::string> lines = ReadFile(options.events, kMaxFileBytes);
    if (!lines.ok()) return fail(lines.status().message());
    std::vector<int64_t> job_ids;
    for (const TraceJob& job : trace->jobs) job_ids.push_back(job.job_id);
    absl::StatusOr<std::vector<SchedulerEvent>> read = ParseEvents(*lines, job_ids);
    if (!read.ok()) return fail(read.status().message());
    events = *std::move(read);
    BackfillSettings timed = settings;
    for (const SchedulerEvent& event : events) {
      // Slurm counts in whole seconds.
      if (event.kind == SchedulerEvent::Kind::kPass) {
        timed.passes.push_back(absl::FromUnixSeconds(absl::ToUnixSeconds(event.time)));
      }
    }
    runs.emplace_back("passes as they were", Simulate(*trace, jobs, configs, shapes, timed));
  }
  if (!options.again.empty()) {
    const absl::StatusOr<std::string> other = ReadFile(options.again, kMaxFileBytes);
    if (!other.ok()) return fail(other.status().message());
    const absl::StatusOr<Trace> again = ParseSacct(*other, {});
    if (!again.ok()) return fail(again.status().message());
    if (again->jobs.size() != trace->jobs.size()) return fail("--again has other jobs");
    runs.emplace_back("slurmctld again", StartsAgain(*trace, *again));
  }
  std::cout << absl::StrFormat("%d jobs; bf_interval %d s, bf_resolution %d s\n\n",
                               trace->jobs.size(), options.bf_interval, options.bf_resolution);
  std::cout
      << "| jobs | number | mean wait, real | simulated | difference | 95%, real | simulated | "
         "longest, real | simulated | starts within bf_interval |\n"
         "|:--|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const auto& [name, starts] : runs) {
    PrintRow(absl::StrCat("all, ", name), *trace, pool_of, -1, starts, options.bf_interval);
    for (size_t i = 0; i < configs.size(); ++i) {
      PrintRow(absl::StrCat(configs[i].name, ", ", name), *trace, pool_of, static_cast<int>(i),
               starts, options.bf_interval);
    }
  }
  if (!events.empty()) {
    PrintExpected(events, ExpectedStarts(events, jobs, shapes, settings), options.bf_interval);
  }
  PrintWorst(*trace, runs[events.empty() ? 0 : 1].second, options.worst);
  return 0;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) {
  carbon::Options options;
  CLI::App app("The starts of a real Slurm's history beside those of the simulated cluster");
  app.add_option("HISTORY", options.history)->required();
  app.add_option("--events", options.events, "What slurmctld did, an event in a line");
  app.add_option("--again", options.again, "A history of the same trace");
  app.add_option("--completing", options.completing,
                 "Seconds in which nodes are freed after a job");
  app.add_option("--pool", options.pools, "PARTITION=NODESxDEVICESxCPUS")->required();
  app.add_option("--bf-interval", options.bf_interval)->check(CLI::PositiveNumber);
  app.add_option("--bf-resolution", options.bf_resolution)->check(CLI::PositiveNumber);
  app.add_option("--worst", options.worst, "how many jobs to name");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return carbon::Run(options);
}
