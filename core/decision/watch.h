// The watch over placed jobs. begin_time reserves nothing: a job that waits for its planned start
// may find its nodes busy, drained or down. FindRestores() says which jobs are to be restored: each
// gets what it had asked for, before it is too late. Pure; scarbond carries it out.
#ifndef CORE_DECISION_WATCH_H_
#define CORE_DECISION_WATCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/admission/admission.h"
#include "core/config/placement_config.h"
#include "core/decision/admin_comment.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// What keeps a job from starting in its partition though its turn has come, and might not do so in
// another partition. These are not obstacles: holds, dependencies, other jobs, and limits of
// associations, which are taken to apply in every partition.
struct Obstacle {
  enum class Kind {
    kNodeLimit,    // of the partition
    kTimeLimit,    // of the partition
    kMemoryLimit,  // of the partition
    kAccess,       // the partition does not admit the job
    kQosLimit,     // of the partition's QOS or of the job's
    kConstraints,  // no node of the partition is what the job asks for
  };
  Kind kind;
  std::optional<LimitKind> limit;             // of kQosLimit; absent: Slurm does not say which
  absl::Time since = absl::InfiniteFuture();  // the first look that showed it
  // What the limit counts: "cpu", or "gres/" for any of those; empty: nothing, or it is not known.
  std::string tres = {};
};

// A job in the queue that waits for a run of its promise.
struct WatchedJob {
  uint32_t job_id = 0;
  uint32_t newest_task = 0;  // of an array: the highest job id that one of its tasks has; else 0
  Promise promise;
  std::string partition;  // now, in Slurm's words
  absl::Time begin;       // now
  bool was_requeued = false;
  std::optional<absl::Time> deadline;
  absl::Duration limit;  // of one task
  int64_t nodes = 0;
  bool is_nice = false;  // its nice value is above zero
  std::optional<Obstacle> obstacle;
  // As the policies match them.
  uint32_t user_id = 0;
  std::string account;
  std::string qos;
};

// What a job gets back.
struct JobRestore {
  uint32_t job_id = 0;
  uint32_t newest_task = 0;  // as in WatchedJob
  uint32_t user_id = 0;
  std::string decision_id;
  std::string pool;                             // of the run that it waits for
  std::string placed_in;                        // the pool's partition
  absl::Time planned;                           // the run's start
  std::string reason;                           // one of the fixed phrases in watch.cc
  std::optional<absl::Time> latest_safe_start;  // absent without a deadline
  std::optional<absl::Time> expected_start;  // in the pool as things stand; absent: none in sight
  // Those it had asked for, followed by the pool's if that is up: Slurm takes the one that starts
  // it first.
  std::vector<std::string> partitions;
  bool pool_is_behind = false;  // the last of them is the pool's
  absl::Time begin;             // now, or the earliest start that it had asked for
  // Its time limit and least time as asked, if they were made longer for its pool's hardware and
  // still are. The pool is then not among the partitions: the limit would be too short there.
  std::optional<absl::Duration> limit;
  std::optional<absl::Duration> time_min;
};

// The jobs to restore, by job id. `capacity` is a look at the queue that shows them, without
// outages that may last only for moments: the caller knows how long each has lasted
// (core/cluster/outages.h). `period` is the time until the next look. Each run of a promise is
// judged while the job waits for it (RunAwaited).
//
// No start is planned later than deadline - the time that the job holds its nodes, their wake-up
// time included - the policy's margin. Half of the margin is for Slurm to start it there; the other
// half is home's, so the latest safe start is half a margin later. A job with a deadline is
// restored as soon as its pool is down in `capacity`, or has no room for it before its latest safe
// start, and in any case when that is only two periods away. One without a deadline is restored
// when its planned start has come within kNotice and its pool is down, or would start it later than
// home by more than kPatience. What somebody changed since it was placed, its partition or a begin
// that is yet to come, is theirs: that job is not touched.
//
// No job gets what its user could not have had: no partition that `admission` shows to
// keep that user, account or QOS out, but not those where it is; and where its time limit was made
// longer, none whose limit is lower than what it had asked for, or is not known. Where nothing is
// left, the job stays where it was placed. That a partition is for other groups is for the caller
// to find out.
//
// With or without a deadline, a job is restored when an obstacle has lasted for kObstacleLasts,
// when the next look would come more than a minute after the obstacle was first seen, or when the
// latest safe start is two periods away, unless `admission` shows that the job meets the same
// obstacle at home. `capacity` need not show a job that Slurm holds for its obstacle.
std::vector<JobRestore> FindRestores(const std::vector<WatchedJob>& jobs,
                                     const CapacityState& capacity, const AdmissionRules& admission,
                                     const PlacementConfig& config, absl::Time now,
                                     absl::Duration period);

inline constexpr absl::Duration kObstacleLasts = absl::Seconds(30);
inline constexpr absl::Duration kNotice = absl::Minutes(10);
inline constexpr absl::Duration kPatience = absl::Minutes(5);

// Whether the watch is believed to be alive at `now`: then a job with a deadline may be delayed.
bool IsWatched(const CapacityState& capacity, absl::Time now);

}  // namespace carbon

#endif  // CORE_DECISION_WATCH_H_
