// The history of all zones that a configuration names, fetched over HTTP while the program does
// other things: no call waits. Of one URL it asks for one piece at a time, whatever the number of
// zones, news before what lies further back, so that forecasts never queue behind a year's history.
// For one thread; does network I/O and reads the clock.
#ifndef FORECAST_LIVE_LIVE_HISTORY_H_
#define FORECAST_LIVE_LIVE_HISTORY_H_

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/finding.h"
#include "core/config/daemon_config.h"
#include "forecast/http/http_client.h"
#include "forecast/live/zone_history_source.h"

namespace carbon {

// What one reply told.
struct HistoryReply {
  std::string zone;
  ForecastProvider source;
  SignalKind kind = SignalKind::kAverageLifecycle;
  IntensityHistory history;
  absl::Time fetched_at;
};

// Where the zone's history comes from: as it is configured, or else those of its forecast providers
// that give history of its kind. Pure.
std::vector<HistorySource> HistorySourcesOf(const ZoneConfig& zone);

class LiveHistory {
 public:
  // `client` outlives it; whoever owns that polls it.
  explicit LiveHistory(HttpClient* client);

  // Takes the history providers of `config`, which were checked (CheckProvider), and reads their
  // secrets. Sources that were there before go on where they were. On an error, a secret file's,
  // nothing changes.
  absl::Status Configure(const DaemonConfig& config);

  // What is known of a source's past already, as ZoneHistorySource::Hold.
  void Hold(const std::string& zone, const ForecastProvider& source, absl::Time from,
            absl::Time to);

  // Sends what is due.
  void Start(absl::Time now);
  // What was told since the last call.
  std::vector<HistoryReply> TakeReplies();

  // A warning for each source whose news fail: "zone DE", "history of energy-charts:de: status 500,
  // …", and one where what lies further back does: "older history of …". The same text as long as
  // the same trouble lasts. Notes in the same form for what the replies had that could not be used
  // while the rest was.
  std::vector<Finding> Findings() const;

 private:
  void Start(absl::Time now, ZoneHistorySource::Part part);

  HttpClient* client_;
  // Shared with what is under way, which may outlast a configuration.
  std::vector<std::shared_ptr<ZoneHistorySource>> sources_;
  std::shared_ptr<std::vector<HistoryReply>> replies_ =
      std::make_shared<std::vector<HistoryReply>>();
  std::shared_ptr<std::mt19937_64> random_;
  size_t turn_ = 0;  // who is asked for first, so that all come to it
};

}  // namespace carbon

#endif  // FORECAST_LIVE_LIVE_HISTORY_H_
