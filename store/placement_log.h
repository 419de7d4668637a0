// Reads the files of the placement log: their records in order, and what was lost between them.
// Blocks on the disk.
#ifndef STORE_PLACEMENT_LOG_H_
#define STORE_PLACEMENT_LOG_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/record/log_entry.h"

namespace carbon {

// Reads the records of one file in order, and calls `visit` with each record and its line, without
// the newline. `complain` gets one line for each gap in a boot's sequence, for lines that are not
// records, for records with fields that cannot be read, and for a compressed file that ends early.
// `sequences` keeps the last sequence number of each boot from one file to the next. Returns an
// error only if the file cannot be read.
using SequencesByBoot = std::map<std::string, uint64_t>;
using LogVisitor = std::function<void(LogEntry entry, absl::string_view line)>;
absl::Status ReadPlacementLog(const std::string& path, SequencesByBoot* sequences,
                              const LogVisitor& visit,
                              const std::function<void(const std::string&)>& complain);

}  // namespace carbon

#endif  // STORE_PLACEMENT_LOG_H_
