// The placement log's records: JSON Lines, one object per decision or event. Their fields are
// documented in docs/placement-log.md, their types are in log_entry.h. This header writes
// decisions; event_records.h writes the other kinds, record_reader.h reads all kinds. Pure: a
// record is a string here; the plugin and scarbond write it to the log.
#ifndef CORE_RECORD_RECORD_H_
#define CORE_RECORD_RECORD_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "core/decision/circumstances.h"
#include "core/decision/decision.h"
#include "core/job/job.h"
#include "core/record/log_entry.h"

namespace carbon {

// What "v" of a record says. Readers of a log take all versions from kMinRecordVersion on:
//   3  each plan is a list of runs, and what is booked is in the runs of "chosen"; the reason in
//      "job.leave_alone" is a code
//   2  each plan is one run, without a list; "booked" is beside them
//   1  as 2, without "arithmetic" and "circumstances"
inline constexpr int kRecordVersion = 3;
inline constexpr int kMinRecordVersion = 1;

// The most bytes of a string in a record, escapes included, so that no user can fill the log with
// few submissions. The first is for names. The second is for texts that hold sentences (the
// comment, the reason, the log's error) and for each list of names as a whole. It is less than what
// the plugin reads of a comment, so that what it did not read counts as cut too.
inline constexpr size_t kMaxRecordName = 256;
inline constexpr size_t kMaxRecordText = 1000;
// No record is longer.
inline constexpr size_t kMaxRecordBytes = 40 << 10;

// One line, with the newline, in kRecordVersion. Strings from users are escaped; bytes that are not
// UTF-8 are replaced. At most kMaxCandidates candidates are written, and the reasons for the rest
// are counted. A string that is too long is cut and ends with an ellipsis. A list that is too long
// is cut after a name. "cut" names both, after those that PlacementRecord::cut names.
std::string WriteRecord(const PlacementRecord& record);
// At least the length of that, and at most about half as much again; cheap.
size_t DecisionRecordBytes(const JobRequest& job, const Decision& decision,
                           const Circumstances& circumstances);

// What said how long the job runs: "hint", "flops", "learnt" or "time_limit". Empty: the job was
// left alone.
absl::string_view RuntimeSource(const Decision& decision);

}  // namespace carbon

#endif  // CORE_RECORD_RECORD_H_
