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

// Reads on from where an earlier reading ended: `offset` is that byte of the text, counted without
// compression, and becomes the next one. Adds to `damage`. If `is_written`, it does not take a last
// line without a newline, because the plugin may be writing it.
absl::Status ReadPlacementLogOn(const std::string& path, bool is_written, int64_t* offset,
                                SequencesByBoot* sequences, LogDamage* damage,
                                const LogVisitor& visit);

}  // namespace carbon

#endif  // STORE_PLACEMENT_LOG_H_
