#include "core/decision/promise_book.h"

#include <algorithm>
#include <tuple>

namespace carbon {
namespace {

// All tasks of an array are one submission.
uint32_t SubmissionOf(const MarkedJob& job) {
  return job.array_job_id != 0 ? job.array_job_id : job.job_id;
}

// Whether the job can be the one that the mark was made for.
bool FitsItsTime(const MarkedJob& job, absl::Time sealed_since) {
  if (!job.mark.is_sealed) return job.submitted <= sealed_since;
  return job.submitted >= job.mark.made_at - PromiseBook::kLead &&
         job.submitted <= job.mark.made_at + PromiseBook::kLag;
}

}  // namespace

void PromiseBook::Restore(const CapacityState& capacity) {
  for (const QueuedUse& use : capacity.uses) {
    if (!use.decision_id.empty()) before_.emplace(use.decision_id, use.job_id);
  }
}

void PromiseBook::Note(const std::vector<MarkedJob>& jobs, absl::Time sealed_since,
                       absl::Time now) {
  std::vector<const MarkedJob*> in_order;
  std::set<std::string> shown;
  for (const MarkedJob& job : jobs) {
    in_order.push_back(&job);
    shown.insert(job.mark.decision_id);
  }
  std::sort(in_order.begin(), in_order.end(), [](const MarkedJob* a, const MarkedJob* b) {
    return std::tuple(a->submitted, SubmissionOf(*a)) < std::tuple(b->submitted, SubmissionOf(*b));
  });
  const auto enter = [this](const MarkedJob& job) {
    jobs_.try_emplace(job.mark.decision_id, Entry{SubmissionOf(job), job.mark.made_at,
                                                  job.mark.is_sealed, job.submitted});
  };
  // Marks without a seal that counted before there was a key.
  std::erase_if(jobs_, [&](const auto& entry) {
    return !entry.second.is_sealed && entry.second.submitted > sealed_since;
  });
  for (const MarkedJob& job : jobs) {
    const auto known = before_.find(job.mark.decision_id);
    if (known != before_.end() && known->second == job.job_id) enter(job);
  }
  for (const MarkedJob* job : in_order) {
    if (FitsItsTime(*job, sealed_since)) enter(*job);
  }
  before_.clear();
  ignored_ =
      std::count_if(jobs.begin(), jobs.end(), [this](const auto& job) { return !IsAbout(job); });
  // A job that is gone is remembered as long as a copy could still pass for it.
  std::erase_if(jobs_, [&](const auto& entry) {
    return !shown.contains(entry.first) && entry.second.made_at + kLag + kLead < now;
  });
}

bool PromiseBook::IsAbout(const MarkedJob& job) const {
  const auto found = jobs_.find(job.mark.decision_id);
  return found != jobs_.end() && found->second.job_id == SubmissionOf(job);
}

}  // namespace carbon
