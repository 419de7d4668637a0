// What scarbon replay prints: for people, as JSON and as CSV. Pure; no I/O.
#ifndef CLI_REPLAY_REPLAY_REPORT_H_
#define CLI_REPLAY_REPLAY_REPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/config/placement_config.h"
#include "replay/replay.h"
#include "replay/savings.h"
#include "replay/trace/trace.h"

namespace carbon {

// Views what it was made from.
struct ReplayReport {
  const Trace& trace;
  const PlacementConfig& config;
  const ReplayResult& result;
  std::string file;       // of the history
  std::string forecasts;  // which, with their parameters
  std::vector<GroupBy> groupings;
};

// Sections: the rows, the savings of each grouping, waits, pools, and why jobs were left alone.
std::string ReplayText(const ReplayReport& report);

// One object, on several lines: rows, groups, waits, pools, left_alone.
std::string ReplayJson(const ReplayReport& report);

// A line for each row of each grouping, below a header. What is not known is empty.
std::string ReplayCsv(const ReplayReport& report);

}  // namespace carbon

#endif  // CLI_REPLAY_REPLAY_REPORT_H_
