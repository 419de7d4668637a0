// Makes our own forecast of a zone's carbon intensity, from its history alone. It is used if no
// provider forecasts the zone, if the provider's horizon is short, and to compare providers with.
//
// With less history the method becomes simpler: a regression (see ridge_forecast.h) with 60 days or
// more; with 7 days, the week's mean by hour of day, mixed with the last day and corrected by its
// last error; with a day or two, the same hour of the day before. Pure: no I/O, no clock.
#ifndef FORECAST_OWN_HISTORY_FORECAST_H_
#define FORECAST_OWN_HISTORY_FORECAST_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/grid/intensity.h"
#include "core/grid/intensity_history.h"
#include "forecast/own/hourly_history.h"

namespace carbon {

enum class ForecastMethod {
  kRidge,        // 60 days
  kProfile,      // 7 days
  kYesterday,    // 1 day: what was 24 hours earlier, or 48, …
  kPersistence,  // 1 hour: the last value, for ever. Only for comparison.
};

// The names are "ridge", "profile", "yesterday", "persistence".
absl::string_view ForecastMethodName(ForecastMethod method);
absl::StatusOr<ForecastMethod> ParseForecastMethod(absl::string_view name);

// Returns the best method for this much history. FailedPrecondition if there is less than a day of
// it, or if half of its last two days are unknown.
absl::StatusOr<ForecastMethod> BestMethod(const HourlyHistory& history);

// Returns the `days` days that follow history.end(), hour by hour, in gCO2e/kWh; never negative.
// FailedPrecondition if the history is too short for the method. days in [1, 28].
absl::StatusOr<std::vector<double>> ForecastHours(const HourlyHistory& history,
                                                  ForecastMethod method, int days);

struct HistoryForecast {
  ForecastMethod method = ForecastMethod::kYesterday;
  // The end of the last hour that the history knows. It may lie hours or days before now: the
  // forecast's lead times count from here.
  absl::Time known_until;
  // Hour by hour from known_until to the end of the series, gCO2e/kWh.
  std::vector<double> hours;
  // Whole hours, from the hour that contains now to 14 days after now, or a little more.
  IntensitySeries series;
};

inline constexpr absl::Duration kOwnForecastReach = absl::Hours(14 * 24);
// A history that ended earlier than this before now says too little about now.
inline constexpr absl::Duration kOldestHistoryEnd = absl::Hours(7 * 24);

// Makes the forecast. Values of the history after `now` are ignored: they may be a forecast in
// disguise, or the clock may have been set back. FailedPrecondition, as "history: ends
// 2026-11-01T00:00:00Z, limit 168 h before now", if the history is too short or too old: then there
// is no forecast.
absl::StatusOr<HistoryForecast> ForecastFromHistory(const IntensityHistory& history,
                                                    absl::Time now);

}  // namespace carbon

#endif  // FORECAST_OWN_HISTORY_FORECAST_H_
