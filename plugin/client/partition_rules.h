// Converts slurmctld's configuration, partitions and nodes into admission rules without libslurm's
// types. Unknown bits are kept, so that a rule of a later release is not ignored. Pure; for the
// sources of this folder.
#ifndef PLUGIN_CLIENT_PARTITION_RULES_H_
#define PLUGIN_CLIENT_PARTITION_RULES_H_

#include <slurm/slurm.h>

#include <vector>

#include "core/admission/admission.h"

namespace carbon {

// Sets which parts of accounting are enforced, and how slurmctld's release and SelectTypeParameters
// count jobs.
void ReadSettings(const slurm_conf_t& conf, AdmissionRules* rules);

// Returns all fields except PartitionRules::allow_users, which needs the groups' members.
std::vector<PartitionRules> ReadPartitions(const partition_info_msg_t& partitions,
                                           const node_info_msg_t& nodes, const slurm_conf_t& conf);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_PARTITION_RULES_H_
