// Finds which column of a CSV file contains the time and which the value: as carbon.json names
// them, as the header of a known file says, or the first and the second.
//
// These headers are known, in upper or lower case:
//   - a `time` and a `value` column among others;
//   - the files of the Electricity Maps portal; the column of the wanted kind is read;
//   - NESO's historic generation mix, and its national carbon intensity forecast. Of the latter a
//     history reads the measured column and a forecast the forecast column. Both are
//     average-direct.
//
// Pure; no I/O, except for the time zone, which is read from the system's database once.
#ifndef FORECAST_SOURCES_CSV_COLUMNS_H_
#define FORECAST_SOURCES_CSV_COLUMNS_H_

#include <cstddef>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "forecast/sources/csv_records.h"

namespace carbon {

enum class CsvUse { kForecast, kHistory };

struct CsvColumns {
  size_t time = 0;
  size_t value = 1;
  size_t count = 2;                    // of the header; further fields of a record must be empty
  bool is_plain = true;                // time,value and nothing else
  std::optional<absl::TimeZone> zone;  // of times without an offset
};

// Returns whether the first record of a file is a header: its first field that is not empty begins
// with a letter.
bool IsCsvHeader(const CsvRecord& record);

// Returns the columns of a file whose first record is `first`. `next_fields` is the number of
// fields of the record after it, 0 if there is none. An unknown header is accepted as a header of
// times and values if the next record has two fields. `kind` is what the values should count, or
// absent if any kind is accepted.
//
// Returns InvalidArgument, as "line 1: …", if a column that carbon.json names is missing or occurs
// twice; if there are more than two columns and none is known; if a known file has no value of that
// kind; and if the header says that times are in UTC but carbon.json names another zone. Returns
// NotFound for a time zone that this machine does not know.
absl::StatusOr<CsvColumns> FindCsvColumns(const CsvRecord& first, size_t next_fields,
                                          const CsvFormat& format, CsvUse use,
                                          std::optional<SignalKind> kind);

}  // namespace carbon

#endif  // FORECAST_SOURCES_CSV_COLUMNS_H_
