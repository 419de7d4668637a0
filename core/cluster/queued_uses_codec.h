// Writes the uses of a capacity part as JSON and reads them back. Each use is one short array: a
// queue shows ten thousand of them, and the plugin reads them in slurmctld.
//
//   [group, start, end, amount, job_id, decision_id, yields]
//
// The group is an index into the part's list of groups. Times are Unix seconds. The amount is
// [nodes, devices, …] in the order of kDimensions, and `apart` last; zeros at its end are omitted.
// yields is 0 or 1. Trailing fields that are 0 or empty are omitted. Pure.
#ifndef CORE_CLUSTER_QUEUED_USES_CODEC_H_
#define CORE_CLUSTER_QUEUED_USES_CODEC_H_

#include <string>

#include "core/cluster/cluster_state.h"

namespace carbon {

class JsonValue;

// Appends the JSON array of all uses, except for uses that take no time and have no decision: a
// long queue has many of them, and they do not affect what is free. Omits a use of an unknown
// group.
void AppendQueuedUses(const CapacityState& capacity, std::string* json);

// Reads the uses into `capacity`, whose groups must be set. Refuses the first use that breaks the
// format, "/uses/17/0: fact", and stops there. Reads nothing if something was refused before.
void ReadQueuedUses(const JsonValue& uses, CapacityState* capacity);

}  // namespace carbon

#endif  // CORE_CLUSTER_QUEUED_USES_CODEC_H_
