// The forecasts of all zones, as they were known at an hour of the past. A replay uses them.
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

// Used by one thread.
class KnownForecasts {
 public:
  virtual ~KnownForecasts() = default;

  // Returns the forecasts of the zones that have one at `hour`, a whole hour, in the order of the
  // configuration. Returns an error if no zone ever has one, or if the disk fails.
  virtual absl::StatusOr<std::vector<ZoneForecast>> At(absl::Time hour) = 0;

  // Makes what At will give for these hours, in order, as far as it can be kept until then. May use
  // `threads` threads; `progress` is called in the caller's, with how much is done, from 0 to 1.
  virtual absl::Status Prepare(const std::vector<absl::Time>& /*hours*/, int /*threads*/,
                               const std::function<void(double)>& /*progress*/) {
    return absl::OkStatus();
  }
};

// A zone's configuration and its measured values. Both must have the same zone name.
struct ZoneActuals {
  const ZoneConfig* zone;
  const ZoneRecord* record;
};

// Knows the future: the values measured in the next 14 days, without error. It is an upper bound of
// what forecasts could save. No site could have decided with it.
class OracleForecasts : public KnownForecasts {
 public:
  // The objects to which `zones` points must outlive it.
  explicit OracleForecasts(std::vector<ZoneActuals> zones) : zones_(std::move(zones)) {}

  absl::StatusOr<std::vector<ZoneForecast>> At(absl::Time hour) override;

 private:
  const std::vector<ZoneActuals> zones_;
};

// The history-based forecast that scarbond would have made at that hour from earlier measurements,
// except that a fitted regression is used for 30 days. So a year takes minutes instead of hours.
class OwnForecasts : public KnownForecasts {
 public:
  static constexpr int kFitServesDays = 30;
  static constexpr int kErrorsServeDays = 7;

  // Keeps its forecasts in the folder `cache`; empty: only in memory. The objects to which `zones`
  // points must outlive it.
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
