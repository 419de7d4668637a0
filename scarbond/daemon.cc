#include "scarbond/daemon.h"

#include <signal.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scarbond/service_log.h"
#include "scarbond/service_notice.h"
#include "settings/load_config.h"
#include "spdlog/spdlog.h"

namespace carbon {
namespace {

constexpr absl::Duration kMaxWait = absl::Seconds(60);

// Returns why the previous configuration stays in force; empty if the new one is in force.
std::string Reload(const std::string& path, Publication* publication) {
  std::optional<Config> config = LoadAndLog(path);
  if (!config.has_value()) return LogReload(path, std::nullopt);
  return LogReload(path, publication->Reconfigure(*std::move(config)));
}

ClusterFacts FactsOf(const Publication& publication) {
  return {publication.slurm_user(), publication.has_slurmdbd().value_or(false),
          publication.auth_info()};
}

}  // namespace

std::optional<Config> LoadAndLog(const std::string& path) {
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  std::optional<Config> config = LoadConfig(path, &errors, &warnings);
  for (const std::string& error : errors) spdlog::error("{}", error);
  for (const std::string& warning : warnings) spdlog::warn("{}", warning);
  return config;
}

DaemonReport::Details DetailsOf(const Publication& publication, const std::string& not_loaded,
                                const std::string& not_listening) {
  DaemonReport::Details details{publication.forecasts().errors(),
                                publication.forecasts().Implausible(), publication.Findings(),
                                publication.slurm_user(), publication.Jobs()};
  if (!not_loaded.empty()) {
    details.findings.push_back(
        {Severity::kWarning, FindingCode::kConfigNotLoaded, "scarbond", not_loaded});
  }
  if (!not_listening.empty()) {
    details.findings.push_back(
        {Severity::kWarning, FindingCode::kScarbondNotListening, "scarbond", not_listening});
  }
  return details;
}

void PublishUntilStopped(const std::string& config_path, const Signals& signals,
                         Publication* publication, QueryService* queries, DaemonReport* report) {
  ServiceNotice notice;
  std::string last_trouble;
  std::string not_loaded;
  bool published = false;
  while (true) {
    const absl::Time start = absl::Now();
    const absl::Status status = publication->Publish(start, Publication::Watch::kYes);
    const std::string trouble(status.message());
    const std::string consequence =
        published ? "the last snapshot stays" : "nothing is published yet";
    if (trouble != last_trouble || (!published && status.ok())) {
      if (status.ok()) {
        spdlog::info(published ? "publishing again" : "publishing");
      } else {
        spdlog::error("{}; {}", trouble, consequence);
      }
    }
    published |= status.ok();
    last_trouble = trouble;
    report->Write(publication->paths(), publication->forecasts().Sources(),
                  publication->forecasts().zones(), status, start,
                  DetailsOf(*publication, not_loaded,
                            queries->Configure(publication->config(), FactsOf(*publication))));
    // Also if slurmctld is away: what depends on this service need not wait for slurmctld.
    notice.Ready(status.ok() ? "publishing" : absl::StrCat(trouble, "; ", consequence));

    absl::Time next = start + publication->period();
    do {
      notice.Alive();
      publication->Poll(std::clamp(next - absl::Now(), absl::ZeroDuration(), kMaxWait),
                        signals.fd());
      switch (signals.Next()) {
        case SIGHUP:
          notice.Reloading();
          not_loaded = Reload(config_path, publication);
          next = absl::InfinitePast();  // publish what changed at once
          break;
        case SIGTERM:
        case SIGINT:
          notice.Stopping();
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
