// ZoneForecast is what is known of one grid zone's carbon intensity when a decision is made: the
// forecast, where it came from, how old it is and how far off it may be. Plain data; no I/O.
#ifndef CORE_GRID_ZONE_FORECAST_H_
#define CORE_GRID_ZONE_FORECAST_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "core/grid/error_factors.h"
#include "core/grid/intensity.h"

namespace carbon {

// A snapshot has at most this many zones: readers refuse one that has more.
inline constexpr size_t kMaxZones = 1000;

// One standard deviation of the relative error of an hour's intensity, as it grows with the lead
// time: near + (far - near) * lead / (lead + growth). Climatology errs by no less than `far`.
struct LeadTimeSpread {
  double near = 0.05;
  double far = 0.20;
  absl::Duration growth = absl::Hours(24);
};

struct ZoneForecast {
  std::string zone;
  SignalKind kind = SignalKind::kAverageLifecycle;
  std::string source;                   // for people: "csv:NO-1.csv", "synthetic"
  std::optional<absl::Time> issued_at;  // unknown for some providers
  absl::Time fetched_at;
  absl::Time valid_until;  // beyond it the forecast is stale: no decision rests on it
  IntensitySeries series;
  // From here to `horizon` the values are our own forecast from history, not the source's. Absent
  // if there are none of ours, or if `source` names only us. Not after `horizon`.
  std::optional<absl::Time> own_from;
  // From here to series.end() the values are climatology, not forecast. Equal to series.end() if
  // there is none.
  absl::Time horizon;
  // The long-run mean, for choosing the static best site; the series' own mean if none was given.
  GramsPerKilowattHour long_run_mean;
  LeadTimeSpread spread;
  // How past forecasts of this kind erred. If it is known, it replaces `spread`, except for the
  // least error of climatology.
  std::optional<ErrorFactors> errors;
};

}  // namespace carbon

#endif  // CORE_GRID_ZONE_FORECAST_H_
