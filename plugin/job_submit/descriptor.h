// Converts Slurm's job descriptor to a carbon::JobRequest, and writes a verdict into the
// descriptor. Code outside of this file does not use the descriptor's sentinels (NO_VAL, INFINITE,
// NULL, zero for "unset"), its minutes, its flag bits inside numbers, and its allocator.
//
// Every field comes from a client and is trusted only within bounds: counts are clamped, strings
// are cut, and times outside of plausible years count as unset. Nothing here fails or blocks.
#ifndef PLUGIN_JOB_SUBMIT_DESCRIPTOR_H_
#define PLUGIN_JOB_SUBMIT_DESCRIPTOR_H_

#include <slurm/slurm.h>

#include <cstdint>

#include "core/job/job.h"
#include "plugin/job_submit/engine.h"

namespace carbon {

// Returns what the job asks for. `submit_uid` is the user whom slurmctld authenticated. It is used
// if the descriptor names no user.
//
// Values that a submission leaves open and Slurm fills in must not make a booking too small. This
// function computes those that follow from the job alone:
//   - nodes: the minimum that it spans, even if it shares them: what it asks for, or what its tasks
//     or devices per node need. The maximum of a range (--nodes=2-4) is in `max_nodes`.
//   - tasks: one per node, or as many as its devices say (--gpus-per-task, --ntasks-per-gpu). Each
//     node has a task, so tasks bound the number of nodes if the job states any of these.
//   - CPUs: one per task, or the minimum that its nodes or devices need, whichever is larger.
//   - devices: what it asks for per job, node and task, whichever is largest.
// core/decision/job_size.h computes the rest, because it needs the partition and its nodes:
// additional nodes that the demand needs, CPUs and memory per device, memory by default, whole
// cores, and everything in an exclusive job's nodes. A job that asks for no memory has zero; one
// that asks for all memory of a node (--mem=0) has `all_memory`.
//
// One thing is not counted: the rest of a node that a job keeps for other jobs of its user
// (--exclusive=user).
JobRequest ReadDescriptor(const job_desc_msg_t& descriptor, uint32_t submit_uid);

// Carries out the verdict. It sets the start only if it is later than the job's own, the time limit
// only if it is longer, and the partition only if one is given. An existing admin_comment or
// message is kept; ours follows it.
void ApplyVerdict(const Verdict& verdict, job_desc_msg_t* descriptor, char** err_msg);

}  // namespace carbon

#endif  // PLUGIN_JOB_SUBMIT_DESCRIPTOR_H_
