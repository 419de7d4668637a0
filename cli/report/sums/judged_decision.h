// A decision of the log, judged once for all the sums that it is in. Pure.
#ifndef CLI_REPORT_SUMS_JUDGED_DECISION_H_
#define CLI_REPORT_SUMS_JUDGED_DECISION_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "cli/log/logged_decision.h"
#include "cli/report/sums/harm.h"
#include "core/outcome/outcome.h"
#include "core/record/decision_summary.h"

namespace carbon {

struct JudgedDecision {
  const LoggedDecision& decision;
  const JobOutcome* outcome = nullptr;  // nullptr: it was not asked for
  std::optional<NotCounted> why_not;
  bool has_plan = false, is_shadow = false, is_carried_out = false, is_given_back = false,
       opted_out = false;
  // The start of the chosen plan less the start at home; absent: not known.
  std::optional<absl::Duration> added_wait;
  std::vector<Harm> harms;

  const DecisionSummary& summary() const { return decision.summary; }
  // Whether the chosen plan took effect.
  bool has_changed() const { return is_carried_out && !is_given_back; }
  // The plan that took effect.
  const std::optional<PlanSummary>& run() const {
    return has_changed() ? decision.chosen() : decision.home();
  }
  // Whether both emissions are known. It must have a plan.
  bool HasEmissions() const;
};

// `decision` and `outcome` must outlive the result.
JudgedDecision Judge(const LoggedDecision& decision, const JobOutcome* outcome);

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_JUDGED_DECISION_H_
