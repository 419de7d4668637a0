#include "core/placer/placer.h"

#include <utility>

#include "core/decision/admin_comment.h"
#include "core/reason/reason.h"
#include "core/record/record_chain.h"
#include "core/record/user_message.h"

namespace carbon {
namespace {

// An older snapshot says nothing about the queue any more, and one from the future says that a
// clock is wrong.
constexpr absl::Duration kMaxSnapshotAge = absl::Minutes(10);
constexpr absl::Duration kMaxSnapshotLead = absl::Minutes(5);

// Keeps of a decision only what is recorded if it may not be carried out.
void LeaveAlone(DecisionReason reason, Decision* decision) {
  Decision left;
  left.reason = std::move(reason);
  left.policy = std::move(decision->policy);
  left.mode = decision->mode;
  left.hints = std::move(decision->hints);
  *decision = std::move(left);
}

}  // namespace

std::optional<DecisionReason> WhyNotUsable(const Snapshot& snapshot, absl::Time in_charge_since,
                                           absl::Time now) {
  const absl::Duration age = now - snapshot.manifest().published_at;
  if (age > kMaxSnapshotAge) {
    return DecisionReason{Reason::kSnapshotOld, MinutesOff{absl::ToInt64Minutes(age),
                                                           absl::ToInt64Minutes(kMaxSnapshotAge)}};
  }
  if (-age > kMaxSnapshotLead) {
    return DecisionReason{
        Reason::kSnapshotFuture,
        MinutesOff{absl::ToInt64Minutes(-age), absl::ToInt64Minutes(kMaxSnapshotLead)}};
  }
  // Both are known to the second only. A time in the future is of a clock that was set back.
  if (in_charge_since <= now && snapshot.capacity().taken_at <= in_charge_since) {
    return DecisionReason{Reason::kNoLookYet, {}};
  }
  return std::nullopt;
}

std::vector<BookingEvent> Placer::Adopt(std::shared_ptr<const Snapshot> snapshot, LedgerBase* base,
                                        absl::Time now) {
  snapshot_ = std::move(snapshot);
  if (base == nullptr) return {};
  return ledger_.Rebase(std::move(*base), now);
}

std::vector<BookingEvent> Placer::Adopt(std::shared_ptr<const Snapshot> snapshot,
                                        const LedgerUpdate& update, absl::Time now) {
  snapshot_ = std::move(snapshot);
  return ledger_.Rebase(update, now);
}

void Placer::Resume(const std::vector<Booking>& bookings) {
  for (const Booking& booking : bookings) ledger_.Book(booking);
}

Submission Placer::Submit(const JobRequest& job, const Circumstances& circumstances,
                          absl::Time now) {
  ledger_.ViewAs(job.user_id, job.nice > 0);
  // Made in place: a decision has two kilobytes.
  Submission submission{.decision = decide_(job, *snapshot_, ledger_, now, circumstances.draw),
                        .id = std::nullopt,
                        .ledger_digest = ledger_.digest(),
                        .circumstances = circumstances};
  Decision& decision = submission.decision;
  std::optional<DecisionReason> unusable =
      WhyNotUsable(*snapshot_, circumstances.in_charge_since, now);
  if (!unusable.has_value() && !circumstances.log_error.empty()) {
    unusable = DecisionReason{Reason::kLogUnwritable, InWords{circumstances.log_error}};
  }
  if (unusable.has_value() && !decision.bad_hint) {
    LeaveAlone(*std::move(unusable), &decision);
  }
  if (!decision.trial.has_value()) submission.circumstances.draw.reset();
  // Jobs that no policy is about would only fill the log.
  if (decision.mode == Mode::kOff && !decision.bad_hint) return submission;
  const auto kind = decision.outcome == Outcome::kLeftAlone ? RecordBudget::Kind::kLeftAlone
                                                            : RecordBudget::Kind::kDecision;
  const size_t bytes =
      DecisionRecordBytes(job, decision, submission.circumstances) + RecordChain::kLinkBytes;
  if (!budget_.Take(job.user_id, kind, bytes, now)) {
    // No decision without a trace.
    if (!decision.bad_hint) LeaveAlone({Reason::kLogShareUsed, {}}, &decision);
    return submission;
  }
  submission.id = NextId();
  if (const auto booking = BookingOf(*submission.id, job, decision, now)) ledger_.Book(*booking);
  return submission;
}

std::optional<Booking> BookingOf(const RecordId& id, const JobRequest& job,
                                 const Decision& decision, absl::Time made_at) {
  if (decision.outcome == Outcome::kLeftAlone || !decision.chosen.has_value()) return std::nullopt;
  BookedRuns runs = decision.chosen->Booked();
  if (runs.empty()) return std::nullopt;
  // A job that stays at home is where the queue will show it.
  const bool is_shadow = decision.mode == Mode::kShadow && decision.outcome == Outcome::kPlaced;
  return Booking{.decision_id = DecisionId(id),
                 .runs = std::move(runs),
                 .made_at = made_at,
                 .shadow = is_shadow,
                 .user_id = job.user_id,
                 .is_nice = job.nice > 0};
}

PlacementRecord RecordOf(const JobRequest& job, Submission submission, const Manifest& manifest,
                         absl::Time now) {
  PlacementRecord record;
  record.id = *std::move(submission.id);
  record.time = now;
  record.job = job;
  record.decision = std::move(submission.decision);
  record.snapshot = manifest;
  record.ledger_digest = std::move(submission.ledger_digest);
  record.circumstances = std::move(submission.circumstances);
  return record;
}

Verdict ChangesOf(const JobRequest& job, const Submission& submission, absl::Time now) {
  const Decision& decision = submission.decision;
  Verdict verdict;
  if (!submission.id.has_value() || decision.mode != Mode::kEnforce ||
      decision.outcome != Outcome::kPlaced || !decision.chosen.has_value() ||
      !decision.home.has_value()) {
    return verdict;
  }
  // Slurm takes one begin time, one partition and one time limit with a submission: those of the
  // plan's first run.
  const PlannedRun &first = decision.chosen->first(), &home = decision.home->first();
  verdict.apply = true;
  if (first.start > now) verdict.begin = first.start;
  // Of several partitions named, Slurm would take the one that has room first.
  if (first.partition() != home.partition() || job.partitions.size() > 1) {
    verdict.partition = first.partition();
  }
  if (HasNewTimeLimit(decision)) {
    verdict.time_limit = first.time_limit;
    verdict.time_min = first.time_min;
  }
  return verdict;
}

Verdict VerdictOf(const JobRequest& job, const Submission& submission, absl::Time now,
                  absl::TimeZone zone, const Seal& seal) {
  const Decision& decision = submission.decision;
  Verdict verdict = ChangesOf(job, submission, now);
  verdict.message = UserMessage(decision, now, zone);
  if (submission.id.has_value() && decision.outcome != Outcome::kLeftAlone) {
    verdict.admin_comment = AdminComment(*submission.id, job, decision, now, zone, seal);
  }
  return verdict;
}

}  // namespace carbon
