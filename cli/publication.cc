#include "cli/publication.h"

#include <errno.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "forecast/forecast_file.h"
#include "plugin/slurm_client.h"
#include "spdlog/spdlog.h"

namespace carbon {
namespace {

// The folder and those above it; only the last gets `mode`, and only where it was missing.
absl::Status CreateFolder(const std::filesystem::path& folder, mode_t mode) {
  std::error_code error;
  if (folder.empty() || std::filesystem::is_directory(folder, error)) return absl::OkStatus();
  std::filesystem::create_directories(folder.parent_path(), error);
  if (mkdir(folder.c_str(), mode) != 0 && errno != EEXIST) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot create ", folder.string()));
  }
  return absl::OkStatus();
}

absl::Status CreateFolders(const PathsConfig& paths) {
  if (absl::Status status = CreateFolder(paths.snapshot, 0755); !status.ok()) return status;
  return CreateFolder(std::filesystem::path(paths.log).parent_path(), 0750);
}

}  // namespace

Publication::Publication(Config config, SnapshotPublisher publisher,
                         std::unique_ptr<LiveForecasts> live)
    : config_(std::move(config)), publisher_(std::move(publisher)), live_(std::move(live)) {
  parts_.config = SerializeConfig(config_);
}

absl::StatusOr<Publication> Publication::Open(Config config) {
  if (absl::Status status = CreateFolders(config.paths); !status.ok()) return status;
  absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(config.paths.snapshot);
  if (!publisher.ok()) return publisher.status();
  auto live = std::make_unique<LiveForecasts>();
  if (absl::Status status = live->Configure(config); !status.ok()) return status;
  return Publication(std::move(config), *std::move(publisher), std::move(live));
}

absl::Status Publication::Reconfigure(Config config) {
  if (absl::Status status = CreateFolders(config.paths); !status.ok()) return status;
  std::optional<SnapshotPublisher> elsewhere;
  if (config.paths.snapshot != config_.paths.snapshot) {
    absl::StatusOr<SnapshotPublisher> publisher = SnapshotPublisher::Open(config.paths.snapshot);
    if (!publisher.ok()) return publisher.status();
    elsewhere = *std::move(publisher);
  }
  if (absl::Status status = live_->Configure(config); !status.ok()) return status;
  if (elsewhere.has_value()) publisher_ = *std::move(elsewhere);
  config_ = std::move(config);
  parts_.config = SerializeConfig(config_);
  forecasts_due_ = absl::InfinitePast();
  return absl::OkStatus();
}

std::vector<std::string> Publication::ForecastFileMarks() const {
  std::vector<std::string> marks;
  for (const ZoneConfig& zone : config_.zones) {
    for (const ForecastSource& source : zone.forecasts) {
      const auto* file = std::get_if<ForecastFile>(&source);
      if (file == nullptr) continue;
      struct stat info;
      if (stat(file->path.c_str(), &info) != 0) {
        marks.push_back("absent");
      } else {
        marks.push_back(absl::StrCat(info.st_ino, " ", info.st_size, " ", info.st_mtim.tv_sec, " ",
                                     info.st_mtim.tv_nsec));
      }
    }
  }
  return marks;
}

void Publication::RefreshForecasts(absl::Time now) {
  std::vector<std::string> marks = ForecastFileMarks();
  live_->Start(now);
  const bool is_answered = live_->replies() != replies_seen_;
  if (now < forecasts_due_ && marks == forecast_marks_ && !is_answered) return;
  std::vector<ZoneForecast> forecasts;
  std::vector<std::string> problems;
  for (const ZoneConfig& zone : config_.zones) {
    std::optional<ZoneForecast> forecast =
        ReadZoneForecast(zone, now, &problems,
                         [&](const ForecastProvider& source) { return live_->Find(zone, source); });
    if (forecast.has_value()) forecasts.push_back(*std::move(forecast));
  }
  for (const std::string& problem : problems) {
    const auto known = std::find(forecast_problems_.begin(), forecast_problems_.end(), problem);
    if (known == forecast_problems_.end()) spdlog::warn("{}", problem);
  }
  if (problems.empty() && !forecast_problems_.empty()) {
    spdlog::info("forecasts: all zones have one");
  }
  spdlog::debug("forecasts: {} of {} zones", forecasts.size(), config_.zones.size());
  parts_.forecast = SerializeForecasts(forecasts);
  forecast_problems_ = std::move(problems);
  forecast_marks_ = std::move(marks);
  replies_seen_ = live_->replies();
  forecasts_due_ = now + config_.refresh.forecast;
}

void Publication::Poll(absl::Duration longest, int wake_fd) { live_->Poll(longest, {wake_fd}); }

void Publication::RefreshAdmission(absl::Time now) {
  const absl::Status status = admission_.Refresh(now);
  const std::string trouble(status.message());
  if (trouble != admission_trouble_) {
    if (status.ok()) {
      spdlog::info("admission: read again");
    } else {
      spdlog::warn("admission: {}; the last known is believed for {}", trouble,
                   absl::FormatDuration(AdmissionClient::kBelieved));
    }
  }
  admission_trouble_ = trouble;
  if (admission_version_ == admission_.version()) return;
  parts_.admission = SerializeAdmission(admission_.rules());
  admission_version_ = admission_.version();
  spdlog::debug("admission: {} partitions, {} users", admission_.rules().partitions.size(),
                admission_.rules().users.size());
}

absl::Status Publication::Publish(absl::Time now, Watch watch) {
  RefreshForecasts(now);
  absl::StatusOr<ClusterLook> look = LookAtCluster(config_.pools, now);
  if (!look.ok()) return look.status();
  CapacityState& capacity = look->capacity;
  if (watch == Watch::kYes) capacity.watched_at = delay_watch_.Act(*look, config_, now, period());
  parts_.capacity = SerializeCapacity(capacity);
  RefreshAdmission(now);
  // The controller may have taken its time: the publish is as young as its capacity, no younger.
  absl::StatusOr<Manifest> manifest = publisher_.Publish(parts_, now);
  if (!manifest.ok()) return manifest.status();
  spdlog::debug("published: {} groups, {} pools, {} uses", capacity.groups.size(),
                capacity.pools.size(), capacity.uses.size());
  return absl::OkStatus();
}

}  // namespace carbon
