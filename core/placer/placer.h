// Places jobs: decides, guards the decision, books its capacity, and says what Slurm is asked for
// and what is recorded. The plugin adds only locks, threads and files, so a replay that uses a
// Placer does what the plugin did.
//
// A decision is a function of the job, the snapshot, the bookings, the circumstances and the time.
// Pure: no clock, no disk. Not thread-safe.
//
//   Placer placer(boot, {});
//   LedgerBase base(snapshot->capacity());
//   placer.Adopt(snapshot, &base, now);
//   Submission submission = placer.Submit(job, {}, now);
//   Verdict verdict = VerdictOf(job, submission, now, zone, seal);
#ifndef CORE_PLACER_PLACER_H_
#define CORE_PLACER_PLACER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/cluster/ledger.h"
#include "core/decision/circumstances.h"
#include "core/decision/decision.h"
#include "core/decision/decision_id.h"
#include "core/decision/decision_reason.h"
#include "core/decision/seal.h"
#include "core/job/job.h"
#include "core/placer/record_budget.h"
#include "core/record/record.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// Why decisions may not rest on this snapshot now; absent: they may.
std::optional<DecisionReason> WhyNotUsable(const Snapshot& snapshot, absl::Time in_charge_since,
                                           absl::Time now);

// What is asked of Slurm for the job: the first run of its plan.
struct Verdict {
  bool apply = false;                        // set begin, partition and time limit as follows
  absl::Time begin = absl::InfinitePast();   // InfinitePast: leave as it is
  std::string partition;                     // empty: leave as it is
  std::optional<absl::Duration> time_limit;  // whole minutes; absent: leave as it is
  std::optional<absl::Duration> time_min;
  std::string admin_comment;  // empty: leave as it is
  std::string message;        // for the user; empty: none
};

struct Submission {
  Decision decision;
  // Identifies the record of the submission. Absent where there is no record, because no policy is
  // about the job or its user has filled a share of the log; the job then passes unchanged.
  std::optional<RecordId> id;
  std::string ledger_digest;  // of the bookings that counted
  Circumstances circumstances;
};

// What a decision with that id takes of the cluster: the runs of its plan. Absent: nothing.
std::optional<Booking> BookingOf(const RecordId& id, const JobRequest& job,
                                 const Decision& decision, absl::Time made_at);

// What is logged about a submission that has an id.
PlacementRecord RecordOf(const JobRequest& job, Submission submission, const Manifest& manifest,
                         absl::Time now);

// In shadow mode the verdict has the decision's id only, by which the decision is joined later with
// what the job did. Without an id it has the message for the user only.
Verdict VerdictOf(const JobRequest& job, const Submission& submission, absl::Time now,
                  absl::TimeZone zone, const Seal& seal);
// The same without admin_comment and message, which nobody reads in a replay: cheaper.
Verdict ChangesOf(const JobRequest& job, const Submission& submission, absl::Time now);

class Placer {
 public:
  // The function that decides; tests replace it by one that fails.
  using DecideFunction = Decision (*)(const JobRequest&, const Snapshot&, const BookingLedger&,
                                      absl::Time, std::optional<double> draw);

  // `boot` is the first half of all ids.
  Placer(std::string boot, RecordBudget::Options budget, DecideFunction decide = &Decide)
      : boot_(std::move(boot)), budget_(budget), decide_(decide) {}

  // From now on decisions rest on `snapshot`. `base` is made from its capacity, ahead of time
  // because that takes long; nullptr: the look at the queue is the same as before. Returns what
  // became of the bookings. The base before it is left in `base`, because freeing it takes long
  // too.
  std::vector<BookingEvent> Adopt(std::shared_ptr<const Snapshot> snapshot, LedgerBase* base,
                                  absl::Time now);
  // The same for a look that differs little from the one before.
  std::vector<BookingEvent> Adopt(std::shared_ptr<const Snapshot> snapshot,
                                  const LedgerUpdate& update, absl::Time now);
  // Takes over bookings that were made before, as the log has them. After Adopt.
  void Resume(const std::vector<Booking>& bookings);
  // Forgets the snapshot. Bookings are kept.
  void Drop() { snapshot_ = nullptr; }
  // nullptr: there is none, and Submit() must not be called.
  const std::shared_ptr<const Snapshot>& snapshot() const { return snapshot_; }

  // Throws what `decide` throws, and then books and numbers nothing. The submission has the draw
  // only if it said into which arm the job goes.
  Submission Submit(const JobRequest& job, const Circumstances& circumstances, absl::Time now);

  // The id of the next record, which is of another kind.
  RecordId NextId() { return {boot_, ++sequence_}; }
  // The id that Submit() or NextId() will give next.
  RecordId ComingId() const { return {boot_, sequence_ + 1}; }
  RecordBudget& budget() { return budget_; }

 private:
  std::string boot_;
  RecordBudget budget_;
  DecideFunction decide_;
  std::shared_ptr<const Snapshot> snapshot_;
  BookingLedger ledger_;
  uint64_t sequence_ = 0;
};

}  // namespace carbon

#endif  // CORE_PLACER_PLACER_H_
