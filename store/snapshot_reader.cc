#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/grid/forecast_codec.h"
#include "store/file.h"
#include "store/snapshot_store.h"

namespace carbon {
namespace {

constexpr int kAttempts = 3;

// A file of the snapshot's folder. O_NONBLOCK: a FIFO in its place must not hold us.
absl::StatusOr<std::string> ReadIn(int folder_fd, const std::string& path, const std::string& name,
                                   int64_t max_bytes, SnapshotReader::Owner owner) {
  const Descriptor file(
      openat(folder_fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok() && errno == ELOOP) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": is a symbolic link"));
  }
  if (!file.ok()) return absl::ErrnoToStatus(errno, path);
  struct stat facts;
  if (fstat(file.get(), &facts) != 0) return absl::ErrnoToStatus(errno, path);
  if (owner == SnapshotReader::Owner::kTrusted) {
    absl::Status trust = CheckTrusted(path, facts);
    if (!trust.ok()) return trust;
  }
  return ReadOpenFile(file.get(), path, facts, max_bytes);
}

}  // namespace

std::string ConfigPartName(absl::string_view hash) {
  return absl::StrCat("config-", hash, ".json");
}
std::string ForecastPartName(absl::string_view hash) {
  return absl::StrCat("forecast-", hash, ".bin");
}
std::string CapacityPartName(absl::string_view hash) {
  return absl::StrCat("capacity-", hash, ".json");
}
std::string AdmissionPartName(absl::string_view hash) {
  return absl::StrCat("admission-", hash, ".json");
}

SnapshotReader::SnapshotReader(std::string folder, Owner owner)
    : folder_(std::move(folder)), owner_(owner) {}

absl::StatusOr<Descriptor> SnapshotReader::OpenFolder() const {
  Descriptor folder(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.ok()) return absl::ErrnoToStatus(errno, folder_);
  struct stat facts;
  if (fstat(folder.get(), &facts) != 0) return absl::ErrnoToStatus(errno, folder_);
  if (owner_ == Owner::kTrusted) {
    absl::Status trust = CheckTrusted(folder_, facts);
    if (!trust.ok()) return trust;
  }
  return folder;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotReader::Load(
    const Manifest& manifest) const {
  for (const std::string& hash : {manifest.config_hash, manifest.forecast_hash,
                                  manifest.capacity_hash, manifest.admission_hash}) {
    if (hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == std::string::npos)
      continue;
    return absl::InvalidArgumentError("the record does not name all parts of its snapshot");
  }
  const absl::StatusOr<Descriptor> folder = OpenFolder();
  if (!folder.ok()) return folder.status();
  for (const std::string& name :
       {ConfigPartName(manifest.config_hash), ForecastPartName(manifest.forecast_hash),
        CapacityPartName(manifest.capacity_hash), AdmissionPartName(manifest.admission_hash)}) {
    struct stat facts;
    if (fstatat(folder->get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) {
      return absl::NotFoundError(absl::StrCat(folder_, "/", name, ": is no longer kept"));
    }
  }
  SnapshotReader reader(folder_, owner_);
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
      reader.Read(folder->get(), SerializeManifest(manifest));
  // Nothing may rest on an empty part in the place of one that may not be read.
  if (!reader.withheld().ok()) return reader.withheld();
  return snapshot;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotReader::ReadIfChanged() {
  const absl::StatusOr<Descriptor> opened = OpenFolder();
  if (!opened.ok()) return opened.status();
  const Descriptor& folder = *opened;
  std::string failed_bytes;
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<std::string> bytes =
        ReadIn(folder.get(), absl::StrCat(folder_, "/", kManifestFile), kManifestFile,
               kMaxManifestBytes, owner_);
    if (!bytes.ok()) return bytes.status();
    if (last_ != nullptr && *bytes == last_manifest_bytes_) return nullptr;
    absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = Read(folder.get(), *bytes);
    if (snapshot.ok()) {
      last_ = *snapshot;
      last_manifest_bytes_ = *std::move(bytes);
      return snapshot;
    }
    // Between the manifest and its parts, a publish may have replaced the one and removed the
    // others. If the manifest is still the same, that was not it.
    if (attempt == kAttempts || *bytes == failed_bytes) return snapshot;
    failed_bytes = *std::move(bytes);
  }
}

bool SnapshotReader::IsWithheld(const absl::Status& status) {
  if (owner_ != Owner::kAnyone || !absl::IsPermissionDenied(status)) return false;
  if (withheld_.ok()) withheld_ = status;
  return true;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotReader::Read(
    int folder_fd, absl::string_view manifest_bytes) {
  const auto in_file = [this](const std::string& name, const absl::Status& status) {
    return absl::Status(status.code(), absl::StrCat(folder_, "/", name, ": ", status.message()));
  };
  const auto read_part = [&](const std::string& name, const std::string& hash,
                             int64_t max_bytes) -> absl::StatusOr<std::string> {
    const std::string path = absl::StrCat(folder_, "/", name);
    absl::StatusOr<std::string> bytes = ReadIn(folder_fd, path, name, max_bytes, owner_);
    if (absl::IsNotFound(bytes.status())) {
      return absl::DataLossError(absl::StrCat(path, ": is missing, but the manifest names it"));
    }
    if (bytes.ok() && Sha256Hex(*bytes) != hash) {
      return absl::DataLossError(absl::StrCat(path, ": its SHA-256 is not the one in its name; ",
                                              bytes->size(), " bytes"));
    }
    return bytes;
  };

  absl::StatusOr<Manifest> manifest = ParseManifest(manifest_bytes);
  if (!manifest.ok()) return in_file(kManifestFile, manifest.status());

  Config config;
  if (last_ != nullptr && last_->manifest().config_hash == manifest->config_hash) {
    config = last_->config();
  } else {
    const std::string name = ConfigPartName(manifest->config_hash);
    absl::StatusOr<std::string> bytes = read_part(name, manifest->config_hash, kMaxConfigBytes);
    if (!bytes.ok()) return bytes.status();
    std::vector<ConfigError> errors;
    std::optional<Config> parsed = ParseConfig(*bytes, &errors);
    if (!parsed.has_value()) {
      return absl::DataLossError(FormatConfigError(
          absl::StrCat(folder_, "/", name),
          errors.empty() ? ConfigError{.message = "does not parse"} : errors.front()));
    }
    config = *std::move(parsed);
  }

  std::shared_ptr<const DrawnForecasts> forecasts;
  if (last_ != nullptr && last_->manifest().forecast_hash == manifest->forecast_hash) {
    forecasts = last_->shared_forecasts();
  } else {
    const std::string name = ForecastPartName(manifest->forecast_hash);
    absl::StatusOr<std::string> bytes = read_part(name, manifest->forecast_hash, kMaxForecastBytes);
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<std::vector<ZoneForecast>> parsed = ParseForecasts(*bytes);
    if (!parsed.ok()) return in_file(name, parsed.status());
    forecasts = std::make_shared<const DrawnForecasts>(*std::move(parsed));
  }

  CapacityState capacity;
  if (last_ != nullptr && last_->manifest().capacity_hash == manifest->capacity_hash) {
    capacity = last_->capacity();
  } else {
    const std::string name = CapacityPartName(manifest->capacity_hash);
    absl::StatusOr<std::string> bytes = read_part(name, manifest->capacity_hash, kMaxCapacityBytes);
    withheld_ = absl::OkStatus();
    if (!IsWithheld(bytes.status())) {
      if (!bytes.ok()) return bytes.status();
      absl::StatusOr<CapacityState> parsed = ParseCapacity(*bytes);
      if (!parsed.ok()) return in_file(name, parsed.status());
      capacity = *std::move(parsed);
    }
  }

  std::shared_ptr<const AdmissionRules> admission;
  if (last_ != nullptr && last_->manifest().admission_hash == manifest->admission_hash) {
    admission = last_->shared_admission();
  } else {
    const std::string name = AdmissionPartName(manifest->admission_hash);
    absl::StatusOr<std::string> bytes =
        read_part(name, manifest->admission_hash, kMaxAdmissionBytes);
    AdmissionRules rules;
    if (!IsWithheld(bytes.status())) {
      if (!bytes.ok()) return bytes.status();
      absl::StatusOr<AdmissionRules> parsed = ParseAdmission(*bytes);
      if (!parsed.ok()) return in_file(name, parsed.status());
      rules = *std::move(parsed);
    }
    admission = std::make_shared<const AdmissionRules>(std::move(rules));
  }
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
      Snapshot::Assemble(*std::move(manifest), std::move(config), std::move(forecasts),
                         std::move(capacity), std::move(admission));
  if (!snapshot.ok()) return in_file(kManifestFile, snapshot.status());
  return snapshot;
}

}  // namespace carbon
