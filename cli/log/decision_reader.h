// Reads a placement log for scarbon log and scarbon report: from its index where it may be used,
// otherwise from its files. Asks Slurm's accounting what became of the jobs. Blocks on the disk and
// on sacct.
#ifndef CLI_LOG_DECISION_READER_H_
#define CLI_LOG_DECISION_READER_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/log/decision_filter.h"
#include "cli/log/logged_decision.h"
#include "cli/outcome/actual_values.h"
#include "core/config/config.h"
#include "core/outcome/outcome.h"

namespace carbon {

// Whether the decisions are set beside what really came (cli/outcome/job_outcomes.h).
struct OutcomeSources {
  const Config* config = nullptr;  // nullptr: they are not
  ActualSources actual;
};

struct LogFiles {
  std::string log;
  std::vector<std::string> rotated;  // and the log itself, oldest first
  bool all = false;                  // all of these are read, or only the log
  bool use_index = false;            // makes it, if `all`
  bool keep_lines = false;           // JsonOf() needs them; only without the index, which has none
  OutcomeSources outcomes;
};

struct DecisionReader {
  // Called before the first decision, and again if reading begins anew: what was added until then
  // does not count. Returns the columns of the index that are needed (IndexQuery::columns).
  std::function<std::set<std::string>()> begin;
  // Called for each decision that the filter admits, in the order of the files, with the fate of
  // its job. `outcome` is nullptr if outcomes are not asked for.
  std::function<void(LoggedDecision, const JobOutcome* outcome)> add;
  // Called with each line for the user: what is missing, damaged, or open to others.
  std::function<void(const std::string&)> complain;
};

// Returns an error only if a file cannot be read; the errors are those of ReadLogs(), and
// FailedPrecondition if the actual values cannot be read.
absl::Status ReadDecisions(const LogFiles& files, const DecisionFilter& filter,
                           const DecisionReader& reader);

}  // namespace carbon

#endif  // CLI_LOG_DECISION_READER_H_
