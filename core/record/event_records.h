// Writes and reads the placement log's records that are not decisions: what became of bookings and
// of placed jobs, and what the log or an excerpt of it does not have. Pure.
#ifndef CORE_RECORD_EVENT_RECORDS_H_
#define CORE_RECORD_EVENT_RECORDS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "core/record/log_entry.h"

namespace carbon {

class RecordFields;

// One line each, with the newline, in kRecordVersion. Strings are escaped, and long ones are cut,
// as in a decision's record.
std::string WriteRecord(const BookingRecord& record);
std::string WriteRecord(const ReturnRecord& record);
std::string WriteRecord(const WithheldRecord& record);
std::string WriteRecord(const DroppedRecord& record);
std::string WriteRecord(const ExcerptRecord& record);

// Reads what the above wrote, for ReadLogLine (record_reader.h): `type` and `head` have been read
// from the same line. A field that the line does not have is as in a default record. A missing time
// is InfinitePast, and an unknown fate counts as kEnded. UnknownRecord if `type` is not one of
// these kinds.
LogEntry ReadEventRecord(absl::string_view type, RecordHead head, const RecordFields& fields);

}  // namespace carbon

#endif  // CORE_RECORD_EVENT_RECORDS_H_
