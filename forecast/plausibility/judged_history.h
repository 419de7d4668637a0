// Removes from a zone's history what cannot be true: outages that were recorded as zeros, a source
// that froze, single outliers, values in another unit. Such hours become holes, which a forecast
// from history bridges, and are reported.
//
// These are the rules. PlausibilityConfig can turn off each of them:
//   bounds    above 3000 g/kWh: no power plant emits that much
//   zero      zero between hours that are far from it, unless the zone is usually near zero.
//             Zeros are never accepted because they last, as a dead source stays at zero too.
//             They are accepted once the zone reached zero and left it gradually on 7 days of 28
//   constant  one value for longer than twice the zone's third longest run, and for at least 3
//             hours; accepted once it lasts 7 days, because the source may be a static mix
//   level     4 hours or more, or days, far beyond what the zone had; accepted once they last 7
//             days, or occur on 7 days of 28
//   outlier   up to three hours that differ from their neighbours by more than is ever usual
// With fewer than 14 known days, only the bounds are checked.
//
// The limits were chosen on measured grids. docs/forecast.md has false alarms and detected faults
// by zone, and how to measure them again. Pure: no I/O, no clock.
#ifndef FORECAST_PLAUSIBILITY_JUDGED_HISTORY_H_
#define FORECAST_PLAUSIBILITY_JUDGED_HISTORY_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "core/config/daemon_config.h"
#include "core/grid/intensity_history.h"
#include "forecast/plausibility/zone_habits.h"

namespace carbon {

enum class PlausibilityRule { kBounds, kZero, kConstant, kLevel, kOutlier };

// Returns the name in carbon.json: "bounds", "zero", "constant", "level", "outlier".
absl::string_view PlausibilityRuleName(PlausibilityRule rule);

// No grid has a higher value. The dirtiest hours of coal grids are near 1,500 g/kWh.
inline constexpr GramsPerKilowattHour kMaxPlausible{3000};
// A new level that stays this long is accepted.
inline constexpr absl::Duration kBelievedAfter = absl::Hours(7 * 24);

// For messages: zeros that come and go at once look the same as a dead source.
inline constexpr char kHowToAcceptZeros[] =
    "if that is true, set \"zero\": false or \"accept_from\" in the zone's \"plausibility\"";

// Hours in a row that one rule rejected.
struct RejectedHours {
  PlausibilityRule rule;
  absl::Time start;
  absl::Time end;
  GramsPerKilowattHour value;  // of the first hour

  friend bool operator==(const RejectedHours&, const RejectedHours&) = default;
};

struct JudgedHistory {
  IntensityHistory hours;               // the accepted hours
  std::vector<RejectedHours> rejected;  // in order of time
  ZoneHabits habits;                    // of the accepted hours since accept_from
};

// `hours` must be ByHour. The hours before config.accept_from and the hours after it are judged
// separately, because the zone may have another level from there on.
JudgedHistory JudgeHistory(const IntensityHistory& hours, const PlausibilityConfig& config);

}  // namespace carbon

#endif  // FORECAST_PLAUSIBILITY_JUDGED_HISTORY_H_
