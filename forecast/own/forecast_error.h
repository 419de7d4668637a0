// Computes from the past errors of a zone's forecasts how the next one may err: calibrated error
// scenarios, as the few factors that a snapshot carries (core/grid/error_factors.h).
//
// The past errors are pairs of forecast and outcome. They are archived ones if there are enough,
// otherwise those that our own forecast would have made over the last half-year of the history.
// Their principal components over lead time are the factors (a few explain most, because errors of
// neighbouring hours go together). The days' coordinates in them are the scores. Pure: no I/O, no
// clock.
#ifndef FORECAST_OWN_FORECAST_ERROR_H_
#define FORECAST_OWN_FORECAST_ERROR_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/grid/error_factors.h"
#include "forecast/own/evaluation.h"
#include "forecast/own/history_forecast.h"
#include "forecast/own/hourly_history.h"

namespace carbon {

// Fewer past forecasts than this are too few.
inline constexpr size_t kMinPastForecasts = 40;
// Only this many past forecasts are used, the most recent ones: errors differ from year to year.
inline constexpr size_t kMaxPastForecasts = 180;

// What past errors say about any forecast of their zone that reaches as far: the fit, apart from
// the forecast that it is applied to. To fit takes most of the time, and a replay keeps it for
// days.
struct ErrorComponents {
  std::vector<uint16_t> bucket_end_hours;
  size_t factor_count = 0;
  std::vector<double> loadings;   // bucket by bucket; relative to the yardstick of the hour
  std::vector<double> remainder;  // by bucket, likewise
  double scale = 1;               // of both: how the recent errors compare with those of all days
  float remainder_correlation = 0;
  std::vector<float> scores;

  // Forecasts have at least so many hours.
  size_t hours() const { return bucket_end_hours.empty() ? 0 : bucket_end_hours.back(); }
};

// Returns the components of errors over the first `hours` of a forecast, or the first 28 days.
// `past`, `now` and the errors are as for FitErrorFactors.
absl::StatusOr<ErrorComponents> FitErrorComponents(const std::vector<ForecastPair>& past,
                                                   size_t hours, absl::Time now);

// Returns the factors of `forecast`, which is hourly from `origin` on, in gCO2e/kWh, and has
// components.hours() or more. The result is sound (CheckErrorFactors), or InvalidArgument.
absl::StatusOr<ErrorFactors> ErrorFactorsOf(const ErrorComponents& components,
                                            const std::vector<double>& forecast, absl::Time origin);

// Returns the factors of `forecast`, which is hourly from `origin` on, in gCO2e/kWh. `past` are
// forecasts of the same zone made in the same way, at the same time of day and at least as long, in
// order of their origins, a day apart. A past forecast is left out if a quarter or more of its
// outcomes within the forecast's length is unknown.
//
// Zones whose factors are fitted for the same `now`, which is shortly after `origin`, share their
// scenarios: past forecasts made within half a day of each other count as made on the same day.
//
// The result is sound (CheckErrorFactors). For a forecast longer than 28 days the factors are those
// of the first 28. FailedPrecondition if fewer than kMinPastForecasts are left; InvalidArgument for
// a forecast without hours, and for values that give no finite factors.
absl::StatusOr<ErrorFactors> FitErrorFactors(const std::vector<ForecastPair>& past,
                                             const std::vector<double>& forecast, absl::Time origin,
                                             absl::Time now);

// Returns what `method` would have forecast in the past half-year, on each of the last days at the
// time of day at which the history ends, with what was known by then. A regression is fitted again
// only every 60 days, so that all of them together take a fraction of a second.
std::vector<ForecastPair> PastForecasts(const HourlyHistory& history, ForecastMethod method,
                                        int days_ahead);

// Returns the mean of the forecast over the hours [from, from + hours) in each scenario, gCO2e/kWh,
// ascending.
std::vector<double> WindowScenarios(const std::vector<ErrorDraws>& draws,
                                    const ErrorFactors& factors,
                                    const std::vector<double>& forecast, size_t from, size_t hours);

// The interval within which `share` of the scenarios lie, symmetric in probability. It lies between
// the order statistics at share x (n + 1), so that one more draw of the same kind lies within it
// with exactly that probability.
struct IntensityRange {
  GramsPerKilowattHour low;
  GramsPerKilowattHour high;
};
IntensityRange CentralRange(const std::vector<double>& ascending, double share);

}  // namespace carbon

#endif  // FORECAST_OWN_FORECAST_ERROR_H_
