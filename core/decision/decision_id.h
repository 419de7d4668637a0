// The id of a decision, in the log and in the job's admin_comment. Pure.
#ifndef CORE_DECISION_DECISION_ID_H_
#define CORE_DECISION_DECISION_ID_H_

#include <cstdint>
#include <string>

namespace carbon {

// Identifies a record: which life of the plugin made it, and which of its records it is. Gaps in
// `sequence` within one boot are lost records.
struct RecordId {
  std::string boot;  // 16 hexadecimal digits, drawn when the plugin is loaded
  uint64_t sequence = 0;
};

// "3f9c21aa04d7be15-42": the decision's id, also in the job's admin_comment.
std::string DecisionId(const RecordId& id);

}  // namespace carbon

#endif  // CORE_DECISION_DECISION_ID_H_
