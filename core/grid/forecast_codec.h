// This codec writes the forecast part of a snapshot as bytes and reads it back (docs/snapshot.md).
// Times are stored in whole seconds, intensities as float32. Parsing trusts nothing. It returns
// DataLoss, naming the place and the fact, for bytes that break the format, and InvalidArgument for
// another version. Pure.
#ifndef CORE_GRID_FORECAST_CODEC_H_
#define CORE_GRID_FORECAST_CODEC_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/grid/zone_forecast.h"

namespace carbon {

std::string SerializeForecasts(const std::vector<ZoneForecast>& forecasts);
absl::StatusOr<std::vector<ZoneForecast>> ParseForecasts(absl::string_view bytes);

}  // namespace carbon

#endif  // CORE_GRID_FORECAST_CODEC_H_
