// scarbond's loop: publish, report, wait and reload, until it is told to stop. One thread, besides
// those of libslurm.
#ifndef SCARBOND_DAEMON_H_
#define SCARBOND_DAEMON_H_

#include <optional>
#include <string>

#include "core/config/config.h"
#include "scarbond/daemon_report.h"
#include "scarbond/publication.h"
#include "scarbond/signals.h"

namespace carbon {

// Reads a carbon.json and logs its errors and warnings. Absent if it has errors.
std::optional<Config> LoadAndLog(const std::string& path);

// Returns what `scarbon status` and the metrics report besides. `not_loaded` says why the present
// carbon.json is not in force; empty if it is.
DaemonReport::Details DetailsOf(const Publication& publication, const std::string& not_loaded);

// Publishes at the rhythm of publication->period(). If a tick fails, that is logged once and the
// last snapshot stays. SIGHUP loads `config_path` again; SIGTERM and SIGINT end the loop.
void PublishUntilStopped(const std::string& config_path, const Signals& signals,
                         Publication* publication, DaemonReport* report);

}  // namespace carbon

#endif  // SCARBOND_DAEMON_H_
