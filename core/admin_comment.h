// What a decision leaves in the queue, in the job's admin_comment, and how it is read back: it is
// all that anybody but the log knows of a placed job. Pure.
#ifndef CORE_ADMIN_COMMENT_H_
#define CORE_ADMIN_COMMENT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/decision.h"
#include "core/job.h"
#include "core/record.h"

namespace carbon {

// The id alone in shadow; in enforce the figures too:
// "carbon:id=…,pool=oslo,start=2026-11-24T02:00:00+01:00,co2e=14.2kg,home=38.4kg,saving=63%".
// Times are in `zone` and name their offset. A job that is placed also gets what it had asked for:
// ",from=frankfurt|lyon"; ",begin=…" where it named its earliest start; and ",limit=10h,longer=15h"
// where it gets a longer time limit, with ",least=8h" where it named its least (--time-min).
std::string AdminComment(const RecordId& id, const JobRequest& job, const Decision& decision,
                         absl::TimeZone zone);

// The id in an admin_comment that AdminComment wrote, or empty.
std::string DecisionIdInComment(absl::string_view admin_comment);

// Where and when a placed job is to run, and what it had asked for.
struct Promise {
  std::string decision_id;
  std::string pool;
  absl::Time start;
  std::vector<std::string> from;    // partitions
  std::optional<absl::Time> begin;  // the earliest start
  // Of one task, where it was made longer; and --time-min, where that was too.
  std::optional<absl::Duration> limit;
  std::optional<absl::Duration> longer;  // that it was given instead
  std::optional<absl::Duration> time_min;

  friend bool operator==(const Promise&, const Promise&) = default;
};

// Absent where the comment promises nothing, cannot be read, or the job was given back.
std::optional<Promise> PromiseInComment(absl::string_view admin_comment);

// The comment of a job that is given back what it had asked for: its own, and
// ",returned=2026-11-24T01:30:00+01:00" behind the promise.
std::string ReturnedComment(absl::string_view admin_comment, absl::Time now, absl::TimeZone zone);

}  // namespace carbon

#endif  // CORE_ADMIN_COMMENT_H_
