// scarbond publishes the snapshot on which the plugin decides. It runs in the foreground and logs
// to standard error. This file only composes.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "plugin/client/slurm_client.h"
#include "scarbond/daemon.h"
#include "scarbond/daemon_report.h"
#include "scarbond/publication.h"
#include "scarbond/query/query_service.h"
#include "scarbond/service_program.h"
#include "scarbond/slurm_source.h"
#include "spdlog/spdlog.h"

namespace carbon {
namespace {

// With --once, the time that all providers together may take. Then it publishes without them.
constexpr absl::Duration kMaxFetch = absl::Seconds(30);

int Run(const ServiceOptions& options, const Signals& signals) {
  std::optional<Config> config = LoadAndLog(options.config);
  if (!config.has_value()) return 1;
  absl::StatusOr<Publication> publication =
      Publication::Open(*std::move(config), std::make_unique<SlurmSource>());
  if (!publication.ok()) {
    spdlog::error("{}", std::string(publication.status().message()));
    return 1;
  }
  DaemonReport report(absl::Now());
  InitSlurmClient();
  if (!options.once) {
    QueryService queries;
    PublishUntilStopped(options.config, signals, &*publication, &queries, &report);
    return 0;
  }
  publication->FetchAll(kMaxFetch);
  const absl::Time now = absl::Now();
  const absl::Status status = publication->Publish(now, Publication::Watch::kNo);
  report.Write(publication->paths(), publication->forecasts().Sources(),
               publication->forecasts().zones(), status, now, DetailsOf(*publication, ""));
  if (!status.ok()) spdlog::error("{}", std::string(status.message()));
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) {
  return carbon::RunService(
      argc, argv,
      {"scarbond", "Publishes the snapshot that Slurm's carbon plugin decides on",
       "Publish once and exit", "Log every publish"},
      &carbon::Run);
}
