// What `scarbon replay` and `scarbon policy what-if` share: the options that name a history, and
// the replay of it. Blocks on the disk. Complains on standard error.
#ifndef CLI_REPLAY_HISTORY_RUN_H_
#define CLI_REPLAY_HISTORY_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/replay/replay_report.h"
#include "core/config/placement_config.h"
#include "replay/replay.h"
#include "replay/savings.h"
#include "replay/trace/csv_trace.h"
#include "replay/trace/trace.h"

namespace carbon {

// The exit code for a wrong option.
inline constexpr int kWrongUsage = 2;

struct HistoryOptions {
  std::string trace;
  std::string format = "auto";
  std::string config = CARBON_CONFIG_FILE;
  std::string grid;
  std::string forecasts = "own";
  std::string error_model;
  std::string archive;
  std::string cache;
  double cache_gb = 8;
  std::string from, to, zone;
  std::string move_to;
  std::string look;
  std::optional<std::string> scheduler_parameters;
  std::vector<std::string> pools;
  std::string group_by = "total";
  std::string begin, time_unit, length_unit, partition;  // empty: not given
  bool cpus_are_devices = false;
  bool as_configured = false;
  std::string decided_by = "placer";
  std::string runtimes = "configured";
  bool compare_runtimes = false;
  bool json = false, csv = false;
};

// The settings from the options, parsed and checked.
struct HistorySettings {
  ReplayOptions replay;
  PlacementConfig config;  // as whoever decides uses it
  absl::TimeZone zone = absl::LocalTimeZone();
  CsvTraceOptions csv;
  // To which the first job moves by whole weeks; absent: the history is not moved.
  std::optional<absl::Time> move_to;
  // Of SchedulerParameters: what the simulated scheduler does not follow.
  std::vector<std::string> not_followed;
  std::vector<GroupBy> groupings = {GroupBy::kTotal};
};

// A replay with all that its result views.
struct ReplayedHistory {
  HistorySettings settings;
  absl::StatusOr<Trace> trace = absl::InternalError("");
  std::string forecasts;    // what decisions knew, in words
  int64_t moved_weeks = 0;  // by which the jobs were moved
  ReplayResult result;
  std::vector<RuntimesRow> by_runtimes;
};

// Adds the options that both commands have.
void AddHistoryOptions(CLI::App* command, HistoryOptions* options);

// Replays the history. Returns 0, or the exit code after a line for each thing that is wrong.
int RunHistory(const HistoryOptions& options, ReplayedHistory* replayed);

// Writes "scarbon: LINE" to standard error.
void Complain(absl::string_view line);

}  // namespace carbon

#endif  // CLI_REPLAY_HISTORY_RUN_H_
