// The forecasts that our own method would have made of a zone on earlier days, and what came: what
// the errors of today's forecast are counted from.
//
// PastForecasts (forecast/own/forecast_error.h) makes 180 of them anew for every decision, with a
// regression that is fitted anew every 60 days. This class makes each only once, and shares it
// between all decisions at the same time of day. The days on which a regression is fitted are the
// same for all decisions here, whereas there they follow from the day of the decision: so the
// regression of a past forecast is 0 to 59 days old in both, but not on the same days.
//
// A past forecast rests on what was known at its origin, and is given out only once its last hour
// is over. Not thread-safe; no I/O.
#ifndef BENCH_PLACEMENT_PAST_FORECASTS_H_
#define BENCH_PLACEMENT_PAST_FORECASTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "core/grid/intensity_history.h"
#include "forecast/own/evaluation.h"
#include "forecast/own/ridge_forecast.h"

namespace carbon {

class PastForecastStore {
 public:
  // Forecasts by ridge regression of `days_ahead` days. `history` must outlive the store.
  PastForecastStore(const IntensityHistory& history, int days_ahead)
      : history_(history), days_ahead_(days_ahead) {}

  // The last kMaxPastForecasts days' forecasts that end at `end` or before, made at the time of
  // day of `end`, in order. Days without enough history are left out. `end` is a whole hour.
  std::vector<ForecastPair> EndingBy(absl::Time end);

 private:
  const std::optional<ForecastPair>& At(absl::Time origin);
  const RidgeForecast* FitFor(absl::Time origin);

  const IntensityHistory& history_;
  const int days_ahead_;
  std::map<int64_t, std::optional<ForecastPair>> pairs_;  // by origin, Unix seconds
  std::map<int64_t, std::optional<RidgeForecast>> fits_;  // by the time fitted
};

}  // namespace carbon

#endif  // BENCH_PLACEMENT_PAST_FORECASTS_H_
