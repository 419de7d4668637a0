// SourceStates combines the states of all sources in a configuration: what is known about the
// providers, and what was found when the zones' forecasts were made from them. For one thread; no
// I/O.
#ifndef FORECAST_LIVE_SOURCE_STATES_H_
#define FORECAST_LIVE_SOURCE_STATES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/source_state.h"
#include "forecast/live/live_forecasts.h"
#include "forecast/sources/forecast_file.h"
#include "forecast/sources/source_choice.h"

namespace carbon {

class SourceStates {
 public:
  // Notes what ReadZoneForecast found at `now`. It will be called again for this zone's files at
  // `next` at the latest.
  void Note(const ZoneConfig& zone, const std::vector<SourceLook>& looks, absl::Time now,
            absl::Time next);

  // Returns one state for each source, in the order of the configuration. Sources after the one in
  // use were not looked at: then nothing is known about a file.
  std::vector<SourceState> Of(const DaemonConfig& config, const LiveForecasts& live) const;

 private:
  using Key = std::pair<std::string, std::string>;  // zone, SourceKey

  std::map<Key, SourceState> seen_;
  std::map<Key, absl::Time> implausible_;  // when the data counted last were fetched
};

}  // namespace carbon

#endif  // FORECAST_LIVE_SOURCE_STATES_H_
