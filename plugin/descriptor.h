// Slurm's job descriptor on one side, a carbon::JobRequest on the other. Slurm's sentinels (NO_VAL,
// INFINITE, NULL, zero for "unset"), its minutes, its flag bits inside numbers and its allocator
// end here: nothing beyond this file knows them.
//
// Every field comes from a client and is believed only within bounds: counts are clamped, strings
// cut, times outside the years that make sense taken as unset. Nothing here fails or blocks.
#ifndef PLUGIN_DESCRIPTOR_H_
#define PLUGIN_DESCRIPTOR_H_

#include <slurm/slurm.h>

#include <cstdint>

#include "core/job.h"
#include "plugin/engine.h"

namespace carbon {

// What the job asks for. `submit_uid` is whom slurmctld authenticated; it stands in for a
// descriptor that names no user.
//
// `demand.nodes` is the least number of nodes that the job spans, also where it shares them.
JobRequest ReadDescriptor(const job_desc_msg_t& descriptor, uint32_t submit_uid);

// Carries out the verdict: the start only where it is later than the job's own, the partition only
// where one is given. An admin_comment and a message that are there already are kept, ours follows.
void ApplyVerdict(const Verdict& verdict, job_desc_msg_t* descriptor, char** err_msg);

}  // namespace carbon

#endif  // PLUGIN_DESCRIPTOR_H_
