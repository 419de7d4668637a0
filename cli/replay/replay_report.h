// Formats what scarbon replay prints: for people, as JSON and as CSV. Pure; no I/O.
#ifndef CLI_REPLAY_REPLAY_REPORT_H_
#define CLI_REPLAY_REPLAY_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/config/placement_config.h"
#include "replay/known_runtimes.h"
#include "replay/replay.h"
#include "replay/savings.h"
#include "replay/trace/trace.h"

namespace carbon {

// What a replay saved whose decisions knew as much of runtimes.
struct RuntimesRow {
  RuntimeKnowledge runtimes;
  SavingsRow total;
};

// Refers to the objects from which it is made.
struct ReplayReport {
  const Trace& trace;
  const PlacementConfig& config;
  const ReplayResult& result;
  std::string file;       // of the history
  std::string forecasts;  // which, with their parameters
  std::vector<GroupBy> groupings;
  absl::TimeZone zone = absl::UTCTimeZone();  // of the hours of the day
  std::string decided_by = "placer";          // as ContenderNames() has it
  RuntimeKnowledge runtimes = RuntimeKnowledge::kConfigured;
  // If knowledge of runtimes is compared: a row for each kind, the exact one last.
  std::vector<RuntimesRow> by_runtimes = {};
  // By which the history was moved, so that it lies on hours that were measured.
  int64_t moved_weeks = 0;
  // The scheduler parameters that were given, and that the simulated cluster does not follow.
  std::vector<std::string> not_followed = {};
};

// What a reader must know of the figures: one line each.
std::vector<std::string> ReplayNotes(const ReplayReport& report);

// The table of the rows: replayed, or left out and why.
std::string ReplayedRowsText(const ReplayReport& report);

// Returns these sections: the rows, the savings of each grouping, the savings by what was known of
// runtimes, waits, pools, the hours of the day, and why jobs were left alone.
std::string ReplayText(const ReplayReport& report);

// Returns one object, on several lines: rows, groups, by_runtimes, waits, pools, hours,
// left_alone.
std::string ReplayJson(const ReplayReport& report);

}  // namespace carbon

#endif  // CLI_REPLAY_REPLAY_REPORT_H_
