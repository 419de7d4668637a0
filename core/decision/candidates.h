// How a job would run in each pool: how long, at what power, and when it may start there; or why it
// may not run there at all. This step is between what is asked and what is optimised. Pure; no I/O.
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
#include "core/grid/scenarios.h"
#include "core/job/hints.h"
#include "core/job/job.h"
#include "core/reason/reason.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// The terms of one job, the same in all pools. Views what it was made from.
struct JobTerms {
  const JobRequest* job;
  const Policy* policy;
  const Hints* hints;
  const Snapshot::Pool* home;
  // One from each partition in which it would have run without us, as far as is known.
  const std::vector<AdmissionProof>* admission;
  absl::Duration limit;     // of one task
  absl::Time earliest;      // it may not start before that
  absl::Time latest_asked;  // nor after that, by the policy's delay, the user's wait and `now`
  // How long one task is expected to run at home, learnt from jobs like it; absent: the hints or
  // the limit are used.
  std::optional<absl::Duration> learnt_runtime = std::nullopt;
  // The factor on the learnt runtime in each error scenario; nullptr: the runtime does not err.
  const ErrorScenarios::Draws* runtime_factor = nullptr;
};

// The job in one pool. `option` has bounds, and CompleteStarts computes the starts. It has neither
// if nothing fits in time.
struct PoolRun {
  const Snapshot::Pool* pool;
  PlacementOption option;
  // Drawn throughout the run, PUE included: all of it; and what is drawn in addition because of the
  // job, if that is known. `option.power` is one of the two.
  Watts power;
  std::optional<Watts> added_power;
  bool speed_matters;  // the runtime follows from the hardware's throughput at `precision`
  Precision precision;
  // The pool for whose hardware the runtime was given and from which it was scaled; nullptr: the
  // runtime is not scaled.
  const Snapshot::Pool* scaled_from;
  int64_t task_units;  // of the hardware's allocation unit, of one task
  double units;        // of all tasks at once, on average over the rounds
  int64_t rounds;      // in which an array's tasks run, one after another
  const ErrorScenarios::Draws* runtime_factor = nullptr;  // as in JobTerms
  // Of one task there. It is longer than asked only on slower hardware, and then it is set; so is
  // its least (--time-min), if the job names one.
  absl::Duration limit;
  std::optional<absl::Duration> time_min;
  // What must be free for it, and for how long from the start. That is the time that its nodes take
  // to wake up, and the time limit in each round. It is not the expected runtime, because Slurm may
  // let the job take all of its limit.
  Resources amount;
  absl::Duration held;
  // How long its nodes are expected to take to wake up: the pool's wake-up time times the share
  // that sleeps now. `power` includes what they draw meanwhile, spread over the run.
  absl::Duration wake_up;
};

// The pools of `partition` in which the job may end up if it is sent there, in the config's order:
// Slurm chooses among them.
std::vector<const Snapshot::Pool*> PoolsOpenTo(const Snapshot& snapshot, const JobRequest& job,
                                               absl::string_view partition);

// Whether a job that is sent to the pool's partition may end up on nodes of no pool.
bool MayLeavePool(const JobRequest& job, const Snapshot::Pool& pool);

// Whether the two pools differ only in their capacity.
bool AreAlike(const Snapshot::Pool& a, const Snapshot::Pool& b);

// The time limit that Slurm gives the job in the partition of `state`: its own, or else the
// partition's default or maximum. Absent if there is none, or if the partition is unknown.
std::optional<absl::Duration> TimeLimit(const JobRequest& job, const PoolState* state);

// When the job must have started to end before its deadline even if it takes all of its limit:
// deadline - held - margin; the infinite future without a deadline.
absl::Time LatestSafeStart(const JobTerms& terms, const PoolRun& run);

// Why the job could never start in the pool, for any user; absent: it could.
std::optional<Reason> WhyNotFitting(const JobTerms& terms, const Snapshot::Pool& pool);

// Where the job would have run without us: the same run, at any time, whatever the deadline, the
// delay, the admission and the beginning of the forecast are. Returns why it could not be computed:
// the pool's hardware does not describe the job, or there is no usable forecast. Absent: `run` has
// it.
std::optional<Reason> RunAtHome(const JobTerms& terms, const BookingLedger& ledger, absl::Time now,
                                PoolRun* run);

// The job in one pool after another, as a candidate: certainly admitted, allowed by policy and
// hints, and with its starts within time and capacity. What pools of a kind have in common is
// computed only once. Views what it was made from.
class JobInPools {
 public:
  JobInPools(const JobTerms& terms, const Snapshot& snapshot, const BookingLedger& ledger,
             absl::Time now);

  // Why it is not a candidate in `pool`, which is one of the snapshot's; absent: `run` has the
  // candidate. `run` is overwritten, and is unspecified if there is a reason.
  std::optional<Reason> RunIn(const Snapshot::Pool& pool, PoolRun* run);

 private:
  // Whether something is so, and if not, why: found out when it is first asked for.
  struct Answer {
    bool is_known = false;
    std::optional<Reason> why_not = std::nullopt;  // absent: it is so
  };
  // The run without what depends on the pool's site and forecast.
  struct InKind {
    Answer fits;     // WhyNotFitting
    Answer can_run;  // anywhere except at home: `run` has the run
    PoolRun run{};
  };

  std::optional<Reason> WhyNotProven(const Snapshot::Pool& pool);
  std::optional<Reason> WhyNotSent(const Snapshot::Pool& pool);

  const JobTerms& terms_;
  const Snapshot& snapshot_;
  const BookingLedger& ledger_;
  const absl::Time now_;
  const std::optional<JobUnits> units_at_home_;
  std::vector<InKind> kinds_;     // by Snapshot::Pool::kind
  std::vector<Answer> admitted_;  // by Snapshot::Pool::rules_class
};

// Computes the starts of a run that has bounds, unless it has them already.
void CompleteStarts(const BookingLedger& ledger, PoolRun* run);

// The first of the run's starts. It has at least one.
absl::Time FirstStart(const PoolRun& run);

// The power of the run that `figure` counts; absent: it is not known.
std::optional<Watts> PowerOf(const PoolRun& run, Figure figure);

// What to book for the run if it starts at `start`, one of its starts. That is `run.amount`, or
// more for a job that spans as many nodes as are free, up to its maximum (--nodes=2-4): Slurm gives
// it those, and others cannot have them.
Resources AmountToBook(const JobTerms& terms, const PoolRun& run, const BookingLedger& ledger,
                       absl::Time start);

}  // namespace carbon

#endif  // CORE_DECISION_CANDIDATES_H_
