#include "cli/verify/ledger_check.h"

#include <optional>
#include <variant>

#include "core/cluster/cluster_state.h"

namespace carbon {

void LedgerCheck::Add(const LogEntry& entry) {
  if (std::holds_alternative<ReturnRecord>(entry)) return;  // scarbond's, which makes no bookings
  const RecordHead& head = HeadOf(entry);
  if (head.id.boot != boot_) {
    boot_ = head.id.boot;
    life_ = Life();
    life_.is_known = head.id.sequence == 1;
  } else if (head.id.sequence != life_.last + 1) {
    life_.is_known = false;
  }
  life_.last = head.id.sequence;
  if (!head.fault.empty()) life_.is_known = false;
  if (const auto* booking = std::get_if<BookingRecord>(&entry)) {
    AddEvent(booking->event, head.time);
  } else if (const auto* decision = std::get_if<PlacementRecord>(&entry)) {
    AddDecision(*decision);
  }
}

void LedgerCheck::AddEvent(const BookingEvent& event, absl::Time time) {
  life_.is_stale = true;
  if (event.fate != BookingFate::kSeen) {
    bookings_.End(event.decision_id, IsForNothing(event), time);
  } else if (event.job_id != 0) {
    bookings_.NoteJob(event.decision_id, event.job_id);
  }
}

void LedgerCheck::AddDecision(const PlacementRecord& decision) {
  if (!life_.is_known) {
    ++counts_.unknown;
    return;
  }
  // A look is published with the time at which it was taken, in whole seconds.
  const absl::Time taken_at =
      absl::FromUnixSeconds(absl::ToUnixSeconds(decision.snapshot.published_at));
  if (life_.is_stale || taken_at != life_.taken_at) {
    CapacityState capacity;
    capacity.taken_at = life_.taken_at = taken_at;
    life_.ledger = BookingLedger();
    life_.ledger.Rebase(LedgerBase(capacity), decision.time);
    for (const Booking& booking : bookings_.Of(boot_)) life_.ledger.Book(booking);
    life_.is_stale = false;
  }
  life_.ledger.ViewAs(decision.job.user_id, decision.job.nice > 0);
  if (life_.ledger.digest() == decision.ledger_digest) {
    ++counts_.same;
  } else {
    ++counts_.different;
    if (counts_.first_different.empty()) counts_.first_different = DecisionId(decision.id);
  }
  const std::optional<Booking> booking = bookings_.Add(decision);
  if (booking.has_value()) life_.ledger.Book(*booking);
}

}  // namespace carbon
