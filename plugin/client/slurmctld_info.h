// What slurmctld tells through libslurm, in libslurm's own types, freed with what holds them. Each
// function is one RPC, and blocks for as long as libslurm waits for slurmctld (MessageTimeout); its
// only error is Unavailable: "slurmctld: cannot read the nodes: …". For the sources of this folder.
#ifndef PLUGIN_CLIENT_SLURMCTLD_INFO_H_
#define PLUGIN_CLIENT_SLURMCTLD_INFO_H_

#include <slurm/slurm.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace carbon {

template <class Message>
using SlurmMessage = std::unique_ptr<Message, void (*)(Message*)>;

// Hidden partitions, FUTURE nodes, and what only root and SlurmUser see, are shown too. In the
// place of a node that slurmctld does not show is one without a name.
absl::StatusOr<SlurmMessage<slurm_conf_t>> LoadSlurmConf();
absl::StatusOr<SlurmMessage<node_info_msg_t>> LoadNodes();
absl::StatusOr<SlurmMessage<partition_info_msg_t>> LoadPartitions();
absl::StatusOr<SlurmMessage<job_info_msg_t>> LoadQueue();
absl::StatusOr<SlurmMessage<reserve_info_msg_t>> LoadReservations();

// The one node of this name, or none; to be freed by the caller. nullptr: slurmctld does not
// answer.
node_info_msg_t* AskForNode(const std::string& name);

// Whether a partition changed since `when`, of a message of LoadPartitions(); true too where
// slurmctld does not answer.
bool PartitionsChangedSince(time_t when);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_SLURMCTLD_INFO_H_
