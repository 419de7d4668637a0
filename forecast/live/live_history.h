// LiveHistory fetches the history of all zones in a configuration over HTTP while the program does
// other things: no call waits. It asks each URL for one piece at a time, whatever the number of
// zones, and for recent history before older history, so that forecasts never queue behind a year's
// history. For one thread; does network I/O and reads the clock.
#ifndef FORECAST_LIVE_LIVE_HISTORY_H_
#define FORECAST_LIVE_LIVE_HISTORY_H_

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/config/daemon_config.h"
#include "core/finding/finding.h"
#include "forecast/http/http_client.h"
#include "forecast/live/zone_history_source.h"

namespace carbon {

// The content of one reply.
struct HistoryReply {
  std::string zone;
  ForecastProvider source;
  SignalKind kind = SignalKind::kAverageLifecycle;
  IntensityHistory history;
  absl::Time fetched_at;
};

// Returns the sources of the zone's history: the configured ones, or else those of its forecast
// providers that give history of its kind. Pure.
std::vector<HistorySource> HistorySourcesOf(const ZoneConfig& zone);

// Returns the source's name for people and for the archive (Feed::source). Pure.
std::string HistorySourceName(const HistorySource& source);

class LiveHistory {
 public:
  // `client` must outlive this object. The client's owner polls it.
  explicit LiveHistory(HttpClient* client);

  // Uses the history providers of `config`, which were checked (CheckProvider), and reads their
  // secrets. Sources that were there before continue where they were. On an error, which is about a
  // secret file, nothing changes.
  absl::Status Configure(const DaemonConfig& config);

  // Assumes a part of a source's past to be known already, as ZoneHistorySource::Hold.
  void Hold(const std::string& zone, const ForecastProvider& source, absl::Time from,
            absl::Time to);

  // Sends the requests that are due.
  void Start(absl::Time now);
  // Returns the replies since the last call.
  std::vector<HistoryReply> TakeReplies();

  // Returns a warning for each source whose recent history fails: "zone DE", "history of
  // energy-charts:de: status 500, …", and one for each whose older history fails: "older history of
  // …". The text stays the same as long as the problem lasts. Returns a note in the same form for
  // each source with parts of replies that could not be used while the rest was.
  std::vector<Finding> Findings() const;

 private:
  void Start(absl::Time now, ZoneHistorySource::Part part);

  HttpClient* client_;
  // Shared with requests under way, which may outlast a configuration.
  std::vector<std::shared_ptr<ZoneHistorySource>> sources_;
  std::shared_ptr<std::vector<HistoryReply>> replies_ =
      std::make_shared<std::vector<HistoryReply>>();
  std::shared_ptr<std::mt19937_64> random_;
  size_t turn_ = 0;  // index of the first source to ask, so that all get their turn
};

}  // namespace carbon

#endif  // FORECAST_LIVE_LIVE_HISTORY_H_
