// Makes our own forecast of a zone at an instant of the past, from what was known then: the
// forecast and its errors as scarbond would have published them. Each forecast is made once and
// kept on disk, because it takes a tenth of a second and a year of decisions needs thousands.
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
    // For how many days a fitted regression is used. It rests on what was known when it was fitted.
    // 0: each forecast has its own regression, as in scarbond, and the errors of past forecasts are
    // computed with one that is up to 60 days old.
    int fit_serves_days = 0;
    ZoneConfig zone;  // its kind, spread and climatology; the record's name is used
  };

  // Keeps forecasts in a folder of the zone within `cache`, named by the data's digest. Without
  // `cache` it keeps them only in memory. Existing forecasts are not made again. `record` must
  // outlive the forecaster.
  ZoneForecaster(const ZoneRecord& record, const std::string& cache)
      : ZoneForecaster(record, cache, Options()) {}
  ZoneForecaster(const ZoneRecord& record, const std::string& cache, Options options);

  // Returns the forecast made at `now`, a whole hour, from the record's values before that time. It
  // is the same whether it was made or read: both were converted to the snapshot's format. Returns
  // FailedPrecondition if too little is known for a forecast, and errors of the disk if the cache
  // cannot be written. Blocks on the disk. Not thread-safe.
  absl::StatusOr<ZoneForecast> At(absl::Time now);

  int made() const { return made_; }

 private:
  absl::StatusOr<ZoneForecast> Make(absl::Time now);
  // Uses a regression that was fitted before. Absent: there is none.
  std::optional<HistoryForecast> MakeWithKeptFit(const HourlyHistory& actuals, absl::Time now);

  const ZoneRecord& record_;
  const Options options_;
  const std::string folder_;
  PastForecastStore past_;
  int made_ = 0;
};

}  // namespace carbon

#endif  // REPLAY_FORECASTS_ZONE_FORECASTER_H_
