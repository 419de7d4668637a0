// The bookings that the plugin had at a moment, put together from its log: each decision with
// "booked" makes one, and its "booking" record ends it. Pure; for one log, read in order.
#ifndef CLI_EXPLAIN_PAST_BOOKINGS_H_
#define CLI_EXPLAIN_PAST_BOOKINGS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/cluster/ledger.h"
#include "core/record/log_entry.h"

namespace carbon {

class PastBookings {
 public:
  // Each with the records of one life of the plugin (RecordId::boot), in the order of the log. A
  // plugin that is loaded anew has no bookings.
  void Add(const PlacementRecord& decision);
  // A look at the queue showed its job. A shadow booking stays; others end with a record of their
  // own.
  void NoteJob(const std::string& decision_id, uint32_t job_id);
  void End(const std::string& decision_id);

  // In the order in which they were made.
  std::vector<Booking> Of(const std::string& boot) const;

 private:
  // By the sequence number of the decision.
  std::map<std::string, std::map<uint64_t, Booking>> by_boot_;
};

}  // namespace carbon

#endif  // CLI_EXPLAIN_PAST_BOOKINGS_H_
