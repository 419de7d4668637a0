// Finds one decision in a placement log, what happened to it later, and the bookings that counted
// for it. Pure; for one log, given in order.
//
//   Search search("3f9c21aa04d7be15-42");
//   search.Visit(entry, line);  // for each record of the files
//   if (search.found().has_value()) Show(*search.found());
#ifndef CLI_EXPLAIN_SEARCH_H_
#define CLI_EXPLAIN_SEARCH_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "cli/explain/past_bookings.h"
#include "core/cluster/ledger.h"
#include "core/record/log_entry.h"

namespace carbon {

// One decision, and everything that is needed to make it again.
struct FoundDecision {
  PlacementRecord record;
  std::string line;  // its line in the log
  std::vector<Booking> bookings;
  std::optional<uint32_t> job_id;
  std::optional<ReturnRecord> returned;
  std::optional<BookingFate> fate;  // of its booking; absent: not in the log
  bool is_alone = true;             // no other record has its id
  uint64_t first_sequence = 0;      // of this start of the plugin, in the files that were read
};

class Search {
 public:
  // `id` is the decision's id, as DecisionId() writes it.
  explicit Search(std::string id) : id_(std::move(id)) {}

  void Visit(const LogEntry& entry, absl::string_view line);

  // Absent if the log does not have the decision, or if its record cannot be read.
  const std::optional<FoundDecision>& found() const { return found_; }
  // Why the decision's own record cannot be read. Empty: it can, or it is not in the log.
  const std::string& fault() const { return fault_; }
  // A decision whose record cannot be read and which may have had a booking. Empty: all can be
  // read.
  const std::string& unreadable() const { return unreadable_; }

 private:
  void VisitRecord(const PlacementRecord& record, absl::string_view line);
  void VisitRecord(const BookingRecord& record, absl::string_view line);
  void VisitRecord(const ReturnRecord& record, absl::string_view line);
  // Other kinds of records are not about one decision.
  void VisitRecord(const RecordHead& record, absl::string_view line);

  std::string id_;
  PastBookings bookings_;
  std::map<std::string, uint64_t> first_;  // the first sequence number of each boot
  std::optional<FoundDecision> found_;
  std::string fault_;
  std::string unreadable_;
};

// The job and the decision that a record connects.
struct NamedJob {
  uint32_t job_id;
  std::string decision_id;
};
// Returns nullopt if the record names no job.
std::optional<NamedJob> JobNamedIn(const LogEntry& entry);

}  // namespace carbon

#endif  // CLI_EXPLAIN_SEARCH_H_
