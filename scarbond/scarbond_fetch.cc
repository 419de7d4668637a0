// scarbond-fetch fetches the forecasts, as a user of its own, and leaves them in a file for
// scarbond. It runs in the foreground and logs to standard error. It does not link libslurm. This
// file only composes.
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "scarbond/fetch_report.h"
#include "scarbond/fetcher.h"
#include "scarbond/live_forecast_feed.h"
#include "scarbond/service_program.h"
#include "spdlog/spdlog.h"

namespace carbon {
namespace {

// With --once, the time that all providers together may take. Then it writes without them.
constexpr absl::Duration kMaxFetch = absl::Seconds(30);

int Run(const ServiceOptions& options, const Signals& signals) {
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
  return carbon::RunService(argc, argv,
                            {"scarbond-fetch", "Fetches the forecasts that scarbond publishes",
                             "Fetch once, write and exit", "Log each time that forecasts are made"},
                            &carbon::Run);
}
