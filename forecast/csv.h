// Carbon intensity as a CSV file: one `time,value` line per step, in gCO2e/kWh.
//
//   time,value                       (a header is allowed)
//   # a comment
//   2026-11-24T00:00:00Z,412.5
//   2026-11-24 01:00:00+00:00,398    (a blank for the T)
//
// Each value holds until the next line's time; the last holds for as long as the one before it.
// Pure; no I/O, whoever reads the file bounds its size.
#ifndef FORECAST_CSV_H_
#define FORECAST_CSV_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/intensity.h"
#include "forecast/intensity_history.h"

namespace carbon {

// InvalidArgument, as "line 3: value -4 is negative", for a line that is not two fields, a time
// that ParseTimestamp refuses, is not after the line before it or repeats it, and a value that is
// empty, null, no number, negative, not finite or above IntensitySeries::kMaxValue; also for fewer
// than two lines, since one says nothing about how long it holds, and for more than 24 hours
// between two lines, which is a hole in the data.
absl::StatusOr<IntensitySeries> ParseCsv(absl::string_view text);

// The same file as a history, which may have holes: a line whose value is empty or null says that
// nothing is known, and where the next line is further away than an hour and than the file's usual
// step (the most frequent), a value holds for as long as the one before it did, the usual step or
// an hour at most. Refuses what ParseCsv refuses, but for holes and for few values: none is a
// history too.
absl::StatusOr<IntensityHistory> ParseHistoryCsv(absl::string_view text);

}  // namespace carbon

#endif  // FORECAST_CSV_H_
