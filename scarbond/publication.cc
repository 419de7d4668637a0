#include "scarbond/publication.h"

#include <malloc.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/cluster/capacity_codec.h"
#include "core/runtime/learnt_runtimes.h"
#include "scarbond/fetched_forecast_feed.h"
#include "scarbond/live_forecast_feed.h"
#include "spdlog/spdlog.h"
#include "store/file.h"
#include "store/private_access.h"

namespace carbon {
namespace {

// How long parts are kept while there are records, not read yet, that may name them.
constexpr SnapshotPublisher::Retention kWhileBehind = {.keep = absl::InfiniteDuration(),
                                                       .bytes = 1 << 30};

// slurmctld's answer about this many jobs has some ten megabytes.
constexpr int64_t kLargeQueue = 5000;

absl::Status CreateFolders(const PathsConfig& paths) {
  const auto create = [](const std::filesystem::path& folder, mode_t mode) {
    std::error_code error;
    // A folder that a link leads to exists too.
    if (folder.empty() || std::filesystem::is_directory(folder, error)) return absl::OkStatus();
    absl::Status status = MakeFolders(folder, mode);
    return status.ok()
               ? status
               : absl::Status(status.code(), absl::StrCat("cannot create ", status.message()));
  };
  if (absl::Status status = create(paths.snapshot, 0755); !status.ok()) return status;
  // If scarbond-fetch fetches, it has the archive.
  if (!paths.archive.empty() && paths.forecasts.empty()) {
    // Without an archive it continues, and says why.
    create(std::filesystem::path(paths.archive).parent_path(), 0755).IgnoreError();
  }
  return create(std::filesystem::path(paths.log).parent_path(), 0750);
}

absl::StatusOr<std::unique_ptr<ForecastFeed>> OpenFeed(const DaemonConfig& config,
                                                       Publication::Clock clock) {
  if (!config.paths.forecasts.empty()) return std::make_unique<FetchedForecastFeed>(config);
  return LiveForecastFeed::Create(config, clock);
}

bool UsesLearntRuntimes(const PlacementConfig& config) {
  return std::any_of(config.policies.begin(), config.policies.end(),
                     [](const Policy& policy) { return policy.learnt_runtime; });
}

// Returns the path of sacct of the Slurm that this was built for, if it exists; empty: the sacct in
// PATH is used.
std::string Sacct() {
  std::error_code error;
  return std::filesystem::exists(CARBON_SACCT, error) ? CARBON_SACCT : "";
}

}  // namespace

Publication::Publication(Config config, SnapshotPublisher publisher,
                         std::unique_ptr<ForecastFeed> feed, std::unique_ptr<ClusterSource> cluster,
                         Clock clock)
    : config_(std::move(config)),
      clock_(clock),
      publisher_(std::move(publisher)),
      feed_(std::move(feed)),
      cluster_(std::move(cluster)),
      delay_watch_(cluster_.get()) {
  ConfigureParts();
}

absl::StatusOr<Publication> Publication::Open(Config config, std::unique_ptr<ClusterSource> cluster,
                                              Clock clock) {
  if (absl::Status status = CreateFolders(config.daemon.paths); !status.ok()) return status;
  absl::StatusOr<SnapshotPublisher> publisher =
      SnapshotPublisher::Open(config.daemon.paths.snapshot);
  if (!publisher.ok()) return publisher.status();
  absl::StatusOr<std::unique_ptr<ForecastFeed>> feed = OpenFeed(config.daemon, clock);
  if (!feed.ok()) return feed.status();
  const std::string folder = config.daemon.paths.snapshot;
  Publication publication(std::move(config), *std::move(publisher), *std::move(feed),
                          std::move(cluster), clock);
  publication.delay_watch_.Load(folder);
  // Without one, or if it cannot be read, it is known from their marks alone which jobs were
  // placed.
  absl::StatusOr<std::shared_ptr<const Snapshot>> last = SnapshotReader(folder).ReadIfChanged();
  if (last.ok() && *last != nullptr) {
    publication.cluster_->RememberPublished((*last)->capacity());
    // It is used until scarbond has learnt again.
    if (publication.runtime_history_ != nullptr && (*last)->runtimes() != nullptr) {
      const LearntRuntimes& runtimes = *(*last)->runtimes();
      publication.parts_.bytes[SnapshotPart::kRuntimes] = SerializeRuntimes(runtimes);
      publication.restored_jobs_ = runtimes.cluster.has_value() ? runtimes.cluster->jobs : 0;
    }
  }
  return publication;
}

void Publication::ConfigureParts() {
  parts_.bytes[SnapshotPart::kConfig] = SerializeConfig(config_.placement);
  if (!UsesLearntRuntimes(config_.placement)) {
    runtime_history_ = nullptr;
    runtime_trouble_.clear();
    parts_.bytes[SnapshotPart::kRuntimes].clear();
    restored_jobs_ = 0;
  } else if (runtime_history_ == nullptr) {
    runtime_history_ = std::make_unique<RuntimeHistory>(RuntimeHistory::Options{.sacct = Sacct()});
  }
  parts_.readers = {.log = config_.daemon.paths.log, .period = config_.daemon.refresh.capacity};
}

absl::Status Publication::Reconfigure(Config config) {
  if (absl::Status status = CreateFolders(config.daemon.paths); !status.ok()) return status;
  std::optional<SnapshotPublisher> elsewhere;
  if (config.daemon.paths.snapshot != config_.daemon.paths.snapshot) {
    absl::StatusOr<SnapshotPublisher> publisher =
        SnapshotPublisher::Open(config.daemon.paths.snapshot);
    if (!publisher.ok()) return publisher.status();
    elsewhere = *std::move(publisher);
  }
  const bool fetches = config.daemon.paths.forecasts.empty();
  if (fetches == config_.daemon.paths.forecasts.empty()) {
    if (absl::Status status = feed_->Configure(config.daemon); !status.ok()) return status;
  } else {
    absl::StatusOr<std::unique_ptr<ForecastFeed>> feed = OpenFeed(config.daemon, clock_);
    if (!feed.ok()) return feed.status();
    feed_ = *std::move(feed);
  }
  if (elsewhere.has_value()) publisher_ = *std::move(elsewhere);
  config_ = std::move(config);
  ConfigureParts();
  return absl::OkStatus();
}

std::vector<Finding> Publication::Findings() const {
  std::vector<Finding> findings = feed_->Findings();
  findings.insert(findings.end(), cluster_findings_.begin(), cluster_findings_.end());
  if (!part_keeper_.trouble().empty()) {
    findings.push_back({Severity::kWarning, FindingCode::kPartsNotArchived, "archive of parts",
                        part_keeper_.trouble()});
  }
  if (!runtime_trouble_.empty()) {
    // A cluster may well have no accounting.
    findings.push_back(
        {runtime_history_->is_without_accounting() ? Severity::kNote : Severity::kWarning,
         FindingCode::kAccountingNotRead, "runtimes", runtime_trouble_});
  }
  return findings;
}

JobMetrics Publication::Jobs() const {
  if (!job_figures_.has_value()) return {};
  return {job_figures_->jobs(), config_.daemon.metrics.jobs};
}

void Publication::RefreshJobFigures(const ClusterLook& look, absl::Time now) {
  const PathsConfig& paths = config_.daemon.paths;
  if (config_.daemon.metrics.jobs == 0 || paths.metrics.empty()) {
    job_figures_.reset();
    return;
  }
  if (!job_figures_.has_value() || job_figures_->log() != paths.log) {
    job_figures_.emplace(paths.log);
  }
  const absl::Status status = job_figures_->Look(look.decided, now);
  if (!status.ok() && job_figures_trouble_.empty()) {
    spdlog::warn("metrics of jobs: {}", std::string(status.message()));
  }
  job_figures_trouble_ = std::string(status.message());
}

void Publication::RefreshAdmission(const ClusterLook& look, absl::Time now) {
  // The watch compares an obstacle with the rules. These must not be older than the obstacle.
  const bool has_obstacle =
      std::any_of(look.watched.begin(), look.watched.end(),
                  [](const WatchedJob& job) { return job.obstacle.has_value(); });
  const absl::Status status =
      cluster_->RefreshAdmission(now, has_obstacle ? kObstacleLasts : kAdmissionPeriod);
  const std::string trouble(status.message());
  if (trouble != admission_trouble_) {
    if (status.ok()) {
      spdlog::info("admission: read again");
    } else {
      spdlog::warn("admission: {}; the last known is believed for {}", trouble,
                   absl::FormatDuration(kAdmissionBelieved));
    }
  }
  admission_trouble_ = trouble;
  if (admission_version_ == cluster_->admission_version()) return;
  const AdmissionRules& rules = cluster_->admission();
  parts_.bytes[SnapshotPart::kAdmission] = SerializeAdmission(rules);
  admission_version_ = cluster_->admission_version();
  spdlog::debug("admission: {} partitions, {} users", rules.partitions.size(), rules.users.size());
}

void Publication::RefreshRuntimes(const ClusterLook& look, absl::Time now) {
  if (runtime_history_ == nullptr) return;
  RuntimeHistory& history = *runtime_history_;
  history.Advance(now, cluster_->seal());
  history.NoteEnded(look.ended, cluster_->seal());
  std::string trouble = history.trouble();
  if (!trouble.empty()) {
    absl::StrAppend(&trouble, history.is_without_accounting()
                                  ? "; they are learnt from jobs that are seen to end"
                                  : "; what was learnt before stays in use");
  }
  if (trouble != runtime_trouble_) {
    runtime_trouble_ = std::move(trouble);
    if (runtime_trouble_.empty()) {
      spdlog::info("runtimes: accounting is read");
    } else {
      spdlog::warn("runtimes: {}", runtime_trouble_);
    }
  }
  if (const std::optional<LearntRuntimes> learnt = history.TakeLearnt(now)) {
    // Accounting may only be late: a few jobs that looks showed do not replace what it had said.
    const int64_t jobs = learnt->cluster.has_value() ? learnt->cluster->jobs : 0;
    if (history.is_without_accounting() && jobs < restored_jobs_) return;
    restored_jobs_ = 0;
    parts_.bytes[SnapshotPart::kRuntimes] = SerializeRuntimes(*learnt);
    spdlog::debug("runtimes: {} jobs, {} names", history.jobs(), learnt->names.size());
  }
}

absl::Status Publication::Publish(absl::Time now, Watch watch) {
  jobs_seen_ = 0;
  const absl::Status status = LookAndPublish(now, watch);
  // A large look consists of many small pieces. The C library keeps their memory, and each look
  // adds to it, unless the library is told to return it.
  if (jobs_seen_ > kLargeQueue) malloc_trim(0);
  return status;
}

absl::Status Publication::LookAndPublish(absl::Time now, Watch watch) {
  // Without a watch there is no other tick.
  feed_->Refresh(
      now, watch == Watch::kNo ? ForecastFeed::Work::kAtOnce : ForecastFeed::Work::kInPortions);
  parts_.bytes[SnapshotPart::kForecast] = feed_->part();
  absl::StatusOr<ClusterLook> look = cluster_->Look(
      config_.placement.pools, config_.daemon.watch.down_after, now, delay_watch_.restored());
  if (!look.ok()) return look.status();
  burden_ = BurdenOfAnswers(look->answers, look->jobs);
  jobs_seen_ = look->jobs;
  // The look's findings are not logged: they come and go as nodes sleep and wake up.
  if (slurm_user_ != look->slurm_user) {
    slurm_user_ = look->slurm_user;
    not_readable_ = WhyNotReadable(look->slurm_user);
    if (!not_readable_.empty()) spdlog::error("{}", not_readable_);
  }
  has_slurmdbd_ = look->has_slurmdbd;
  auth_info_ = look->auth_info;
  cluster_findings_ = look->findings;
  if (!not_readable_.empty()) {
    cluster_findings_.push_back(
        {Severity::kWarning, FindingCode::kSnapshotKeptFromSlurmctld, "scarbond", not_readable_});
  }
  RefreshAdmission(*look, now);
  RefreshRuntimes(*look, now);
  RefreshJobFigures(*look, now);
  CapacityState& capacity = look->capacity;
  if (watch == Watch::kYes) {
    capacity.watched_at = delay_watch_.Act(*look, config_, now, period());
    capacity.watched_until.reset();
    if (capacity.watched_at.has_value()) {
      capacity.watched_until = WatchedUntil(*capacity.watched_at, config_.daemon.refresh.capacity);
    }
  }
  parts_.bytes[SnapshotPart::kCapacity] = SerializeCapacity(capacity);
  // The controller may have taken its time: the publish is as old as its capacity.
  publisher_.set_slurm_user(look->slurm_user);
  const PathsConfig& paths = config_.daemon.paths;
  part_keeper_.Look(
      {.log = paths.log,
       .snapshot = paths.snapshot,
       .parts = paths.parts.empty() ? DefaultPartsFolder(paths.snapshot) : paths.parts,
       .max_bytes = std::llround(config_.daemon.archive.parts_gb * 1e9)},
      slurm_user_, now);
  const absl::StatusOr<Manifest> manifest = publisher_.Publish(
      parts_, now, part_keeper_.is_behind() ? kWhileBehind : SnapshotPublisher::Retention());
  if (!manifest.ok()) return manifest.status();
  spdlog::debug("published: {} groups, {} pools, {} uses; slurmctld answered in {}",
                capacity.groups.size(), capacity.pools.size(), capacity.uses.size(),
                absl::FormatDuration(absl::Trunc(look->answers, absl::Milliseconds(1))));
  return absl::OkStatus();
}

}  // namespace carbon
