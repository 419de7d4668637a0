// scarbond's loop: publish, report, wait and reload, until it is told to stop. One thread, besides
// those of libslurm.
#ifndef SCARBOND_DAEMON_H_
#define SCARBOND_DAEMON_H_

#include <optional>
#include <string>

#include "core/config/config.h"
#include "scarbond/daemon_report.h"
#include "scarbond/publication.h"
#include "scarbond/query/query_service.h"
#include "scarbond/signals.h"

namespace carbon {

// Reads a carbon.json and logs its errors and warnings. Absent if it has errors.
std::optional<Config> LoadAndLog(const std::string& path);

// Returns what `scarbon status` and the metrics report besides. `not_loaded` says why the present
// carbon.json is not in force, and `not_listening` why it does not listen although it should; each
// is empty if all is well.
DaemonReport::Details DetailsOf(const Publication& publication, const std::string& not_loaded,
                                const std::string& not_listening = "");

// Answers scarbon on other machines, if the configuration says so. Publishes at the rhythm of
// publication->period(). If a tick fails, that is logged once and the last snapshot stays. SIGHUP
// loads `config_path` again; SIGTERM and SIGINT end the loop.
void PublishUntilStopped(const std::string& config_path, const Signals& signals,
                         Publication* publication, QueryService* queries, DaemonReport* report);

}  // namespace carbon

#endif  // SCARBOND_DAEMON_H_
