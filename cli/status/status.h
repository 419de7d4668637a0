// What scarbon status finds; scarbon doctor uses it too. Blocks on the disk.
#ifndef CLI_STATUS_STATUS_H_
#define CLI_STATUS_STATUS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/finding/finding.h"
#include "core/snapshot/snapshot.h"
#include "store/daemon_state.h"
#include "store/plugin_status.h"

namespace carbon {

// What was checked, and what was found.
struct StatusReport {
  absl::Time now;
  std::string folder;
  std::shared_ptr<const Snapshot> snapshot;
  // Why jobs, pools, sources and the plugin were not checked: this user may not read their files.
  // Empty: they were checked.
  std::string withheld;
  std::optional<DaemonState> daemon;  // absent if scarbond's status file is unusable
  std::string plugin_path;
  std::optional<PluginStatus> plugin;  // as it reports itself
  // The same as it is in the file, with what a plugin of a later release adds. Empty without
  // `plugin`.
  std::string plugin_json;
  // Errors, warnings (a source fails and another one replaces it) and notes (a part of a source's
  // data could not be used).
  std::vector<Finding> findings;

  void Add(Severity severity, FindingCode code, std::string subject, std::string fact) {
    findings.push_back({severity, code, std::move(subject), std::move(fact)});
  }
};

// Checks the snapshot in the folder `snapshot`, or, if that is empty, in the folder that the
// configuration names. Also reads what scarbond and the plugin report about themselves.
StatusReport FindStatus(const std::string& config, const std::string& snapshot);

// Returns true if the finding is about nodes of a pool that Slurm hides or that are in state
// FUTURE.
bool IsOfPoolNodes(const Finding& finding);

}  // namespace carbon

#endif  // CLI_STATUS_STATUS_H_
