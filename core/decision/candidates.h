// How a job would run in each pool: how long, at what power, when it may start there, or why it may
// not run there at all. The step between what is asked and what is optimised. Pure; no I/O.
#ifndef CORE_DECISION_CANDIDATES_H_
#define CORE_DECISION_CANDIDATES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/cluster/capacity.h"
#include "core/cluster/ledger.h"
#include "core/config/policy.h"
#include "core/config/profile.h"
#include "core/decision/job_size.h"
#include "core/decision/placement.h"
#include "core/job/hints.h"
#include "core/job/job.h"
#include "core/reason/reason.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// What all pools have in common for one job. Views what it was made from.
struct JobTerms {
  const JobRequest* job;
  const Policy* policy;
  const Hints* hints;
  const Snapshot::Pool* home;
  // From each partition in which it would have run without us, as far as is known.
  const std::vector<AdmissionProof>* admission;
  absl::Duration limit;     // of one task
  absl::Time earliest;      // no start before it
  absl::Time latest_asked;  // no start after it, by the policy's delay, the user's wait and `now`
};

// The job in one pool. Where nothing fits in time, `option` has neither bounds nor starts; else it
// has bounds, and CompleteStarts computes the starts.
struct PoolRun {
  const Snapshot::Pool* pool;
  PlacementOption option;
  // Drawn throughout the run, PUE included: all of it, and what is more than without the job, where
  // that is known. `option.power` is one of the two.
  Watts power;
  std::optional<Watts> added_power;
  bool speed_matters;  // the runtime follows from the hardware's throughput at `precision`
  Precision precision;
  // The pool for whose hardware the runtime was given and from which it was scaled; nullptr: it was
  // not.
  const Snapshot::Pool* scaled_from;
  int64_t task_units;  // of the hardware's allocation unit, of one task
  double units;        // of all tasks at once, on average over the rounds
  int64_t rounds;      // in which an array's tasks run, one after another
  // Of one task there: longer than asked only on slower hardware, and then to be set. So is its
  // least (--time-min), where the job names one.
  absl::Duration limit;
  std::optional<absl::Duration> time_min;
  // What it needs free: so much at once, and from the start for so long. That is the time that its
  // nodes take to wake up, and the time limit in each round, not the runtime hoped for: Slurm may
  // let the job take all of it.
  Resources amount;
  absl::Duration held;
  // What its nodes are expected to take to wake up: the pool's wake-up time as far as they are
  // asleep now. `power` includes what they draw then, spread over the run.
  absl::Duration wake_up;
};

// The pools of `partition` in which the job may end up if it is sent there, in the config's order:
// Slurm chooses among them.
std::vector<const Snapshot::Pool*> PoolsOpenTo(const Snapshot& snapshot, const JobRequest& job,
                                               absl::string_view partition);

// Whether a job that is sent to the pool's partition may end up on nodes of no pool.
bool MayLeavePool(const JobRequest& job, const Snapshot::Pool& pool);

// Whether it makes no difference in which of the two pools a job runs, but for their capacity.
bool AreAlike(const Snapshot::Pool& a, const Snapshot::Pool& b);

// The time limit that Slurm gives the job in the partition behind `state`: its own, or else the
// partition's default or maximum. Absent where there is none, or nothing is known of the partition.
std::optional<absl::Duration> TimeLimit(const JobRequest& job, const PoolState* state);

// When the job must have started in order to end before its deadline even if it takes all of its
// limit: deadline - held - margin, or the infinite future.
absl::Time LatestSafeStart(const JobTerms& terms, const PoolRun& run);

// Why the job could never start in the pool, whoever submits it; absent: it could.
std::optional<Reason> WhyNotFitting(const JobTerms& terms, const Snapshot::Pool& pool);

// Where the job would have run without us: the same run, at any time, with no regard to deadline,
// delay, admission or when the forecast begins. Returns why it could not: the pool's hardware does
// not describe the job, or no usable forecast does. Absent: `run` is it.
std::optional<Reason> RunAtHome(const JobTerms& terms, const BookingLedger& ledger, absl::Time now,
                                PoolRun* run);

// The job in one pool after another, as a candidate: admitted for certain, allowed by policy and
// hints, and with its starts within time and capacity. What pools of a kind have in common is
// computed for the first of them only. Views what it was made from.
class JobInPools {
 public:
  JobInPools(const JobTerms& terms, const Snapshot& snapshot, const BookingLedger& ledger,
             absl::Time now);

  // Why it is no candidate in `pool`, one of the snapshot's; absent: `run` is it. What `run` was
  // before does not matter, nor what it is where there is a reason.
  std::optional<Reason> RunIn(const Snapshot::Pool& pool, PoolRun* run);

 private:
  // The run but for what the pool's site and forecast have a part in, or why there is none.
  struct InKind {
    // Each of the outer ones is absent until it is asked for.
    std::optional<std::optional<Reason>> misfit;    // WhyNotFitting
    std::optional<std::optional<Reason>> obstacle;  // to the run, anywhere but at home
    PoolRun run{};
  };

  std::optional<Reason> WhyNotProven(const Snapshot::Pool& pool);
  std::optional<Reason> WhyNotSent(const Snapshot::Pool& pool);

  const JobTerms& terms_;
  const Snapshot& snapshot_;
  const BookingLedger& ledger_;
  const absl::Time now_;
  const std::optional<JobUnits> units_at_home_;
  std::vector<InKind> kinds_;                                   // by Snapshot::Pool::kind
  std::vector<std::optional<std::optional<Reason>>> unproven_;  // by Snapshot::Pool::rules_class
};

// Makes the starts of a run that has bounds, unless it has them.
void CompleteStarts(const BookingLedger& ledger, PoolRun* run);

// The first of the run's starts, of which it has one at least.
absl::Time FirstStart(const PoolRun& run);

// The power of the run that `figure` counts; absent where it is not known.
std::optional<Watts> PowerOf(const PoolRun& run, Figure figure);

// What to book for the run if it starts at `start`, one of its starts: `run.amount`, or more for a
// job that spans as many nodes as are free, up to its most (--nodes=2-4). Slurm gives it those, and
// they are not there for others then.
Resources AmountToBook(const JobTerms& terms, const PoolRun& run, const BookingLedger& ledger,
                       absl::Time start);

}  // namespace carbon

#endif  // CORE_DECISION_CANDIDATES_H_
