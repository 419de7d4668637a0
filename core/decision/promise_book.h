// Remembers which job each of our decisions was about. The plugin decides before the job has an id,
// so the mark in its AdminComment (core/decision/admin_comment.h) cannot name it, and it may be
// copied into another job of the same user. A mark counts only for the job that was submitted when
// it was made. It never counts for another, not even when that job is gone.
//
// Pure; not thread-safe.
#ifndef CORE_DECISION_PROMISE_BOOK_H_
#define CORE_DECISION_PROMISE_BOOK_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/decision/admin_comment.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// A job with a mark, in any state.
struct MarkedJob {
  uint32_t job_id = 0;
  uint32_t array_job_id = 0;  // 0: it is not a task of an array
  absl::Time submitted;
  CarbonMark mark;
};

class PromiseBook {
 public:
  // How much earlier and later than the plugin's decision the job's record in slurmctld may be.
  // Both have the time of slurmctld's clock.
  static constexpr absl::Duration kLead = absl::Seconds(2);
  static constexpr absl::Duration kLag = absl::Minutes(10);

  // Takes over what an earlier process knew, from the last look that it published. Otherwise jobs
  // that were requeued since would be unknown, because they have another time of submission.
  void Restore(const CapacityState& capacity);

  // Takes a look at all jobs of the queue that have a mark. If several could be a decision's job,
  // it is the one submitted first, and among those the one with the lowest id. A mark without a
  // seal counts for jobs submitted before the cluster had a key, at `sealed_since`.
  void Note(const std::vector<MarkedJob>& jobs, absl::Time sealed_since, absl::Time now);

  // Whether the decision was about the job.
  bool IsAbout(const MarkedJob& job) const;

  // How many marks of the last look do not count.
  int64_t ignored() const { return ignored_; }

 private:
  struct Entry {
    uint32_t job_id;
    absl::Time made_at;
    bool is_sealed;
    absl::Time submitted;
  };
  std::map<std::string, Entry> jobs_;       // by decision; of an array, its own id
  std::map<std::string, uint32_t> before_;  // what was restored, until the first look
  int64_t ignored_ = 0;
};

}  // namespace carbon

#endif  // CORE_DECISION_PROMISE_BOOK_H_
