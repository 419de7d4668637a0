#include "store/recorded_snapshot.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/cluster/capacity_codec.h"
#include "core/config/config.h"
#include "core/grid/forecast_codec.h"
#include "store/file.h"
#include "store/part_archive.h"

namespace carbon {
namespace {

using Source = RecordedSnapshot::Source;

absl::Status In(const std::string& name, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
}

struct Loaded {
  absl::StatusOr<std::string> bytes = absl::UnknownError("not loaded");
  Source source = Source::kMissing;
};

Loaded LoadPart(const std::string& snapshot_folder, const std::string& parts_folder,
                const std::string& name, const std::string& hash) {
  const std::string path = absl::StrCat(snapshot_folder, "/", name);
  Loaded loaded{ReadFile(path, MaxPartBytes(name).value_or(0)), Source::kSnapshot};
  if (loaded.bytes.ok() && Sha256Hex(*loaded.bytes) != hash) {
    loaded.bytes =
        absl::DataLossError(absl::StrCat(path, ": its SHA-256 is not the one in its name"));
  }
  if (loaded.bytes.ok()) return loaded;
  // The archived part also replaces a part that is damaged or may not be read.
  absl::StatusOr<std::string> archived = PartArchive::Load(parts_folder, name);
  if (archived.ok()) return {std::move(archived), Source::kArchive};
  const bool is_missing = absl::IsNotFound(loaded.bytes.status());
  if (is_missing && absl::IsNotFound(archived.status()))
    return {archived.status(), Source::kMissing};
  return {is_missing ? archived.status() : loaded.bytes.status(), Source::kUnreadable};
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Assemble(Manifest manifest,
                                                         const PerPart<std::string>& bytes) {
  std::vector<ConfigError> errors;
  std::optional<Config> config = ParseConfig(bytes[SnapshotPart::kConfig], &errors);
  if (!config.has_value()) {
    return absl::DataLossError(FormatConfigError(
        manifest.FileOf(SnapshotPart::kConfig),
        errors.empty() ? ConfigError{.message = "does not parse"} : errors.front()));
  }
  absl::StatusOr<std::vector<ZoneForecast>> forecasts =
      ParseForecasts(bytes[SnapshotPart::kForecast]);
  if (!forecasts.ok()) return In(manifest.FileOf(SnapshotPart::kForecast), forecasts.status());
  absl::StatusOr<CapacityState> capacity = ParseCapacity(bytes[SnapshotPart::kCapacity]);
  if (!capacity.ok()) return In(manifest.FileOf(SnapshotPart::kCapacity), capacity.status());
  absl::StatusOr<AdmissionRules> admission = ParseAdmission(bytes[SnapshotPart::kAdmission]);
  if (!admission.ok()) return In(manifest.FileOf(SnapshotPart::kAdmission), admission.status());
  if (!manifest.readers.has_value()) {
    manifest.readers = {.log = config->daemon.paths.log, .period = config->daemon.refresh.capacity};
  }
  if (capacity->watched_at.has_value() && !capacity->watched_until.has_value()) {
    capacity->watched_until = WatchedUntil(*capacity->watched_at, manifest.readers->period);
  }
  return Snapshot::Assemble(std::move(manifest), std::move(config->placement),
                            std::make_shared<const DrawnForecasts>(*std::move(forecasts)),
                            *std::move(capacity),
                            std::make_shared<const AdmissionRules>(*std::move(admission)));
}

}  // namespace

const char* PartSourceName(Source source) {
  constexpr const char* kNames[] = {"snapshot", "archive", "missing", "unreadable"};
  return kNames[static_cast<int>(source)];
}

RecordedSnapshot LoadRecordedSnapshot(const std::string& snapshot_folder,
                                      const std::string& parts_folder, const Manifest& manifest) {
  RecordedSnapshot recorded;
  for (const PartInfo& info : kParts) {
    if (info.is_optional || MaxPartBytes(manifest.FileOf(info.part)).has_value()) continue;
    recorded.snapshot =
        absl::InvalidArgumentError("the record does not name all parts of its snapshot");
    return recorded;
  }
  PerPart<std::string> bytes;
  std::vector<std::string> missing;
  absl::Status unreadable;
  for (const PartInfo& info : kParts) {
    // The record has what an optional part says of the job.
    if (info.is_optional) continue;
    const std::string name = manifest.FileOf(info.part);
    Loaded loaded = LoadPart(snapshot_folder, parts_folder, name, manifest.hashes[info.part]);
    recorded.parts.push_back({info.part, loaded.source});
    if (loaded.source == Source::kMissing) {
      missing.push_back(name);
    } else if (!loaded.bytes.ok()) {
      unreadable.Update(loaded.bytes.status());
    } else {
      bytes[info.part] = *std::move(loaded.bytes);
    }
  }
  if (!missing.empty()) {
    recorded.snapshot =
        absl::NotFoundError(absl::StrCat("neither ", snapshot_folder, " nor the archive ",
                                         parts_folder, " has ", absl::StrJoin(missing, ", ")));
  } else if (!unreadable.ok()) {
    recorded.snapshot = unreadable;
  } else {
    recorded.snapshot = Assemble(manifest, bytes);
  }
  return recorded;
}

}  // namespace carbon
