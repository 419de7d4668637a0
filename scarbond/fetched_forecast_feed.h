// FetchedForecastFeed takes the forecasts from the file that scarbond-fetch leaves
// (store/fetched_forecasts.h). It opens no connection and reads no secret. The file is data of a
// less trusted user: it is read within bounds, and a zone's forecast is published only if
// CheckFetched accepts it. If the file cannot be used, the last one that could is used further, and
// the findings say why. Blocks on the disk. One thread.
#ifndef SCARBOND_FETCHED_FORECAST_FEED_H_
#define SCARBOND_FETCHED_FORECAST_FEED_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/grid/zone_forecast.h"
#include "scarbond/forecast_feed.h"
#include "store/fetched_forecasts.h"

namespace carbon {

// Returns OK if `forecast` may be published for the zone at `now`; otherwise InvalidArgument with
// the fact. It has the zone's kind, unless the zone accepts any. It was not made in the future. It
// is valid for no longer than the larger of the zone's max_age and fifteen days. Its values are
// within the absolute bounds of forecast/plausibility/, unless the zone turns that rule off or they
// are carbon.json's own, a static value or a climatology. Pure.
absl::Status CheckFetched(const ZoneConfig& zone, const ZoneForecast& forecast, absl::Time now);

class FetchedForecastFeed : public ForecastFeed {
 public:
  // scarbond-fetch writes at least once a minute. It is reported when it has not for this long.
  static constexpr absl::Duration kMaxSilence = absl::Minutes(3);

  // `config.paths.forecasts` is not empty.
  explicit FetchedForecastFeed(const DaemonConfig& config);

  absl::Status Configure(const DaemonConfig& config) override;
  // Reads the file if it was replaced.
  void Refresh(absl::Time now, Work work) override;
  // There is nobody to ask.
  void FetchAll(absl::Duration) override {}
  // Only waits.
  void Poll(absl::Duration longest, int wake_fd) override;

  const std::string& part() const override { return part_; }
  const std::vector<ZoneInUse>& zones() const override { return zones_; }
  std::vector<SourceState> Sources() const override { return fetched_.sources; }
  std::vector<Finding> Findings() const override;
  const std::vector<SourceErrorRatio>& errors() const override { return fetched_.errors; }
  std::vector<ImplausibleHours> Implausible() const override { return fetched_.implausible; }

 private:
  absl::Status Read(absl::Time now);
  // What is used while there is trouble.
  const char* Instead() const {
    return has_read_ ? "the last that could be read are used" : "there are none yet";
  }
  // Once per fault: whoever writes the file cannot fill the log with it.
  void LogTroubles();

  DaemonConfig config_;
  std::string mark_;          // FileMark of the file that was read last
  absl::Status trouble_;      // why that one is not used
  bool has_read_ = false;     // a file could be used
  FetchedForecasts fetched_;  // the last that could; its reports are of configured zones only
  std::string part_;
  std::vector<ZoneInUse> zones_;
  std::vector<Finding> left_out_;          // zones of `fetched_` that are not published
  std::optional<absl::Duration> silence_;  // if it is longer than kMaxSilence
  // As logged last.
  absl::StatusCode logged_trouble_ = absl::StatusCode::kOk;
  std::set<std::string> logged_left_out_;
  bool logged_silence_ = false;
};

}  // namespace carbon

#endif  // SCARBOND_FETCHED_FORECAST_FEED_H_
