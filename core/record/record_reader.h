// The placement log's decisions, read back: what DecisionRecord() wrote (core/record/record.h), as
// the types that it was written from. Pure.
#ifndef CORE_RECORD_RECORD_READER_H_
#define CORE_RECORD_RECORD_READER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/decision/circumstances.h"
#include "core/decision/decision.h"
#include "core/decision/decision_id.h"
#include "core/job/job.h"
#include "core/snapshot/snapshot.h"
#include "nlohmann/json.hpp"

namespace carbon {

struct PlacementRecord {
  int version = 0;
  RecordId id;
  absl::Time time;
  JobRequest job;
  int rule = 1;        // that chose (kDecisionRule)
  int arithmetic = 0;  // 0: the record is from before it was recorded
  // Without what no record has: whether a reason is about a hint, and how the policy notifies. An
  // exclusion has no pool.
  Decision decision;
  Manifest snapshot;
  std::string ledger_digest;
  Circumstances circumstances;
  std::vector<std::string> cut;  // the texts and lists that are not whole
};

// What a record before the present version did not have is as in a default JobRequest and Decision.
// InvalidArgument, "field: fact", where a field is of another type than it is written with, or
// holds a name that is not known; so too for a record of another kind or version.
absl::StatusOr<PlacementRecord> ReadDecisionRecord(const nlohmann::ordered_json& json);

}  // namespace carbon

#endif  // CORE_RECORD_RECORD_READER_H_
