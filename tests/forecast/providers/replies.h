// Replies that the tests of providers share. Their formats were recorded; their values are
// invented.
#ifndef TESTS_FORECAST_PROVIDERS_REPLIES_H_
#define TESTS_FORECAST_PROVIDERS_REPLIES_H_

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "forecast/providers/provider.h"

namespace carbon {

inline HttpReply Json(std::string body, int status = 200) {
  return {
      .status = status, .content_type = "application/json; charset=utf-8", .body = std::move(body)};
}

// 24 November 2026, UTC.
inline absl::Time At(int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(2026, 11, 24, hour, minute), absl::UTCTimeZone());
}

inline IntensityHistory::Interval Point(absl::Time start, absl::Duration step, double grams,
                                        bool is_estimated = false) {
  return {start, start + step, GramsPerKilowattHour(grams), is_estimated};
}

// -1 outside of the series.
inline double ValueAt(const IntensitySeries& series, absl::Time time) {
  absl::StatusOr<GramsPerKilowattHour> value = series.Mean(time, time);
  return value.ok() ? value->value() : -1;
}

}  // namespace carbon

#endif  // TESTS_FORECAST_PROVIDERS_REPLIES_H_
