// Slurm's job descriptor on one side, a carbon::JobRequest on the other. Slurm's sentinels (NO_VAL,
// INFINITE, NULL, zero for "unset"), its minutes, its flag bits inside numbers and its allocator
// end here: nothing beyond this file knows them.
//
// Every field comes from a client and is believed only within bounds: counts are clamped, strings
// cut, times outside the years that make sense taken as unset. Nothing here fails or blocks.
#ifndef PLUGIN_JOB_SUBMIT_DESCRIPTOR_H_
#define PLUGIN_JOB_SUBMIT_DESCRIPTOR_H_

#include <slurm/slurm.h>

#include <cstdint>

#include "core/job/job.h"
#include "plugin/job_submit/engine.h"

namespace carbon {

// What the job asks for. `submit_uid` is whom slurmctld authenticated; it stands in for a
// descriptor that names no user.
//
// What a submission leaves open and Slurm fills in must not make a booking too small. Here, because
// it follows from the job alone:
//   - nodes: the least that it spans, also where it shares them: what it asks for, or its tasks or
//     devices per node need. The most, for a range (--nodes=2-4), in `max_nodes`;
//   - tasks: one per node, or as many as its devices say (--gpus-per-task, --ntasks-per-gpu); no
//     node is without a task, so they bound the number of nodes where the job says any of it. CPUs:
//     one per task, or as many as its nodes' least and its devices say, whichever is most;
//   - devices: what it asks for per job, node and task, whichever is most.
// Elsewhere, because it needs the partition and its nodes (core/decision/job_size.h): nodes that
// its demand needs beyond those, CPUs and memory per device and memory by default, whole cores, and
// all that is in an exclusive job's nodes. No memory asked for is zero; all of a node's (--mem=0)
// is `all_memory`.
//
// Not counted: the rest of a node that a job keeps for its own user's others (--exclusive=user).
JobRequest ReadDescriptor(const job_desc_msg_t& descriptor, uint32_t submit_uid);

// Carries out the verdict: the start only where it is later than the job's own, the time limit only
// where it is longer, the partition only where one is given. An admin_comment and a message that
// are there already are kept, ours follows.
void ApplyVerdict(const Verdict& verdict, job_desc_msg_t* descriptor, char** err_msg);

}  // namespace carbon

#endif  // PLUGIN_JOB_SUBMIT_DESCRIPTOR_H_
