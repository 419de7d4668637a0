// How long a replay takes: a synthetic history of a year is made, written as CSV, read, and
// replayed on synthetic grids. Prints a Markdown table: jobs per second, wall and CPU time by step,
// and the most memory that was in use.
//
//   replay_bench [--jobs 1000000] [--zones 20] [--days 365] [--seed 1] [--load 0.65]
//                [--forecasts own|oracle] [--cache DIR] [--threads 2]
//
// With own forecasts, those that the cache does not have are made first, and that time is a row of
// its own. The same seed gives the same history, grids and digest of decisions.
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/timestamp.h"
#include "core/config/profile.h"
#include "replay/forecasts/known_forecasts.h"
#include "replay/forecasts/zone_record.h"
#include "replay/replay.h"
#include "replay/savings.h"
#include "replay/trace/csv_trace.h"

namespace carbon {
namespace {

const absl::Time kYear = absl::FromUnixSeconds(1'735'689'600);  // 2025-01-01
// Of history before the year: enough for the errors of past forecasts.
constexpr int kDaysBefore = 270;
constexpr int kDevices = 8;
constexpr int kCpus = 128;

struct Options {
  int64_t jobs = 1'000'000;
  int zones = 20;
  int days = 365;
  uint32_t seed = 1;
  double load = 0.65;
  std::string forecasts = "own";
  std::string cache;
  int threads = 2;
};

double SecondsOn(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Cost {
  double wall = 0;
  double cpu = 0;
};

// Of the whole process.
class Stopwatch {
 public:
  Cost Stop() const {
    return {SecondsOn(CLOCK_MONOTONIC) - wall_, SecondsOn(CLOCK_PROCESS_CPUTIME_ID) - cpu_};
  }

 private:
  double wall_ = SecondsOn(CLOCK_MONOTONIC);
  double cpu_ = SecondsOn(CLOCK_PROCESS_CPUTIME_ID);
};

std::string NameOf(int zone) { return absl::StrFormat("zone-%02d", zone); }

// Standard normal, from the engine alone: distributions differ between libraries.
double Normal(std::mt19937_64* random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>((*random)() >> 11) * 0x1p-53;
  return sum;
}

// A level, a day's swing, a season, and weather that drifts.
ZoneRecord GridOf(int zone, const Options& options) {
  std::mt19937_64 random(options.seed * 1000 + static_cast<uint64_t>(zone));
  const double level = 60 + 25 * static_cast<double>(zone % 23);
  const absl::Time begin = kYear - absl::Hours(24 * kDaysBefore);
  std::string csv = "time,gco2_per_kwh\n";
  double weather = 0;
  const int hours = 24 * (kDaysBefore + options.days + 30);
  for (int hour = 0; hour < hours; ++hour) {
    weather = 0.98 * weather + 0.2 * Normal(&random);
    const double day = std::sin(2 * M_PI * (hour % 24 + zone % 5) / 24);
    const double season = std::cos(2 * M_PI * hour / (24 * 365.25));
    const double value = level * (1 + 0.25 * day + 0.15 * season + 0.12 * weather);
    absl::StrAppend(&csv, FormatTimestamp(begin + absl::Hours(hour)), ",",
                    absl::StrFormat("%.2f", std::max(5.0, value)), "\n");
  }
  return *ZoneRecord::Create(NameOf(zone), csv);
}

// More jobs by day than by night; most small and short; limits above runtimes.
std::string TraceOf(const Options& options, double* device_hours) {
  std::mt19937_64 random(options.seed);
  const auto share = [&random] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  std::vector<int64_t> seconds;
  seconds.reserve(static_cast<size_t>(options.jobs));
  while (static_cast<int64_t>(seconds.size()) < options.jobs) {
    const auto second = static_cast<int64_t>(share() * 86400 * options.days);
    const double hour = static_cast<double>(second % 86400) / 3600;
    if (share() < 0.6 + 0.4 * std::sin(2 * M_PI * (hour - 9) / 24)) seconds.push_back(second);
  }
  std::sort(seconds.begin(), seconds.end());
  std::string csv = "submit,runtime,gpus,cpus,nodes,time_limit,user,account,partition,name\n";
  *device_hours = 0;
  for (const int64_t second : seconds) {
    static constexpr std::pair<double, int> kSizes[] = {
        {0.50, 1}, {0.60, 2}, {0.75, 4}, {0.90, 8}, {0.96, 16}, {0.99, 32}, {1.00, 64}};
    const double draw = share();
    const int devices =
        std::find_if(std::begin(kSizes), std::end(kSizes), [draw](const auto& size) {
          return draw < size.first;
        })->second;
    const double hours = std::clamp(std::exp(1.5 * Normal(&random)), 0.02, 72.0);
    const double limit = std::min(96.0, hours * (1 + 2 * share()) + 0.1);
    const int nodes = (devices + kDevices - 1) / kDevices;
    const auto user = static_cast<int>(200 * share() * share());
    absl::StrAppendFormat(&csv, "%d,%d,%d,%d,%d,%d,u%03d,a%02d,%s,train-%d\n", second,
                          static_cast<int>(hours * 3600), devices, devices * (kCpus / kDevices),
                          nodes, static_cast<int>(std::ceil(limit * 60)) * 60, user, user % 20,
                          NameOf(static_cast<int>(options.zones * share())), user % 50);
    *device_hours += devices * hours;
  }
  return csv;
}

// Counts what making forecasts costs, and what their thread costs besides: drawing their errors.
class TimedForecasts : public KnownForecasts {
 public:
  explicit TimedForecasts(KnownForecasts* inner) : inner_(inner) {}

  absl::StatusOr<std::vector<ZoneForecast>> At(absl::Time hour) override {
    const double before = SecondsOn(CLOCK_THREAD_CPUTIME_ID);
    auto forecasts = inner_->At(hour);
    thread_seconds = SecondsOn(CLOCK_THREAD_CPUTIME_ID);
    at_seconds += thread_seconds - before;
    ++hours;
    return forecasts;
  }

  absl::Status Prepare(const std::vector<absl::Time>& hours, int threads,
                       const std::function<void(double)>& progress) override {
    const Stopwatch watch;
    const double before = SecondsOn(CLOCK_THREAD_CPUTIME_ID);
    const absl::Status status = inner_->Prepare(hours, threads, progress);
    prepared = watch.Stop();
    prepared_by_caller = SecondsOn(CLOCK_THREAD_CPUTIME_ID) - before;
    return status;
  }

  Cost prepared;
  double prepared_by_caller = 0;  // CPU seconds
  double at_seconds = 0;
  double thread_seconds = 0;
  int64_t hours = 0;

 private:
  KnownForecasts* const inner_;
};

uint64_t DigestOf(const ReplayResult& result) {
  uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](int64_t value) {
    for (int i = 0; i < 8; ++i) hash = (hash ^ ((value >> 8 * i) & 0xff)) * 0x100000001b3;
  };
  for (const ReplayedJob& job : result.jobs) {
    add(job.enforced.pool);
    for (const absl::Time time : {job.planned, job.enforced.start, job.home.start}) {
      add(absl::ToUnixSeconds(time));
    }
  }
  return hash;
}

int Run(const Options& options) {
  double device_hours = 0;
  std::string csv = TraceOf(options, &device_hours);
  std::vector<ZoneRecord> records;
  PlacementConfig config;
  std::vector<ZoneConfig> zones(static_cast<size_t>(options.zones));
  ReplayOptions replay;
  const int64_t nodes = std::max<int64_t>(
      8,
      std::llround(device_hours / options.zones / (24.0 * options.days) / options.load / kDevices));
  config.hardware["h100-sxm"] = ShippedProfiles().at("h100-sxm");
  for (int i = 0; i < options.zones; ++i) {
    const std::string name = NameOf(i);
    records.push_back(GridOf(i, options));
    zones[static_cast<size_t>(i)].name = name;
    config.zones.push_back({.name = name});
    config.sites.push_back({.name = name, .zone = name, .pue = {1.1, Quality::kMeasured, "set"}});
    config.pools.push_back({.name = name, .site = name, .partition = name, .hardware = "h100-sxm"});
    replay.shapes[name] = {nodes, kDevices, kCpus, "option"};
  }
  Policy policy;
  policy.name = "all";
  policy.mode = Mode::kEnforce;
  policy.max_delay = absl::Hours(24);
  policy.may_change_named_partition = true;
  config.policies = {policy};
  std::vector<ZoneActuals> actuals;
  for (size_t i = 0; i < records.size(); ++i) actuals.push_back({&zones[i], &records[i]});

  const Stopwatch whole;
  Stopwatch watch;
  CsvTraceOptions format;
  format.begin = kYear;
  absl::StatusOr<Trace> trace = ParseCsvTrace(csv, format);
  csv = std::string();
  const Cost reading = watch.Stop();
  if (!trace.ok()) {
    std::cerr << trace.status() << "\n";
    return 1;
  }

  std::unique_ptr<KnownForecasts> forecasts;
  if (options.forecasts == "oracle") {
    forecasts = std::make_unique<OracleForecasts>(actuals);
  } else {
    forecasts = std::make_unique<OwnForecasts>(actuals, options.cache);
  }
  TimedForecasts timed(forecasts.get());
  std::map<ReplayStep, double> steps;
  ReplayStep step = ReplayStep::kOther;
  double since = SecondsOn(CLOCK_THREAD_CPUTIME_ID);
  replay.on_step = [&](ReplayStep next) {
    const double now = SecondsOn(CLOCK_THREAD_CPUTIME_ID);
    steps[step] += now - since;
    since = now;
    step = next;
  };
  replay.threads = options.threads;
  watch = Stopwatch();
  const absl::StatusOr<ReplayResult> result = Replay(*trace, config, actuals, &timed, replay);
  replay.on_step(ReplayStep::kOther);
  const Cost replaying = watch.Stop();
  if (!result.ok()) {
    std::cerr << result.status() << "\n";
    return 1;
  }
  watch = Stopwatch();
  const std::vector<SavingsRow> savings = SumSavings(*trace, config, *result, GroupBy::kTotal);
  const WaitReport waits = SummarizeWaits(*trace, *result);
  const std::vector<PoolUtilisation> used = Utilisation(*trace, config, *result);
  const Cost summing = watch.Stop();
  const Cost all = whole.Stop();

  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  double home = 0, enforced = 0;
  for (const PoolUtilisation& pool : used) {
    home += pool.home / static_cast<double>(used.size());
    enforced += pool.enforced / static_cast<double>(used.size());
  }
  const double jobs = static_cast<double>(result->jobs.size());
  std::cout << absl::StrFormat(
      "%d jobs, %d days, %d zones of %d nodes, %s forecasts, seed %d: %d decisions, %d looks, "
      "%d hours of forecasts\n",
      result->jobs.size(), options.days, options.zones, nodes, options.forecasts, options.seed,
      result->decisions, result->looks, timed.hours);
  std::cout << absl::StrFormat(
      "in use at home %.0f%%, enforced %.0f%%; mean wait at home %s, enforced %s; saved %.1f%%; "
      "digest %016x\n\n",
      100 * home, 100 * enforced, absl::FormatDuration(waits.home.mean),
      absl::FormatDuration(waits.enforced.mean),
      savings.empty() ? 0 : 100 * (1 - savings[0].enforced.gross / savings[0].home.gross),
      DigestOf(*result));
  std::cout << absl::StrFormat("wall %.1f s, CPU %.1f s, %.0f jobs/s, %.2f GiB at most\n\n",
                               all.wall, all.cpu, jobs / all.wall,
                               static_cast<double>(usage.ru_maxrss) / (1 << 20));
  std::cout << "| step | thread | CPU seconds | share |\n|---|---|---:|---:|\n";
  const auto row = [&](absl::string_view name, absl::string_view thread, double seconds) {
    std::cout << absl::StrFormat("| %s | %s | %.1f | %.0f%% |\n", name, thread, seconds,
                                 100 * seconds / all.cpu);
  };
  steps[ReplayStep::kOther] -= timed.prepared_by_caller;
  double enforced_seconds = 0;
  for (const auto& [one, seconds] : steps) enforced_seconds += seconds;
  row("the trace is read", "main", reading.cpu);
  row(absl::StrFormat("forecasts are made, in %.1f s", timed.prepared.wall),
      absl::StrCat(options.threads), timed.prepared.cpu);
  row("forecasts are read", "forecasts", timed.at_seconds);
  row("their errors are drawn", "forecasts", timed.thread_seconds - timed.at_seconds);
  row("the run at home", "home",
      replaying.cpu - timed.prepared.cpu - timed.thread_seconds - enforced_seconds);
  row("enforced: the simulated cluster", "main", steps[ReplayStep::kCluster]);
  row("enforced: looks at the queue", "main", steps[ReplayStep::kLook]);
  row("enforced: taking over forecasts", "main", steps[ReplayStep::kForecast]);
  row("enforced: decisions", "main", steps[ReplayStep::kDecision]);
  row("enforced: the rest", "main", steps[ReplayStep::kOther]);
  row("runs are scored", "main", steps[ReplayStep::kScore]);
  row("sums and waits", "main", summing.cpu);
  return 0;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) {
  carbon::Options options;
  CLI::App app("Measures how long a replay takes");
  app.add_option("--jobs", options.jobs)->check(CLI::Range(1, 100'000'000));
  app.add_option("--zones", options.zones)->check(CLI::Range(1, 1000));
  app.add_option("--days", options.days)->check(CLI::Range(1, 3650));
  app.add_option("--seed", options.seed);
  app.add_option("--load", options.load)->check(CLI::Range(0.01, 2.0));
  app.add_option("--forecasts", options.forecasts)->check(CLI::IsMember({"own", "oracle"}));
  app.add_option("--cache", options.cache);
  app.add_option("--threads", options.threads)->check(CLI::Range(1, 1024));
  CLI11_PARSE(app, argc, argv);
  return carbon::Run(options);
}
