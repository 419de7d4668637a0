// Makes a past decision again from what its record names: the job, the snapshot's parts, the
// bookings and the circumstances. Pure.
#ifndef CLI_EXPLAIN_REPETITION_H_
#define CLI_EXPLAIN_REPETITION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/cluster/ledger.h"
#include "core/record/log_entry.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

struct Repetition {
  enum class Result {
    kSame,       // to the last bit
    kDiffers,    // the log and the computation disagree
    kUndecided,  // not everything that the decision was made from is available
  };
  Result result = Result::kUndecided;
  std::string fact;  // for people: what differs, or what is missing
};

// `line` is the record's line in the log, and `record` what was read from it.
Repetition Repeat(absl::string_view line, const PlacementRecord& record,
                  const std::shared_ptr<const Snapshot>& snapshot,
                  const std::vector<Booking>& bookings);

}  // namespace carbon

#endif  // CLI_EXPLAIN_REPETITION_H_
