// scarbond-fetch fetches the forecasts, as a user of its own, and leaves them in a file for
// scarbond. It runs in the foreground and logs to standard error. It does not link libslurm. This
// file only composes: options, logging and the loop.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "forecast/http/known_secrets.h"
#include "scarbond/fetch_report.h"
#include "scarbond/fetcher.h"
#include "scarbond/live_forecast_feed.h"
#include "scarbond/service_log.h"
#include "scarbond/signals.h"
#include "spdlog/spdlog.h"

namespace carbon {
namespace {

// With --once, the time that all providers together may take. Then it writes without them.
constexpr absl::Duration kMaxFetch = absl::Seconds(30);

struct Options {
  std::string config = CARBON_CONFIG_FILE;
  bool once = false;
  bool verbose = false;
};

int Run(const Options& options) {
  StartLogging("scarbond-fetch", options.verbose);
  const Signals signals;
  if (!signals.ok()) {
    spdlog::error("cannot receive signals: {}", strerror(errno));
    return 1;
  }
  if (geteuid() == 0) spdlog::warn("runs as root, and needs no right of root's");
  std::optional<DaemonConfig> config = LoadForFetch(options.config);
  if (!config.has_value()) return 1;
  absl::StatusOr<std::unique_ptr<LiveForecastFeed>> feed =
      LiveForecastFeed::Create(*config, &absl::Now);
  if (!feed.ok()) {
    spdlog::error("{}", std::string(feed.status().message()));
    return 1;
  }
  FetchReport report(absl::Now());
  if (!options.once) {
    FetchUntilStopped(options.config, signals, *std::move(config), feed->get(), &report);
    return 0;
  }
  (*feed)->FetchAll(kMaxFetch);
  const absl::Time now = absl::Now();
  (*feed)->Refresh(now, ForecastFeed::Work::kAtOnce);
  return report.Write(config->paths.forecasts, **feed, {}, now).ok() ? 0 : 1;
}

}  // namespace
}  // namespace carbon

int main(int argc, char** argv) {
  CLI::App app("Fetches the forecasts that scarbond publishes", "scarbond-fetch");
  carbon::Options options;
  app.add_option("-f,--config", options.config, "The configuration")->capture_default_str();
  app.add_flag("--once", options.once, "Fetch once, write and exit");
  app.add_flag("-v,--verbose", options.verbose, "Log each time that forecasts are made");
  app.set_version_flag("--version", "scarbond-fetch " CARBON_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return carbon::Run(options);
  } catch (const std::exception& error) {
    fprintf(stderr, "scarbond-fetch: %s\n", carbon::WithoutSecrets(error.what()).c_str());
    return 1;
  }
}
