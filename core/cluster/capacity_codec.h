// The snapshot's capacity part as bytes and back. docs/snapshot.md describes the format. Pure; no
// I/O.
#ifndef CORE_CLUSTER_CAPACITY_CODEC_H_
#define CORE_CLUSTER_CAPACITY_CODEC_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/cluster/cluster_state.h"

namespace carbon {

// Returns one JSON object and a newline. Times are kept in whole seconds.
std::string SerializeCapacity(const CapacityState& capacity);

// Reads versions 4 to 6, and trusts nothing. Versions 4 and 5 have no `watched_until`: the caller
// computes it (WatchedUntil). InvalidArgument for another version. DataLoss for bytes that break
// the format: "capacity part: /pools/0/up: fact". Whether the names belong together is checked
// later, by Snapshot::Assemble.
absl::StatusOr<CapacityState> ParseCapacity(absl::string_view bytes);

}  // namespace carbon

#endif  // CORE_CLUSTER_CAPACITY_CODEC_H_
