// The bookings that the plugin had at a moment, put together from its log: each decision that has
// something to book makes one, and its "booking" record ends it. The pauses of users after bookings
// without a job are followed too (core/cluster/ledger.h): during a user's pause her bookings count
// for her own jobs only. Pure; for one log, read in order.
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

// Whether a booking that ended like this kept capacity from others for nothing: it expired, or its
// job waits and uses nothing.
bool IsForNothing(const BookingEvent& event);

class PastBookings {
 public:
  // Each with the records of one life of the plugin (RecordId::boot), in the order of the log. A
  // plugin that is loaded anew has no bookings. Returns the booking as Of() does; absent if the
  // decision made none.
  std::optional<Booking> Add(const PlacementRecord& decision);
  // A look at the queue showed its job. A shadow booking stays; others end with a record of their
  // own.
  void NoteJob(const std::string& decision_id, uint32_t job_id);
  // A look at `now` ended it. `was_for_nothing` says that it kept capacity from others for nothing
  // (IsForNothing).
  void End(const std::string& decision_id, bool was_for_nothing, absl::Time now);

  // In the order in which they were made. A booking that does not count for others, because of its
  // user's pause, gets the nice value that has the same effect in a ledger (Booking::is_nice).
  std::vector<Booking> Of(const std::string& boot) const;

 private:
  // As BookingLedger::User has it.
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
