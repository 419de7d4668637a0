#include "plugin/client/watched_jobs.h"

#include <errno.h>
#include <slurm/slurm_errno.h>

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "plugin/client/slurm_client.h"
#include "plugin/words/slurm_release.h"

namespace carbon {
namespace {

absl::string_view Text(const char* text) { return text == nullptr ? "" : text; }

// A slurmctld without associations looks one up for the new partition and finds none. It then
// answers with the errno that was left in its thread: EAGAIN of a socket, at random, in up to 18 of
// 30 updates (seen on 24.11 and 26.05). In this case it changed nothing. A thread may keep such an
// errno for a while: so after this many tries at once there is a pause before each.
constexpr int kTriesAtOnce = 24;
constexpr int kMaxTries = 100;
constexpr absl::Duration kPause = absl::Milliseconds(20);

// Returns whether Slurm's error means that it is too late, rather than that something is wrong.
bool WaitsNoLonger(int error) {
  return error == ESLURM_INVALID_JOB_ID || error == ESLURM_ALREADY_DONE ||
         error == ESLURM_JOB_NOT_PENDING || error == ESLURM_JOB_FINISHED;
}

bool IsBound(const slurm_job_info_t& job) {
  const bool depends = !Text(job.dependency).empty() || job.state_reason == WAIT_DEPENDENCY ||
                       job.state_reason == WAIT_DEP_INVALID;
  return depends || !Text(job.resv_name).empty() || (job.job_state & JOB_REVOKED) != 0;
}

// Whether the update succeeded is not known then: the next round shows it.
bool IsUnanswered(int error) {
  switch (error) {
    case SLURM_COMMUNICATIONS_CONNECTION_ERROR:
    case SLURM_COMMUNICATIONS_SEND_ERROR:
    case SLURM_COMMUNICATIONS_RECEIVE_ERROR:
    case SLURM_COMMUNICATIONS_SHUTDOWN_ERROR:
    case SLURMCTLD_COMMUNICATIONS_CONNECTION_ERROR:
    case SLURMCTLD_COMMUNICATIONS_SEND_ERROR:
    case SLURMCTLD_COMMUNICATIONS_RECEIVE_ERROR:
    case SLURMCTLD_COMMUNICATIONS_SHUTDOWN_ERROR:
    case SLURM_PROTOCOL_SOCKET_IMPL_TIMEOUT:
    case ESLURM_IN_STANDBY_MODE:
      return true;
    default:
      return false;
  }
}

// Slurm's scheduler sets the priority of a job that no node of its partition can run to 0, with
// this reason. Any update of the job undoes that (_update_job() of every release). A hold by a
// person has a reason of its own, unless the job was already held in this way.
bool IsHeldForObstacle(const slurm_job_info_t& job) {
  return job.priority == 0 && job.state_reason == FAIL_BAD_CONSTRAINTS && !IsBound(job);
}

// Slurm stores a list of partitions in an order of its own.
std::set<absl::string_view> Names(absl::string_view list) { return absl::StrSplit(list, ','); }

// Returns whether the job is in the state that the update should reach. With some errors, such as a
// partition that cannot start the job now, slurmctld has changed the job and only explains why it
// will not start yet.
bool IsRestored(const JobRestore& restore, const std::string& partitions) {
  job_info_msg_t* reply = nullptr;
  if (LoadJob(&reply, restore.job_id, SHOW_ALL) != SLURM_SUCCESS) return false;
  bool is_restored = false;
  for (uint32_t i = 0; i < reply->record_count; ++i) {
    const slurm_job_info_t& job = reply->job_array[i];
    const bool has_limit =
        !restore.limit.has_value() || job.time_limit == absl::ToInt64Minutes(*restore.limit);
    const bool has_begin = job.eligible_time <= absl::ToTimeT(restore.begin) + 1;
    const bool waits = (job.job_state & JOB_STATE_BASE) == JOB_PENDING;
    is_restored |=
        JobIdOf(job) == restore.job_id &&
        (!waits || (Names(Text(job.partition)) == Names(partitions) && has_begin && has_limit));
  }
  slurm_free_job_info_msg(reply);
  return is_restored;
}

absl::Status Update(const JobRestore& restore, std::string partitions) {
  job_desc_msg_t update;
  slurm_init_job_desc_msg(&update);
  SetJobId(&update, restore.job_id);
  update.begin_time = absl::ToTimeT(restore.begin);
  update.partition = partitions.data();
  if (restore.limit.has_value()) {
    update.time_limit = static_cast<uint32_t>(absl::ToInt64Minutes(*restore.limit));
    if (restore.time_min.has_value()) {
      update.time_min = static_cast<uint32_t>(absl::ToInt64Minutes(*restore.time_min));
    }
  }
  int error = EAGAIN;
  for (int tries = 0; tries < kMaxTries && error == EAGAIN; ++tries) {
    if (tries >= kTriesAtOnce) absl::SleepFor(kPause);
    errno = 0;
    if (slurm_update_job(&update) == SLURM_SUCCESS) return absl::OkStatus();
    error = errno;
  }
  const std::string why =
      absl::StrCat("job ", restore.job_id, " to ", partitions, ": ", slurm_strerror(error));
  if (WaitsNoLonger(error)) return absl::FailedPreconditionError(why);
  if (error == ESLURM_ACCESS_DENIED || error == ESLURM_USER_ID_MISSING) {
    return absl::PermissionDeniedError(why);
  }
  if (error == EAGAIN || IsUnanswered(error)) return absl::UnavailableError(why);
  if (IsRestored(restore, partitions)) return absl::OkStatus();
  return absl::InternalError(why);
}

}  // namespace

bool IsInLine(const slurm_job_info_t& job) { return job.priority != 0 && !IsBound(job); }

std::optional<WatchedJob> ReadWatchedJob(const slurm_job_info_t& job, const CarbonMark& mark,
                                         absl::Duration limit) {
  if ((job.job_state & JOB_STATE_BASE) != JOB_PENDING || (job.job_state & JOB_COMPLETING) != 0) {
    return std::nullopt;
  }
  std::optional<Obstacle> obstacle = ObstacleOf(job.state_reason);
  if (!IsInLine(job) && !IsHeldForObstacle(job)) return std::nullopt;
  if (!mark.promise.has_value()) return std::nullopt;
  WatchedJob watched;
  watched.job_id = JobIdOf(job);
  watched.promise = *mark.promise;
  watched.partition = std::string(Text(job.partition));
  watched.begin = absl::FromTimeT(job.eligible_time);
  watched.was_requeued = job.restart_cnt > 0;
  if (job.deadline != 0 && job.deadline != static_cast<time_t>(NO_VAL)) {
    watched.deadline = absl::FromTimeT(job.deadline);
  }
  watched.limit = limit;
  watched.nodes = job.num_nodes;
  watched.is_nice = IsNice(job);
  watched.obstacle = std::move(obstacle);
  watched.user_id = job.user_id;
  watched.account = std::string(Text(job.account));
  watched.qos = std::string(Text(job.qos));
  return watched;
}

MarkedJobState ReadMarkedJobState(const slurm_job_info_t& job, const CarbonMark& mark,
                                  absl::Duration limit) {
  return {.job_id = JobIdOf(job),
          .decision_id = mark.decision_id,
          .partitions = std::string(Text(job.partition)),
          .begin = absl::FromTimeT(job.eligible_time),
          .limit = limit,
          .waits = (job.job_state & JOB_STATE_BASE) == JOB_PENDING,
          .started = absl::FromTimeT(job.start_time)};
}

absl::Status RestoreJob(const JobRestore& restore) {
  absl::Status status = Update(restore, absl::StrJoin(restore.partitions, ","));
  if (absl::IsInternal(status) && restore.pool_is_behind) {
    std::vector<std::string> asked_for = restore.partitions;
    asked_for.pop_back();
    status = Update(restore, absl::StrJoin(asked_for, ","));
  }
  return status;
}

}  // namespace carbon
