// The mark that a decision leaves in the job's admin_comment, and how it is read back. Besides the
// log it is all that is known about a placed job. Pure.
#ifndef CORE_DECISION_ADMIN_COMMENT_H_
#define CORE_DECISION_ADMIN_COMMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/decision/decision.h"
#include "core/decision/decision_id.h"
#include "core/decision/seal.h"
#include "core/job/job.h"

namespace carbon {

// The id alone in shadow, and of a job that is exempt by lot; otherwise in enforce the figures too:
// "carbon:id=…,pool=oslo,start=2026-11-24T02:00:00+01:00,co2e=14.2kg,home=38.4kg,saving=63%".
// Times are in `zone` and name their offset. A plan of several runs has "pool" and "start" once for
// each run, in order; the figures are of the whole plan. A job that is placed also gets what it had
// asked for: ",from=frankfurt|lyon"; ",begin=…" if it named its earliest start; and
// ",limit=10h,longer=15h" if it gets a longer time limit, with ",least=8h" if it named its least
// (--time-min). Last come ",made=2026-11-24T01:29:58+01:00,seal=…": the time of the decision, and
// the cluster's seal (core/decision/seal.h) on everything before it. This is version 2; version 1
// had neither. Older releases appended ",returned=2026-11-24T01:30:00+01:00" when they restored the
// job. core/decision/restored_jobs.h knows which jobs this release restored.
std::string AdminComment(const RecordId& id, const JobRequest& job, const Decision& decision,
                         absl::Time now, absl::TimeZone zone, const Seal& seal);

// The id in an admin_comment that AdminComment wrote, sealed or not, or empty.
std::string DecisionIdInComment(absl::string_view admin_comment);

// One run of a plan: where and when the job is to start.
struct PromisedRun {
  std::string pool;
  absl::Time start;

  friend bool operator==(const PromisedRun&, const PromisedRun&) = default;
};

// Where and when a placed job is to run, and what it had asked for.
struct Promise {
  std::string decision_id;
  std::vector<PromisedRun> runs;    // at least one, by start
  std::vector<std::string> from;    // partitions
  std::optional<absl::Time> begin;  // the earliest start
  // The time limit of one task that it had asked for, and the longer one that it was given instead;
  // and --time-min, if that was made longer too. Absent: it keeps what it had asked for.
  std::optional<absl::Duration> limit;
  std::optional<absl::Duration> longer;
  std::optional<absl::Duration> time_min;

  friend bool operator==(const Promise&, const Promise&) = default;
};

// The run that a job waits for that may start from `begin` on: the one planned for then, or else
// the last one that has been due by `now`, or else the first.
const PromisedRun& RunAwaited(const Promise& promise, absl::Time begin, absl::Time now);

// What the plugin wrote into a job's admin_comment.
struct CarbonMark {
  std::string decision_id;
  absl::Time made_at;      // InfinitePast in version 1
  bool is_sealed = false;  // version 1 has no seal: anybody may have written it
  std::optional<Promise>
      promise;  // absent: it promises nothing, or an older release restored the job
};

// The marks of an admin_comment.
struct MarksFound {
  // Those that this cluster has sealed for the user, the last first. If there are none, the first
  // without a seal. There may be several, because others may have been copied there: a PromiseBook
  // says which of them is about the job.
  std::vector<CarbonMark> marks;
  bool has_other_seal = false;  // there is one with a wrong seal
};

// If `seal` is nullptr, every seal is wrong. Only the last kMaxMarks seals are looked at.
inline constexpr int kMaxMarks = 64;
MarksFound ReadMarks(absl::string_view admin_comment, uint32_t user_id, const Seal* seal);

}  // namespace carbon

#endif  // CORE_DECISION_ADMIN_COMMENT_H_
