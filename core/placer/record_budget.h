// How much of the placement log each user may fill: a number of bytes at once, which become free
// again evenly over a day. A record without room is withheld: it is counted, but not written.
//
// Records of jobs that carbon left alone may use only half of that, so that they give way first:
// nothing that is computed from the log needs them. A job must pass unchanged if its decision has
// no room. So every placed job has its record, whoever fills the log, and no other user's records
// are lost.
//
// Root has no bound: it can fill the disk anyway. A will-run (sbatch --test-only) looks like a
// submission, and counts like one.
//
// Bounded in memory: the users beyond Options::max_users share one budget. Pure; reads no clock.
// Not thread-safe.
#ifndef CORE_PLACER_RECORD_BUDGET_H_
#define CORE_PLACER_RECORD_BUDGET_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "absl/time/time.h"
#include "core/record/record.h"

namespace carbon {

class RecordBudget {
 public:
  struct Options {
    // About 12,000 decisions of the common size, 5 KiB: more than a user submits in a day without
    // arrays, and at most 23 GB a year of a user who fills the log on purpose.
    int64_t bytes = 64 << 20;
    absl::Duration refill = absl::Hours(24);  // from nothing to all of it
    size_t max_users = 4096;
    // How long records are withheld before that is reported.
    absl::Duration tell_after = absl::Minutes(1);
  };
  enum class Kind { kDecision, kLeftAlone };

  explicit RecordBudget(Options options) : options_(options) {}

  // Takes the room for a record of `bytes`. False: there is too little, and the record counts as
  // withheld.
  bool Take(uint32_t user_id, Kind kind, size_t bytes, absl::Time now);

  // What was withheld and not reported before, one for each user, in order of user: kDue only if
  // the first is older than Options::tell_after.
  enum class Which { kDue, kAll };
  std::vector<WithheldRecords> TakeWithheld(Which which, absl::Time now);

  // All since the beginning.
  uint64_t withheld() const { return withheld_; }

 private:
  struct Share {
    // When all of it is free again. The later that is, the less is free now.
    absl::Time full_at = absl::InfinitePast();
    WithheldRecords withheld;  // its user_id is set when it is reported
  };

  Share& ShareOf(uint32_t user_id, absl::Time now);

  Options options_;
  std::map<uint32_t, Share> shares_;
  Share others_;
  absl::Time swept_at_ = absl::InfinitePast();
  uint64_t withheld_ = 0;
};

}  // namespace carbon

#endif  // CORE_PLACER_RECORD_BUDGET_H_
