// The manifest of a snapshot: which parts it has, and what their readers need to know of the
// publisher. Its bytes are documented in docs/snapshot.md. Plain data. Pure; no I/O.
#ifndef CORE_SNAPSHOT_MANIFEST_H_
#define CORE_SNAPSHOT_MANIFEST_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/snapshot/part.h"

namespace carbon {

// What readers of a snapshot need to know of its publisher. No decision depends on it, so that it
// is in the manifest and in no part.
struct ReaderSettings {
  std::string log;  // path of the placement log, for the plugin; empty: none
  absl::Duration period = absl::Seconds(5);  // a publish is expected this often; whole seconds

  friend bool operator==(const ReaderSettings&, const ReaderSettings&) = default;
};

// Names the parts by their SHA-256, in hexadecimal.
struct Manifest {
  static constexpr int kVersion = 4;
  absl::Time published_at;
  PerPart<std::string> hashes;  // empty: there is no such part
  // Absent in a record, and in version 2, where they were in the configuration part.
  std::optional<ReaderSettings> readers = std::nullopt;

  std::string FileOf(SnapshotPart part) const { return PartFileName(part, hashes[part]); }
};

// Returns one JSON object and a newline. The time keeps its fraction of a second. The version is
// the lowest that has what the manifest has: 2 without `readers`, 3 without optional parts,
// otherwise
// 4. So a plugin of the release before reads what it can understand.
std::string SerializeManifest(const Manifest& manifest);

// Reads versions 2 to 4, and trusts nothing. InvalidArgument for another version. DataLoss for
// bytes that break the format: "manifest: /parts/config: fact".
absl::StatusOr<Manifest> ParseManifest(absl::string_view bytes);

}  // namespace carbon

#endif  // CORE_SNAPSHOT_MANIFEST_H_
