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
#include "core/grid/source_state.h"

namespace carbon {

struct DaemonState {
  int64_t pid = 0;
  absl::Time started_at;
  int64_t publishes = 0;
  std::optional<absl::Time> published_at;  // absent: never yet
  std::string error;                       // why it does not publish now; empty: it does
  std::vector<std::string> troubles;       // what else it goes on without: "archive: …"
  std::vector<std::string> notes;          // not wrong, but good to know: "zone DE: …"
  std::vector<SourceState> sources;        // zone by zone, in order of preference
  std::optional<absl::Time> updated_at;    // when this was written
};

std::string DaemonStatePath(absl::string_view snapshot_folder);

// One JSON object and a newline. Without `updated_at`, what changes with every publish is left out
// too: equal texts then say the same.
std::string SerializeDaemonState(const DaemonState& state);

// InvalidArgument, "FIELD: is …", for what SerializeDaemonState would not write with `updated_at`.
// Times are kept in whole seconds. Version 1, which had no notes, is read too.
absl::StatusOr<DaemonState> ParseDaemonState(absl::string_view json);

}  // namespace carbon

#endif  // STORE_DAEMON_STATE_H_
