// The placement log's records: JSON Lines, one object per decision or event. Their fields are
// documented in docs/placement-log.md. Pure: a record is a string here; who writes it is the
// plugin.
#ifndef CORE_RECORD_RECORD_H_
#define CORE_RECORD_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/cluster/ledger.h"
#include "core/decision/circumstances.h"
#include "core/decision/decision.h"
#include "core/decision/decision_id.h"
#include "core/job/job.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

struct JobReturn;

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

// One line each, with the newline. Strings from users are escaped; bytes that are not UTF-8 are
// replaced. At most kMaxCandidates candidates are written, and the reasons for the rest are
// counted. A string that is too long is cut and ends with an ellipsis, a list that is too long is
// cut behind a name, and "cut" names both.
std::string DecisionRecord(const RecordId& id, absl::Time now, const JobRequest& job,
                           const Decision& decision, const Manifest& manifest,
                           absl::string_view ledger_digest, const Circumstances& circumstances);
// At least the length of that, and at most about half as much again; cheap.
size_t DecisionRecordBytes(const JobRequest& job, const Decision& decision,
                           const Circumstances& circumstances);
// Of a booking that has ended, with the job that it was for; or where it is held on ("job"), of the
// job alone.
std::string BookingEventRecord(const RecordId& id, absl::Time now, const BookingEvent& event);
// A job was given back what it had asked for, or `error` says why it could not be.
std::string ReturnRecord(const RecordId& id, absl::Time now, const JobReturn& given_back,
                         absl::string_view error);
// `dropped` records were lost to a full queue or a failing disk since the last record.
std::string DroppedRecord(const RecordId& id, absl::Time now, uint64_t dropped);

// Decisions that were not recorded, and whose jobs passed unchanged, because their user had used up
// a share of the log.
struct WithheldRecords {
  std::optional<uint32_t> user_id;  // absent: of the many users beyond those that are told apart
  uint64_t count = 0;
  // Of them, jobs that carbon would have left alone all the same.
  uint64_t left_alone = 0;
  absl::Time first, last;

  friend bool operator==(const WithheldRecords&, const WithheldRecords&) = default;
};
std::string WithheldRecord(const RecordId& id, absl::Time now, const WithheldRecords& withheld);

// The one line for the user; empty where there is nothing to say, or the policy does not want it
// said. sbatch prints it as an error where Slurm refuses the job later: so it reads as a plan.
std::string UserMessage(const Decision& decision, absl::Time now, absl::TimeZone zone);

}  // namespace carbon

#endif  // CORE_RECORD_RECORD_H_
