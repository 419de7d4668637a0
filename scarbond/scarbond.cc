// scarbond publishes the snapshot on which the plugin decides. It runs in the foreground and logs
// to standard error. This file only composes: options, logging and the loop.
#include <errno.h>
#include <string.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "forecast/http/known_secrets.h"
#include "plugin/client/slurm_client.h"
#include "scarbond/daemon.h"
#include "scarbond/daemon_report.h"
#include "scarbond/publication.h"
#include "scarbond/service_log.h"
#include "scarbond/signals.h"
#include "scarbond/slurm_source.h"
#include "spdlog/spdlog.h"

namespace carbon {
namespace {

// With --once, the time that all providers together may take. Then it publishes without them.
constexpr absl::Duration kMaxFetch = absl::Seconds(30);

struct Options {
  std::string config = CARBON_CONFIG_FILE;
  bool once = false;
  bool verbose = false;
};

int Run(const Options& options) {
  StartLogging("scarbond", options.verbose);
  const Signals signals;
  if (!signals.ok()) {
    spdlog::error("cannot receive signals: {}", strerror(errno));
    return 1;
  }
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
    PublishUntilStopped(options.config, signals, &*publication, &report);
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
  CLI::App app("Publishes the snapshot that Slurm's carbon plugin decides on", "scarbond");
  carbon::Options options;
  app.add_option("-f,--config", options.config, "The configuration")->capture_default_str();
  app.add_flag("--once", options.once, "Publish once and exit");
  app.add_flag("-v,--verbose", options.verbose, "Log every publish");
  app.set_version_flag("--version", "scarbond " CARBON_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return carbon::Run(options);
  } catch (const std::exception& error) {
    fprintf(stderr, "scarbond: %s\n", carbon::WithoutSecrets(error.what()).c_str());
    return 1;
  }
}
