// SuspectSources decides which sources are accepted again although their forecasts are implausible:
// those that have kept their new level for kBelievedAfter. Only the rules "level" and "constant"
// yield to time. A source that sends zeros, or values above any bound, stays rejected for as long
// as it does.
//
// One thread; no I/O, no clock.
#ifndef FORECAST_PLAUSIBILITY_SUSPECT_SOURCES_H_
#define FORECAST_PLAUSIBILITY_SUSPECT_SOURCES_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "core/base/quantities.h"
#include "forecast/plausibility/judged_forecast.h"

namespace carbon {

class SuspectSources {
 public:
  // The zone and the SourceKey.
  using Key = std::pair<std::string, std::string>;
  // Returns the judgement of the forecast that the source had given by `at`; absent if that is
  // unknown.
  using Past = std::function<std::optional<JudgedForecast>(absl::Time at)>;

  // Returns whether the forecast that the source gives at `now` is accepted. It is accepted if it
  // is plausible, or if it has the level that the source has had for kBelievedAfter, however often
  // the source gives a new forecast. Plausible forecasts among the others do not restart that time,
  // unless all are plausible for two days: a level may be at the edge of what is plausible. `past`
  // is asked when a level is new, so that a restart of the program loses no day of the 7.
  bool Believes(const Key& key, const JudgedForecast& judged, absl::Time now, const Past& past);

 private:
  struct Suspect {
    absl::Time since;
    absl::Time last_seen;
    GramsPerKilowattHour level;
  };

  static bool HasLevel(const JudgedForecast& judged, GramsPerKilowattHour level);

  std::map<Key, Suspect> suspects_;
};

}  // namespace carbon

#endif  // FORECAST_PLAUSIBILITY_SUSPECT_SOURCES_H_
