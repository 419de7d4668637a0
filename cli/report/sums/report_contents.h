// What `scarbon report` says of a period: sums over the decisions of the placement log. Plain data;
// its writers are in cli/report/forms and cli/report/page.
//
// "At home" is what the jobs would have done without carbon, "as run" what they were to do: the
// chosen plan if it was carried out, otherwise home. A decision in shadow and a job that was given
// back run at home. A decision whose job never was in the queue, never ran, or left its plan does
// not count (WhyNotCounted). Whatever is not known of a job is in no sum, and each sum says of how
// many jobs it is.
#ifndef CLI_REPORT_SUMS_REPORT_CONTENTS_H_
#define CLI_REPORT_SUMS_REPORT_CONTENTS_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/log/logged_decision.h"
#include "cli/report/sums/added_waits.h"
#include "cli/report/sums/harm.h"
#include "cli/report/sums/job_listing.h"
#include "cli/report/sums/predicted_sums.h"
#include "cli/report/sums/report_actuals.h"
#include "cli/report/sums/timeline.h"
#include "core/base/quantities.h"
#include "core/outcome/outcome_totals.h"

namespace carbon {

struct ReportCounts {
  int64_t decisions = 0, placed = 0, carried_out = 0, in_shadow = 0, kept_home = 0, left_alone = 0;
  int64_t opted_out = 0, given_back = 0;
  int64_t exempt = 0;  // kept at home by lot, although their policy would have changed them
  int64_t not_counted = 0;
  int64_t harmed = 0;   // jobs, each once
  int64_t undated = 0;  // decisions whose record has no time: they are not in the timeline
};

// " (2 of them exempt by lot)"; empty if there are none.
std::string ExemptText(const ReportCounts& counts);

struct ReportGroup {
  std::vector<std::string> names;  // one for each field of Report::group_fields
  ReportCounts counts;
  PredictedSums sums;
  AddedWaits waits;
  std::optional<OutcomeTotals> actuals;
};

// What runs at a site, in the zone of its grid. A job with several runs counts at their sites
// together: "oslo,lyon".
struct ReportSite {
  std::string site, zone;
  int64_t home_jobs = 0, run_jobs = 0;
  KilowattHours home_energy, run_energy;
  GramsCo2e home_emission, run_emission;
};

// The jobs that begin in an hour of the day.
struct ReportHour {
  KilowattHours home_energy, run_energy;
  GramsCo2e home_emission, run_emission;
};

// How far jobs that have ended ran from what was predicted for them.
struct ReportRuntimes {
  int64_t known = 0;    // jobs of which accounting knows
  int64_t unknown = 0;  // jobs with a plan that accounting does not know
  int64_t ended = 0;
  // Of those that have ended: the predicted emission, and the same times the share of the predicted
  // time that they ran.
  GramsCo2e predicted, ran;
};

// What enforcing the decisions in shadow would have done.
struct ReportShadow {
  PredictedSums sums;  // "as run" is the chosen plan
  AddedWaits waits;
  int64_t emit_more = 0;
  std::vector<ReportGroup> accounts;  // the largest saving first
};

struct Report {
  absl::Time made_at;
  absl::TimeZone time_zone;
  std::string log;
  absl::Time from = absl::InfinitePast(), to = absl::InfiniteFuture();     // as asked for
  absl::Time first = absl::InfiniteFuture(), last = absl::InfinitePast();  // of the decisions
  std::vector<std::string> filters;                                        // "account ml,bio"
  std::vector<std::string> group_fields;

  ReportCounts counts;
  std::map<NotCounted, int64_t> not_counted;
  PredictedSums sums;
  TimeStep step = TimeStep::kDay;
  std::vector<ReportBucket> timeline;  // in order; without empty ones
  std::vector<ReportGroup> groups;     // the largest saving first
  std::vector<ReportSite> sites;       // the cleanest first
  std::array<ReportHour, 24> hours;    // by the hour of the start, in `time_zone`
  AddedWaits waits;
  std::array<int64_t, kHarms> harms{};        // decisions, by what is wrong; one may have several
  std::map<std::string, int64_t> left_alone;  // by reason
  std::vector<ReportJob> best, worst;         // by the predicted saving
  ReportRuntimes runtimes;
  std::optional<ReportShadow> shadow;
  std::optional<ReportActuals> actuals;
  std::vector<std::string> warnings;  // what was missing or damaged
};

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_REPORT_CONTENTS_H_
