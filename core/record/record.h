// The placement log's records: JSON Lines, one object per decision or event. Their fields are
// documented in docs/placement-log.md, their types are in log_entry.h. Here is what decisions look
// like; event_records.h writes the other kinds, record_reader.h reads all kinds. Pure: a record is
// a string here; the plugin and scarbond write it to the log.
#ifndef CORE_RECORD_RECORD_H_
#define CORE_RECORD_RECORD_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/decision/circumstances.h"
#include "core/decision/decision.h"
#include "core/job/job.h"
#include "core/record/log_entry.h"

namespace carbon {

// What "v" of a record says. Version 1 had neither "arithmetic" nor "circumstances"; what reads a
// log reads both.
inline constexpr int kRecordVersion = 2;
inline constexpr int kMinRecordVersion = 1;

// The most bytes of a string in a record, escapes included, so that no user can fill the log with
// few submissions: of names, and of the texts that hold sentences, which are the comment, the
// reason, the log's error and each list of names together. The second is less than what the plugin
// reads of a comment, so that what it did not read counts as cut too.
inline constexpr size_t kMaxRecordName = 256;
inline constexpr size_t kMaxRecordText = 1000;
// No record is longer.
inline constexpr size_t kMaxRecordBytes = 40 << 10;

// One line, with the newline, in kRecordVersion. Strings from users are escaped; bytes that are not
// UTF-8 are replaced. At most kMaxCandidates candidates are written, and the reasons for the rest
// are counted. A string that is too long is cut and ends with an ellipsis, a list that is too long
// is cut behind a name, and "cut" names both, behind those that PlacementRecord::cut names.
std::string WriteRecord(const PlacementRecord& record);
// At least the length of that, and at most about half as much again; cheap.
size_t DecisionRecordBytes(const JobRequest& job, const Decision& decision,
                           const Circumstances& circumstances);

// What said how long the job runs: "hint", "flops" or "time_limit". Empty: nobody asked, because
// the job was left alone.
absl::string_view RuntimeSource(const Decision& decision);

// The one line for the user; empty where there is nothing to say, or the policy does not want it
// said. sbatch prints it as an error where Slurm refuses the job later: so it reads as a plan.
std::string UserMessage(const Decision& decision, absl::Time now, absl::TimeZone zone);

}  // namespace carbon

#endif  // CORE_RECORD_RECORD_H_
