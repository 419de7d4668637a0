#include "core/ledger.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace carbon {
namespace {

// What the ledger's digest adds up. FNV-1a over everything that a booking changes in a calendar.
uint64_t HashBooking(const Booking& booking) {
  uint64_t hash = 0xcbf29ce484222325;
  std::string text = absl::StrCat(booking.decision_id, "|", booking.group, "|",
                                  absl::ToUnixSeconds(booking.when.start), "|",
                                  absl::ToUnixSeconds(booking.when.end));
  for (const auto what : kDimensions) absl::StrAppend(&text, "|", booking.amount.*what);
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

LedgerBase::LedgerBase(const CapacityState& capacity)
    : taken_at(capacity.taken_at), calendars(capacity.groups, capacity.uses) {
  for (const QueuedUse& use : capacity.uses) {
    if (!use.decision_id.empty()) jobs.emplace(use.decision_id, use.job_id);
  }
}

std::vector<BookingEvent> BookingLedger::Rebase(LedgerBase&& base, absl::Time now) {
  std::swap(calendars_, base.calendars);
  std::vector<BookingEvent> events;
  std::map<std::string, Booking> held;
  digest_ = 0;
  for (auto& [id, booking] : bookings_) {
    const auto job = base.jobs.find(id);
    const bool is_new = booking.job_id == 0 && job != base.jobs.end();
    if (is_new) booking.job_id = job->second;
    if (booking.when.end <= now) {
      events.push_back({id, BookingFate::kEnded, booking.job_id});
    } else if (!booking.shadow && booking.job_id != 0) {
      events.push_back({id, BookingFate::kConfirmed, booking.job_id});
    } else if (booking.job_id == 0 && booking.made_at + kGrace < base.taken_at) {
      events.push_back({id, BookingFate::kExpired, 0});
    } else {
      if (is_new) events.push_back({id, BookingFate::kSeen, booking.job_id});
      held.emplace(id, std::move(booking));
    }
  }
  bookings_.clear();
  for (const auto& [id, booking] : held) Book(booking);
  return events;
}

void BookingLedger::Book(const Booking& booking) {
  if (!bookings_.emplace(booking.decision_id, booking).second) return;
  digest_ += HashBooking(booking);
  calendars_.Book(booking.group, booking.when, booking.amount);
}

std::string BookingLedger::digest() const {
  return absl::StrCat(absl::Hex(digest_, absl::kZeroPad16));
}

}  // namespace carbon
