// The forecasts that our own method would have made of a zone on earlier days, and the actual
// values. The errors of today's forecast are computed from them.
//
// PastForecasts (forecast/own/forecast_error.h) makes 180 forecasts again for every decision, with
// a regression that is fitted again every 60 days. That is also the default here. This class makes
// each forecast only once, and shares it between all decisions at the same time of day. The days on
// which a regression is fitted are the same for all decisions here; in PastForecasts they follow
// from the day of the decision. So the regression of a past forecast is as old in both classes, but
// was not fitted on the same days.
//
// A past forecast rests on what was known at its origin, and is returned only after its last hour
// is over. Not thread-safe; no I/O.
#ifndef REPLAY_FORECASTS_PAST_FORECASTS_H_
#define REPLAY_FORECASTS_PAST_FORECASTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/grid/intensity_history.h"
#include "forecast/own/evaluation.h"
#include "forecast/own/ridge_forecast.h"

namespace carbon {

// What `history` says of [from, to).
absl::StatusOr<IntensityHistory> HistoryBetween(const IntensityHistory& history, absl::Time from,
                                                absl::Time to);

class PastForecastStore {
 public:
  // Forecasts `days_ahead` days by ridge regression, fitted again every `refit_days`. `history`
  // must outlive the store.
  PastForecastStore(const IntensityHistory& history, int days_ahead, int refit_days = 60)
      : history_(history), days_ahead_(days_ahead), refit_days_(refit_days) {}

  // Returns the forecasts of the last kMaxPastForecasts days that end at or before `end`, made at
  // the time of day of `end`, in order. Days without enough history are left out. `end` is a whole
  // hour.
  std::vector<ForecastPair> EndingBy(absl::Time end);

  // Returns the forecast that was made at `origin`, by hour, in gCO2e/kWh, for `days_ahead` days.
  // Later values of the history do not affect it. Empty if the hour before `origin` is unknown or
  // too little is known before it. `origin` is a whole hour.
  std::vector<double> ForecastFrom(absl::Time origin);

  // Frees what is not needed for calls about times from `now` on. Those about earlier times give
  // the same as before, and take longer.
  void ForgetBefore(absl::Time now);

 private:
  const std::optional<ForecastPair>& At(absl::Time origin);
  const RidgeForecast* FitFor(absl::Time origin);

  const IntensityHistory& history_;
  const int days_ahead_;
  const int64_t refit_days_;
  std::map<int64_t, std::optional<ForecastPair>> pairs_;  // by origin, Unix seconds
  std::map<int64_t, std::optional<RidgeForecast>> fits_;  // by the time at which it was fitted
};

}  // namespace carbon

#endif  // REPLAY_FORECASTS_PAST_FORECASTS_H_
