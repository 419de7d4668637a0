// What scarbon status finds, for whoever else wants to know. Blocks on the disk.
#ifndef CLI_STATUS_STATUS_H_
#define CLI_STATUS_STATUS_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/snapshot/snapshot.h"
#include "store/daemon_state.h"

namespace carbon {

// What was found, and what is wrong with it.
struct StatusFindings {
  absl::Time now;
  std::string folder;
  std::shared_ptr<const Snapshot> snapshot;
  // Why nothing is found of jobs, pools, sources and the plugin: this user may not read it. Empty:
  // it may.
  std::string withheld;
  std::optional<DaemonState> daemon;  // absent where what scarbond left is of no use
  std::string plugin_path;
  std::optional<nlohmann::ordered_json> plugin;  // as it reports itself
  std::vector<std::string> problems;             // "subject: fact"
  // Wrong too, but decisions are made all the same: a source in trouble for which another stands
  // in.
  std::vector<std::string> troubles;
  // Not wrong: what of a source's data could not be used while the rest is.
  std::vector<std::string> notes;
};

// Looks at the snapshot in the folder `snapshot`, or, where that is empty, in the one that the
// configuration names, and at what scarbond and the plugin report of themselves.
StatusFindings FindStatus(const std::string& config, const std::string& snapshot);

}  // namespace carbon

#endif  // CLI_STATUS_STATUS_H_
