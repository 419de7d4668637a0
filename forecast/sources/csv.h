// Carbon intensity as a CSV file: a time and a value in each line.
//
//   time,value                       (a header is allowed)
//   # a comment
//   2026-11-24T00:00:00Z,412.5
//   2026-11-24 01:00+00:00,398       (a blank for the T, no seconds)
//
// Each value holds until the next line's time; the last holds for as long as the one before it.
// Values are in gCO2e/kWh and times have an offset, unless the CsvFormat or the header says
// otherwise (forecast/sources/csv_columns.h); csv_records.h has the encodings, quotes and
// separators. Where fields are not separated by commas, a comma may stand for the decimal point, if
// it does in the whole file.
//
// A line without a value is passed over where it has no time either, or a local time that clocks
// skip: a table that gives every day 24 hours has it.
//
// Messages quote no text of a file: whoever may choose the file need not be allowed to read it (it
// may be a link to another), and everybody reads the messages. They name lines, columns, and what
// was read as a time or a number.
//
// Pure, but for the time zone database; whoever reads the file bounds its size.
#ifndef FORECAST_SOURCES_CSV_H_
#define FORECAST_SOURCES_CSV_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/config/daemon_config.h"
#include "core/grid/intensity.h"
#include "core/grid/intensity_history.h"

namespace carbon {

// InvalidArgument, as "line 3: value -4 is negative", or "line 3, column 6: …" where the file has
// further columns: for a line of another number of fields, a time that ParseFileTime refuses, is
// not after the line before it or repeats it, and a value that is missing (empty, null, NA, N/A,
// #N/A, NaN, None or -), not a number, negative, not finite or above IntensitySeries::kMaxValue;
// also for fewer than two lines, since one says nothing about how long it holds, and for more than
// 24 hours between two lines, which is a hole in the data. Beyond that, what CsvText and
// FindCsvColumns refuse.
absl::StatusOr<IntensitySeries> ParseCsv(absl::string_view bytes, const CsvFormat& format = {},
                                         std::optional<SignalKind> kind = std::nullopt);

// The same file as a history, which may have holes: a line whose value is missing says that nothing
// is known, and where the next line is further away than an hour and than the file's usual step
// (the most frequent), a value holds for as long as the one before it did, the usual step or an
// hour at most. Refuses what ParseCsv refuses, but for holes, for few values, as none is a history
// too, and for a line without a value whose time is that of the line before or after it, or is a
// local time of which it is not known which of two is meant.
absl::StatusOr<IntensityHistory> ParseHistoryCsv(absl::string_view bytes,
                                                 const CsvFormat& format = {},
                                                 std::optional<SignalKind> kind = std::nullopt);

}  // namespace carbon

#endif  // FORECAST_SOURCES_CSV_H_
