// ArchivedForecasts stores the forecasts of zones' sources, as they were issued, in an archive that
// may be unavailable, and reads them back. Blocks on the disk, reads no clock; for one thread.
#ifndef FORECAST_ZONES_ARCHIVED_FORECASTS_H_
#define FORECAST_ZONES_ARCHIVED_FORECASTS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/zone_forecast.h"
#include "forecast/archive/reconnecting_archive.h"
#include "forecast/own/realised_error.h"
#include "forecast/own/zone_errors.h"
#include "forecast/sources/forecast_file.h"

namespace carbon {

class ArchivedForecasts {
 public:
  // `archive` must outlive this object.
  explicit ArchivedForecasts(ReconnectingArchive* archive) : archive_(archive) {}

  // Stores what the archive does not have yet: a source's forecast, and all files of a zone.
  void Keep(const ZoneConfig& zone, const ForecastSource& source, const FetchedForecast& fetched,
            absl::Time now);
  void KeepFiles(const ZoneConfig& zone, absl::Time now);

  // Returns the source's last forecast from before this program began, of any age. It is looked up
  // once.
  std::optional<FetchedForecast> Restore(const ZoneConfig& zone, const ForecastProvider& source,
                                         absl::Time now);

  // Returns what the forecast's source said in the hour of now on earlier days, in order, for
  // FitZoneErrors.
  std::vector<PastForecast> PastOf(const ZoneForecast& forecast, absl::Time now);

  // Returns what the source said at `at`, if that is stored.
  std::optional<IntensitySeries> InForce(const ZoneConfig& zone, const ForecastSource& source,
                                         absl::Time at, absl::Time now);

  // Returns the recent error of the source, which must have the kind of the zone and of `actuals`;
  // nullopt if nothing of it is stored.
  std::optional<RealisedError> ErrorOf(const ZoneConfig& zone, const ForecastSource& source,
                                       const IntensityHistory& actuals, absl::Time now);

 private:
  using Key = std::pair<std::string, std::string>;  // zone, SourceKey

  ReconnectingArchive* archive_;
  std::map<Key, absl::Time> kept_;  // when the data stored last were fetched
  std::map<Key, std::optional<FetchedForecast>> restored_;
};

}  // namespace carbon

#endif  // FORECAST_ZONES_ARCHIVED_FORECASTS_H_
