// The placement log's records: JSON Lines, one object per decision or event. Their fields are
// documented in docs/placement-log.md. Pure: a record is a string here; who writes it is the
// plugin.
#ifndef CORE_RECORD_H_
#define CORE_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/decision.h"
#include "core/job.h"
#include "core/ledger.h"
#include "core/snapshot.h"

namespace carbon {

struct JobReturn;

// Identifies a record: which life of the plugin made it, and which of its records it is. Gaps in
// `sequence` within one boot are lost records.
struct RecordId {
  std::string boot;  // 16 hexadecimal digits, drawn when the plugin is loaded
  uint64_t sequence = 0;
};

// "3f9c21aa04d7be15-42": the decision's id, also in the job's admin_comment.
std::string DecisionId(const RecordId& id);

// One line each, with the newline. Strings from users are escaped; bytes that are not UTF-8 are
// replaced. At most kMaxCandidates candidates are written, and the reasons for the rest are
// counted.
std::string DecisionRecord(const RecordId& id, absl::Time now, const JobRequest& job,
                           const Decision& decision, const Manifest& manifest,
                           absl::string_view ledger_digest);
// Of a booking that has ended, with the job that it was for; or where it is held on ("job"), of the
// job alone.
std::string BookingEventRecord(const RecordId& id, absl::Time now, const BookingEvent& event);
// A job was given back what it had asked for, or `error` says why it could not be.
std::string ReturnRecord(const RecordId& id, absl::Time now, const JobReturn& given_back,
                         absl::string_view error);
// `dropped` records were lost to a full queue or a failing disk since the last record.
std::string DroppedRecord(const RecordId& id, absl::Time now, uint64_t dropped);

// The one line for the user; empty where there is nothing to say, or the policy does not want it
// said. sbatch prints it as an error where Slurm refuses the job later: so it reads as a plan.
std::string UserMessage(const Decision& decision, absl::Time now, absl::TimeZone zone);

// A mass for people: "14.2 kg", "862 g", "1.43 t", "37 mg"; three significant digits.
std::string FormatMass(GramsCo2e mass);

}  // namespace carbon

#endif  // CORE_RECORD_H_
