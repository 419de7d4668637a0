#include "scarbond/delay_watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/decision/watch.h"
#include "core/record/event_records.h"
#include "spdlog/spdlog.h"
#include "store/boot_id.h"
#include "store/file.h"
#include "store/restored_jobs_file.h"

namespace carbon {
namespace {

// Records beyond this are dropped while the log cannot be written. scarbond's own log has them.
constexpr size_t kMaxWaitingBytes = 1 << 20;

}  // namespace

DelayWatch::DelayWatch(ClusterSource* cluster) : cluster_(cluster), boot_(DrawBootId()) {}

// An operator of Slurm may move a job to a partition that its user may not use. So partitions are
// left out that are for groups which the user is not in.
JobRestore DelayWatch::WithoutOthersGroups(JobRestore restore) const {
  const size_t asked_for = restore.partitions.size() - (restore.pool_is_behind ? 1 : 0);
  const auto end = restore.partitions.begin() + static_cast<std::ptrdiff_t>(asked_for);
  const auto left_out =
      std::remove_if(restore.partitions.begin(), end, [&](const std::string& partition) {
        const PartitionRules* rules = cluster_->admission().FindPartition(partition);
        if (rules == nullptr || !rules->allow_groups.has_value() || restore.user_id == 0) {
          return false;
        }
        return !cluster_->IsInAnyGroup(restore.user_id, *rules->allow_groups).value_or(true);
      });
  restore.partitions.erase(left_out, end);
  return restore;
}

std::vector<WatchedJob> DelayWatch::NoteObstacles(std::vector<WatchedJob> jobs, absl::Time now) {
  std::map<uint32_t, Obstacle> seen;
  for (WatchedJob& job : jobs) {
    if (!job.obstacle.has_value()) continue;
    const auto before = obstacles_.find(job.job_id);
    const bool is_same = before != obstacles_.end() && before->second.kind == job.obstacle->kind;
    job.obstacle->since = is_same ? std::min(before->second.since, now) : now;
    seen[job.job_id] = *job.obstacle;
  }
  obstacles_ = std::move(seen);
  return jobs;
}

void DelayWatch::Load(const std::string& snapshot_folder) {
  absl::StatusOr<std::vector<RestoredJob>> jobs =
      ReadRestoredJobs(RestoredJobsPath(snapshot_folder));
  if (jobs.ok()) {
    restored_ = RestoredJobs(*std::move(jobs));
  } else {
    spdlog::warn("{}; which jobs were restored is not known, some may be once more",
                 std::string(jobs.status().message()));
  }
  restored_folder_ = snapshot_folder;
}

std::vector<JobRestore> DelayWatch::Allowed(std::vector<JobRestore> found) {
  std::vector<JobRestore> allowed;
  for (JobRestore& job : found) {
    JobRestore restore = WithoutOthersGroups(std::move(job));
    if (restore.partitions.size() > (restore.pool_is_behind ? 1 : 0)) {
      allowed.push_back(std::move(restore));
      continue;
    }
    const std::string why =
        absl::StrCat("job ", restore.job_id, ": its user may not use its home partition");
    if (std::exchange(failed_[restore.job_id], why) != why) spdlog::warn("{}", why);
  }
  return allowed;
}

std::optional<absl::Time> DelayWatch::Act(const ClusterLook& look, const Config& config,
                                          absl::Time now, absl::Duration period) {
  if (!look.may_update) {
    if (std::exchange(said_may_not_, look.why_not_update) != look.why_not_update) {
      spdlog::warn("{}", look.why_not_update);
    }
    return std::nullopt;
  }
  if (!said_may_not_.empty()) spdlog::info("may restore jobs: watching over those that wait");
  said_may_not_.clear();
  // If it is not known which jobs were placed, it does not show which were restored either.
  if (look.may_watch) {
    for (const RestoredJob& job : restored_.Note(look.restored)) {
      spdlog::info("job {}: {}: was restored to {}", job.restore.job_id, job.restore.reason,
                   absl::StrJoin(job.restore.partitions, ","));
      Record(job.restore, job.asked_at, "");
    }
  }
  const std::vector<JobRestore> found =
      Allowed(FindRestores(NoteObstacles(look.watched, now), look.lasting(), cluster_->admission(),
                           config.placement, now, period));
  for (const JobRestore& restore : found) restored_.Ask(restore, now);
  WriteRestored(config.daemon.paths.snapshot, look.slurm_user);
  bool did_all = look.may_watch, is_answered = true;
  for (const JobRestore& restore : found) {
    // If slurmctld does not answer about one job, the next would wait as long. They can wait for
    // the next look instead.
    if (!is_answered) {
      restored_.Refused(restore);
      continue;
    }
    const absl::Status status = Restore(restore, now);
    did_all &= !absl::IsPermissionDenied(status) && !absl::IsUnavailable(status);
    is_answered = !absl::IsUnavailable(status);
  }
  std::erase_if(failed_, [&look](const auto& failed) {
    return std::none_of(look.watched.begin(), look.watched.end(),
                        [&](const WatchedJob& job) { return job.job_id == failed.first; });
  });
  WriteRecords(config.daemon.paths.log);
  WriteRestored(config.daemon.paths.snapshot, look.slurm_user);
  if (!did_all) return std::nullopt;
  return look.capacity.taken_at;
}

absl::Status DelayWatch::Restore(const JobRestore& restore, absl::Time now) {
  const absl::Status status = cluster_->RestoreJob(restore);
  const std::string why(status.message());
  if (status.ok()) {
    failed_.erase(restore.job_id);
    spdlog::info("job {}: {}: restored to {}", restore.job_id, restore.reason,
                 absl::StrJoin(restore.partitions, ","));
    Record(restore, now, "");
    restored_.Done(restore);
    return status;
  }
  // If there was no answer, the next look shows whether the job was restored.
  if (!absl::IsUnavailable(status)) restored_.Refused(restore);
  if (absl::IsFailedPrecondition(status)) {
    spdlog::debug("{}", why);
  } else if (std::exchange(failed_[restore.job_id], why) != why) {
    spdlog::error("{}: cannot restore it: {}", restore.reason, why);
    Record(restore, now, why);
  }
  return status;
}

void DelayWatch::Record(const JobRestore& restore, absl::Time now, const std::string& error) {
  ++sequence_;  // a record that is dropped leaves a gap
  if (lines_.size() > kMaxWaitingBytes) return;
  const std::string line =
      chain_.Link(WriteRecord(ReturnRecord{{{boot_, sequence_}, now}, restore, error}));
  lines_ += line;
  chain_.Advance(line);
}

void DelayWatch::WriteRecords(const std::string& path) {
  if (lines_.empty()) return;
  // The plugin creates the file, as slurmctld's user. It could not open a file that we created.
  if (log_ == nullptr || log_->path() != path) {
    log_ = std::make_unique<AppendFile>(path, AppendFile::IfMissing::kFail);
  }
  const std::string trouble(log_->Append(&lines_).message());
  if (!trouble.empty() && trouble != log_trouble_) spdlog::error("placement log: {}", trouble);
  log_trouble_ = trouble;
}

void DelayWatch::WriteRestored(const std::string& snapshot_folder, uint32_t slurm_user) {
  if (restored_folder_ == snapshot_folder && restored_version_ == restored_.version()) return;
  const std::string path = RestoredJobsPath(snapshot_folder);
  const absl::Status written =
      WriteRestoredJobs(path, restored_.All(), FileAccess::OwnerAlone(slurm_user));
  // The message is not compared: it names a temporary file, another one each time.
  const std::string trouble =
      written.ok() ? "" : absl::StrCat(path, " ", absl::StatusCodeToString(written.code()));
  if (trouble != restored_trouble_) {
    if (written.ok()) {
      spdlog::info("restored jobs: written again");
    } else {
      spdlog::error("restored jobs: {}", std::string(written.message()));
    }
  }
  restored_trouble_ = trouble;
  if (!written.ok()) return;
  restored_folder_ = snapshot_folder;
  restored_version_ = restored_.version();
}

}  // namespace carbon
