// Forecasts that err as a model says: what was measured, with errors that are drawn. For a replay
// that asks how good forecasts must be. It knows the future, so it is no decision that a site could
// have made.
//
//   forecast(t) = measured(t) x (1 + spread(t) x noise(t)), never below 0.05 x measured(t)
//
// where t is the lead time, spread grows with it as LeadTimeSpread says, and noise has variance 1
// and the correlation growth / (growth + 1 h) from one hour to the next: the model by which
// ErrorScenarios draws a zone's errors whose past errors are not known. A new forecast is issued
// every so often, and is drawn independently of those before it and of other zones'. The forecast's
// own spread is the model's, so that decisions know how it errs.
//
// Deterministic by seed. To draw takes microseconds, so nothing is kept. No I/O; one thread.
#ifndef REPLAY_FORECASTS_ERROR_MODEL_FORECASTS_H_
#define REPLAY_FORECASTS_ERROR_MODEL_FORECASTS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/grid/zone_forecast.h"
#include "replay/forecasts/known_forecasts.h"

namespace carbon {

struct ErrorModel {
  LeadTimeSpread spread;
  absl::Duration every = absl::Hours(6);  // whole hours, above zero: a forecast is issued then
  uint64_t seed = 1;
};

// "near=0.05,far=0.2,growth=24h,every=6h,seed=1", in any order; what is missing is as above.
// InvalidArgument, naming the part: near and far are in [0, 1], growth is above zero, every is 1 h
// to 168 h.
absl::StatusOr<ErrorModel> ParseErrorModel(absl::string_view text);
// All five, as ParseErrorModel reads them.
std::string FormatErrorModel(const ErrorModel& model);

class ErrorModelForecasts : public KnownForecasts {
 public:
  // What `zones` point to must outlive it.
  ErrorModelForecasts(std::vector<ZoneActuals> zones, const ErrorModel& model)
      : zones_(std::move(zones)), model_(model) {}

  absl::StatusOr<std::vector<ZoneForecast>> At(absl::Time hour) override;

 private:
  const std::vector<ZoneActuals> zones_;
  const ErrorModel model_;
};

}  // namespace carbon

#endif  // REPLAY_FORECASTS_ERROR_MODEL_FORECASTS_H_
