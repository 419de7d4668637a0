// Measures how good the plausibility rules (forecast/plausibility) are on a measured zone: their
// false alarms on the unaltered series, the share of injected faults that they find, and how much
// the missed faults worsen the forecast from history. Pure: no I/O, no clock; random faults are
// drawn from a fixed seed.
#ifndef BENCH_PLAUSIBILITY_FAULT_STUDY_H_
#define BENCH_PLAUSIBILITY_FAULT_STUDY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/intensity_history.h"

namespace carbon {

struct FaultCount {
  std::string fault;
  int64_t injected = 0;
  int64_t found = 0;
};

struct AlarmStudy {
  double years = 0;
  // The rules judge once a day: the history up to that day, and the next three days as a perfect
  // forecast. Alarms less than a week apart count once.
  int64_t history_alarms = 0;
  int64_t forecast_alarms = 0;  // rejected
  int64_t bridged = 0;          // forecasts in which an hour was bridged
  // Alarms of the rule "constant" for values that were constant for half a day or more. These are
  // faults of the data, and are not counted above.
  int64_t frozen = 0;
  std::vector<FaultCount> forecast_faults;
  std::vector<FaultCount> history_faults;
};

// `hours` are from ByHour. A fault is injected every `every` days from the 60th day on.
AlarmStudy StudyAlarms(const IntensityHistory& hours, int every);

// Sums, over all forecasts, of the mean absolute error of the first three days: with the faulty
// history as the rules leave it, and with gaps instead of all faulty hours.
struct FaultError {
  std::string fault;
  int64_t forecasts = 0;
  double error = 0;
  double error_with_holes = 0;
};
// Makes forecasts from `from` on, one every `every` days and 5 hours.
std::vector<FaultError> StudyErrors(const IntensityHistory& hours, absl::Time from, int every);

}  // namespace carbon

#endif  // BENCH_PLAUSIBILITY_FAULT_STUDY_H_
