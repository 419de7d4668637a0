#include "cli/replay/history_run.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "cli/replay/measured_hours.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/base/duration.h"
#include "core/base/timestamp.h"
#include "forecast/archive/archive.h"
#include "replay/cluster/scheduler_parameters.h"
#include "replay/contender.h"
#include "replay/forecasts/error_model_forecasts.h"
#include "replay/forecasts/forecast_cache.h"
#include "replay/forecasts/issued_forecasts.h"
#include "replay/forecasts/known_forecasts.h"
#include "replay/known_runtimes.h"
#include "replay/savings.h"
#include "replay/trace/csv_trace.h"
#include "replay/trace/log_trace.h"
#include "replay/trace/sacct_trace.h"
#include "replay/trace/trace.h"
#include "settings/load_config.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxTraceBytes = int64_t{2} << 30;
constexpr int64_t kMaxGridBytes = 64 << 20;

int Refuse(absl::string_view option, const absl::Status& status) {
  Complain(absl::StrCat(option, ": ", status.message()));
  return kWrongUsage;
}

// Returns 0, or the exit code.
int ReadSettings(const HistoryOptions& options, const Config& config, absl::Time now,
                 HistorySettings* settings) {
  settings->replay.look_every = config.daemon.refresh.capacity;
  if (!options.zone.empty() && !absl::LoadTimeZone(options.zone, &settings->zone)) {
    Complain(absl::StrCat("--time-zone \"", options.zone, "\": this machine does not know it"));
    return kWrongUsage;
  }
  for (const auto& [text, option, time] :
       {std::tuple(&options.from, "--starttime", &settings->replay.from),
        std::tuple(&options.to, "--endtime", &settings->replay.to),
        std::tuple(&options.begin, "--begin", &settings->csv.begin)}) {
    if (text->empty()) continue;
    const absl::StatusOr<absl::Time> read = ParseSlurmTime(*text, now, settings->zone);
    if (!read.ok()) return Refuse(option, read.status());
    *time = *read;
  }
  if (!options.move_to.empty()) {
    const absl::StatusOr<absl::Time> read = ParseSlurmTime(options.move_to, now, settings->zone);
    if (!read.ok()) return Refuse("--move-to", read.status());
    settings->move_to = *read;
  }
  if (settings->replay.to <= settings->replay.from) {
    Complain(absl::StrCat("--endtime ", options.to, ": is not after --starttime"));
    return kWrongUsage;
  }
  for (const auto& [text, option, duration] :
       {std::tuple(&options.look, "--look", &settings->replay.look_every),
        std::tuple(&options.time_unit, "--time-unit", &settings->csv.time_unit),
        std::tuple(&options.length_unit, "--length-unit", &settings->csv.length_unit)}) {
    if (text->empty()) continue;
    const absl::StatusOr<absl::Duration> read = ParseDuration(*text);
    if (!read.ok()) return Refuse(option, read.status());
    if (*read <= absl::ZeroDuration()) {
      Complain(absl::StrCat(option, " ", *text, ": must be above zero"));
      return kWrongUsage;
    }
    *duration = *read;
  }
  // A Placer does not use a look that is older than ten minutes.
  if (settings->replay.look_every > absl::Minutes(10)) {
    Complain(absl::StrCat("--look ", options.look, ": must be at most 10m"));
    return kWrongUsage;
  }
  if (options.scheduler_parameters.has_value()) {
    absl::StatusOr<SchedulerParameters> parameters =
        ParseSchedulerParameters(*options.scheduler_parameters);
    if (!parameters.ok()) return Refuse("--scheduler-parameters", parameters.status());
    settings->replay.backfill = parameters->backfill;
    settings->not_followed = std::move(parameters->not_followed);
  }
  for (const std::string& given : options.pools) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(given, absl::MaxSplits('=', 1));
    const bool is_known =
        std::any_of(config.placement.pools.begin(), config.placement.pools.end(),
                    [&](const PoolConfig& pool) { return pool.name == parts.first; });
    if (!is_known) {
      Complain(absl::StrCat("--pool \"", given, "\": ", options.config, " has no pool \"",
                            parts.first, "\""));
      return kWrongUsage;
    }
    const absl::StatusOr<PoolShape> shape = ParsePoolShape(parts.second);
    if (!shape.ok()) return Refuse(absl::StrCat("--pool ", parts.first), shape.status());
    if (!settings->replay.shapes.emplace(parts.first, *shape).second) {
      Complain(absl::StrCat("--pool ", parts.first, ": is given twice"));
      return kWrongUsage;
    }
  }
  for (const absl::string_view name : absl::StrSplit(options.group_by, ',', absl::SkipEmpty())) {
    const absl::StatusOr<GroupBy> by = ParseGroupBy(name);
    if (!by.ok()) return Refuse("--group-by", by.status());
    const auto known = std::find(settings->groupings.begin(), settings->groupings.end(), *by);
    if (known == settings->groupings.end()) settings->groupings.push_back(*by);
  }
  absl::StatusOr<Contender> contender = MakeContender(options.decided_by, config.placement);
  if (!contender.ok()) return Refuse("--policy", contender.status());
  settings->config = std::move(contender->config);
  settings->replay.comparison = std::move(contender->policy);
  const absl::StatusOr<RuntimeKnowledge> runtimes = ParseRuntimeKnowledge(options.runtimes);
  if (!runtimes.ok()) return Refuse("--runtimes", runtimes.status());
  settings->replay.runtimes = *runtimes;
  settings->replay.enforce_shadow = !options.as_configured;
  settings->replay.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  settings->csv.partition = options.partition;
  settings->csv.are_cpus_devices = options.cpus_are_devices;
  return 0;
}

// The format of the history: "sacct", "csv" or "log".
std::string FormatOf(const HistoryOptions& options, absl::string_view text) {
  if (options.format != "auto") return options.format;
  return IsPlacementLog(text) ? "log" : IsSacct(text) ? "sacct" : "csv";
}

// Returns 0, or the exit code after a line for each option that is for CSV only.
int RefuseCsvOptions(const HistoryOptions& options, absl::string_view format) {
  int code = 0;
  for (const auto& [is_given, option] :
       {std::pair(!options.begin.empty(), "--begin"),
        std::pair(!options.time_unit.empty(), "--time-unit"),
        std::pair(!options.length_unit.empty(), "--length-unit"),
        std::pair(!options.partition.empty(), "--partition"),
        std::pair(options.cpus_are_devices, "--cpus-are-devices")}) {
    if (!is_given) continue;
    Complain(absl::StrCat(option, ": is for a history in CSV; ", options.trace, " is ",
                          format == "log" ? "a placement log" : "what sacct printed",
                          options.format == "auto" ? " by its first line (--format)" : ""));
    code = kWrongUsage;
  }
  return code;
}

absl::StatusOr<Trace> ParseTrace(const HistoryOptions& options, const HistorySettings& settings,
                                 absl::string_view format, absl::string_view text) {
  if (format == "sacct") return ParseSacct(text, {.zone = settings.zone});
  if (format == "csv") return ParseCsvTrace(text, settings.csv);
  absl::StatusOr<Trace> trace = ParseLogTrace(text);
  if (trace.ok()) {
    Complain(absl::StrCat("warning: ", options.trace,
                          ": a placement log does not say how long jobs ran; each runs as long as "
                          "its decision expected"));
  }
  return trace;
}

// From the first submission in the period to the last end.
TimeSpan SpanOf(const Trace& trace, const ReplayOptions& period) {
  TimeSpan span;
  for (const TraceJob& job : trace.jobs) {
    if (job.submit < period.from || job.submit >= period.to) continue;
    span.begin = std::min(span.begin, job.submit);
    span.end = std::max(span.end, job.submit + job.elapsed);
  }
  return span;
}

// Moves the history as --move-to says.
void Move(ReplayedHistory* replayed) {
  HistorySettings& settings = replayed->settings;
  if (!settings.move_to.has_value()) return;
  const TimeSpan span = SpanOf(*replayed->trace, settings.replay);
  if (span.begin == absl::InfiniteFuture()) return;
  replayed->moved_weeks = WeeksTo(span.begin, *settings.move_to);
  const absl::Duration by = replayed->moved_weeks * kWeek;
  MoveTrace(by, &*replayed->trace);
  settings.replay.from += by;
  settings.replay.to += by;
}

// Returns true if some zone was measured while jobs were submitted or ran, or no job is there.
// Otherwise complains, and says what to do.
bool LiesOnMeasuredHours(const HistoryOptions& options, const ReplayedHistory& replayed,
                         const std::vector<ZoneActuals>& actuals) {
  if (actuals.empty()) return true;
  const TimeSpan jobs = SpanOf(*replayed.trace, replayed.settings.replay);
  TimeSpan all = {absl::InfinitePast(), absl::InfiniteFuture()};  // measured in all zones
  for (const ZoneActuals& zone : actuals) {
    const auto& steps = zone.record->steps().intervals();
    const TimeSpan measured = {steps.front().start, steps.back().end};
    if (jobs.begin == absl::InfiniteFuture() || jobs.Overlaps(measured)) return true;
    all = {std::max(all.begin, measured.begin), std::min(all.end, measured.end)};
  }
  const auto text = [&replayed](absl::Time time) {
    return FormatSlurmTime(time, replayed.settings.zone);
  };
  std::string line =
      absl::StrCat(options.trace, ": no job ran when the grids were measured: the jobs are from ",
                   text(jobs.begin), " to ", text(jobs.end));
  if (all.begin < all.end) {
    absl::StrAppend(&line, ", the grids from ", text(all.begin), " to ", text(all.end));
  }
  absl::Duration delay;
  for (const Policy& policy : replayed.settings.config.policies) {
    delay = std::max(delay, policy.max_delay);
  }
  const std::optional<int64_t> weeks = WeeksInto({jobs.begin, jobs.end + delay}, all);
  if (weeks.has_value()) {
    absl::StrAppend(&line, "; --move-to ", text(jobs.begin + *weeks * kWeek),
                    " replays them as if they had been submitted ", std::abs(*weeks), " weeks ",
                    *weeks < 0 ? "earlier" : "later");
  } else {
    absl::StrAppend(&line, "; --grid DIR names other series");
  }
  Complain(line);
  return false;
}

// Reads what was measured in the zones of the pools' sites. Complains about each zone that cannot
// be read.
bool ReadGrids(const HistoryOptions& options, const Config& config,
               std::vector<ZoneRecord>* records, std::vector<const ZoneConfig*>* zones) {
  std::set<std::string> wanted;
  for (const PoolConfig& pool : config.placement.pools) {
    for (const SiteConfig& site : config.placement.sites) {
      if (site.name == pool.site) wanted.insert(site.zone);
    }
  }
  bool all = true;
  for (const ZoneConfig& zone : config.daemon.zones) {
    if (!wanted.contains(zone.name)) continue;
    std::string path = absl::StrCat(options.grid, "/", zone.name, ".csv");
    CsvFormat format;
    if (options.grid.empty()) {
      path.clear();
      for (const HistorySource& source : zone.history.value_or(std::vector<HistorySource>())) {
        const HistoryFile* const file = std::get_if<HistoryFile>(&source);
        if (file == nullptr) continue;
        path = file->path;
        format = file->csv;
        break;
      }
      if (path.empty()) {
        Complain(absl::StrCat("zone ", zone.name, ": ", options.config,
                              " names no history file; --grid DIR reads DIR/", zone.name, ".csv"));
        all = false;
        continue;
      }
    }
    const absl::StatusOr<std::string> text = ReadFile(path, kMaxGridBytes);
    if (!text.ok()) {
      Complain(absl::StrCat("zone ", zone.name, ": ", text.status().message()));
      all = false;
      continue;
    }
    absl::StatusOr<ZoneRecord> record = ZoneRecord::Create(zone.name, *text, format);
    if (!record.ok()) {
      // Which begins with the zone.
      Complain(absl::StrCat("zone ", zone.name, ": ", path, ": ",
                            absl::StripPrefix(record.status().message(), zone.name + ": ")));
      all = false;
      continue;
    }
    records->push_back(*std::move(record));
    zones->push_back(&zone);
  }
  return all;
}

// 0, or the exit code. `described` is what the report says of them.
int ChooseForecasts(const HistoryOptions& options, const Config& config,
                    const std::vector<ZoneActuals>& actuals,
                    std::unique_ptr<KnownForecasts>* forecasts, std::string* described) {
  *described = options.forecasts;
  const bool is_model = options.forecasts == "error-model";
  if (!options.error_model.empty() && !is_model) {
    Complain("--error-model: is for --forecasts error-model");
    return kWrongUsage;
  }
  if (options.forecasts == "oracle") {
    *forecasts = std::make_unique<OracleForecasts>(actuals);
  } else if (is_model) {
    const absl::StatusOr<ErrorModel> model = ParseErrorModel(options.error_model);
    if (!model.ok()) return Refuse("--error-model", model.status());
    absl::StrAppend(described, " ", FormatErrorModel(*model));
    *forecasts = std::make_unique<ErrorModelForecasts>(actuals, *model);
  } else if (options.forecasts == "archived") {
    const std::string& path =
        options.archive.empty() ? config.daemon.paths.archive : options.archive;
    if (path.empty()) {
      Complain(absl::StrCat("--forecasts archived: ", options.config,
                            " names no archive; --archive FILE names one"));
      return kWrongUsage;
    }
    absl::StatusOr<std::unique_ptr<ArchiveReader>> archive = ArchiveReader::Open(path);
    if (!archive.ok()) {
      Complain(archive.status().message());
      return 1;
    }
    absl::StrAppend(described, ", ", path);
    *forecasts = std::make_unique<IssuedForecasts>(actuals, *std::move(archive), options.cache);
  } else {
    *forecasts = std::make_unique<OwnForecasts>(actuals, options.cache);
  }
  return 0;
}

// On standard error, where that is a terminal.
class Progress {
 public:
  Progress() : is_shown_(isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (is_drawn_) std::cerr << "\r\x1b[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Show(double done) {
    const absl::Time now = absl::Now();
    if (!is_shown_ || now - drawn_at_ < absl::Milliseconds(200)) return;
    constexpr int kWidth = 40;
    const int full = static_cast<int>(done * kWidth);
    std::cerr << "\r[" << std::string(full, '#') << std::string(kWidth - full, '.')
              << absl::StrFormat("] %3.0f%%", 100 * done) << std::flush;
    is_drawn_ = true;
    drawn_at_ = now;
  }

 private:
  const bool is_shown_;
  bool is_drawn_ = false;
  absl::Time drawn_at_ = absl::InfinitePast();
};

}  // namespace

void Complain(absl::string_view line) { std::cerr << "scarbon: " << Printable(line) << "\n"; }

void AddHistoryOptions(CLI::App* command, HistoryOptions* options) {
  command
      ->add_option("--format", options->format, "sacct, csv, log, or auto: as the first line says")
      ->check(CLI::IsMember({"auto", "sacct", "csv", "log"}))
      ->capture_default_str();
  command->add_option("--grid", options->grid,
                      "Folder with the measured intensities, ZONE.csv each; default: the history "
                      "files in the configuration");
  command
      ->add_option("--forecasts", options->forecasts,
                   "own: from history, as scarbond would have made them; archived: as their "
                   "sources issued them; error-model: the actual values, with errors; oracle: the "
                   "actual values")
      ->check(CLI::IsMember({"own", "archived", "error-model", "oracle"}))
      ->capture_default_str();
  command
      ->add_option("--runtimes", options->runtimes,
                   "What decisions know of a job's runtime without a hint: configured: as its "
                   "policy says; limit: its time limit; learnt: what jobs that ended before say; "
                   "known: how long it ran")
      ->check(CLI::IsMember({"configured", "limit", "learnt", "known"}))
      ->capture_default_str();
  command->add_option("--error-model", options->error_model,
                      "near=SHARE,far=SHARE,growth=TIME,every=TIME,seed=N; default: "
                      "near=0.05,far=0.2,growth=24h,every=6h,seed=1");
  command->add_option("--archive", options->archive,
                      "scarbond's archive; default: as the configuration says");
  command->add_option("--cache", options->cache, "Folder that keeps forecasts for the next replay");
  command->add_option("--cache-gb", options->cache_gb, "The most that the folder keeps, 10^9 bytes")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  command->add_option("--pool", options->pools,
                      "NAME=NODES[xDEVICES[xCPUS]]: the size of a pool, devices and CPUs by node");
  command->add_option("-S,--starttime", options->from, "Only jobs submitted at or after this time");
  command->add_option("-E,--endtime", options->to, "Only jobs submitted before this time");
  command->add_option("--move-to", options->move_to,
                      "Move the history by whole weeks, so that its first job is submitted at this "
                      "time or in the week after: for grids that were measured at another time");
  command->add_option("--time-zone", options->zone,
                      "Time zone of local times in the history and in options; default: this "
                      "machine's");
  command->add_option("-g,--group-by", options->group_by,
                      "List of policy, account, user, site, pool, month");
  command->add_option("--scheduler-parameters", options->scheduler_parameters,
                      "SchedulerParameters of slurm.conf, by which the backfill scheduler plans");
  command->add_option("--look", options->look,
                      "How often the queue is read; default: as the configuration says");
  command->add_flag("--as-configured", options->as_configured,
                    "Policies in shadow change nothing, as they are configured");
  command->add_option("--begin", options->begin, "CSV: the time that the number 0 means");
  command->add_option("--time-unit", options->time_unit, "CSV: unit of times that are numbers")
      ->default_str("1s");
  command->add_option("--length-unit", options->length_unit, "CSV: unit of runtimes and limits")
      ->default_str("1s");
  command->add_option("--partition", options->partition, "CSV: partition of jobs that name none");
  command->add_flag("--cpus-are-devices", options->cpus_are_devices,
                    "CSV: count CPUs as devices if there is no column of devices");
}

int RunHistory(const HistoryOptions& options, ReplayedHistory* replayed) {
  std::vector<std::string> errors, warnings;
  const std::optional<Config> config = LoadConfig(options.config, &errors, &warnings);
  for (const std::string& warning : warnings) Complain("warning: " + warning);
  for (const std::string& error : errors) Complain(error);
  if (!config.has_value()) return 1;
  HistorySettings& settings = replayed->settings;
  if (const int code = ReadSettings(options, *config, absl::Now(), &settings); code != 0)
    return code;

  absl::StatusOr<Trace>& trace = replayed->trace;
  std::string format;
  {
    const absl::StatusOr<std::string> text = ReadFile(options.trace, kMaxTraceBytes);
    if (!text.ok()) {
      Complain(text.status().message());
      return 1;
    }
    format = FormatOf(options, *text);
    if (format != "csv") {
      if (const int code = RefuseCsvOptions(options, format); code != 0) return code;
    }
    trace = ParseTrace(options, settings, format, *text);
  }
  if (!trace.ok()) {
    Complain(absl::StrCat(
        options.trace, ": ", trace.status().message(),
        format == "sacct" ? absl::StrCat("; this command prints what is needed: ", SacctCommand())
                          : "; see REPLAY in scarbon(1) for what a history needs, and "
                            "--format"));
    return 1;
  }
  std::vector<ZoneRecord> records;
  std::vector<const ZoneConfig*> zones;
  if (!ReadGrids(options, *config, &records, &zones)) return 1;
  std::vector<ZoneActuals> actuals;
  for (size_t i = 0; i < records.size(); ++i) actuals.push_back({zones[i], &records[i]});
  Move(replayed);
  if (!LiesOnMeasuredHours(options, *replayed, actuals)) return 1;

  const auto replay = [&](RuntimeKnowledge runtimes, ReplayResult* result) {
    // Each replay asks for the forecasts from the first hour on.
    std::unique_ptr<KnownForecasts> forecasts;
    if (const int code =
            ChooseForecasts(options, *config, actuals, &forecasts, &replayed->forecasts);
        code != 0) {
      return code;
    }
    settings.replay.runtimes = runtimes;
    absl::StatusOr<ReplayResult> made = absl::InternalError("");
    {
      Progress progress;
      settings.replay.progress = [&progress](double done) { progress.Show(done); };
      made = Replay(*trace, settings.config, actuals, forecasts.get(), settings.replay);
    }
    if (!options.cache.empty()) {
      BoundForecastCache(options.cache, static_cast<int64_t>(options.cache_gb * 1e9));
    }
    if (!made.ok()) {
      // Of the cache, not of the history.
      const bool is_cache = absl::IsUnavailable(made.status());
      Complain(absl::StrCat(is_cache ? "--cache" : options.trace, ": ", made.status().message()));
      return 1;
    }
    *result = *std::move(made);
    return 0;
  };
  const RuntimeKnowledge asked = settings.replay.runtimes;
  if (options.compare_runtimes) {
    for (const RuntimeKnowledge runtimes :
         {RuntimeKnowledge::kLimit, RuntimeKnowledge::kLearnt, RuntimeKnowledge::kExact}) {
      ReplayResult result;
      if (const int code = replay(runtimes, &result); code != 0) return code;
      // Empty if the emission of no job is known.
      std::vector<SavingsRow> total = SumSavings(*trace, settings.config, result, GroupBy::kTotal);
      if (total.empty()) total.emplace_back();
      replayed->by_runtimes.push_back({runtimes, std::move(total.front())});
      if (runtimes == asked) replayed->result = std::move(result);
    }
  }
  const bool is_made = options.compare_runtimes && asked != RuntimeKnowledge::kConfigured;
  const int code = is_made ? 0 : replay(asked, &replayed->result);
  settings.replay.runtimes = asked;
  return code;
}

}  // namespace carbon
