// A decision of the placement log, joined with the fate of its job. Plain data.
#ifndef CLI_LOG_LOGGED_DECISION_H_
#define CLI_LOG_LOGGED_DECISION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/record/decision_summary.h"

namespace carbon {

// The fate of a job by Slurm's accounting (docs/placement-log.md has the rules).
struct JobFate {
  absl::Duration ran;  // its longest task
  // From the submission until its first task began. Absent: none has begun.
  std::optional<absl::Duration> waited;
  std::optional<double> ran_share;  // relative to the predicted time of all its tasks
  bool has_ended = false;
  absl::Time ended = absl::InfinitePast();  // if it has ended: its last run
  bool never_ran = false;
  std::set<std::string> ran_elsewhere;  // the partitions where it ran, except where it was placed
  bool ran_earlier = false;
  bool ran_longer = false;
};

struct LoggedReturn {
  std::string reason;
  std::string line;  // as in the file; empty: not needed
};

// What became of a decision, as a table and sums show it (core/outcome/outcome.h). Absent: unknown.
struct ShownOutcome {
  struct Emission {
    std::optional<GramsCo2e> actual, at_home, saved;
    std::optional<double> share_low, share_high;  // of the saving in the emission at home
  };

  std::optional<absl::Time> start;
  std::optional<absl::Duration> ran;  // its longest task
  std::optional<absl::Duration> wait;
  std::optional<KilowattHours> energy;  // at the meter
  std::string energy_by;                // "ipmi", "modelled"
  std::optional<GramsPerKilowattHour> intensity;
  std::optional<double> forecast_error;  // relative to the actual intensity
  Emission attributional, consequential;
  std::string unknown;  // why the attributional saving is not known
  std::string json;     // empty: not needed
};

struct LoggedDecision {
  DecisionSummary summary;
  std::string line;  // as in the file; empty: not needed
  std::optional<uint32_t> job_id;
  std::optional<LoggedReturn> returned;
  bool not_queued = false;                   // the queue never showed its job
  std::optional<JobFate> fate;               // absent: accounting does not know the job
  std::shared_ptr<const ShownOutcome> came;  // nullptr: not asked for

  const std::optional<PlanSummary>& home() const { return summary.home; }
  const std::optional<PlanSummary>& chosen() const { return summary.chosen; }
};

// Why totals do not count a decision.
enum class NotCounted { kNotQueued, kNeverRan, kRanElsewhere, kRanEarlier, kRanLonger };

// Returns the first reason that applies. Absent: totals count the decision.
std::optional<NotCounted> WhyNotCounted(const LoggedDecision& decision);

// Returns the name that the table shows as the outcome: "not-queued".
absl::string_view NotCountedName(NotCounted why);

// Returns the decision's line with the fate of its job, and what it came to if that was asked for,
// as `scarbon log --json` prints it. Unknown fields are kept.
std::string JsonOf(const LoggedDecision& decision);

}  // namespace carbon

#endif  // CLI_LOG_LOGGED_DECISION_H_
