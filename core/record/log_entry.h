// The types of the placement log's records, one for each kind. docs/placement-log.md documents
// their fields. Plain data: record.h and event_records.h write it, record_reader.h reads it.
#ifndef CORE_RECORD_LOG_ENTRY_H_
#define CORE_RECORD_LOG_ENTRY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "core/cluster/ledger.h"
#include "core/decision/circumstances.h"
#include "core/decision/decision.h"
#include "core/decision/decision_id.h"
#include "core/decision/watch.h"
#include "core/job/job.h"
#include "core/snapshot/snapshot.h"

namespace carbon {

// What all records have.
struct RecordHead {
  RecordId id = {};
  // When the decision was made or the event happened. InfinitePast: the line does not say.
  absl::Time time = absl::InfinitePast();
  // Of a record that was read, the version of its line. A record is written in kRecordVersion.
  int version = 0;
  // Of a record that was read, the first field that is not as it is written, and what is wrong with
  // it: "job.name: is not a text". Such a field is as if it were not there. Empty: all are right.
  std::string fault = {};
};

// The user of a job whose record does not name one. No user of a system has it.
inline constexpr uint32_t kNoUser = UINT32_MAX;

// A decision, with what it was made from.
//
// In a record that was read, a field that the line does not have is as in a default JobRequest and
// Decision, with these exceptions: the user is kNoUser; a figure of a run or of a saving is NaN, a
// start InfinitePast, and a runtime infinite; `absent` names further fields that the line does not
// have. `decision` lacks what no record has: whether a reason is about a hint, and how the policy
// notifies. An exclusion has no pool.
struct PlacementRecord : RecordHead {
  // In a record that was read: which of these fields its line does not have. They hold defaults.
  struct Absent {
    bool nodes = false;        // job.demand.nodes
    bool devices = false;      // job.demand.devices
    bool array_tasks = false;  // job.array_tasks
    bool mode = false;         // decision.mode
  };

  JobRequest job;
  int rule = kDecisionRule;              // that chose; 1 if the line does not say
  int arithmetic = kDecisionArithmetic;  // 0: the line is from before it was recorded
  Decision decision;
  Manifest snapshot;
  std::string ledger_digest;  // of the bookings that counted
  Circumstances circumstances;
  std::vector<std::string> cut;  // the texts and lists that are not whole
  Absent absent;
};

// What became of a decision's booking, and of which job it was ("booking"); or only the job, if the
// booking is kept ("job").
struct BookingRecord : RecordHead {
  BookingEvent event;
};

// A job got back what it had asked for, or `error` says why not.
struct ReturnRecord : RecordHead {
  // Without what no record has: the user, the newest task, the pool's partition, and whether the
  // pool is among the partitions.
  JobRestore given_back;
  std::string error;
  std::vector<std::string> cut = {};
};

// Decisions that were not recorded, and whose jobs passed unchanged, because their user had used up
// a share of the log.
struct WithheldRecords {
  std::optional<uint32_t> user_id;  // absent: users beyond the number that is told apart
  uint64_t count = 0;
  // How many of them are jobs that carbon would have left alone anyway.
  uint64_t left_alone = 0;
  absl::Time first, last;

  friend bool operator==(const WithheldRecords&, const WithheldRecords&) = default;
};
struct WithheldRecord : RecordHead {
  WithheldRecords withheld;
};

// `count` records were lost to a full queue or a failing disk since the last record.
struct DroppedRecord : RecordHead {
  uint64_t count = 0;
};

// The first line of a file that has only a part of the records: those that its reader may see
// (scarbond/query). The plugin never writes one. It belongs to no boot and has the number 0.
struct ExcerptRecord : RecordHead {
  std::optional<uint32_t> user_id;  // whose decisions these are; absent: everybody's
  // The first and the last instant whose decisions are there.
  absl::Time start = absl::InfinitePast();
  absl::Time end = absl::InfiniteFuture();
};

// A record of a kind that this release does not know. Only read, never written.
struct UnknownRecord : RecordHead {
  std::string type;
};

using LogEntry = std::variant<PlacementRecord, BookingRecord, ReturnRecord, WithheldRecord,
                              DroppedRecord, ExcerptRecord, UnknownRecord>;

inline const RecordHead& HeadOf(const LogEntry& entry) {
  return std::visit([](const auto& record) -> const RecordHead& { return record; }, entry);
}

}  // namespace carbon

#endif  // CORE_RECORD_LOG_ENTRY_H_
