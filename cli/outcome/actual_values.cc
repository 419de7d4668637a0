#include "cli/outcome/actual_values.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/grid/intensity.h"
#include "core/grid/intensity_history.h"
#include "forecast/archive/archive.h"
#include "forecast/live/live_history.h"
#include "forecast/sources/csv.h"
#include "store/file.h"

namespace carbon {
namespace {

constexpr int64_t kMaxFileBytes = 64 << 20;

const ZoneConfig* FindZone(const DaemonConfig& config, absl::string_view name) {
  for (const ZoneConfig& zone : config.zones) {
    if (zone.name == name) return &zone;
  }
  return nullptr;
}

absl::StatusOr<ActualIntensity> ReadCsv(const std::string& path, const CsvFormat& format,
                                        SignalKind kind) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxFileBytes);
  if (!text.ok()) return text.status();
  const absl::StatusOr<IntensityHistory> history = ParseHistoryCsv(*text, format);
  if (!history.ok()) {
    return absl::Status(history.status().code(),
                        absl::StrCat(path, ": ", history.status().message()));
  }
  return ActualIntensity(path, kind, *history);
}

// The names of the zone's histories, as the archive has them.
std::vector<std::string> HistoryNames(const ZoneConfig& zone) {
  std::vector<std::string> names;
  for (const HistorySource& source : HistorySourcesOf(zone))
    names.push_back(HistorySourceName(source));
  return names;
}

class Reader {
 public:
  Reader(const DaemonConfig& config, absl::Time from, absl::Time to)
      : config_(config), from_(from), to_(to) {}

  absl::Status AddFolder(const std::set<std::string>& zones, const std::string& folder) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) {
      return absl::NotFoundError(
          absl::StrCat(folder, ": is not a folder; it must have a file ZONE.csv for each zone"));
    }
    for (const std::string& zone : zones) {
      const std::string path = absl::StrCat(folder, "/", zone, ".csv");
      if (!std::filesystem::exists(path, error)) continue;
      const ZoneConfig* const configured = FindZone(config_, zone);
      const SignalKind kind =
          configured != nullptr ? configured->kind : SignalKind::kAverageLifecycle;
      absl::StatusOr<ActualIntensity> actual = ReadCsv(path, {}, kind);
      if (!actual.ok()) return actual.status();
      actuals_[zone].push_back(*std::move(actual));
    }
    return absl::OkStatus();
  }

  absl::Status AddArchive(const std::set<std::string>& zones, const std::string& path) {
    const absl::StatusOr<std::unique_ptr<ArchiveReader>> archive = ArchiveReader::Open(path);
    if (!archive.ok()) return archive.status();
    absl::StatusOr<std::vector<Feed>> feeds = (*archive)->Feeds();
    if (!feeds.ok()) return feeds.status();
    std::stable_sort(feeds->begin(), feeds->end(),
                     [this](const Feed& a, const Feed& b) { return RankOf(a) < RankOf(b); });
    for (const Feed& feed : *feeds) {
      if (!zones.contains(feed.zone)) continue;
      absl::StatusOr<ArchivedHistory> history =
          (*archive)->HistoryWithTimes(feed, from_, to_, absl::InfiniteFuture());
      if (!history.ok()) return history.status();
      if (history->history.intervals().empty()) continue;
      actuals_[feed.zone].push_back(ActualIntensity(feed.source, feed.kind, history->history,
                                                    std::move(history->fetched_at)));
    }
    return absl::OkStatus();
  }

  void AddConfiguredFiles(const std::set<std::string>& zones,
                          const std::function<void(const std::string&)>& complain) {
    for (const ZoneConfig& zone : config_.zones) {
      if (!zones.contains(zone.name)) continue;
      for (const HistorySource& source : zone.history.value_or(std::vector<HistorySource>())) {
        const auto* const file = std::get_if<HistoryFile>(&source);
        if (file == nullptr) continue;
        absl::StatusOr<ActualIntensity> actual = ReadCsv(file->path, file->csv, zone.kind);
        if (actual.ok()) {
          actuals_[zone.name].push_back(*std::move(actual));
        } else {
          complain(absl::StrCat("zone ", zone.name, ": ", actual.status().message()));
        }
      }
    }
  }

  ActualsByZone Take() { return std::move(actuals_); }

 private:
  // Sources that the configuration names as histories come first, in its order.
  size_t RankOf(const Feed& feed) const {
    const ZoneConfig* const zone = FindZone(config_, feed.zone);
    const std::vector<std::string> names =
        zone != nullptr ? HistoryNames(*zone) : std::vector<std::string>();
    return static_cast<size_t>(std::find(names.begin(), names.end(), feed.source) - names.begin());
  }

  const DaemonConfig& config_;
  const absl::Time from_, to_;
  ActualsByZone actuals_;
};

// That there are no actual values at all, and what to do.
std::string NoneText(const std::set<std::string>& zones, const ActualSources& sources) {
  const std::string names = absl::StrJoin(zones, ", ");
  if (!sources.archive.empty()) {
    return absl::StrCat(sources.archive, ": has no actual values of ", names,
                        " at the time of the jobs; --grid DIR reads DIR/ZONE.csv");
  }
  if (!sources.grid.empty()) {
    return absl::StrCat(sources.grid, ": has no file ZONE.csv of the zones ", names);
  }
  return absl::StrCat("actual intensities of ", names,
                      ": the configuration names neither an archive nor a history file; --archive "
                      "FILE or --grid DIR names them");
}

}  // namespace

absl::StatusOr<ActualsByZone> ReadActualValues(
    const std::set<std::string>& zones, const DaemonConfig& config, const ActualSources& sources,
    absl::Time from, absl::Time to, const std::function<void(const std::string&)>& complain) {
  Reader reader(config, from, to);
  if (!sources.grid.empty()) {
    if (absl::Status read = reader.AddFolder(zones, sources.grid); !read.ok()) return read;
  }
  if (!sources.archive.empty()) {
    if (absl::Status read = reader.AddArchive(zones, sources.archive); !read.ok()) return read;
  } else {
    reader.AddConfiguredFiles(zones, complain);
  }
  ActualsByZone actuals = reader.Take();
  if (actuals.empty()) complain(NoneText(zones, sources));
  return actuals;
}

}  // namespace carbon
