// What scarbon replay prints as CSV. Pure; no I/O.
#ifndef CLI_REPLAY_REPLAY_CSV_H_
#define CLI_REPLAY_REPLAY_CSV_H_

#include <string>

#include "cli/replay/replay_report.h"

namespace carbon {

// A line for each row of each grouping, and for each hour of the day, below a header. What is not
// known of a row, or is not of its kind, is empty: waits are those of all jobs, utilisation and
// idle energy of pools.
std::string ReplayCsv(const ReplayReport& report);

}  // namespace carbon

#endif  // CLI_REPLAY_REPLAY_CSV_H_
