// Publication decides what scarbond publishes and when: configuration, forecasts, capacity,
// admission and runtimes are each renewed at their own rhythm, and published together. Logs what
// changed, once per change. Blocks on the disk and on slurmctld. One thread.
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
#include "core/config/config.h"
#include "core/finding/finding.h"
#include "core/snapshot/part.h"
#include "core/snapshot/snapshot.h"
#include "scarbond/cluster_source.h"
#include "scarbond/delay_watch.h"
#include "scarbond/forecast_feed.h"
#include "scarbond/job_figures.h"
#include "scarbond/look_rhythm.h"
#include "scarbond/metrics.h"
#include "scarbond/part_keeper.h"
#include "scarbond/runtime_history.h"
#include "store/snapshot_store.h"

namespace carbon {

class Publication {
 public:
  // Returns the current time. Publish uses its argument instead, except to limit how long work
  // takes.
  using Clock = absl::Time (*)();

  // Creates the folders of the snapshot and of the placement log if they are missing, and takes the
  // writer's lock. Reads the providers' secrets, unless paths.forecasts names the file from which
  // it takes the forecasts: it then has no HTTP client either.
  static absl::StatusOr<Publication> Open(Config config, std::unique_ptr<ClusterSource> cluster,
                                          Clock clock = &absl::Now);

  // Continues with another configuration. On an error everything stays as it was.
  absl::Status Reconfigure(Config config);

  enum class Watch { kYes, kNo };

  // Does one tick: refreshes the forecasts; asks slurmctld for partitions, nodes and queue, and, if
  // it is time, whom the partitions admit; restores jobs, if it is to `watch` over them; and
  // publishes. If slurmctld does not answer, nothing is published and the last publish stays.
  absl::Status Publish(absl::Time now, Watch watch);

  // As ForecastFeed::Poll. Publish never waits for a provider.
  void Poll(absl::Duration longest, int wake_fd) { feed_->Poll(longest, wake_fd); }
  // As ForecastFeed::FetchAll.
  void FetchAll(absl::Duration longest) { feed_->FetchAll(longest); }

  // The time from the start of one tick to the next: refresh.capacity, or longer if slurmctld takes
  // long to answer (scarbond/look_rhythm.h).
  absl::Duration period() const { return PeriodAfter(burden_, config_.daemon.refresh.capacity); }
  // The configuration that is in force.
  const DaemonConfig& config() const { return config_.daemon; }
  const PathsConfig& paths() const { return config_.daemon.paths; }
  // The user that slurmctld runs as, once it has answered.
  std::optional<uint32_t> slurm_user() const { return slurm_user_; }

  // Of the last look that slurmctld answered; absent before it. Whether Slurm has operators of its
  // own, and AuthInfo of slurm.conf.
  const std::optional<bool>& has_slurmdbd() const { return has_slurmdbd_; }
  const std::string& auth_info() const { return auth_info_; }

  // The forecasts that are published, and the reports about them.
  const ForecastFeed& forecasts() const { return *feed_; }
  // Warnings about what it continues without, such as the archive or a history, and about nodes
  // that Slurm hides. Notes about zones, about nodes, and about what the replies of histories left
  // out.
  std::vector<Finding> Findings() const;
  // What is predicted of the jobs in the queue. Empty if metrics.jobs is 0, or without metrics.
  JobMetrics Jobs() const;

 private:
  Publication(Config config, SnapshotPublisher publisher, std::unique_ptr<ForecastFeed> feed,
              std::unique_ptr<ClusterSource> cluster, Clock clock);

  absl::Status LookAndPublish(absl::Time now, Watch watch);
  // Renews what depends on nothing but the configuration.
  void ConfigureParts();
  void RefreshAdmission(const ClusterLook& look, absl::Time now);
  // Learns runtimes, if a policy uses them.
  void RefreshRuntimes(const ClusterLook& look, absl::Time now);
  // Reads the log for what is predicted of the queue's jobs, if their metrics are wanted.
  void RefreshJobFigures(const ClusterLook& look, absl::Time now);

  Config config_;
  Clock clock_;
  SnapshotPublisher publisher_;
  SnapshotParts parts_;
  PartKeeper part_keeper_;
  std::unique_ptr<ForecastFeed> feed_;
  std::unique_ptr<ClusterSource> cluster_;
  std::optional<uint32_t> slurm_user_;
  std::optional<bool> has_slurmdbd_;
  std::string auth_info_;
  std::string not_readable_;  // why slurmctld's user cannot read what is published; empty: it can
  int64_t jobs_seen_ = 0;     // by the last look
  absl::Duration burden_;     // of the last look on slurmctld (scarbond/look_rhythm.h)
  std::vector<Finding> cluster_findings_;  // of the last look
  std::optional<JobFigures> job_figures_;  // absent: not wanted
  std::string job_figures_trouble_;
  DelayWatch delay_watch_;
  std::optional<uint64_t> admission_version_;  // of the part in `parts_`
  std::string admission_trouble_;
  std::unique_ptr<RuntimeHistory> runtime_history_;  // nullptr: no policy uses it
  std::string runtime_trouble_;
  // How many jobs are behind the runtimes that were published before the start, while they are
  // used.
  int64_t restored_jobs_ = 0;
};

}  // namespace carbon

#endif  // SCARBOND_PUBLICATION_H_
