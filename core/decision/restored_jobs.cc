#include "core/decision/restored_jobs.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_split.h"

namespace carbon {
namespace {

// Slurm keeps times in seconds, and time limits in minutes.
constexpr absl::Duration kSameTime = absl::Seconds(1);

using Names = std::set<absl::string_view>;

Names AskedFor(const JobRestore& restore) {
  return Names(restore.partitions.begin(),
               restore.partitions.end() - (restore.pool_is_behind ? 1 : 0));
}

// Whether a job that runs or has run was restored before it started. It may have started where and
// when it was placed: then it was not, or that made no difference.
bool StartedAsRestored(const MarkedJobState& job, const JobRestore& restore) {
  return job.started < restore.planned - kSameTime ||
         (job.partitions != restore.placed_in && AskedFor(restore).contains(job.partitions));
}

bool IsAsAskedFor(const MarkedJobState& job, const JobRestore& restore) {
  if (!job.waits) return StartedAsRestored(job, restore);
  const Names has = absl::StrSplit(job.partitions, ',', absl::SkipEmpty());
  // Slurm may not take the pool's partition behind the others.
  const bool has_partitions = has == AskedFor(restore) ||
                              has == Names(restore.partitions.begin(), restore.partitions.end());
  return has_partitions && job.begin <= restore.begin + kSameTime &&
         (!restore.limit.has_value() || job.limit == absl::Floor(*restore.limit, absl::Minutes(1)));
}

}  // namespace

RestoredJobs::RestoredJobs(std::vector<RestoredJob> jobs) {
  for (RestoredJob& job : jobs) {
    Key key(job.restore.decision_id, job.restore.job_id);
    jobs_.insert_or_assign(std::move(key), std::move(job));
  }
}

bool RestoredJobs::Knows(absl::string_view decision_id) const {
  const auto found = jobs_.lower_bound(Key(decision_id, 0));
  return found != jobs_.end() && found->first.first == decision_id;
}

const RestoredJob* RestoredJobs::Find(const MarkedJobState& job) const {
  const auto own = jobs_.find(Key(job.decision_id, job.job_id));
  if (own != jobs_.end()) return &own->second;
  // Slurm gives a task that it splits off an array a new job id, and the rest keeps the old one.
  for (auto it = jobs_.lower_bound(Key(job.decision_id, 0));
       it != jobs_.end() && it->first.first == job.decision_id; ++it) {
    const JobRestore& restore = it->second.restore;
    if (restore.newest_task != 0 && job.job_id > restore.newest_task) return &it->second;
  }
  return nullptr;
}

bool RestoredJobs::IsRestored(const MarkedJobState& job) const {
  const RestoredJob* found = Find(job);
  return found != nullptr && (found->is_done || IsAsAskedFor(job, found->restore));
}

std::vector<RestoredJob> RestoredJobs::Note(const std::vector<MarkedJobState>& jobs) {
  std::set<const RestoredJob*> shown;  // with a job that was restored
  for (const MarkedJobState& job : jobs) {
    const RestoredJob* found = Find(job);
    if (found != nullptr && (found->is_done || IsAsAskedFor(job, found->restore))) {
      shown.insert(found);
    }
  }
  std::vector<RestoredJob> done;
  for (auto it = jobs_.begin(); it != jobs_.end();) {
    if (!shown.contains(&it->second)) {
      it = jobs_.erase(it);
      ++version_;
      continue;
    }
    if (!it->second.is_done) {
      done.push_back(it->second);
      Settle(&it->second);
    }
    ++it;
  }
  return done;
}

void RestoredJobs::Settle(RestoredJob* job) {
  JobRestore kept;
  kept.job_id = job->restore.job_id;
  kept.newest_task = job->restore.newest_task;
  kept.decision_id = job->restore.decision_id;
  *job = {.restore = std::move(kept), .asked_at = job->asked_at, .is_done = true};
  ++version_;
}

void RestoredJobs::Ask(JobRestore restore, absl::Time now) {
  Key key(restore.decision_id, restore.job_id);
  jobs_.insert_or_assign(std::move(key),
                         RestoredJob{.restore = std::move(restore), .asked_at = now});
  ++version_;
}

void RestoredJobs::Done(const JobRestore& restore) {
  const auto found = jobs_.find(Key(restore.decision_id, restore.job_id));
  if (found != jobs_.end()) Settle(&found->second);
}

void RestoredJobs::Refused(const JobRestore& restore) {
  version_ += jobs_.erase(Key(restore.decision_id, restore.job_id));
}

std::vector<RestoredJob> RestoredJobs::All() const {
  std::vector<RestoredJob> all;
  for (const auto& [key, job] : jobs_) all.push_back(job);
  return all;
}

}  // namespace carbon
