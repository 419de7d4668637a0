// The decisions about jobs, from placement logs. Reads the logs, and blocks meanwhile.
#ifndef CLI_STATEMENT_JOB_DECISIONS_H_
#define CLI_STATEMENT_JOB_DECISIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/outcome/accounted_jobs.h"
#include "cli/outcome/job_outcomes.h"
#include "core/decision/decision.h"
#include "core/record/decision_summary.h"
#include "core/snapshot/manifest.h"

namespace carbon {

// A decision about one of the jobs.
struct JobDecision {
  DecisionSummary decided;
  Manifest snapshot;
  std::optional<Saving> saving, consequential_saving;
  bool was_restored = false;
  uint32_t job_id = 0;  // as the log names it

  DecidedInLog InLog() const {
    return {.decided = decided, .job_id = job_id, .was_restored = was_restored};
  }
};
using JobDecisions = std::multimap<int64_t, JobDecision>;  // by job

// Returns the decisions that may be about one of the jobs: of its user, and made when it was
// submitted. With `must_have_logs` it is an error if a log cannot be read. Otherwise `complain`
// gets a line.
absl::StatusOr<JobDecisions> ReadJobDecisions(
    const AccountedRuns& accounted, const std::vector<std::string>& logs, bool must_have_logs,
    const std::function<void(const std::string&)>& complain);

}  // namespace carbon

#endif  // CLI_STATEMENT_JOB_DECISIONS_H_
