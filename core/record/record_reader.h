// Reads the placement log back, line by line: what WriteRecord() wrote (record.h, event_records.h),
// as the types from which it was written. Pure.
//
//   absl::StatusOr<LogEntry> entry = ReadLogLine(line);
//   if (!entry.ok()) return entry.status();
//   if (const auto* decision = std::get_if<PlacementRecord>(&*entry)) Show(*decision);
#ifndef CORE_RECORD_RECORD_READER_H_
#define CORE_RECORD_RECORD_READER_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/record/log_entry.h"

namespace carbon {

// The most bytes of a line that is read: far more than any record has (kMaxRecordBytes), because
// anybody may have written the file.
inline constexpr size_t kMaxLogLine = 1 << 20;

// Returns a record of any kind and of any version from kMinRecordVersion on. If a field is not as
// it is written, the rest of its record is read all the same: see RecordHead::fault.
//
// InvalidArgument, saying what is wrong: the line is too long, nested too deep or not a JSON
// object, or it does not say its version, kind, boot and number. Unimplemented: it is of another
// version.
absl::StatusOr<LogEntry> ReadLogLine(absl::string_view line);

}  // namespace carbon

#endif  // CORE_RECORD_RECORD_READER_H_
