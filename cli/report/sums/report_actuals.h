// What really came of the jobs of a report, set beside what was predicted, with the sources of each
// figure (core/outcome/outcome.h). Pure.
#ifndef CLI_REPORT_SUMS_REPORT_ACTUALS_H_
#define CLI_REPORT_SUMS_REPORT_ACTUALS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "cli/report/sums/added_waits.h"
#include "cli/report/sums/job_listing.h"
#include "cli/report/sums/judged_decision.h"
#include "core/base/quantities.h"
#include "core/config/placement_config.h"
#include "core/grid/intensity.h"
#include "core/outcome/estimated.h"
#include "core/outcome/outcome.h"
#include "core/outcome/outcome_totals.h"

namespace carbon {

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

// The jobs that ran at a site as planned, of which all of this is known.
struct ActualSite {
  std::string site, zone;
  int64_t jobs = 0;
  KilowattHours predicted_energy, energy;
  GramsCo2e predicted_emission, emission;
};

// How the energy of jobs is known.
struct EnergySource {
  EnergyMethod method = EnergyMethod::kModelled;
  std::string by;       // the meter's plugin, or the hardware profiles: "h100-sxm"
  std::string quality;  // of the profiles' watts: "measured"; empty: not known, or of a meter
  int64_t jobs = 0;
  Estimated<KilowattHours> energy;
};

// From where actual intensities are.
struct IntensitySource {
  std::string zone;
  std::string source;  // empty: there is none
  SignalKind kind = SignalKind::kAverageLifecycle;
  int64_t jobs = 0;
  // Of the time that the jobs' figures need, each job's on its own; `estimated` is the part of
  // `known` that the provider may correct.
  absl::Duration needed, known, estimated;
  std::optional<absl::Time> fetched_at;  // of the newest value; absent: from a file
};

struct ReportActuals {
  OutcomeTotals totals;
  std::array<ForecastErrors, kLeadTimes> forecasts;
  // The interval of the share that was predicted to be saved: of how many placed jobs it is known
  // together with the actual share, and of how many of these that is within it.
  int64_t with_interval = 0, within_interval = 0;
  AddedWaits waits;  // the actual wait less the wait that the queue would have left at home
  std::vector<ActualSite> sites;  // the cleanest first
  int64_t ran_elsewhere = 0;      // jobs with a plan that did not run in its partition alone
  std::vector<EnergySource> energy_sources;  // the largest energy first
  std::vector<IntensitySource> intensity_sources;
  std::vector<ReportJob> best, worst;  // by the actual saving
};

class ActualsBuilder {
 public:
  // `config` is only used now. nullptr: the quality of watts is not known.
  ActualsBuilder(const PlacementConfig* config, size_t listed_jobs);

  // The decision must have an outcome.
  void Add(const JudgedDecision& judged);
  ReportActuals Finish();

 private:
  void AddForecast(const JudgedDecision& judged);
  void AddSite(const JudgedDecision& judged);
  void AddSources(const JobOutcome& outcome);
  void AddPlaced(const JudgedDecision& judged);
  std::string QualityOf(const EnergyOutcome& energy) const;

  std::map<std::string, std::string> qualities_;  // by hardware
  ReportActuals actuals_;
  WaitCollector waits_;
  std::map<std::pair<std::string, std::string>, ActualSite> sites_;
  std::map<std::pair<EnergyMethod, std::string>, EnergySource> energy_sources_;
  std::map<std::pair<std::string, std::string>, IntensitySource> intensity_sources_;
  JobListing best_, worst_;
};

}  // namespace carbon

#endif  // CLI_REPORT_SUMS_REPORT_ACTUALS_H_
