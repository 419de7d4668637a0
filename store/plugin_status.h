// PluginStatus is what the plugin reports about itself to `scarbon status` and `scarbon doctor`:
// plugin-status.json, next to the placement log. Pure.
#ifndef STORE_PLUGIN_STATUS_H_
#define STORE_PLUGIN_STATUS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

struct PluginStatus {
  std::string boot;
  int64_t pid = 0;
  absl::Time started_at;

  std::optional<Manifest> snapshot;  // the one in use
  absl::Time loaded_at;
  std::string error;  // why there is no trusted snapshot; empty: there is one

  uint64_t decisions = 0;
  uint64_t placed = 0;
  uint64_t left_alone = 0;
  uint64_t failed = 0;
  uint64_t records_written = 0;
  uint64_t records_dropped = 0;
  // Decisions that were neither recorded nor carried out, because their user fills the log.
  uint64_t records_withheld = 0;
  std::string log_error;

  std::optional<absl::Time> updated_at;  // when this was written
};

// Returns the path of the file in the log's folder.
std::string PluginStatusPath(absl::string_view log_path);

// A larger file is not the plugin's.
inline constexpr int64_t kMaxPluginStatusBytes = 1 << 20;

// Returns one JSON object and a newline. Without `updated_at`, equal statuses have equal texts.
// Times have whole seconds.
std::string SerializePluginStatus(const PluginStatus& status);

// Returns InvalidArgument for another version, and DataLoss, "/FIELD: …", for anything that
// SerializePluginStatus would not write with `updated_at`. Unknown fields are ignored. The snapshot
// has only the hashes of its parts.
absl::StatusOr<PluginStatus> ParsePluginStatus(absl::string_view json);

// Returns the process that wrote a plugin status, whatever its version and its other fields are:
// they may be of a later release. Absent: the text is not a JSON object, or its pid is not one.
std::optional<pid_t> PidInPluginStatus(absl::string_view json);

}  // namespace carbon

#endif  // STORE_PLUGIN_STATUS_H_
