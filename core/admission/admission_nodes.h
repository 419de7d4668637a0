// Compares the nodes of a partition with those at home: how many there are and may be used, what
// each has, and what the job gets on each if it asks for nothing. Only core/admission/admission.cc
// uses this header. Pure; no I/O.
#ifndef CORE_ADMISSION_ADMISSION_NODES_H_
#define CORE_ADMISSION_ADMISSION_NODES_H_

#include <optional>

#include "core/admission/admission.h"
#include "core/job/job.h"
#include "core/reason/reason.h"

namespace carbon {

// Both return why the job might not get what it needs in `target` although it does in `home`.
// Absent: it gets it. `tasks_set_max_nodes` is AdmissionRules::tasks_set_max_nodes.
std::optional<Reason> WhyNodesDiffer(const JobRequest& job, const PartitionRules& home,
                                     const PartitionRules& target, bool tasks_set_max_nodes);
std::optional<Reason> WhyMemoryDiffers(const JobRequest& job, const PartitionRules& home,
                                       const PartitionRules& target);

}  // namespace carbon

#endif  // CORE_ADMISSION_ADMISSION_NODES_H_
