// Whether a partition's nodes hold a job as home's do, for core/admission/admission.cc alone: how
// many there are and may be had, what each has, and what the job gets of it where it asks for
// nothing. Pure; no I/O.
#ifndef CORE_ADMISSION_ADMISSION_NODES_H_
#define CORE_ADMISSION_ADMISSION_NODES_H_

#include <optional>

#include "core/admission/admission.h"
#include "core/job/job.h"
#include "core/reason/reason.h"

namespace carbon {

// Each says why the job might not get what it needs in `target` though it does in `home`; absent:
// it does. `tasks_set_max_nodes` is AdmissionRules's.
std::optional<Reason> WhyNodesDiffer(const JobRequest& job, const PartitionRules& home,
                                     const PartitionRules& target, bool tasks_set_max_nodes);
std::optional<Reason> WhyMemoryDiffers(const JobRequest& job, const PartitionRules& home,
                                       const PartitionRules& target);

}  // namespace carbon

#endif  // CORE_ADMISSION_ADMISSION_NODES_H_
