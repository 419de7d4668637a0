// What scarbond publishes and when: configuration, forecasts, capacity and admission, each renewed
// at its own rhythm and published together. Logs what changed, once per change. Blocks on the disk
// and on slurmctld. One thread.
#ifndef SCARBOND_PUBLICATION_H_
#define SCARBOND_PUBLICATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/finding.h"
#include "core/config/config.h"
#include "core/decision/look_rhythm.h"
#include "core/snapshot/part.h"
#include "core/snapshot/snapshot.h"
#include "forecast/live/live_forecasts.h"
#include "forecast/live/live_history.h"
#include "forecast/live/source_states.h"
#include "forecast/zones/zone_forecasts.h"
#include "scarbond/cluster_source.h"
#include "scarbond/delay_watch.h"
#include "scarbond/metrics.h"
#include "scarbond/part_keeper.h"
#include "store/snapshot_store.h"

namespace carbon {

class Publication {
 public:
  // Returns the current time. Publish uses its argument instead, except to limit how long work
  // takes.
  using Clock = absl::Time (*)();

  // Creates the folders of the snapshot and of the placement log where they are missing, takes the
  // writer's lock, and reads the providers' secrets.
  static absl::StatusOr<Publication> Open(Config config, std::unique_ptr<ClusterSource> cluster,
                                          Clock clock = &absl::Now);

  // Goes on with another configuration. On an error everything stays as it was.
  absl::Status Reconfigure(Config config);

  enum class Watch { kYes, kNo };

  // One tick: reads the forecasts where a file changed or it is time, whom the partitions admit
  // where it is time, and the capacity, restores the jobs that must be if it is to `watch` over
  // them, and publishes. Nothing is published, and the last publish stays, where slurmctld does not
  // answer.
  absl::Status Publish(absl::Time now, Watch watch);

  // Waits for the providers asked, and takes what they answer; returns after `longest`, or earlier
  // where something was answered or `wake_fd` can be read. Publish never waits for a provider. What
  // our own forecasts still have to do is done here, half a second at a time.
  void Poll(absl::Duration longest, int wake_fd);
  // Asks each provider for its forecast once, and waits for all of them until `longest` is over.
  // History is not asked for: what the archive has must do.
  void FetchAll(absl::Duration longest) { live_->FetchAll(longest); }

  // How long from the start of one tick to the next: refresh.capacity, or longer where slurmctld
  // takes long to answer (core/decision/look_rhythm.h).
  absl::Duration period() const { return PeriodAfter(burden_, config_.daemon.refresh.capacity); }
  const PathsConfig& paths() const { return config_.daemon.paths; }
  // As whom slurmctld runs, once it has answered.
  std::optional<uint32_t> slurm_user() const { return slurm_user_; }

  // How the sources of all zones are doing, and what the zones' forecasts rest on.
  std::vector<SourceState> Sources() const { return source_states_.Of(config_.daemon, *live_); }
  const std::vector<ZoneInUse>& zones() const { return zones_; }
  // Warnings about what it continues without, the archive or a history, and about nodes that Slurm
  // hides. Notes about zones, about nodes, and about what the replies of histories left out.
  std::vector<Finding> Findings() const;
  // How much of the histories is not plausible.
  std::vector<ImplausibleHours> Implausible() const;
  // How far off they turned out to be, as of this hour.
  const std::vector<SourceErrorRatio>& errors() const { return errors_; }

 private:
  Publication(Config config, SnapshotPublisher publisher, std::unique_ptr<LiveForecasts> live,
              std::unique_ptr<LiveHistory> history, std::unique_ptr<ClusterSource> cluster,
              Clock clock);

  absl::Status LookAndPublish(absl::Time now, Watch watch);
  // Renews what depends on nothing but the configuration.
  void ConfigureParts();
  // Takes what the archive has of the configuration, and spares the providers that.
  void ConfigureForecasts();
  void RefreshForecasts(absl::Time now, Watch watch);
  void RefreshErrors(absl::Time now, Watch watch);
  void RefreshAdmission(const ClusterLook& look, absl::Time now);
  // FileMark of each forecast file.
  std::vector<std::string> ForecastFileMarks() const;

  Config config_;
  Clock clock_;
  SnapshotPublisher publisher_;
  SnapshotParts parts_;
  PartKeeper part_keeper_;
  std::unique_ptr<LiveForecasts> live_;
  std::unique_ptr<LiveHistory> history_;
  ZoneForecasts zone_forecasts_;
  int64_t replies_seen_ = 0;
  absl::Time forecasts_due_ = absl::InfinitePast();
  std::vector<std::string> forecast_marks_;
  std::vector<std::string> forecast_problems_;  // as logged last
  std::vector<std::string> forecast_notes_;
  SourceStates source_states_;
  std::vector<ZoneInUse> zones_;
  std::vector<SourceErrorRatio> errors_;
  std::vector<SourceErrorRatio> next_errors_;  // of the first `errors_known_` zones
  size_t errors_known_ = SIZE_MAX;
  absl::Time errors_due_ = absl::InfinitePast();
  std::unique_ptr<ClusterSource> cluster_;
  std::optional<uint32_t> slurm_user_;
  std::string not_readable_;  // why slurmctld's user cannot read what is published; empty: it can
  int64_t jobs_seen_ = 0;     // by the last look
  absl::Duration burden_;     // that the last look was to slurmctld (core/decision/look_rhythm.h)
  std::vector<Finding> cluster_findings_;  // of the last look
  DelayWatch delay_watch_;
  std::optional<uint64_t> admission_version_;  // of what is in `parts_`
  std::string admission_trouble_;
};

}  // namespace carbon

#endif  // SCARBOND_PUBLICATION_H_
