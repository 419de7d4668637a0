// The benchmark's experiment: jobs arrive, each rule decides with the forecasts of that hour, and
// the actual values score it. If a ZoneForecaster makes the forecasts, running a study blocks on
// the disk, and takes long if the forecasts do not exist yet.
#ifndef BENCH_PLACEMENT_STUDY_H_
#define BENCH_PLACEMENT_STUDY_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bench/placement/arrivals.h"
#include "bench/placement/federation.h"
#include "bench/placement/scoring.h"
#include "core/grid/zone_forecast.h"
#include "replay/forecasts/zone_record.h"

namespace carbon {

// For every arrival, each rule decides in each federation, with each of its zones as home, for each
// runtime and slack.
struct StudyPlan {
  std::vector<std::vector<std::string>> federations;  // names of zones
  std::vector<absl::Duration> runtimes;
  std::vector<absl::Duration> slacks;
  std::vector<Rule> rules;
  Period period;
  std::vector<absl::Time> arrivals;  // whole hours within the period
};

// One federation, runtime and slack.
struct StudyCell {
  size_t federation = 0;
  absl::Duration runtime;
  absl::Duration slack;
  // By the block of 14 days, counted from the begin of the period, in which a job arrives.
  std::vector<CellSums> blocks;

  CellSums Total() const;
};

struct StudyResult {
  std::vector<StudyCell> cells;          // federation by federation, then runtime, then slack
  std::vector<std::string> static_best;  // by federation: the zone
  std::vector<std::string> left_out;     // "DE ES: DE is not known in the year before"
};

// Each decision, for observers.
struct StudyDecision {
  size_t federation, rule, home;
  absl::Time arrival;
  absl::Duration runtime, slack;
  ZonePlan plan;

  friend bool operator==(const StudyDecision&, const StudyDecision&) = default;
};
using DecisionObserver = std::function<void(const StudyDecision&)>;

using ZoneRecords = std::map<std::string, ZoneRecord>;

// Returns the zone's forecast as it was known at a whole hour. FailedPrecondition: there was none.
using ForecastAt =
    std::function<absl::StatusOr<ZoneForecast>(const ZoneRecord& zone, absl::Time hour)>;

// The static best site of a federation is the one with the smallest mean over the year before the
// period, of which a quarter must be known. A federation is left out if one of its zones has no
// such mean, or if one of its cells has no job. A job is left out of a cell if the result of any of
// its possible runs is unknown, and out of all cells of a federation if a zone has no forecast.
//
// Returns NotFound for a zone without a record, and Internal if a job is not placed at all.
absl::StatusOr<StudyResult> RunStudy(const StudyPlan& plan, const ZoneRecords& records,
                                     const ForecastAt& forecast_at,
                                     const DecisionObserver& observer = nullptr);
// Does the same with the forecasts of a ZoneForecaster, kept in the folder `cache`.
absl::StatusOr<StudyResult> RunStudy(const StudyPlan& plan, const ZoneRecords& records,
                                     const std::string& cache,
                                     const DecisionObserver& observer = nullptr);

// Makes the forecasts that a study needs, zone after zone. This needs less memory than making them
// on demand. `progress` is called for each zone that took time.
absl::Status MakeForecasts(const ZoneRecords& records, const std::vector<absl::Time>& arrivals,
                           const std::string& cache,
                           const std::function<void(absl::string_view)>& progress);

}  // namespace carbon

#endif  // BENCH_PLACEMENT_STUDY_H_
