// The booking ledger: the capacity that the last look at the queue showed in use, plus what has
// been decided since and the queue does not show yet. No state of its own survives: it is rebuilt
// from the queue at every new look, and tentative bookings that the queue does not confirm expire
// (a will-run leaves no job behind, and cannot be told from a submission).
//
// Not thread-safe; the caller holds its lock. No I/O.
#ifndef CORE_LEDGER_H_
#define CORE_LEDGER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/capacity.h"
#include "core/group_calendars.h"
#include "core/snapshot.h"

namespace carbon {

struct Booking {
  std::string decision_id;
  std::string group;
  TimeInterval when;
  Resources amount;
  absl::Time made_at;
  // A shadow booking stands for a start that the queue will never show. Once the queue has shown
  // its job, it is kept until it ends, so that a thousand shadow jobs do not all count on the same
  // green hour.
  bool shadow = false;
  uint32_t job_id = 0;  // as the queue showed it at some look; 0: not yet. The ledger's own
};

// kSeen: the queue shows its job, and the booking is held on; the others end it.
enum class BookingFate { kSeen, kConfirmed, kExpired, kEnded };

struct BookingEvent {
  std::string decision_id;
  BookingFate fate;
  uint32_t job_id;  // 0: the queue never showed it
};

// A look at the queue made ready to be the ledger's base. Making it is what takes long, and needs
// no lock.
struct LedgerBase {
  explicit LedgerBase(const CapacityState& capacity);

  absl::Time taken_at;
  GroupCalendars calendars;
  std::map<std::string, uint32_t, std::less<>> jobs;  // by the decision that placed them
};

class BookingLedger {
 public:
  // How long after a booking a look at the queue must have been taken before its silence counts.
  static constexpr absl::Duration kGrace = absl::Seconds(30);

  BookingLedger() = default;

  // Takes a new look at the queue as the base, and leaves the calendars of the one before in it:
  // freeing them takes long as well. Says what became of each tentative booking that is no longer
  // held, or whose job shows for the first time, in order of decision id.
  std::vector<BookingEvent> Rebase(LedgerBase&& base, absl::Time now);

  void Book(const Booking& booking);

  // What the last base showed, and all bookings.
  const GroupCalendars& calendars() const { return calendars_; }

  size_t tentative() const { return bookings_.size(); }

  // Identifies the tentative bookings whatever the order they were made in: the sum modulo 2^64 of
  // a hash of each, in hexadecimal. Empty ledgers give "0000000000000000".
  std::string digest() const;

 private:
  GroupCalendars calendars_;
  std::map<std::string, Booking> bookings_;
  uint64_t digest_ = 0;
};

}  // namespace carbon

#endif  // CORE_LEDGER_H_
