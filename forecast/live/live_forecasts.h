// LiveForecasts keeps the forecasts of all providers in a configuration up to date over HTTP while
// the program does other things. Only Poll waits, and no longer than it is told. A source that
// fails or hangs does not affect the others. For one thread; does network I/O and reads the clock.
#ifndef FORECAST_LIVE_LIVE_FORECASTS_H_
#define FORECAST_LIVE_LIVE_FORECASTS_H_

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/config/daemon_config.h"
#include "forecast/http/http_client.h"
#include "forecast/live/zone_source.h"

namespace carbon {

class LiveForecasts {
 public:
  explicit LiveForecasts(HttpClientOptions options = {});

  // Uses the sources of `config`, whose providers were checked (CheckProvider), and reads their
  // secrets. What is known about sources that were there before stays. On an error, which is about
  // a secret file, nothing changes.
  absl::Status Configure(const DaemonConfig& config);

  // Sends the requests that are due.
  void Start(absl::Time now);
  // Works on the sent requests, as HttpClient::Poll does.
  void Poll(absl::Duration longest, absl::Span<const int> wake_fds = {});
  // Asks every source once, and returns when all have answered or after `longest`.
  void FetchAll(absl::Duration longest);

  // Returns the source's last forecast. NotFound for a source that is not configured.
  absl::StatusOr<FetchedForecast> Find(const ZoneConfig& zone,
                                       const ForecastProvider& source) const;
  // Returns the source's state. A source that is not configured has an empty state.
  SourceState State(const ZoneConfig& zone, const ForecastProvider& source) const;
  // The client may serve other requests of the same program: the limits per host then apply to all
  // together, and Poll works on them too.
  HttpClient* client() { return &client_; }
  // Counts replies: the number changes whenever the result of Find does.
  int64_t replies() const { return *replies_; }

 private:
  HttpClient client_;
  // Shared with requests under way, which may outlast a configuration.
  std::vector<std::shared_ptr<ZoneSource>> sources_;
  std::shared_ptr<int64_t> replies_ = std::make_shared<int64_t>(0);
  std::shared_ptr<std::mt19937_64> random_;
};

}  // namespace carbon

#endif  // FORECAST_LIVE_LIVE_FORECASTS_H_
