// DaemonState is what scarbond reports about itself to `scarbon status`: scarbond-status.json in
// the folder of the snapshot. Pure; contains no secret.
#ifndef STORE_DAEMON_STATE_H_
#define STORE_DAEMON_STATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/finding/finding.h"
#include "core/grid/source_state.h"

namespace carbon {

struct DaemonState {
  int64_t pid = 0;
  absl::Time started_at;
  int64_t publishes = 0;
  std::optional<absl::Time> published_at;  // absent: not yet
  // Warnings: why it does not publish now (kScarbondNotPublishing comes first), and what it
  // continues without. Notes. The states of sources are not among them.
  std::vector<Finding> findings;
  std::vector<SourceState> sources;      // zone by zone, in order of preference
  std::optional<absl::Time> updated_at;  // when this was written
};

std::string DaemonStatePath(absl::string_view snapshot_folder);

// Returns one JSON object and a newline. Without `updated_at`, fields that change with every
// publish are omitted too. So equal texts mean an equal state.
std::string SerializeDaemonState(const DaemonState& state);

// Returns InvalidArgument for another version, and DataLoss, "/FIELD: …", for anything that
// SerializeDaemonState would not write with `updated_at`. Unknown fields are ignored. Times have
// whole seconds. Versions 1 and 2 are read too: their lines have no code, and version 1 has no
// notes.
absl::StatusOr<DaemonState> ParseDaemonState(absl::string_view json);

}  // namespace carbon

#endif  // STORE_DAEMON_STATE_H_
