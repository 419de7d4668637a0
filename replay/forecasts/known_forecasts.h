// All zones' forecasts as they were known at an hour of the past, for a replay.
#ifndef REPLAY_FORECASTS_KNOWN_FORECASTS_H_
#define REPLAY_FORECASTS_KNOWN_FORECASTS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/grid/zone_forecast.h"
#include "replay/forecasts/zone_forecaster.h"
#include "replay/forecasts/zone_record.h"

namespace carbon {

// One thread.
class KnownForecasts {
 public:
  virtual ~KnownForecasts() = default;

  // Of the zones that have one at `hour`, a whole hour, in the order of the configuration. An error
  // where none of them ever will, or the disk fails.
  virtual absl::StatusOr<std::vector<ZoneForecast>> At(absl::Time hour) = 0;

  // Makes what At will give for these hours, in order, as far as it can be kept until then. May use
  // `threads` threads; `progress` is called in the caller's, with how much is done, from 0 to 1.
  virtual absl::Status Prepare(const std::vector<absl::Time>& /*hours*/, int /*threads*/,
                               const std::function<void(double)>& /*progress*/) {
    return absl::OkStatus();
  }
};

// What a zone's name in `records` must be: that of the zone config beside it.
struct ZoneActuals {
  const ZoneConfig* zone;
  const ZoneRecord* record;
};

// Knows the future: what was measured over the next 14 days, without error. An upper bound of what
// forecasts could save, and no decision that a site could have made.
class OracleForecasts : public KnownForecasts {
 public:
  // What `zones` point to must outlive it.
  explicit OracleForecasts(std::vector<ZoneActuals> zones) : zones_(std::move(zones)) {}

  absl::StatusOr<std::vector<ZoneForecast>> At(absl::Time hour) override;

 private:
  const std::vector<ZoneActuals> zones_;
};

// The history-based forecast that scarbond would have made at that hour from what was measured
// before it, but with regressions that serve for 30 days once they are fitted, and fits to past
// errors that serve for 7, so that a year takes minutes and not hours.
class OwnForecasts : public KnownForecasts {
 public:
  static constexpr int kFitServesDays = 30;
  static constexpr int kErrorsServeDays = 7;

  // Keeps what it makes in the folder `cache`; empty: only for this process. What `zones` point to
  // must outlive it.
  OwnForecasts(const std::vector<ZoneActuals>& zones, const std::string& cache);

  absl::StatusOr<std::vector<ZoneForecast>> At(absl::Time hour) override;
  // Zone by zone; nothing without a cache.
  absl::Status Prepare(const std::vector<absl::Time>& hours, int threads,
                       const std::function<void(double)>& progress) override;

 private:
  const std::vector<ZoneActuals> zones_;
  const std::string cache_;
  std::vector<std::unique_ptr<ZoneForecaster>> forecasters_;  // made when they are needed
};

}  // namespace carbon

#endif  // REPLAY_FORECASTS_KNOWN_FORECASTS_H_
