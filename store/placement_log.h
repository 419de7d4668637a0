// Reads the files of the placement log: their records in order, and what was lost between them.
// Blocks on the disk.
#ifndef STORE_PLACEMENT_LOG_H_
#define STORE_PLACEMENT_LOG_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/record/log_entry.h"

namespace carbon {

// The last sequence number of each boot, kept from one file to the next.
using SequencesByBoot = std::map<std::string, uint64_t>;
using LogVisitor = std::function<void(LogEntry entry, absl::string_view line)>;

// What of a file was lost or cannot be read.
struct LogDamage {
  std::vector<std::string> gaps;  // "3 records missing between BOOT-4 and BOOT-8"
  int64_t unreadable = 0;         // lines that are not records
  int64_t faulty = 0;             // records with fields that cannot be read
  std::string first_fault;        // of the first such record, and its name
  std::string end;                // why the rest of a compressed file cannot be read

  // One line each, which names the file.
  std::vector<std::string> Lines(const std::string& path) const;
};

// Reads the records of one file in order, and calls `visit` with each record and its line, without
// the newline. `complain` gets one line for each gap in a boot's sequence, for lines that are not
// records, for records with fields that cannot be read, and for a compressed file that ends early.
// Returns an error only if the file cannot be read.
absl::Status ReadPlacementLog(const std::string& path, SequencesByBoot* sequences,
                              const LogVisitor& visit,
                              const std::function<void(const std::string&)>& complain);

// A place in the text of a file, counted in bytes without compression.
struct LogPlace {
  int64_t offset = 0;       // behind the last line that was read
  int64_t line_offset = 0;  // where that line begins
  std::string line_digest;  // its SHA-256; empty: no line was read yet
};

// Reads on from the place where an earlier reading ended, and moves it; `visit` finds the line that
// it gets at `line_offset`. Adds to `damage`. If `is_live`, the plugin still writes to the file,
// and a last line without a newline is not read. Returns false if it stopped before the end,
// because it had read `max_bytes` or a little more.
absl::StatusOr<bool> ReadPlacementLogFrom(const std::string& path, bool is_live, int64_t max_bytes,
                                          LogPlace* place, SequencesByBoot* sequences,
                                          LogDamage* damage, const LogVisitor& visit);

// Whether the file has the line before the place there.
absl::StatusOr<bool> HasPlace(const std::string& path, const LogPlace& place);

}  // namespace carbon

#endif  // STORE_PLACEMENT_LOG_H_
