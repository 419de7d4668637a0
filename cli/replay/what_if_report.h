// What scarbon policy what-if prints: for people, and as JSON. Pure; no I/O.
#ifndef CLI_REPLAY_WHAT_IF_REPORT_H_
#define CLI_REPLAY_WHAT_IF_REPORT_H_

#include <string>
#include <vector>

#include "core/config/placement_config.h"
#include "replay/replay.h"
#include "replay/savings.h"
#include "replay/trace/trace.h"
#include "replay/what_if.h"

namespace carbon {

// Views what it was made from.
struct WhatIfReport {
  const Trace& trace;
  const PlacementConfig& config;  // of B; of `versus` where pools and sites are concerned
  const ReplayResult& a;
  const ReplayResult& b;
  const WhatIf& what_if;
  std::string file;            // of the history
  std::string name_a, name_b;  // of the two configurations
  std::vector<GroupBy> groupings;
  std::string forecasts = {};           // which, with their parameters
  std::string runtimes = {};            // what decisions know of them
  std::string rows = {};                // ReplayedRowsText of B
  std::vector<std::string> notes = {};  // of A and of B, each once
};

std::string WhatIfText(const WhatIfReport& report);

// One object, on several lines: a and b against their homes, groups and waits of b against a.
std::string WhatIfJson(const WhatIfReport& report);

}  // namespace carbon

#endif  // CLI_REPLAY_WHAT_IF_REPORT_H_
