// Our own forecast of a zone at an instant of the past, from what was known then: the forecast and
// its errors as scarbond would have published them. Made once and kept on disk, since a forecast
// takes a tenth of a second and a year of decisions needs thousands.
#ifndef BENCH_PLACEMENT_ZONE_FORECASTER_H_
#define BENCH_PLACEMENT_ZONE_FORECASTER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/placement/past_forecasts.h"
#include "bench/placement/zone_record.h"
#include "core/grid/zone_forecast.h"

namespace carbon {

class ZoneForecaster {
 public:
  // Keeps forecasts in a folder of the zone within `cache`, named by the data's digest. What is
  // there already is not made again. `record` must outlive the forecaster.
  ZoneForecaster(const ZoneRecord& record, const std::string& cache);

  // The forecast made at `now`, a whole hour, from what the record says of the time before. The
  // same whether it was made or read: both have been through the snapshot's format.
  // FailedPrecondition where too little is known for a forecast. Errors of the disk for a cache
  // that cannot be written. Blocks on the disk. Not thread-safe.
  absl::StatusOr<ZoneForecast> At(absl::Time now);

  int made() const { return made_; }

 private:
  absl::StatusOr<ZoneForecast> Make(absl::Time now);

  const ZoneRecord& record_;
  const std::string folder_;
  PastForecastStore past_;
  int made_ = 0;
};

}  // namespace carbon

#endif  // BENCH_PLACEMENT_ZONE_FORECASTER_H_
