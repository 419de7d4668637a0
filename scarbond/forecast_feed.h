// ForecastFeed gives scarbond the forecasts that it publishes and what it reports about them. They
// are made in this process (live_forecast_feed.h), or by scarbond-fetch, the process of another
// user (fetched_forecast_feed.h). One thread.
#ifndef SCARBOND_FORECAST_FEED_H_
#define SCARBOND_FORECAST_FEED_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/finding/finding.h"
#include "core/grid/forecast_report.h"
#include "core/grid/source_state.h"
#include "core/grid/zone_forecast.h"

namespace carbon {

class ForecastFeed {
 public:
  // How Refresh computes: for half a second, and leaves the rest to Poll and to the next Refresh;
  // or all of it, for a program that publishes only once.
  enum class Work { kInPortions, kAtOnce };

  virtual ~ForecastFeed() = default;

  // Continues with another configuration, of which each path is absolute. On an error everything
  // stays as it was.
  virtual absl::Status Configure(const DaemonConfig& config) = 0;

  // Brings everything below up to date with `now`. Never waits for a provider. Blocks on the disk.
  virtual void Refresh(absl::Time now, Work work) = 0;
  // Asks each provider once, and waits for all of them until `longest` is over. History is not
  // asked for: what the archive has must do.
  virtual void FetchAll(absl::Duration longest) = 0;
  // Waits for the providers that were asked, and takes their answers. Returns after `longest`, or
  // earlier if something was answered or `wake_fd` can be read.
  virtual void Poll(absl::Duration longest, int wake_fd) = 0;

  // The bytes of the snapshot's forecast part (core/grid/forecast_codec.h).
  virtual const std::string& part() const = 0;
  // What the forecasts in part() rest on.
  virtual const std::vector<ZoneInUse>& zones() const = 0;
  // How the sources of all zones are doing.
  virtual std::vector<SourceState> Sources() const = 0;
  // Warnings about what it continues without, and notes.
  virtual std::vector<Finding> Findings() const = 0;
  // How far off the sources' forecasts turned out to be, as of this hour.
  virtual const std::vector<SourceErrorRatio>& errors() const = 0;
  // How much of the histories is not plausible.
  virtual std::vector<ImplausibleHours> Implausible() const = 0;
};

// The forecasts without their values.
std::vector<ZoneInUse> ZonesInUse(const std::vector<ZoneForecast>& forecasts);

}  // namespace carbon

#endif  // SCARBOND_FORECAST_FEED_H_
