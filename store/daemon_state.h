// What scarbond tells `scarbon status` about itself: scarbond-status.json in the folder of the
// snapshot. Pure; holds no secret.
#ifndef STORE_DAEMON_STATE_H_
#define STORE_DAEMON_STATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/finding.h"
#include "core/grid/source_state.h"

namespace carbon {

struct DaemonState {
  int64_t pid = 0;
  absl::Time started_at;
  int64_t publishes = 0;
  std::optional<absl::Time> published_at;  // absent: never yet
  // Warnings: why it does not publish now (kScarbondNotPublishing, the first), and what it
  // continues without. Notes. How the sources are doing is not among them.
  std::vector<Finding> findings;
  std::vector<SourceState> sources;      // zone by zone, in order of preference
  std::optional<absl::Time> updated_at;  // when this was written
};

std::string DaemonStatePath(absl::string_view snapshot_folder);

// One JSON object and a newline. Without `updated_at`, what changes with every publish is left out
// too: equal texts then say the same.
std::string SerializeDaemonState(const DaemonState& state);

// InvalidArgument for another version, DataLoss, "/FIELD: …", for what SerializeDaemonState would
// not write with `updated_at`; unknown fields are ignored. Times are kept in whole seconds.
// Versions 1 and 2 are read too: their lines have no code, and version 1 has no notes.
absl::StatusOr<DaemonState> ParseDaemonState(absl::string_view json);

}  // namespace carbon

#endif  // STORE_DAEMON_STATE_H_
