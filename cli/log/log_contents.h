// What scarbon log reads from placement logs: decisions, with what the log itself says of their
// jobs, and the decisions that were not recorded. Blocks on the disk.
#ifndef CLI_LOG_LOG_CONTENTS_H_
#define CLI_LOG_LOG_CONTENTS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/log/decision_filter.h"
#include "cli/log/logged_decision.h"

namespace carbon {

struct LogContents {
  std::vector<LoggedDecision> decisions;  // the decisions asked for, in the order of the files
  // Decisions that were not recorded because their user filled the log: one line for each user.
  std::vector<std::string> withheld;
};

// Reads the files in order. Keep the lines (`keep_lines`) if JsonOf() is called later. `complain`
// gets a line for what is missing or cannot be read, and for a file that anybody may write. Returns
// an error only if a file cannot be read.
absl::StatusOr<LogContents> ReadLogs(const std::vector<std::string>& paths,
                                     const DecisionFilter& filter, bool keep_lines,
                                     const std::function<void(const std::string&)>& complain);

}  // namespace carbon

#endif  // CLI_LOG_LOG_CONTENTS_H_
