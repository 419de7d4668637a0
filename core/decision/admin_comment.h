// What a decision leaves in the queue, in the job's admin_comment, and how it is read back: it is
// all that anybody but the log knows of a placed job. Pure.
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

// The id alone in shadow; in enforce the figures too:
// "carbon:id=…,pool=oslo,start=2026-11-24T02:00:00+01:00,co2e=14.2kg,home=38.4kg,saving=63%".
// Times are in `zone` and name their offset. A job that is placed also gets what it had asked for:
// ",from=frankfurt|lyon"; ",begin=…" where it named its earliest start; and ",limit=10h,longer=15h"
// where it gets a longer time limit, with ",least=8h" where it named its least (--time-min). Last
// ",made=2026-11-24T01:29:58+01:00,seal=…": when that was, and the cluster's seal
// (core/decision/seal.h) on everything before it. This is version 2; version 1 had neither. Older
// releases added ",returned=2026-11-24T01:30:00+01:00" behind it when they restored the job. Which
// jobs this one restored is known from core/decision/restored_jobs.h.
std::string AdminComment(const RecordId& id, const JobRequest& job, const Decision& decision,
                         absl::Time now, absl::TimeZone zone, const Seal& seal);

// The id in an admin_comment that AdminComment wrote, sealed or not, or empty.
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
  // Those that this cluster has sealed for the user, the last first; without such, the first
  // without a seal. Others may have been copied there, so that there may be several: which of them
  // is about the job is for a PromiseBook to say.
  std::vector<CarbonMark> marks;
  bool has_other_seal = false;  // there is one with a seal that is not right
};

// `seal` nullptr: no seal is right. At most kMaxMarks seals are looked at, the last ones.
inline constexpr int kMaxMarks = 64;
MarksFound ReadMarks(absl::string_view admin_comment, uint32_t user_id, const Seal* seal);

}  // namespace carbon

#endif  // CORE_DECISION_ADMIN_COMMENT_H_
