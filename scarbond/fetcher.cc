#include "scarbond/fetcher.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scarbond/service_log.h"
#include "settings/load_config.h"
#include "spdlog/spdlog.h"
#include "store/file.h"

namespace carbon {
namespace {

// Later changes of the configuration must not wait for a rhythm of hours.
constexpr absl::Duration kMaxPeriod = absl::Minutes(1);

absl::Status CreateFolderOf(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  // A folder that a link leads to exists too.
  if (folder.empty() || std::filesystem::is_directory(folder, error)) return absl::OkStatus();
  return MakeFolders(folder, 0755);
}

// Returns why the previous configuration stays in force; empty if the new one is in force.
std::string Reload(const std::string& path, DaemonConfig* config, LiveForecastFeed* feed) {
  std::optional<DaemonConfig> loaded = LoadForFetch(path);
  if (!loaded.has_value()) return LogReload(path, std::nullopt);
  const absl::Status applied = feed->Configure(*loaded);
  if (applied.ok()) *config = *std::move(loaded);
  return LogReload(path, applied);
}

}  // namespace

std::optional<DaemonConfig> LoadForFetch(const std::string& path) {
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  std::optional<DaemonConfig> config = LoadDaemonConfig(path, &errors, &warnings);
  if (config.has_value() && config->paths.forecasts.empty()) {
    errors.push_back(absl::StrCat(path, ": /paths/forecasts: is missing: scarbond fetches itself"));
  }
  if (config.has_value() && errors.empty()) {
    // Without an archive it continues, and says why.
    if (!config->paths.archive.empty()) CreateFolderOf(config->paths.archive).IgnoreError();
    const absl::Status created = CreateFolderOf(config->paths.forecasts);
    if (!created.ok()) errors.push_back(absl::StrCat("cannot create ", created.message()));
  }
  for (const std::string& error : errors) spdlog::error("{}", error);
  for (const std::string& warning : warnings) spdlog::warn("{}", warning);
  if (!errors.empty()) return std::nullopt;
  return config;
}

void FetchUntilStopped(const std::string& config_path, const Signals& signals, DaemonConfig config,
                       LiveForecastFeed* feed, FetchReport* report) {
  std::string not_loaded;
  spdlog::info("fetching");
  while (true) {
    const absl::Time start = absl::Now();
    feed->Refresh(start, ForecastFeed::Work::kInPortions);
    std::vector<Finding> findings;
    if (!not_loaded.empty()) {
      findings.push_back(
          {Severity::kWarning, FindingCode::kConfigNotLoaded, "scarbond-fetch", not_loaded});
    }
    // It logs its failure itself, and the next tick tries again.
    report->Write(config.paths.forecasts, *feed, std::move(findings), start).IgnoreError();
    absl::Time next = start + std::min(config.refresh.capacity, kMaxPeriod);
    do {
      feed->Poll(std::max(next - absl::Now(), absl::ZeroDuration()), signals.fd());
      switch (signals.Next()) {
        case SIGHUP:
          not_loaded = Reload(config_path, &config, feed);
          next = absl::InfinitePast();
          break;
        case SIGTERM:
        case SIGINT:
          spdlog::info("stopping");
          return;
        default:
          break;
      }
      // If now is before the start, the clock was set back, maybe by hours.
    } while (absl::Now() < next && absl::Now() >= start);
  }
}

}  // namespace carbon
