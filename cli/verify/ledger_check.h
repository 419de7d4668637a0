// Compares the bookings that follow from a placement log with those that counted according to its
// decisions (the field "ledger"). It compares a boot's decisions if the boot's first record is
// there, up to the first record that is missing or cannot be read. Pure; for one log, read in
// order.
#ifndef CLI_VERIFY_LEDGER_CHECK_H_
#define CLI_VERIFY_LEDGER_CHECK_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "cli/explain/past_bookings.h"
#include "core/cluster/ledger.h"
#include "core/record/log_entry.h"

namespace carbon {

class LedgerCheck {
 public:
  void Add(const LogEntry& entry);

  struct Counts {
    int64_t same = 0;
    int64_t different = 0;
    int64_t unknown = 0;          // decisions that cannot be compared
    std::string first_different;  // the id of the first
  };
  const Counts& counts() const { return counts_; }

 private:
  // The state of one plugin. Only one writes a log at a time.
  struct Life {
    uint64_t last = 0;  // sequence number
    bool is_known = false;
    bool is_stale = true;  // the ledger must be made again
    absl::Time taken_at;   // of the look at the queue for which it was made
    BookingLedger ledger;
  };

  void AddEvent(const BookingEvent& event, absl::Time time);
  void AddDecision(const PlacementRecord& decision);

  PastBookings bookings_;
  std::string boot_;
  Life life_;
  Counts counts_;
};

}  // namespace carbon

#endif  // CLI_VERIFY_LEDGER_CHECK_H_
