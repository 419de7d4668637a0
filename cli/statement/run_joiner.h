// The energy and the emission of one run, and what a decision avoided, by core/outcome. Pure.
#ifndef CLI_STATEMENT_RUN_JOINER_H_
#define CLI_STATEMENT_RUN_JOINER_H_

#include <optional>

#include "cli/outcome/job_outcomes.h"
#include "cli/statement/job_decisions.h"
#include "core/config/placement_config.h"
#include "core/outcome/estimated.h"
#include "core/outcome/outcome.h"
#include "core/outcome/ran_job.h"
#include "core/outcome/run_place.h"
#include "core/record/decision_summary.h"
#include "core/statement/stated_run.h"

namespace carbon {

class RunJoiner {
 public:
  // Both must outlive it.
  RunJoiner(const PlacementConfig& config, const JobOutcomes& outcomes);

  // A run that has started. `decision`: nullptr if there is none.
  StatedRun Join(const ActualRun& run, bool has_ended, const JobDecision* decision) const;

  // What the decision avoided, by what all runs of its job did. Absent: it is not known. The
  // decision must have chosen a plan.
  std::optional<AvoidedEmission> AvoidedBy(const JobDecision& decision, const RanJob& ran) const;

 private:
  // The decision as it counts for one run. What the nodes draw while they wake up is recorded once
  // for the whole job; here it is part of the power of each run.
  DecisionSummary DecidedFor(const RunPlace& place, const JobDecision* decision) const;
  void SetEnergy(const JobOutcome& outcome, const RunPlace& place, StatedRun* stated) const;
  void SetEmission(const JobOutcome& outcome, const RunPlace& place, const JobDecision* decision,
                   StatedRun* stated) const;
  // The energy at the mean intensity that the decision forecast, which errs as much as the zone's
  // forecasts at that lead time.
  Estimated<GramsCo2e> Forecast(const Estimated<KilowattHours>& energy, const RunPlace& place,
                                const JobDecision& decision) const;

  const PlacementConfig& config_;
  const JobOutcomes& outcomes_;
  const RunPlaces places_;
};

}  // namespace carbon

#endif  // CLI_STATEMENT_RUN_JOINER_H_
