#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/cluster/capacity_codec.h"
#include "core/config/config.h"
#include "core/grid/forecast_codec.h"
#include "store/file.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

constexpr int kAttempts = 3;

absl::Status InFile(const std::string& folder, const std::string& name,
                    const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(folder, "/", name, ": ", status.message()));
}

}  // namespace

SnapshotReader::SnapshotReader(std::string folder, Owner owner)
    : folder_(std::move(folder)), owner_(owner) {}

absl::Status SnapshotReader::CheckOwner(const std::string& path, struct stat facts) const {
  if (owner_ != Owner::kTrusted) return absl::OkStatus();
  if (publisher_.has_value() && facts.st_uid == *publisher_) facts.st_uid = geteuid();
  return CheckTrusted(path, facts);
}

// O_NONBLOCK: a FIFO in place of the file must not block us.
absl::StatusOr<std::string> SnapshotReader::ReadIn(int folder_fd, const std::string& name,
                                                   int64_t max_bytes) const {
  const std::string path = absl::StrCat(folder_, "/", name);
  const Descriptor file(
      openat(folder_fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok() && errno == ELOOP) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": is a symbolic link"));
  }
  if (!file.ok()) return absl::ErrnoToStatus(errno, path);
  struct stat facts;
  if (fstat(file.get(), &facts) != 0) return absl::ErrnoToStatus(errno, path);
  if (absl::Status trust = CheckOwner(path, facts); !trust.ok()) return trust;
  return ReadOpenFile(file.get(), path, facts, max_bytes);
}

absl::StatusOr<Descriptor> SnapshotReader::OpenFolder() const {
  Descriptor folder(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.ok()) return absl::ErrnoToStatus(errno, folder_);
  struct stat facts;
  if (fstat(folder.get(), &facts) != 0) return absl::ErrnoToStatus(errno, folder_);
  if (absl::Status trust = CheckOwner(folder_, facts); !trust.ok()) return trust;
  return folder;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotReader::ReadIfChanged() {
  const absl::StatusOr<Descriptor> opened = OpenFolder();
  if (!opened.ok()) return opened.status();
  const Descriptor& folder = *opened;
  std::string failed_bytes;
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<std::string> bytes = ReadIn(folder.get(), kManifestFile, kMaxManifestBytes);
    if (!bytes.ok()) return bytes.status();
    if (last_ != nullptr && *bytes == last_manifest_bytes_) return nullptr;
    absl::StatusOr<Manifest> manifest = ParseManifest(*bytes);
    absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
        manifest.ok() ? Read(folder.get(), *std::move(manifest))
                      : InFile(folder_, kManifestFile, manifest.status());
    if (snapshot.ok()) {
      last_ = *snapshot;
      last_manifest_bytes_ = *std::move(bytes);
      return snapshot;
    }
    // Between reading the manifest and its parts, a publish may have replaced the manifest and
    // removed the parts. If the manifest is still the same, that was not the reason.
    if (attempt == kAttempts || *bytes == failed_bytes) return snapshot;
    failed_bytes = *std::move(bytes);
  }
}

bool SnapshotReader::IsWithheld(const absl::Status& status) {
  if (owner_ == Owner::kTrusted || !absl::IsPermissionDenied(status)) return false;
  if (withheld_.ok()) withheld_ = status;
  return true;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotReader::Read(int folder_fd,
                                                                     Manifest manifest) {
  // Returns true if the last snapshot has the same part.
  const auto is_kept = [&](SnapshotPart part) {
    return last_ != nullptr && last_->manifest().hashes[part] == manifest.hashes[part];
  };
  // Absent: the part is withheld.
  using PartBytes = absl::StatusOr<std::optional<std::string>>;
  const auto read = [&](SnapshotPart part) -> PartBytes {
    const PartInfo& info = InfoOf(part);
    const std::string path = absl::StrCat(folder_, "/", manifest.FileOf(part));
    absl::StatusOr<std::string> bytes =
        info.is_private && owner_ == Owner::kAnyoneWithoutPrivate
            ? absl::PermissionDeniedError("they stay on the machine of scarbond")
            : ReadIn(folder_fd, manifest.FileOf(part), info.max_bytes);
    if (info.is_private && IsWithheld(bytes.status())) return std::nullopt;
    if (absl::IsNotFound(bytes.status())) {
      return absl::DataLossError(absl::StrCat(path, ": is missing, but the manifest names it"));
    }
    if (!bytes.ok()) return bytes.status();
    if (Sha256Hex(*bytes) != manifest.hashes[part]) {
      return absl::DataLossError(absl::StrCat(path, ": its SHA-256 is not the one in its name; ",
                                              bytes->size(), " bytes"));
    }
    return *std::move(bytes);
  };

  std::optional<PlacementConfig> config;  // absent: that of the last snapshot
  if (is_kept(SnapshotPart::kConfig)) {
    if (!manifest.readers.has_value()) manifest.readers = last_->manifest().readers;
  } else {
    const PartBytes bytes = read(SnapshotPart::kConfig);
    if (!bytes.ok()) return bytes.status();
    std::vector<ConfigError> errors;
    std::optional<Config> parsed = ParseConfig(**bytes, &errors);
    if (!parsed.has_value()) {
      return absl::DataLossError(FormatConfigError(
          absl::StrCat(folder_, "/", manifest.FileOf(SnapshotPart::kConfig)),
          errors.empty() ? ConfigError{.message = "does not parse"} : errors.front()));
    }
    config = std::move(parsed->placement);
    if (!manifest.readers.has_value()) {
      manifest.readers = {.log = parsed->daemon.paths.log,
                          .period = parsed->daemon.refresh.capacity};
    }
  }

  std::shared_ptr<const DrawnForecasts> forecasts;
  if (is_kept(SnapshotPart::kForecast)) {
    forecasts = last_->shared_forecasts();
  } else {
    const PartBytes bytes = read(SnapshotPart::kForecast);
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<std::vector<ZoneForecast>> parsed = ParseForecasts(**bytes);
    if (!parsed.ok())
      return InFile(folder_, manifest.FileOf(SnapshotPart::kForecast), parsed.status());
    forecasts = std::make_shared<const DrawnForecasts>(*std::move(parsed));
  }

  CapacityState capacity;
  if (is_kept(SnapshotPart::kCapacity)) {
    capacity = last_->capacity();
  } else {
    withheld_ = absl::OkStatus();
    const PartBytes bytes = read(SnapshotPart::kCapacity);
    if (!bytes.ok()) return bytes.status();
    if (bytes->has_value()) {
      absl::StatusOr<CapacityState> parsed = ParseCapacity(**bytes);
      if (!parsed.ok())
        return InFile(folder_, manifest.FileOf(SnapshotPart::kCapacity), parsed.status());
      capacity = *std::move(parsed);
      if (capacity.watched_at.has_value() && !capacity.watched_until.has_value()) {
        capacity.watched_until = WatchedUntil(*capacity.watched_at, manifest.readers->period);
      }
    }
  }

  std::shared_ptr<const AdmissionRules> admission;
  if (is_kept(SnapshotPart::kAdmission)) {
    admission = last_->shared_admission();
  } else {
    const PartBytes bytes = read(SnapshotPart::kAdmission);
    if (!bytes.ok()) return bytes.status();
    AdmissionRules rules;
    if (bytes->has_value()) {
      absl::StatusOr<AdmissionRules> parsed = ParseAdmission(**bytes);
      if (!parsed.ok())
        return InFile(folder_, manifest.FileOf(SnapshotPart::kAdmission), parsed.status());
      rules = *std::move(parsed);
    }
    admission = std::make_shared<const AdmissionRules>(std::move(rules));
  }

  std::shared_ptr<const LearntRuntimes> runtimes;
  if (is_kept(SnapshotPart::kRuntimes)) {
    runtimes = last_->runtimes();
  } else if (!manifest.hashes[SnapshotPart::kRuntimes].empty()) {
    const PartBytes bytes = read(SnapshotPart::kRuntimes);
    if (!bytes.ok()) return bytes.status();
    if (bytes->has_value()) {
      absl::StatusOr<LearntRuntimes> parsed = ParseRuntimes(**bytes);
      if (!parsed.ok())
        return InFile(folder_, manifest.FileOf(SnapshotPart::kRuntimes), parsed.status());
      runtimes = std::make_shared<const LearntRuntimes>(*std::move(parsed));
    }
  }
  std::shared_ptr<const PoolDirectory> directory;
  if (!config.has_value() && admission == last_->shared_admission()) {
    directory = last_->shared_directory();
  } else {
    absl::StatusOr<std::shared_ptr<const PoolDirectory>> made = PoolDirectory::Make(
        config.has_value() ? *std::move(config) : last_->config(), std::move(admission));
    if (!made.ok()) return InFile(folder_, kManifestFile, made.status());
    directory = *std::move(made);
  }
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
      Snapshot::Assemble(std::move(manifest), std::move(directory), std::move(forecasts),
                         std::move(capacity), std::move(runtimes));
  if (!snapshot.ok()) return InFile(folder_, kManifestFile, snapshot.status());
  return snapshot;
}

}  // namespace carbon
