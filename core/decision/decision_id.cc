#include "core/decision/decision_id.h"

#include "absl/strings/str_cat.h"

namespace carbon {

std::string DecisionId(const RecordId& id) { return absl::StrCat(id.boot, "-", id.sequence); }

}  // namespace carbon
