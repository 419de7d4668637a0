// scarbon forecast: what the snapshot, on which decisions rest, says about the coming hours and
// days.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "cli/commands.h"
#include "cli/forecast/forecast_evaluate.h"
#include "cli/forecast/outlook_text.h"
#include "cli/remote/cluster_copy.h"
#include "cli/status/status_zones.h"
#include "cli/text/slurm_time.h"
#include "cli/text/table.h"
#include "core/base/duration.h"
#include "core/base/nearest_word.h"
#include "settings/load_config.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

constexpr int kMaxHours = 14 * 24;
// This is more rows than anybody reads, and bounds the cost of a mistake on the command line.
constexpr int64_t kMaxSteps = 20'000;

struct Options {
  std::vector<std::string> zones;
  std::string config = CARBON_CONFIG_FILE;
  std::string snapshot;
  ServerOption server;
  int hours = 48;
  std::string to;
  std::string step = "1h";
  std::string duration;
  bool json = false;
  bool csv = false;
  bool no_header = false;
};

void Complain(absl::string_view line) { std::cerr << "scarbon: " << Printable(line) << "\n"; }

absl::StatusOr<absl::Duration> PositiveDuration(absl::string_view option, const std::string& text) {
  absl::StatusOr<absl::Duration> duration = ParseDuration(text);
  if (!duration.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(option, ": ", duration.status().message()));
  }
  if (*duration <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(option, ": must be longer than zero"));
  }
  return duration;
}

absl::StatusOr<OutlookSpan> SpanOf(const Options& options, absl::Time now) {
  OutlookSpan span{.now = now, .to = now + absl::Hours(options.hours)};
  if (!options.to.empty()) {
    absl::StatusOr<absl::Time> to = ParseSlurmTime(options.to, now, absl::LocalTimeZone());
    if (!to.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--to: ", to.status().message()));
    }
    if (*to <= now) {
      return absl::InvalidArgumentError(absl::StrCat("--to: ", options.to, ": is not after now"));
    }
    span.to = *to;
  }
  absl::StatusOr<absl::Duration> step = PositiveDuration("--step", options.step);
  if (!step.ok()) return step.status();
  span.step = *step;
  if ((std::min(span.to, now + absl::Hours(kMaxHours)) - now) / span.step > kMaxSteps) {
    return absl::InvalidArgumentError(
        absl::StrCat("--step: ", options.step, ": gives more than ", kMaxSteps, " rows"));
  }
  if (!options.duration.empty()) {
    absl::StatusOr<absl::Duration> duration = PositiveDuration("--duration", options.duration);
    if (!duration.ok()) return duration.status();
    span.duration = *duration;
  }
  return span;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> ReadSnapshot(const Options& options) {
  const absl::StatusOr<std::unique_ptr<ClusterCopy>> copy = ClusterCopy::FetchIfRemote(
      options.server, options.config, !options.snapshot.empty(), {.snapshot = true},
      [](const std::string& line) { Complain(line); });
  if (!copy.ok()) return copy.status();
  std::string folder = *copy != nullptr ? (*copy)->snapshot() : options.snapshot;
  if (folder.empty()) {
    std::vector<std::string> errors, warnings;
    const std::optional<Config> config = LoadConfig(options.config, &errors, &warnings);
    if (!config.has_value()) {
      return absl::FailedPreconditionError(absl::StrJoin(errors, "; "));
    }
    folder = config->daemon.paths.snapshot;
  }
  SnapshotReader reader(folder, *copy != nullptr ? SnapshotReader::Owner::kAnyoneWithoutPrivate
                                                 : SnapshotReader::Owner::kAnyone);
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = reader.ReadIfChanged();
  if (absl::IsNotFound(snapshot.status())) {
    return absl::NotFoundError(absl::StrCat("snapshot: ", snapshot.status().message(),
                                            ": has scarbond ever published here?"));
  }
  return snapshot;
}

// Returns the index of the forecast that is asked for. InvalidArgument for an unknown zone.
absl::StatusOr<int> FindZone(const Snapshot& snapshot, const std::string& zone) {
  const std::vector<ZoneForecast>& forecasts = snapshot.forecasts();
  for (size_t i = 0; i < forecasts.size(); ++i) {
    if (forecasts[i].zone == zone) return static_cast<int>(i);
  }
  std::vector<std::string> known;
  for (const GridZone& config : snapshot.config().zones) {
    if (config.name == zone) {
      return absl::NotFoundError(absl::StrCat("zone ", zone, ": has no forecast"));
    }
    known.push_back(config.name);
  }
  const std::string nearest = NearestWord(zone, known);
  return absl::InvalidArgumentError(
      absl::StrCat("unknown zone \"", zone, "\"; ",
                   nearest.empty() ? absl::StrCat("known are ", absl::StrJoin(known, ", "))
                                   : absl::StrCat("did you mean \"", nearest, "\"?")));
}

int Run(const Options& options) {
  const absl::Time now = absl::Now();
  const absl::StatusOr<OutlookSpan> span = SpanOf(options, now);
  if (!span.ok()) {
    Complain(span.status().message());
    return 2;
  }
  const auto snapshot = ReadSnapshot(options);
  if (!snapshot.ok()) {
    Complain(snapshot.status().message());
    return 1;
  }
  const bool is_summary = options.zones.empty();
  std::vector<std::string> names = options.zones;
  if (is_summary) {
    for (const GridZone& zone : (*snapshot)->config().zones) names.push_back(zone.name);
  }
  int exit_code = 0;
  std::vector<ZoneOutlook> outlooks;
  for (const std::string& name : names) {
    const absl::StatusOr<int> index = FindZone(**snapshot, name);
    absl::StatusOr<ZoneOutlook> outlook = index.ok() ? LookAhead(**snapshot, *index, *span)
                                                     : absl::StatusOr<ZoneOutlook>(index.status());
    if (!outlook.ok()) {
      Complain(outlook.status().message());
      exit_code = std::max(exit_code, absl::IsInvalidArgument(outlook.status()) ? 2 : 1);
      continue;
    }
    // A stale forecast is shown all the same: its line says how old it is.
    const std::string why = WhyNotUsable(*outlook->forecast, now);
    if (!why.empty()) {
      Complain(absl::StrCat("zone ", name, ": no decision rests on this forecast: ", why));
    }
    outlooks.push_back(*std::move(outlook));
  }
  if (outlooks.empty() && exit_code != 0) return exit_code;
  const bool with_header = !options.no_header;
  if (options.json) {
    std::cout << OutlooksJson(outlooks, now, !is_summary);
  } else if (options.csv) {
    std::cout << (is_summary ? SummaryCsv(outlooks, with_header)
                             : OutlooksCsv(outlooks, with_header));
  } else if (is_summary) {
    std::cout << SummaryText(outlooks, absl::LocalTimeZone(), with_header);
  } else {
    const ChartStyle style = StyleOfOutput();
    for (size_t i = 0; i < outlooks.size(); ++i) {
      std::cout << (i > 0 && with_header ? "\n" : "")
                << OutlookText(outlooks[i], style, with_header);
    }
  }
  return exit_code;
}

}  // namespace

void AddForecast(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* forecast =
      app.add_subcommand("forecast", "The zones' next days, and the best time for a run");
  forecast->add_option("ZONE", options->zones, "Zones to show; without, one line for each of all");
  forecast->add_option("--hours", options->hours, "How far to look ahead")
      ->check(CLI::Range(1, kMaxHours))
      ->capture_default_str();
  forecast->add_option("--to", options->to, "Until then, in place of --hours")->type_name("TIME");
  forecast->add_option("--step", options->step, "Length of a row")
      ->type_name("DURATION")
      ->capture_default_str();
  forecast
      ->add_option("--duration", options->duration,
                   "Also the best start of a run of this length, within what is shown")
      ->type_name("DURATION");
  CLI::Option* json = forecast->add_flag("--json", options->json, "As one JSON object");
  forecast->add_flag("--csv", options->csv, "As CSV")->excludes(json);
  forecast->add_flag("-n,--noheader", options->no_header, "Rows alone");
  forecast->add_option("--config", options->config, "Configuration")->capture_default_str();
  forecast->add_option("--snapshot", options->snapshot,
                       "Folder of the snapshot; default: the one in the configuration");
  AddServerOption(forecast, &options->server)->excludes("--snapshot");
  forecast->footer("Bands hold 80% of the cases. Exits with 1 where a zone has no forecast.");
  AddForecastEvaluate(*forecast, exit_code);
  forecast->callback([forecast, options, exit_code] {
    if (forecast->get_subcommands().empty()) *exit_code = Run(*options);
  });
}

}  // namespace carbon
