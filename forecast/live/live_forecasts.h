// The forecasts of all providers that a configuration names, kept up to date over HTTP while the
// program does other things: no call waits but Poll, and that no longer than it is told. A source
// that fails or hangs leaves the others alone. For one thread; does network I/O and reads the
// clock.
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

  // Takes the sources of `config`, whose providers were checked (CheckProvider), and reads their
  // secrets. What is known of sources that were there before stays. On an error, a secret file's,
  // nothing changes.
  absl::Status Configure(const DaemonConfig& config);

  // Sends what is due.
  void Start(absl::Time now);
  // Works on what was sent, as HttpClient::Poll does.
  void Poll(absl::Duration longest, absl::Span<const int> wake_fds = {});
  // Asks every source once, and returns when all have answered or after `longest`.
  void FetchAll(absl::Duration longest);

  // What the source gave last. NotFound for a source that is not configured.
  absl::StatusOr<FetchedForecast> Find(const ZoneConfig& zone,
                                       const ForecastProvider& source) const;
  // How that source is doing; one that is not configured has done nothing.
  SourceState State(const ZoneConfig& zone, const ForecastProvider& source) const;
  // For other requests of the same program: what hosts may be sent is bounded for all together, and
  // Poll works on them too.
  HttpClient* client() { return &client_; }
  // Counts replies: changes whenever what Find gives does.
  int64_t replies() const { return *replies_; }

 private:
  HttpClient client_;
  // Shared with what is under way, which may outlast a configuration.
  std::vector<std::shared_ptr<ZoneSource>> sources_;
  std::shared_ptr<int64_t> replies_ = std::make_shared<int64_t>(0);
  std::shared_ptr<std::mt19937_64> random_;
};

}  // namespace carbon

#endif  // FORECAST_LIVE_LIVE_FORECASTS_H_
