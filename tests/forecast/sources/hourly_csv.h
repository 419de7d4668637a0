// A CSV file of hourly values, and the day on which tests of sources read it.
#ifndef TESTS_FORECAST_SOURCES_HOURLY_CSV_H_
#define TESTS_FORECAST_SOURCES_HOURLY_CSV_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "core/base/timestamp.h"

namespace carbon {

inline const absl::Time kNow =
    absl::FromCivil(absl::CivilMinute(2026, 11, 24, 10, 17), absl::UTCTimeZone());

inline absl::Time At(int day, int hour) {
  return absl::FromCivil(absl::CivilHour(2026, 11, day, hour), absl::UTCTimeZone());
}

// Hourly values 100, 101, ... from `begin` on.
inline std::string Hourly(absl::Time begin, int hours) {
  std::string csv = "time,value\n";
  for (int i = 0; i < hours; ++i) {
    absl::StrAppend(&csv, FormatTimestamp(begin + absl::Hours(i)), ",", 100 + i, "\n");
  }
  return csv;
}

}  // namespace carbon

#endif  // TESTS_FORECAST_SOURCES_HOURLY_CSV_H_
