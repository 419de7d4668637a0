// This parser reads forecasts in the JSON forms of the Green Software Foundation's Carbon Aware
// SDK:
//
//   its data file    {"GeneratedAt": "2026-11-24T00:00:00Z",
//                     "Emissions": [{"Location": "de", "Time": "2026-11-24T00:00:00Z",
//                                    "Rating": 412.5, "Duration": "00:15:00"}, …]}
//   or that list alone  [{"Location": "de", "Time": "…", "Rating": 412.5, "Duration": "00:15"}, …]
//   its WebAPI       [{"generatedAt": "…", "location": "de",
//                      "forecastData": [{"location": "de", "timestamp": "…", "duration": 15,
//                                        "value": 412.5}, …]}]
//
// Ratings and values are gCO2e/kWh; a WebAPI duration is in minutes. A fraction of a second in a
// time is cut off. With a `windowSize` each value is a rolling mean over that many minutes: such a
// forecast is refused if the window is longer than a step. A window of 0, which the WebAPI answers
// if none was asked for, means no window. Names are matched in upper and lower case, and members
// that are not named here are ignored. Pure; no I/O. The caller that reads the file bounds its
// size.
#ifndef FORECAST_PROVIDERS_CARBON_AWARE_SDK_H_
#define FORECAST_PROVIDERS_CARBON_AWARE_SDK_H_

#include <cstddef>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/grid/intensity.h"
#include "forecast/providers/provider.h"

namespace carbon {

// A year of five-minute steps has half as many values. Parsed they take 100 MB.
inline constexpr size_t kMaxSdkFileValues = 1'000'000;

struct CarbonAwareForecast {
  std::optional<absl::Time> issued_at;  // GeneratedAt
  IntensitySeries series;
  ReplyRemark remark;
};

// Returns the forecast for `location`. If that is empty, the file must be about one location only.
// An emission that names no location belongs to every location.
//
// Emissions may come in any order. One that cannot be used is left out, as ReplyPoints describes,
// and so is everything after a hole that cannot be filled. `now` is when it was read: see
// ProviderAsk.
//
// Messages quote no text of the file: a user who may choose it may not be allowed to read it (it
// may be a link to another file), and everybody reads the messages.
//
// Errors: InvalidArgument if there are more than `max_values`, for an ambiguous location, and,
// naming the member, if half of the emissions or more have a member that is missing, of another
// type or out of range, or overlap. NotFound for an unknown location. Unavailable if there is no
// emission.
absl::StatusOr<CarbonAwareForecast> ParseCarbonAwareSdk(absl::string_view json,
                                                        absl::string_view location,
                                                        absl::Time now = absl::InfinitePast(),
                                                        size_t max_values = kMaxSdkFileValues);

}  // namespace carbon

#endif  // FORECAST_PROVIDERS_CARBON_AWARE_SDK_H_
