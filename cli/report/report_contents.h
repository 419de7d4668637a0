// What `scarbon report` says of a period: sums over the decisions of the placement log. Plain data;
// its writers are report_text.h, report_json.h, report_csv.h and report_page.h.
//
// "At home" is what the jobs would have done without carbon, "as run" what they were to do: the
// chosen plan if it was carried out, otherwise home. A decision in shadow and a job that was given
// back run at home. A decision whose job never was in the queue, never ran, or left its plan does
// not count (WhyNotCounted). Whatever is not known of a job is in no sum, and each sum says of how
// many jobs it is.
#ifndef CLI_REPORT_REPORT_CONTENTS_H_
#define CLI_REPORT_REPORT_CONTENTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/log/logged_decision.h"
#include "core/base/quantities.h"
#include "core/outcome/outcome_totals.h"

namespace carbon {

// One figure of jobs, over those of which it is known both at home and as run.
template <class Value>
struct PairSum {
  Value home{}, run{};
  int64_t jobs = 0;

  void Add(const std::optional<Value>& at_home, const std::optional<Value>& as_run) {
    if (!at_home.has_value() || !as_run.has_value()) return;
    home = home + *at_home;
    run = run + *as_run;
    ++jobs;
  }
  void Add(const PairSum& other) {
    home = home + other.home;
    run = run + other.run;
    jobs += other.jobs;
  }
  Value saved() const { return home - run; }
};

// The figures of decisions that count, as they were predicted when the jobs were submitted.
struct PredictedSums {
  int64_t jobs = 0;  // that count and have a plan
  PairSum<KilowattHours> energy;
  PairSum<GramsCo2e> attributional, consequential, market, embodied;
  // The sums of the ends of the jobs' 90% intervals of the attributional saving: what was saved if
  // all forecasts erred in the same direction. Jobs that stayed as they were save exactly nothing.
  GramsCo2e saved_low, saved_high;
  int64_t interval_jobs = 0;  // of the attributional ones: those whose interval is known
  // Devices times runtime, of jobs whose plan was carried out, and what these emit.
  absl::Duration device_time;
  GramsCo2e device_emission;
  int64_t device_jobs = 0;

  bool HasInterval() const { return attributional.jobs > 0 && interval_jobs == attributional.jobs; }
  void Add(const PredictedSums& other);
};

// The wait that a plan adds: its start less the start at home.
struct AddedWaits {
  static constexpr size_t kBins = 8;
  // The bins' upper bounds; the first bin is of jobs that start sooner, the second of those that
  // start as at home, the last has no bound.
  static const std::array<absl::Duration, kBins - 1> kBounds;

  int64_t jobs = 0;     // of which it is known
  int64_t delayed = 0;  // by more than a minute
  int64_t sooner = 0;
  absl::Duration total, mean, median, p95, longest;  // of the delayed jobs
  std::array<int64_t, kBins> bins{};
};

enum class Harm {
  kEmitsMore,      // than at home, by the prediction
  kGivenBack,      // its plan could not be kept: it waited for nothing
  kNeverRan,       // it was delayed, and ended before it began
  kRanElsewhere,   // it left the planned partition, so that its saving is unknown
  kEmittedMore,    // than at home, by the actual values
  kStartedLate,    // more than kLate after its planned start
  kMissedDeadline  // it ended after it
};
inline constexpr size_t kHarms = 7;
inline constexpr absl::Duration kLate = absl::Minutes(5);
// "emits-more"
const char* HarmName(Harm harm);
const char* HarmText(Harm harm);

struct ReportCounts {
  int64_t decisions = 0, placed = 0, carried_out = 0, in_shadow = 0, kept_home = 0, left_alone = 0;
  int64_t opted_out = 0, given_back = 0;
  int64_t exempt = 0;  // kept at home by lot, although their policy would have changed them
  int64_t not_counted = 0;
  int64_t harmed = 0;  // jobs, each once
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

struct ReportBucket {
  absl::Time start;
  int64_t jobs = 0;  // decisions that count
  int64_t delayed = 0;
  PredictedSums sums;
};

// The jobs that begin in an hour of the day.
struct ReportHour {
  KilowattHours home_energy, run_energy;
  GramsCo2e home_emission, run_emission;
};

// A job that was placed, as the lists of the best and worst show it.
struct ReportJob {
  std::string id;
  std::optional<uint32_t> job_id;
  absl::Time submitted = absl::InfinitePast();
  uint32_t user_id = 0;
  std::string account, name;
  std::string home_site, site;
  std::optional<absl::Duration> delay;
  // Of the plan that took effect.
  GramsCo2e home, run;
  std::optional<GramsCo2e> saved_low, saved_high;
  std::optional<GramsCo2e> actual_saved;
  std::vector<Harm> harms;

  GramsCo2e saved() const { return home - run; }
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

// How far the forecasts of jobs that were made with the same lead time were off: the mean intensity
// over the planned time, as it was predicted and as it then was.
struct ForecastErrors {
  int64_t jobs = 0;
  // Sums over the jobs, so each job counts alike.
  GramsPerKilowattHour predicted, actual, absolute_error;
};
inline constexpr size_t kLeadTimes = 4;
// "below 6 h": from the decision to the planned start.
const char* LeadTimeText(size_t lead_time);

// What really came (core/outcome/outcome.h), of decisions whose outcomes were asked for.
struct ReportActuals {
  OutcomeTotals totals;
  std::array<ForecastErrors, kLeadTimes> forecasts;
  // The interval of the predicted saving: of how many placed jobs it is known together with the
  // actual saving, and how many of these are within it.
  int64_t with_interval = 0, within_interval = 0;
  AddedWaits waits;  // the actual wait less the wait that the queue would have left at home
};

// What enforcing the decisions in shadow would have done.
struct ReportShadow {
  PredictedSums sums;  // "as run" is the chosen plan
  AddedWaits waits;
  int64_t emit_more = 0;
  std::vector<ReportGroup> accounts;  // the largest saving first
};

enum class TimeStep { kHour, kDay, kWeek, kMonth };
const char* TimeStepName(TimeStep step);

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
  std::vector<ReportJob> best, worst;
  ReportRuntimes runtimes;
  std::optional<ReportShadow> shadow;
  std::optional<ReportActuals> actuals;
  std::vector<std::string> warnings;  // what was missing or damaged
};

// How a figure is known.
enum class FigureBasis { kPredicted, kActual, kMeasured };
const char* FigureBasisName(FigureBasis basis);

// A figure as every form of the report shows it. Its numbers are in `unit`. Absent: not known, or
// it does not apply.
struct ReportFigure {
  const char* name = "";   // "co2e_location"
  const char* title = "";  // "CO2e, location-based"
  const char* unit = "";   // "kWh", "g", "g/kWh", "g/job", "g/device-hour"
  std::optional<double> home, run, saved;
  std::optional<double> saved_low, saved_high;  // of the saving
  std::optional<double> run_low, run_high;      // of the figure as run
  FigureBasis basis = FigureBasis::kPredicted;
  const char* source = "";
  const char* interval = "";  // what the intervals are; empty: there is none
  int64_t jobs = 0, of = 0;

  std::optional<double> saved_share() const {
    if (!saved.has_value() || !home.has_value() || *home <= 0) return std::nullopt;
    return *saved / *home;
  }
};

// Totals, then rates.
std::vector<ReportFigure> FiguresOf(const PredictedSums& sums);
// The same with actual values, as far as they are known.
std::vector<ReportFigure> ActualFiguresOf(const OutcomeTotals& totals);

}  // namespace carbon

#endif  // CLI_REPORT_REPORT_CONTENTS_H_
