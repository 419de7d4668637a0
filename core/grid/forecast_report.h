// What scarbond reports in its metrics about the zones' forecasts and their sources, besides the
// sources' own states (core/grid/source_state.h). Plain data; no I/O.
#ifndef CORE_GRID_FORECAST_REPORT_H_
#define CORE_GRID_FORECAST_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/grid/intensity.h"

namespace carbon {

// The forecast that a zone's decisions rest on, without its values.
struct ZoneInUse {
  std::string zone;
  std::string source;
  SignalKind kind = SignalKind::kAverageLifecycle;
  std::optional<absl::Time> made_at;  // MadeAt
  absl::Time horizon;                 // where the forecast ends and climatology begins
};

// How far off a source's past forecasts turned out to be at one lead time: their mean absolute
// error divided by the mean of the actual values.
struct SourceErrorRatio {
  std::string zone;
  std::string source;
  absl::Duration lead;  // whole hours
  double ratio = 0;

  friend bool operator==(const SourceErrorRatio&, const SourceErrorRatio&) = default;
};

// How many hours of a source's history are not plausible and count as missing.
struct ImplausibleHours {
  std::string zone;
  std::string source;
  int64_t hours = 0;

  friend bool operator==(const ImplausibleHours&, const ImplausibleHours&) = default;
};

}  // namespace carbon

#endif  // CORE_GRID_FORECAST_REPORT_H_
