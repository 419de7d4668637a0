#include "cli/statement/job_decisions.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/explain/search.h"
#include "core/decision/decision_id.h"
#include "core/record/log_entry.h"
#include "store/placement_log.h"

namespace carbon {
namespace {

// The decisions that may be about one of the jobs: of its user, and made when it was submitted.
class DecisionCollector {
 public:
  explicit DecisionCollector(const AccountedRuns& accounted) {
    for (const auto& [job_id, runs] : accounted) {
      ids_.insert(job_id);
      for (const AccountedRun& run : runs) {
        users_.insert(run.user_id);
        first_ = std::min(first_, run.run.submitted);
        last_ = std::max(last_, run.run.submitted);
      }
    }
  }

  void Visit(const LogEntry& entry) {
    if (const auto* record = std::get_if<PlacementRecord>(&entry)) {
      // A little more than JobSubmittedWith() allows.
      if (!users_.contains(record->job.user_id) || record->time < first_ - absl::Hours(1) ||
          record->time > last_ + absl::Hours(1)) {
        return;
      }
      JobDecision& decision = decisions_[DecisionId(record->id)];
      decision.decided = SummaryOf(*record);
      decision.snapshot = record->snapshot;
      decision.saving = record->decision.saving;
      decision.consequential_saving = record->decision.consequential_saving;
      return;
    }
    if (const std::optional<NamedJob> named = JobNamedIn(entry)) {
      if (ids_.contains(named->job_id)) jobs_.emplace(named->decision_id, named->job_id);
    }
    if (const auto* restored = std::get_if<ReturnRecord>(&entry)) {
      if (restored->error.empty()) restored_.insert(restored->given_back.decision_id);
    }
  }

  // By job. The log names the job of a decision, also before the decision itself.
  JobDecisions Take() {
    JobDecisions by_job;
    for (const auto& [id, job_id] : jobs_) {
      const auto found = decisions_.find(id);
      if (found == decisions_.end()) continue;
      found->second.job_id = job_id;
      found->second.was_restored = restored_.contains(id);
      by_job.emplace(job_id, std::move(found->second));
    }
    return by_job;
  }

 private:
  std::set<int64_t> ids_;
  std::set<uint32_t> users_;
  absl::Time first_ = absl::InfiniteFuture(), last_ = absl::InfinitePast();
  std::map<std::string, JobDecision> decisions_;  // by id
  std::map<std::string, uint32_t> jobs_;          // by decision
  std::set<std::string> restored_;
};

}  // namespace

absl::StatusOr<JobDecisions> ReadJobDecisions(
    const AccountedRuns& accounted, const std::vector<std::string>& logs, bool must_have_logs,
    const std::function<void(const std::string&)>& complain) {
  DecisionCollector collector(accounted);
  SequencesByBoot sequences;
  for (const std::string& path : logs) {
    const absl::Status read = ReadPlacementLog(
        path, &sequences, [&](const LogEntry& entry, absl::string_view) { collector.Visit(entry); },
        complain);
    if (read.ok()) continue;
    if (must_have_logs) return read;
    complain(
        absl::StrCat(read.message(),
                     absl::IsPermissionDenied(read) ? "; only root and SlurmUser may read it" : "",
                     ": the runs are accounted without its decisions"));
  }
  return collector.Take();
}

}  // namespace carbon
