#include "cli/report/sums/job_listing.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/decision/decision_id.h"
#include "core/outcome/estimated.h"
#include "core/outcome/known.h"

namespace carbon {
namespace {

// What orders look at. The rest of a job is made only if it may be listed.
ReportJob KeyOf(const JudgedDecision& judged) {
  ReportJob key;
  key.home = judged.decision.home()->gross;
  key.run = judged.run()->gross;
  key.delay = judged.added_wait;
  if (judged.outcome == nullptr) return key;
  const EmissionOutcome& emission = judged.outcome->attributional;
  if (!emission.saved.has_value()) return key;
  key.actual = ReportJob::Actual{.home = emission.at_home->value,
                                 .run = emission.actual->value,
                                 .saved = emission.saved->value};
  return key;
}

absl::Duration DelayOf(const ReportJob& job) { return job.delay.value_or(absl::ZeroDuration()); }

}  // namespace

ReportJob JobOf(const JudgedDecision& judged) {
  const DecisionSummary& summary = judged.summary();
  ReportJob job = KeyOf(judged);
  job.id = DecisionId(summary.id);
  job.job_id = judged.decision.job_id;
  job.submitted = summary.time;
  job.user_id = summary.user_id;
  job.account = summary.account;
  job.name = summary.job_name;
  job.home_site = judged.decision.home()->site;
  job.site = judged.run()->site;
  if (!judged.is_given_back && summary.saving.has_value() &&
      std::isfinite(summary.saving->share_low) && std::isfinite(summary.saving->share_high)) {
    job.saved_low = job.home * summary.saving->share_low;
    job.saved_high = job.home * summary.saving->share_high;
  }
  if (job.actual.has_value()) {
    const JobOutcome& outcome = *judged.outcome;
    job.actual->saved_low = outcome.attributional.saved->low();
    job.actual->saved_high = outcome.attributional.saved->high();
    job.actual->is_measured =
        outcome.energy.has_value() && outcome.energy->method == EnergyMethod::kMeasured;
  }
  job.harms = judged.harms;
  return job;
}

bool SavesMore(const ReportJob& a, const ReportJob& b) { return a.saved() > b.saved(); }
bool SavedMore(const ReportJob& a, const ReportJob& b) { return a.actual->saved > b.actual->saved; }
bool IsWorse(const ReportJob& a, const ReportJob& b) {
  return std::tuple(a.saved(), -DelayOf(a)) < std::tuple(b.saved(), -DelayOf(b));
}
bool WasWorse(const ReportJob& a, const ReportJob& b) {
  return std::tuple(a.actual->saved, -DelayOf(a)) < std::tuple(b.actual->saved, -DelayOf(b));
}

void JobListing::Add(const JudgedDecision& judged) {
  if (size_ == 0) return;
  if (jobs_.size() == size_) {
    if (!before_(KeyOf(judged), jobs_.back())) return;
    jobs_.pop_back();
  }
  ReportJob job = JobOf(judged);
  jobs_.insert(std::upper_bound(jobs_.begin(), jobs_.end(), job, before_), std::move(job));
}

}  // namespace carbon
