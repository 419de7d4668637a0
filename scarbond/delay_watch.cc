#include "scarbond/delay_watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/decision/watch.h"
#include "core/record/event_records.h"
#include "spdlog/spdlog.h"
#include "store/boot_id.h"

namespace carbon {
namespace {

// What cannot be written for so long is in scarbond's own log only.
constexpr size_t kMaxWaitingBytes = 1 << 20;

}  // namespace

DelayWatch::DelayWatch(ClusterSource* cluster) : cluster_(cluster), boot_(DrawBootId()) {}

// Slurm's administrator may put a job where its user may not: partitions for groups that she is in
// none of are left out.
JobReturn DelayWatch::WithoutOthersGroups(JobReturn given_back) const {
  const size_t asked_for = given_back.partitions.size() - (given_back.pool_is_behind ? 1 : 0);
  const auto end = given_back.partitions.begin() + static_cast<std::ptrdiff_t>(asked_for);
  const auto left_out =
      std::remove_if(given_back.partitions.begin(), end, [&](const std::string& partition) {
        const PartitionRules* rules = cluster_->admission().FindPartition(partition);
        if (rules == nullptr || !rules->allow_groups.has_value() || given_back.user_id == 0) {
          return false;
        }
        return !cluster_->IsInAnyGroup(given_back.user_id, *rules->allow_groups).value_or(true);
      });
  given_back.partitions.erase(left_out, end);
  return given_back;
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

std::optional<absl::Time> DelayWatch::Act(const ClusterLook& look, const Config& config,
                                          absl::Time now, absl::Duration period) {
  if (!look.may_update) {
    if (!std::exchange(said_may_not_, true)) {
      spdlog::warn(
          "not root and not SlurmUser: cannot watch over delayed jobs, so that none with a "
          "deadline is delayed");
    }
    return std::nullopt;
  }
  bool did_all = look.may_watch;
  for (const JobReturn& given_back :
       FindReturns(NoteObstacles(look.watched, now), look.lasting(), cluster_->admission(),
                   config.placement, now, period)) {
    const absl::Status status = Carry(WithoutOthersGroups(given_back), now);
    did_all &= !absl::IsPermissionDenied(status) && !absl::IsUnavailable(status);
    // Who does not answer about one job keeps us waiting as long about the next; that has time.
    if (absl::IsUnavailable(status)) break;
  }
  std::erase_if(failed_, [&look](const auto& failed) {
    return std::none_of(look.watched.begin(), look.watched.end(),
                        [&](const WatchedJob& job) { return job.job_id == failed.first; });
  });
  WriteRecords(config.daemon.paths.log);
  if (!did_all) return std::nullopt;
  return look.capacity.taken_at;
}

absl::Status DelayWatch::Carry(const JobReturn& given_back, absl::Time now) {
  const bool has_home = given_back.partitions.size() > (given_back.pool_is_behind ? 1 : 0);
  if (!has_home) {
    const std::string why = absl::StrCat("job ", given_back.job_id, ": its user may not have home");
    if (std::exchange(failed_[given_back.job_id], why) != why) spdlog::warn("{}", why);
    return absl::FailedPreconditionError(why);
  }
  const absl::Status status = cluster_->GiveBack(given_back, now);
  const std::string why(status.message());
  if (status.ok()) {
    failed_.erase(given_back.job_id);
    spdlog::info("job {}: {}: given back to {}", given_back.job_id, given_back.reason,
                 absl::StrJoin(given_back.partitions, ","));
    Record(given_back, now, "");
  } else if (absl::IsFailedPrecondition(status)) {
    spdlog::debug("{}", why);
  } else if (std::exchange(failed_[given_back.job_id], why) != why) {
    spdlog::error("{}: cannot give it back: {}", given_back.reason, why);
    Record(given_back, now, why);
  }
  return status;
}

void DelayWatch::Record(const JobReturn& given_back, absl::Time now, const std::string& error) {
  ++sequence_;  // one that is dropped leaves a gap
  if (lines_.size() > kMaxWaitingBytes) return;
  const std::string line =
      chain_.Link(WriteRecord(ReturnRecord{{{boot_, sequence_}, now}, given_back, error}));
  lines_ += line;
  chain_.Advance(line);
}

void DelayWatch::WriteRecords(const std::string& path) {
  if (lines_.empty()) return;
  // The plugin creates the file, as slurmctld's user: one that we created would be closed to it.
  if (log_ == nullptr || log_->path() != path) {
    log_ = std::make_unique<AppendFile>(path, AppendFile::IfMissing::kFail);
  }
  const std::string trouble(log_->Append(&lines_).message());
  if (!trouble.empty() && trouble != log_trouble_) spdlog::error("placement log: {}", trouble);
  log_trouble_ = trouble;
}

}  // namespace carbon
