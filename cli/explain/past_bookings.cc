#include "cli/explain/past_bookings.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "core/placer/placer.h"

namespace carbon {
namespace {

// Example: "3f9c21aa04d7be15-42" is number 42 of the boot "3f9c21aa04d7be15".
std::string BootOf(const std::string& decision_id) {
  return decision_id.substr(0, decision_id.find('-'));
}
uint64_t SequenceOf(const std::string& decision_id) {
  uint64_t sequence = 0;
  const size_t dash = decision_id.find('-');
  if (dash == std::string::npos || !absl::SimpleAtoi(decision_id.substr(dash + 1), &sequence))
    return 0;
  return sequence;
}

}  // namespace

bool IsForNothing(const BookingEvent& event) {
  return event.fate == BookingFate::kExpired || event.uses_nothing;
}

std::optional<Booking> PastBookings::Add(const PlacementRecord& record) {
  const std::optional<Booking> booking =
      BookingOf(record.id, record.job, record.decision, record.time);
  if (!booking.has_value()) return std::nullopt;
  const uint32_t user_id = record.job.user_id;
  Life& life = by_boot_[record.id.boot];
  // The ledger forgets a pause a day after its end, at the next look that finds no tentative
  // booking of the user. Looks follow each other within seconds.
  if (const auto pause = life.pauses.find(user_id);
      pause != life.pauses.end() && pause->second.until + BookingLedger::kMaxPause < record.time &&
      std::none_of(
          life.bookings.begin(), life.bookings.end(),
          [&](const auto& other) {
            return other.second.user_id == user_id && other.second.job_id == 0;
          })) {
    life.pauses.erase(pause);
  }
  life.bookings[record.id.sequence] = *booking;
  return AsItCounts(life, *booking);
}

void PastBookings::NoteJob(const std::string& decision_id, uint32_t job_id) {
  auto& bookings = by_boot_[BootOf(decision_id)].bookings;
  const auto it = bookings.find(SequenceOf(decision_id));
  if (it != bookings.end()) it->second.job_id = job_id;
}

void PastBookings::End(const std::string& decision_id, bool was_for_nothing, absl::Time now) {
  Life& life = by_boot_[BootOf(decision_id)];
  const auto it = life.bookings.find(SequenceOf(decision_id));
  if (it == life.bookings.end()) return;
  const Booking ended = it->second;
  life.bookings.erase(it);
  if (!was_for_nothing) return;
  Pause& pause = life.pauses[ended.user_id];
  // A booking that was made before or during a pause causes no further pause.
  if (ended.made_at < pause.until) return;
  pause.length = pause.length == absl::ZeroDuration()
                     ? BookingLedger::kFirstPause
                     : std::min(2 * pause.length, BookingLedger::kMaxPause);
  pause.until = now + pause.length;
}

Booking PastBookings::AsItCounts(const Life& life, const Booking& booking) {
  Booking counted = booking;
  const auto pause = life.pauses.find(booking.user_id);
  counted.is_nice |= pause != life.pauses.end() && booking.made_at < pause->second.until;
  return counted;
}

std::vector<Booking> PastBookings::Of(const std::string& boot) const {
  std::vector<Booking> bookings;
  const auto it = by_boot_.find(boot);
  if (it == by_boot_.end()) return bookings;
  for (const auto& [sequence, booking] : it->second.bookings) {
    bookings.push_back(AsItCounts(it->second, booking));
  }
  return bookings;
}

}  // namespace carbon
