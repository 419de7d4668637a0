// The policies of published work that a replay compares with. A policy says when a job runs in one
// grid zone. It is a pure function of the job, the intensity known when it is submitted, and how
// long it may wait: no capacity, no error of the forecast, no state between jobs.
//
//   const auto policy = *MakePolicy("lowest-window");
//   const RunPlan plan = policy->Plan({.arrival = now, .length = absl::Hours(4),
//                                      .max_delay = absl::Hours(24)}, {.series = &forecast});
//
// Immutable; safe to share between threads. No I/O.
#ifndef REPLAY_POLICIES_COMPARISON_POLICY_H_
#define REPLAY_POLICIES_COMPARISON_POLICY_H_

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/grid/intensity.h"
#include "replay/policies/run_plan.h"

namespace carbon {

// What a policy knows of a job when it is submitted. Times are whole seconds.
struct PolicyJob {
  absl::Time arrival;
  // How long it runs, as far as is known: its length, the mean of jobs like it, or its time limit.
  // Not below zero.
  absl::Duration length;
  // It waits at most so long in total, before its first run and between its runs. Not below zero.
  absl::Duration max_delay;
};

// What is known of the zone.
struct KnownIntensity {
  // A job that arrives outside it runs at once. Of a run that it does not cover nothing is known,
  // and so the run is not chosen.
  const IntensitySeries* series = nullptr;
  GramsPerKilowattHour long_run_mean;
};

class ComparisonPolicy {
 public:
  virtual ~ComparisonPolicy() = default;

  // Whether its plans may have several runs: the job is suspended between them.
  virtual bool suspends() const { return false; }

  virtual RunPlan Plan(const PolicyJob& job, const KnownIntensity& known) const = 0;
};

}  // namespace carbon

#endif  // REPLAY_POLICIES_COMPARISON_POLICY_H_
