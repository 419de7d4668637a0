// A plan says where and when a job runs: it is a list of runs, and every run has a pool, a start
// and a runtime. A decision chooses a plan; its booking, its promise and its record list the same
// runs.
//
// Code that reads a plan goes through its runs, or asks the plan what they amount to. So a plan of
// several runs (of a job that is interrupted and continued) is counted rightly everywhere. Today
// every decision makes plans of one run. These places still need work before it may make others:
//   - core/decision/choice.h: the optimiser chooses one pool and one start.
//   - VerdictOf (core/placer/placer.h): a submission to Slurm has one begin time, one partition and
//     one time limit. Those of the first run are set.
//   - BookingLedger: the queue shows the run that a job waits for, and not those after it.
//
// Values without I/O. Unsafe to change from several threads.
#ifndef CORE_DECISION_PLAN_H_
#define CORE_DECISION_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/base/resources.h"
#include "core/cluster/ledger.h"
#include "core/snapshot/pool_names.h"

namespace carbon {

// The capacity that a run takes from its start on.
struct Hold {
  std::string group;  // of nodes
  absl::Duration length;
  Resources amount;
};

// One run of a whole job, all array tasks included, and what it would emit. It holds no names of
// its own: they are the snapshot's, and outlive it.
struct PlannedRun {
  std::shared_ptr<const PoolNames> names;  // nullptr: the pool is not known
  absl::Time start;
  absl::Duration runtime;     // of the whole job, array rounds included
  absl::Duration wake_up;     // of its nodes, before it; its energy is charged too
  int64_t rounds = 1;         // in which an array runs its tasks, one after another
  int64_t units = 0;          // of the hardware's unit, charged for one task
  absl::Duration time_limit;  // of one task there
  // The job's --time-min there, if it changes with the limit.
  std::optional<absl::Duration> time_min;
  KilowattHours energy;            // PUE included
  GramsPerKilowattHour intensity;  // mean over the run
  bool on_own_forecast = false;    // part of the run rests on our forecast, not on the source's
  bool beyond_horizon = false;     // part of the run rests on climatology, not on a forecast
  bool past_errors = false;        // the zone errs as past forecasts did, not by lead time alone
  GramsCo2e gross;                 // location-based, of all that the hardware draws
  // Location-based, of what is drawn in addition because of the job; absent: not known (Figure).
  std::optional<GramsCo2e> consequential;
  std::optional<double> stays_powered;  // the share of its nodes that do so without jobs
  std::optional<GramsCo2e> net;         // market-based, if the site states it
  std::optional<GramsCo2e> embodied;    // of the hardware reserved, if the profile states it
  std::optional<Hold> hold;             // what to book; absent: nothing, since it is not chosen

  // Where; empty without names.
  const std::string& pool() const { return Names().pool; }
  const std::string& site() const { return Names().site; }
  const std::string& zone() const { return Names().zone; }
  const std::string& partition() const { return Names().partition; }
  const std::string& hardware() const { return Names().hardware; }

 private:
  const PoolNames& Names() const;
};

// At least one run, in order of their starts.
class Plan {
 public:
  using Runs = absl::InlinedVector<PlannedRun, 1>;  // one needs no allocation

  Plan() : runs_(1) {}
  explicit Plan(PlannedRun first) { runs_.push_back(std::move(first)); }
  // `next` starts no earlier than the runs before it.
  void Add(PlannedRun next) { runs_.push_back(std::move(next)); }

  const Runs& runs() const { return runs_; }
  const PlannedRun& first() const { return runs_.front(); }
  PlannedRun& first() { return runs_.front(); }

  absl::Time start() const { return first().start; }
  absl::Time end() const;  // of the run that ends last

  // Sums over the runs. An optional sum is absent if it is not known of each run.
  absl::Duration runtime() const;
  absl::Duration task_runtime() const;  // of one task: without the other rounds of an array
  KilowattHours energy() const;
  GramsCo2e gross() const;
  std::optional<GramsCo2e> consequential() const;
  std::optional<GramsCo2e> net() const;
  std::optional<GramsCo2e> embodied() const;

  // Mean over the runs, weighted by their energy.
  GramsPerKilowattHour intensity() const;

  // What to book, for each run that has a hold.
  BookedRuns Booked() const;

 private:
  Runs runs_;
};

// Whether both start in the same pools at the same times.
bool HaveSameRuns(const Plan& a, const Plan& b);

}  // namespace carbon

#endif  // CORE_DECISION_PLAN_H_
