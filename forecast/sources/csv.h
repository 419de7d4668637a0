// This parser reads carbon intensity from a CSV file: a time and a value in each line.
//
//   time,value                       (a header is allowed)
//   # a comment
//   2026-11-24T00:00:00Z,412.5
//   2026-11-24 01:00+00:00,398       (a blank instead of the T, no seconds)
//
// Each value is valid until the next line's time; the last one for as long as the one before it.
// Values are in gCO2e/kWh and times have an offset, unless the CsvFormat or the header says
// otherwise (forecast/sources/csv_columns.h). csv_records.h has the encodings, quotes and
// separators. If fields are not separated by commas, a comma may be the decimal point, if it is so
// in the whole file.
//
// A line without a value is ignored if it has no time either, or if it has a local time that clocks
// skip: a table that gives every day 24 hours has such a line.
//
// Messages quote no text of a file: a user who may choose the file may not be allowed to read it
// (it may be a link to another file), and everybody reads the messages. They name lines, columns,
// and values that were read as a time or a number.
//
// Pure, except for the time zone database. The caller that reads the file bounds its size.
#ifndef FORECAST_SOURCES_CSV_H_
#define FORECAST_SOURCES_CSV_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/config/daemon_config.h"
#include "core/grid/intensity.h"
#include "core/grid/intensity_history.h"

namespace carbon {

// Returns InvalidArgument, as "line 3: value -4 is negative", or "line 3, column 6: …" if the file
// has further columns, in these cases: a line of another number of fields; a time that
// ParseFileTime refuses, that is not after the line before it or that repeats it; a value that is
// missing (empty, null, NA, N/A, #N/A, NaN, None or -), not a number, negative, not finite or above
// IntensitySeries::kMaxValue; fewer than two lines, because one line does not say how long its
// value is valid; and more than 24 hours between two lines, which is a hole in the data. Also
// refuses what CsvText and FindCsvColumns refuse.
absl::StatusOr<IntensitySeries> ParseCsv(absl::string_view bytes, const CsvFormat& format = {},
                                         std::optional<SignalKind> kind = std::nullopt);

// Parses the same file as a history, which may have holes. A line whose value is missing says that
// nothing is known. If the next line is further away than an hour and than the file's usual step
// (the most frequent one), a value is valid for as long as the one before it was, but at most for
// the usual step or an hour. Refuses what ParseCsv refuses, with three exceptions: holes; few
// values, because even no value is a history; and a line without a value whose time is that of the
// line before or after it, or is an ambiguous local time.
absl::StatusOr<IntensityHistory> ParseHistoryCsv(absl::string_view bytes,
                                                 const CsvFormat& format = {},
                                                 std::optional<SignalKind> kind = std::nullopt);

}  // namespace carbon

#endif  // FORECAST_SOURCES_CSV_H_
