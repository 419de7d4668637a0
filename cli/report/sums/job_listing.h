// The best and the worst jobs of a report. Pure.
#ifndef CLI_REPORT_SUMS_JOB_LISTING_H_
#define CLI_REPORT_SUMS_JOB_LISTING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "cli/report/sums/harm.h"
#include "cli/report/sums/judged_decision.h"
#include "core/base/quantities.h"

namespace carbon {

// A job that was placed, as the lists of the best and worst show it.
struct ReportJob {
  struct Actual {
    GramsCo2e home, run, saved, saved_low, saved_high;
    bool is_measured = false;  // its energy
  };

  std::string id;
  std::optional<uint32_t> job_id;
  absl::Time submitted = absl::InfinitePast();
  uint32_t user_id = 0;
  std::string account, name;
  std::string home_site, site;
  std::optional<absl::Duration> delay;
  // Of the plan that took effect, as predicted. NaN: not known.
  GramsCo2e home, run;
  std::optional<GramsCo2e> saved_low, saved_high;
  std::optional<Actual> actual;
  std::vector<Harm> harms;

  GramsCo2e saved() const { return home - run; }
};

// The decision must have a plan.
ReportJob JobOf(const JudgedDecision& judged);

// Orders of jobs. By the predicted saving; and by the actual one, which must be known.
bool SavesMore(const ReportJob& a, const ReportJob& b);
bool SavedMore(const ReportJob& a, const ReportJob& b);
// Of two jobs with the same saving, the one with the longer wait is worse.
bool IsWorse(const ReportJob& a, const ReportJob& b);
bool WasWorse(const ReportJob& a, const ReportJob& b);

// Keeps the first jobs of an order. Jobs that are equal stay in the order in which they came.
class JobListing {
 public:
  using Before = bool (*)(const ReportJob&, const ReportJob&);
  JobListing(size_t size, Before before) : size_(size), before_(before) {}

  void Add(const JudgedDecision& judged);
  std::vector<ReportJob> Finish() { return std::move(jobs_); }

 private:
  size_t size_;
  Before before_;
  std::vector<ReportJob> jobs_;
};

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_JOB_LISTING_H_
