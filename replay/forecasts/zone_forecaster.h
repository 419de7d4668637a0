// Our own forecast of a zone at an instant of the past, from what was known then: the forecast and
// its errors as scarbond would have published them. Made once and kept on disk, since a forecast
// takes a tenth of a second and a year of decisions needs thousands.
#ifndef REPLAY_FORECASTS_ZONE_FORECASTER_H_
#define REPLAY_FORECASTS_ZONE_FORECASTER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/zone_forecast.h"
#include "forecast/own/history_forecast.h"
#include "forecast/own/hourly_history.h"
#include "replay/forecasts/past_forecasts.h"
#include "replay/forecasts/zone_record.h"

namespace carbon {

class ZoneForecaster {
 public:
  struct Options {
    // A regression serves for so many days once it is fitted; it rests on what was known when it
    // was fitted. 0: each forecast has a regression of its own, as scarbond's has, and the errors
    // of past forecasts are counted with one that is up to 60 days old.
    int fit_serves_days = 0;
    ZoneConfig zone;  // its kind, spread and climatology; the record's name is used
  };

  // Keeps forecasts in a folder of the zone within `cache`, named by the data's digest; without
  // `cache` only in memory, and each only once. What is there already is not made again. `record`
  // must outlive the forecaster.
  ZoneForecaster(const ZoneRecord& record, const std::string& cache)
      : ZoneForecaster(record, cache, Options()) {}
  ZoneForecaster(const ZoneRecord& record, const std::string& cache, Options options);

  // The forecast made at `now`, a whole hour, from what the record says of the time before. The
  // same whether it was made or read: both have been through the snapshot's format.
  // FailedPrecondition where too little is known for a forecast. Errors of the disk for a cache
  // that cannot be written. Blocks on the disk. Not thread-safe.
  absl::StatusOr<ZoneForecast> At(absl::Time now);

  int made() const { return made_; }

 private:
  absl::StatusOr<ZoneForecast> Make(absl::Time now);
  // With a regression that was fitted before; absent where there is none.
  std::optional<HistoryForecast> MakeWithKeptFit(const HourlyHistory& actuals, absl::Time now);

  const ZoneRecord& record_;
  const Options options_;
  const std::string folder_;
  PastForecastStore past_;
  int made_ = 0;
};

}  // namespace carbon

#endif  // REPLAY_FORECASTS_ZONE_FORECASTER_H_
