// The loop of scarbond-fetch: fetch, write, wait and reload, until it is told to stop. It talks
// with providers, and neither with slurmctld nor with munge. One thread.
#ifndef SCARBOND_FETCHER_H_
#define SCARBOND_FETCHER_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "core/config/daemon_config.h"
#include "scarbond/fetch_report.h"
#include "scarbond/live_forecast_feed.h"
#include "scarbond/signals.h"

namespace carbon {

// Reads the daemon's half of a carbon.json and logs its errors and warnings. It is an error if
// paths.forecasts is not set. Creates the folders of that file and of the archive if they are
// missing. Absent if there was an error.
std::optional<DaemonConfig> LoadForFetch(const std::string& path);

// Writes at the rhythm of refresh.capacity, at which scarbond looks for what is new. SIGHUP loads
// `config_path` again; SIGTERM and SIGINT end the loop.
void FetchUntilStopped(const std::string& config_path, const Signals& signals, DaemonConfig config,
                       LiveForecastFeed* feed, FetchReport* report);

}  // namespace carbon

#endif  // SCARBOND_FETCHER_H_
