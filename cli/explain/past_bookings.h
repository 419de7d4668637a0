// Rebuilds from the plugin's log the bookings that the plugin had at a moment. Each decision that
// has something to book makes one, and its "booking" record ends it. It also follows the pauses of
// users after bookings without a job (core/cluster/ledger.h): during a pause, a user's bookings
// count only for the user's own jobs. Pure; for one log, read in order.
#ifndef CLI_EXPLAIN_PAST_BOOKINGS_H_
#define CLI_EXPLAIN_PAST_BOOKINGS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/cluster/ledger.h"
#include "core/record/log_entry.h"

namespace carbon {

// Returns true if a booking with this end blocked capacity for nothing: it expired, or its job
// waits and uses nothing.
bool IsForNothing(const BookingEvent& event);

class PastBookings {
 public:
  // Adds a decision. Bookings are kept by RecordId::boot, one start of the plugin, and come in the
  // order of the log. A plugin that is loaded again has no bookings. Returns the booking as Of()
  // returns it. Absent: the decision made none.
  std::optional<Booking> Add(const PlacementRecord& decision);
  // Notes that a look at the queue showed the booking's job. A shadow booking stays; a record of
  // its own ends any other.
  void NoteJob(const std::string& decision_id, uint32_t job_id);
  // Ends a booking at the look of `now`. `was_for_nothing` says that it blocked capacity for
  // nothing (IsForNothing).
  void End(const std::string& decision_id, bool was_for_nothing, absl::Time now);

  // Returns the bookings in the order in which they were made. A booking that does not count for
  // other users, because of its user's pause, gets a nice value, which has the same effect in a
  // ledger (Booking::is_nice).
  std::vector<Booking> Of(const std::string& boot) const;

 private:
  // The same as in BookingLedger::User.
  struct Pause {
    absl::Time until = absl::InfinitePast();
    absl::Duration length;
  };
  struct Life {
    std::map<uint64_t, Booking> bookings;  // by the sequence number of the decision
    std::map<uint32_t, Pause> pauses;      // by user
  };

  static Booking AsItCounts(const Life& life, const Booking& booking);

  std::map<std::string, Life> by_boot_;
};

}  // namespace carbon

#endif  // CLI_EXPLAIN_PAST_BOOKINGS_H_
