#include "scarbond/publication.h"

#include <malloc.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/cluster/capacity_codec.h"
#include "core/grid/forecast_codec.h"
#include "spdlog/spdlog.h"
#include "store/file.h"
#include "store/private_access.h"

namespace carbon {
namespace {

// What is spent at once on our own forecasts and their errors: the queue is looked at every few
// seconds, and a hundred zones take a dozen in all.
constexpr absl::Duration kMaxReckoning = absl::Milliseconds(500);

// Nothing new is known of realised errors before the next hour is over.
constexpr absl::Duration kErrorsPeriod = absl::Hours(1);

// How long parts are kept while records that may name them were not read yet.
constexpr SnapshotPublisher::Retention kWhileBehind = {.keep = absl::InfiniteDuration(),
                                                       .bytes = 1 << 30};

// Of so many jobs slurmctld tells some ten megabytes.
constexpr int64_t kLargeQueue = 5000;

absl::Status CreateFolders(const PathsConfig& paths) {
  const auto create = [](const std::filesystem::path& folder, mode_t mode) {
    std::error_code error;
    // Also one that a link leads to.
    if (folder.empty() || std::filesystem::is_directory(folder, error)) return absl::OkStatus();
    absl::Status status = MakeFolders(folder, mode);
    return status.ok()
               ? status
               : absl::Status(status.code(), absl::StrCat("cannot create ", status.message()));
  };
  if (absl::Status status = create(paths.snapshot, 0755); !status.ok()) return status;
  if (!paths.archive.empty()) {
    // Without an archive it goes on, and says why.
    create(std::filesystem::path(paths.archive).parent_path(), 0755).IgnoreError();
  }
  return create(std::filesystem::path(paths.log).parent_path(), 0750);
}

// Logs the lines that are not in `known`, and keeps `lines` there.
void WarnOfNew(std::vector<std::string> lines, std::vector<std::string>* known) {
  for (const std::string& line : lines) {
    if (std::find(known->begin(), known->end(), line) == known->end()) spdlog::warn("{}", line);
  }
  *known = std::move(lines);
}

}  // namespace

Publication::Publication(Config config, SnapshotPublisher publisher,
                         std::unique_ptr<LiveForecasts> live, std::unique_ptr<LiveHistory> history,
                         std::unique_ptr<ClusterSource> cluster, Clock clock)
    : config_(std::move(config)),
      clock_(clock),
      publisher_(std::move(publisher)),
      live_(std::move(live)),
      history_(std::move(history)),
      cluster_(std::move(cluster)),
      delay_watch_(cluster_.get()) {
  ConfigureParts();
  ConfigureForecasts();
}

absl::StatusOr<Publication> Publication::Open(Config config, std::unique_ptr<ClusterSource> cluster,
                                              Clock clock) {
  if (absl::Status status = CreateFolders(config.daemon.paths); !status.ok()) return status;
  absl::StatusOr<SnapshotPublisher> publisher =
      SnapshotPublisher::Open(config.daemon.paths.snapshot);
  if (!publisher.ok()) return publisher.status();
  auto live = std::make_unique<LiveForecasts>();
  if (absl::Status status = live->Configure(config.daemon); !status.ok()) return status;
  auto history = std::make_unique<LiveHistory>(live->client());
  if (absl::Status status = history->Configure(config.daemon); !status.ok()) return status;
  const std::string folder = config.daemon.paths.snapshot;
  Publication publication(std::move(config), *std::move(publisher), std::move(live),
                          std::move(history), std::move(cluster), clock);
  publication.delay_watch_.Load(folder);
  // None that can be read: which jobs were placed is then known from their marks alone.
  absl::StatusOr<std::shared_ptr<const Snapshot>> last = SnapshotReader(folder).ReadIfChanged();
  if (last.ok() && *last != nullptr) {
    publication.cluster_->RememberPublished((*last)->capacity());
  }
  return publication;
}

void Publication::ConfigureParts() {
  parts_.bytes[SnapshotPart::kConfig] = SerializeConfig(config_.placement);
  parts_.readers = {.log = config_.daemon.paths.log, .period = config_.daemon.refresh.capacity};
}

void Publication::ConfigureForecasts() {
  zone_forecasts_.Configure(config_.daemon, clock_());
  for (const ZoneHistories::HeldSpan& held : zone_forecasts_.held()) {
    history_->Hold(held.zone, held.source, held.from, held.to);
  }
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
  // Tried on one that is not in use: neither goes on with the new one unless both can.
  LiveHistory trial(live_->client());
  if (absl::Status status = trial.Configure(config.daemon); !status.ok()) return status;
  if (absl::Status status = live_->Configure(config.daemon); !status.ok()) return status;
  if (absl::Status status = history_->Configure(config.daemon); !status.ok()) return status;
  if (elsewhere.has_value()) publisher_ = *std::move(elsewhere);
  config_ = std::move(config);
  ConfigureParts();
  ConfigureForecasts();
  forecasts_due_ = errors_due_ = absl::InfinitePast();
  errors_known_ = config_.daemon.zones.size();
  next_errors_.clear();
  return absl::OkStatus();
}

std::vector<std::string> Publication::ForecastFileMarks() const {
  std::vector<std::string> marks;
  for (const ZoneConfig& zone : config_.daemon.zones) {
    for (const ForecastSource& source : zone.forecasts) {
      const auto* file = std::get_if<ForecastFile>(&source);
      if (file != nullptr) marks.push_back(FileMark(file->path));
    }
  }
  return marks;
}

void Publication::RefreshForecasts(absl::Time now, Watch watch) {
  std::vector<std::string> marks = ForecastFileMarks();
  live_->Start(now);
  const std::vector<HistoryReply> told = history_->TakeReplies();
  for (const HistoryReply& reply : told) zone_forecasts_.Take(reply);
  const bool is_answered = live_->replies() != replies_seen_ || !told.empty();
  // A clock that was set back must not put it off.
  const bool is_due =
      now >= forecasts_due_ || forecasts_due_ - now > config_.daemon.refresh.forecast;
  if (!is_due && marks == forecast_marks_ && !is_answered && !zone_forecasts_.is_behind()) return;
  const absl::Time deadline = clock_() + kMaxReckoning;
  const std::vector<Finding> histories = history_->Findings();
  std::vector<std::string> problems = FormatFindings(histories, Severity::kWarning);
  std::vector<std::string> notes = FormatFindings(histories, Severity::kNote);
  const std::vector<ZoneForecast> forecasts = zone_forecasts_.Make(
      now,
      [&](const ZoneConfig& zone, const ForecastProvider& source) {
        return live_->Find(zone, source);
      },
      // Who publishes once has no other tick.
      [&] { return watch == Watch::kNo || clock_() < deadline; }, &problems,
      [&](const ZoneConfig& zone, const std::vector<SourceLook>& looks) {
        source_states_.Note(zone, looks, now, now + config_.daemon.refresh.forecast);
        for (size_t i = 0; i < looks.size(); ++i) {
          if (looks[i].note.empty()) continue;
          notes.push_back(absl::StrCat("zone ", zone.name, ": ", SourceName(zone.forecasts[i]),
                                       ": ", looks[i].note));
        }
      });
  zones_.clear();
  for (const ZoneForecast& forecast : forecasts) {
    zones_.push_back({.zone = forecast.zone,
                      .source = forecast.source,
                      .kind = forecast.kind,
                      .made_at = MadeAt(forecast),
                      .horizon = forecast.horizon});
  }
  for (const std::string& line : zone_forecasts_.TakeNews()) spdlog::warn("{}", line);
  if (problems.empty() && !forecast_problems_.empty()) {
    spdlog::info("forecasts: all zones have one");
  }
  WarnOfNew(std::move(problems), &forecast_problems_);
  WarnOfNew(std::move(notes), &forecast_notes_);
  spdlog::debug("forecasts: {} of {} zones", forecasts.size(), config_.daemon.zones.size());
  parts_.bytes[SnapshotPart::kForecast] = SerializeForecasts(forecasts);
  forecast_marks_ = std::move(marks);
  replies_seen_ = live_->replies();
  forecasts_due_ = now + config_.daemon.refresh.forecast;
}

std::vector<Finding> Publication::Findings() const {
  std::vector<Finding> findings = zone_forecasts_.Findings();
  for (Finding& finding : history_->Findings()) findings.push_back(std::move(finding));
  findings.insert(findings.end(), cluster_findings_.begin(), cluster_findings_.end());
  if (!part_keeper_.trouble().empty()) {
    findings.push_back({Severity::kWarning, FindingCode::kPartsNotArchived, "archive of parts",
                        part_keeper_.trouble()});
  }
  return findings;
}

std::vector<ImplausibleHours> Publication::Implausible() const {
  std::vector<ImplausibleHours> implausible;
  for (ZoneHistories::RejectedCount& count : zone_forecasts_.RejectedHistory()) {
    implausible.push_back({std::move(count.zone), std::move(count.source), count.hours});
  }
  return implausible;
}

// For metrics only.
void Publication::RefreshErrors(absl::Time now, Watch watch) {
  if (config_.daemon.paths.metrics.empty() || config_.daemon.zones.empty()) return;
  if (errors_known_ >= config_.daemon.zones.size()) {
    if (now < errors_due_ && errors_due_ - now <= kErrorsPeriod) return;
    errors_known_ = 0;
    errors_due_ = now + kErrorsPeriod;
  }
  // A zone at a time: years of an archive are behind them. Who publishes once has no other tick.
  do {
    const ZoneConfig& zone = config_.daemon.zones[errors_known_++];
    for (const ZoneForecasts::SourceError& realised : zone_forecasts_.RealisedErrors(zone, now)) {
      if (realised.error.hours == 0) continue;
      next_errors_.push_back({zone.name, realised.source, kRealisedLead, realised.error.mape});
    }
  } while (watch == Watch::kNo && errors_known_ < config_.daemon.zones.size());
  if (errors_known_ == config_.daemon.zones.size()) errors_ = std::exchange(next_errors_, {});
}

void Publication::Poll(absl::Duration longest, int wake_fd) {
  // Here rather than at each tick: the next piece follows when one has come.
  history_->Start(clock_());
  if (zone_forecasts_.is_behind()) {
    const absl::Time deadline = clock_() + std::min(longest, kMaxReckoning);
    const bool has_more = zone_forecasts_.Advance(clock_(), [&] { return clock_() < deadline; });
    if (has_more) longest = absl::ZeroDuration();
  }
  live_->Poll(longest, {wake_fd});
}

void Publication::RefreshAdmission(const ClusterLook& look, absl::Time now) {
  // The watch compares an obstacle with the rules: they must not be from before it.
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

absl::Status Publication::Publish(absl::Time now, Watch watch) {
  jobs_seen_ = 0;
  const absl::Status status = LookAndPublish(now, watch);
  // A large look is made of many small pieces. The C library keeps what they were in, and each look
  // adds to it, unless it is asked to give it back.
  if (jobs_seen_ > kLargeQueue) malloc_trim(0);
  return status;
}

absl::Status Publication::LookAndPublish(absl::Time now, Watch watch) {
  RefreshForecasts(now, watch);
  RefreshErrors(now, watch);
  absl::StatusOr<ClusterLook> look = cluster_->Look(
      config_.placement.pools, config_.daemon.watch.down_after, now, delay_watch_.restored());
  if (!look.ok()) return look.status();
  burden_ = BurdenOfAnswers(look->answers, look->jobs);
  jobs_seen_ = look->jobs;
  // Not logged: they come and go as nodes sleep and wake up.
  if (slurm_user_ != look->slurm_user) {
    slurm_user_ = look->slurm_user;
    not_readable_ = WhyNotReadable(look->slurm_user);
    if (!not_readable_.empty()) spdlog::error("{}", not_readable_);
  }
  cluster_findings_ = look->findings;
  if (!not_readable_.empty()) {
    cluster_findings_.push_back(
        {Severity::kWarning, FindingCode::kSnapshotKeptFromSlurmctld, "scarbond", not_readable_});
  }
  RefreshAdmission(*look, now);
  CapacityState& capacity = look->capacity;
  if (watch == Watch::kYes) {
    capacity.watched_at = delay_watch_.Act(*look, config_, now, period());
    capacity.watched_until.reset();
    if (capacity.watched_at.has_value()) {
      capacity.watched_until = WatchedUntil(*capacity.watched_at, config_.daemon.refresh.capacity);
    }
  }
  parts_.bytes[SnapshotPart::kCapacity] = SerializeCapacity(capacity);
  // The controller may have taken its time: the publish is as young as its capacity, no younger.
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
