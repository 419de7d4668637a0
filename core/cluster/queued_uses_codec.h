// The uses of a capacity part as JSON, one short array each: a queue shows ten thousand of them,
// and the plugin reads them in slurmctld.
//
//   [group, start, end, amount, job_id, decision_id, yields]
//
// The group is its place in the part's list of groups, the times are Unix seconds, the amount is
// [nodes, devices, …] in the order of kDimensions and last `apart`, without the zeros at its end.
// yields is 0 or 1. What is 0 or empty is left out at the end. Pure.
#ifndef CORE_CLUSTER_QUEUED_USES_CODEC_H_
#define CORE_CLUSTER_QUEUED_USES_CODEC_H_

#include <string>

#include "core/cluster/cluster_state.h"

namespace carbon {

class JsonValue;

// Appends the JSON array of all uses, but of those that take no time and bear no decision: they are
// most of a long queue, and of no account for what is free. A use of an unknown group is left out.
void AppendQueuedUses(const CapacityState& capacity, std::string* json);

// Reads them into `capacity`, whose groups must be there. Refuses the first use that breaks the
// format, "/uses/17/0: fact", and reads no further. Reads none if anything was refused before.
void ReadQueuedUses(const JsonValue& uses, CapacityState* capacity);

}  // namespace carbon

#endif  // CORE_CLUSTER_QUEUED_USES_CODEC_H_
