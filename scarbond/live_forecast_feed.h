// LiveForecastFeed makes the forecasts in this process: it reads the forecast files, asks the
// providers over HTTP, keeps the archive, and computes our own forecasts and the errors of all.
// Everything that scarbond knows of the internet is behind it. Logs what changed, once per change.
// Does network I/O and blocks on the disk. One thread.
#ifndef SCARBOND_LIVE_FORECAST_FEED_H_
#define SCARBOND_LIVE_FORECAST_FEED_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecast/live/live_forecasts.h"
#include "forecast/live/live_history.h"
#include "forecast/live/source_states.h"
#include "forecast/zones/zone_forecasts.h"
#include "scarbond/forecast_feed.h"

namespace carbon {

class LiveForecastFeed : public ForecastFeed {
 public:
  // Returns the current time. Refresh uses its argument instead, except to limit how long work
  // takes.
  using Clock = absl::Time (*)();

  // Reads the providers' secrets, and takes from the archive what it has. An error is about a
  // secret file.
  static absl::StatusOr<std::unique_ptr<LiveForecastFeed>> Create(const DaemonConfig& config,
                                                                  Clock clock);

  absl::Status Configure(const DaemonConfig& config) override;
  // Reads the forecast files if one was replaced or it is time, and sends the requests that are
  // due.
  void Refresh(absl::Time now, Work work) override;
  void FetchAll(absl::Duration longest) override { live_.FetchAll(longest); }
  void Poll(absl::Duration longest, int wake_fd) override;

  const std::string& part() const override { return part_; }
  const std::vector<ZoneInUse>& zones() const override { return zones_; }
  std::vector<SourceState> Sources() const override { return source_states_.Of(config_, live_); }
  std::vector<Finding> Findings() const override;
  const std::vector<SourceErrorRatio>& errors() const override { return errors_; }
  std::vector<ImplausibleHours> Implausible() const override;

 private:
  explicit LiveForecastFeed(Clock clock);

  // Takes what the archive has of the configuration. The providers are not asked for that.
  void UseArchive();
  void RefreshForecasts(absl::Time now, Work work);
  void RefreshErrors(absl::Time now, Work work);
  // FileMark of each forecast file.
  std::vector<std::string> ForecastFileMarks() const;

  DaemonConfig config_;
  Clock clock_;
  LiveForecasts live_;
  LiveHistory history_{live_.client()};
  ZoneForecasts zone_forecasts_;
  int64_t replies_seen_ = 0;
  absl::Time forecasts_due_ = absl::InfinitePast();
  std::vector<std::string> marks_;
  std::vector<std::string> problems_;  // as logged last
  std::vector<std::string> notes_;     // likewise
  SourceStates source_states_;
  std::string part_;
  std::vector<ZoneInUse> zones_;
  std::vector<SourceErrorRatio> errors_;
  std::vector<SourceErrorRatio> next_errors_;  // of the first `errors_known_` zones
  size_t errors_known_ = SIZE_MAX;
  absl::Time errors_due_ = absl::InfinitePast();
};

}  // namespace carbon

#endif  // SCARBOND_LIVE_FORECAST_FEED_H_
