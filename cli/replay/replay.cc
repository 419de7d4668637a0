// scarbon replay: shows what enforcing the policies would have saved on a history of jobs.
#include <iostream>
#include <memory>

#include "CLI/CLI.hpp"
#include "cli/commands.h"
#include "cli/replay/history_run.h"
#include "cli/replay/replay_csv.h"
#include "cli/replay/replay_report.h"

namespace carbon {
namespace {

int RunReplay(const HistoryOptions& options) {
  ReplayedHistory replayed;
  if (const int code = RunHistory(options, &replayed); code != 0) return code;
  const HistorySettings& settings = replayed.settings;
  const ReplayReport report{.trace = *replayed.trace,
                            .config = settings.config,
                            .result = replayed.result,
                            .file = options.trace,
                            .forecasts = replayed.forecasts,
                            .groupings = settings.groupings,
                            .zone = settings.zone,
                            .decided_by = options.decided_by,
                            .runtimes = settings.replay.runtimes,
                            .by_runtimes = replayed.by_runtimes,
                            .moved_weeks = replayed.moved_weeks,
                            .not_followed = settings.not_followed};
  std::cout << (options.json  ? ReplayJson(report)
                : options.csv ? ReplayCsv(report)
                              : ReplayText(report));
  return 0;
}

}  // namespace

void AddReplay(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App* replay = app.add_subcommand(
      "replay", "Show what enforcing the policies would have saved on a history of jobs");
  replay
      ->add_option("TRACE", options->trace,
                   "The history: what sacct printed, CSV, or a placement log")
      ->required();
  replay->add_option("--config", options->config, "Configuration")->capture_default_str();
  replay
      ->add_option("--policy", options->decided_by,
                   "Who decides: placer, static-best, or a policy of a paper")
      ->capture_default_str();
  CLI::Option* const compare = replay->add_flag(
      "--compare-runtimes", options->compare_runtimes,
      "Replay with the runtimes limit, learnt and known too, and compare the savings");
  AddHistoryOptions(replay, options.get());
  CLI::Option* const json = replay->add_flag("--json", options->json, "Print one JSON object");
  replay->add_flag("--csv", options->csv, "Print the sums as CSV")
      ->excludes(json)
      ->excludes(compare);
  replay->callback([options, exit_code] { *exit_code = RunReplay(*options); });
}

}  // namespace carbon
