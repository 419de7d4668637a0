// The snapshot that a record of the placement log names, put together from the snapshot's folder
// and from the archive of parts (store/part_archive.h). Blocks on the disk.
#ifndef STORE_RECORDED_SNAPSHOT_H_
#define STORE_RECORDED_SNAPSHOT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/snapshot/part.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

struct RecordedSnapshot {
  // Returns NotFound, naming each part that is in neither folder; PermissionDenied for a part that
  // may not be read; DataLoss for a hash that does not match or bytes that do not parse;
  // InvalidArgument for a manifest that does not name all parts, another version, or parts that do
  // not belong together.
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = absl::UnknownError("not loaded");

  enum class Source { kSnapshot, kArchive, kMissing, kUnreadable };
  struct Part {
    SnapshotPart part;
    Source source;
  };
  std::vector<Part> parts;  // where each was found, in the order of kParts; empty: not searched
};

// Returns "snapshot", "archive", "missing" or "unreadable".
const char* PartSourceName(RecordedSnapshot::Source source);

// Searches each part in the snapshot's folder, then in `parts_folder`. The owner of a file does not
// matter, because its hash is checked. Parts of an older release are completed as SnapshotReader
// completes them.
RecordedSnapshot LoadRecordedSnapshot(const std::string& snapshot_folder,
                                      const std::string& parts_folder, const Manifest& manifest);

}  // namespace carbon

#endif  // STORE_RECORDED_SNAPSHOT_H_
