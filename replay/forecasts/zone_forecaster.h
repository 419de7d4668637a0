// Makes our own forecast of a zone at an instant of the past, from what was known then: the
// forecast and its errors as scarbond would have published them. Each forecast is made once and
// kept on disk, because it takes a tenth of a second and a year of decisions needs thousands.
#ifndef REPLAY_FORECASTS_ZONE_FORECASTER_H_
#define REPLAY_FORECASTS_ZONE_FORECASTER_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/error_factors.h"
#include "core/grid/zone_forecast.h"
#include "forecast/own/forecast_error.h"
#include "forecast/own/history_forecast.h"
#include "forecast/own/hourly_history.h"
#include "replay/forecasts/forecast_cache.h"
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
    // The same of the fit to past errors, which is one for each time of day. It rests on what was
    // known when it was fitted. 0: each forecast has one of its own.
    int errors_serve_days = 0;
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
  // Makes it so that it is kept. Errors as of At.
  absl::Status Prepare(absl::Time now);
  // Writes to the cache what is not written: by itself it does so when a forecast of another day is
  // asked for. Unavailable for a cache that cannot be written.
  absl::Status Flush() { return cache_.Flush(); }

  int made() const { return made_; }

 private:
  absl::StatusOr<ZoneForecast> Make(absl::Time now);
  // Uses a regression that was fitted before. Absent: there is none.
  std::optional<HistoryForecast> MakeWithKeptFit(const HourlyHistory& actuals, absl::Time now);
  // The errors of `hours`, a forecast from `known_until` on, by a fit that was made before;
  // FailedPrecondition where there is none.
  absl::StatusOr<ErrorFactors> ErrorsByKeptFit(const std::vector<double>& hours,
                                               absl::Time known_until, absl::Time now);
  // Of all data up to the end of the day, UTC.
  std::string DigestOfDay(absl::Time day) const;

  const ZoneRecord& record_;
  const Options options_;
  // By the end of the day: of all data before it.
  std::map<absl::Time, std::string> digests_;
  ForecastCache cache_;
  PastForecastStore past_;
  // By when they were fitted, and to how many hours; absent: too little was known.
  std::map<std::pair<absl::Time, size_t>, std::optional<ErrorComponents>> error_fits_;
  int made_ = 0;
};

}  // namespace carbon

#endif  // REPLAY_FORECASTS_ZONE_FORECASTER_H_
