// Loads data from slurmctld through libslurm, in libslurm's own types, which free themselves. Each
// function is one RPC, and blocks for as long as libslurm waits for slurmctld (MessageTimeout). Its
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

// These also show hidden partitions, FUTURE nodes, and what only root and SlurmUser see. A node
// that slurmctld does not show is replaced by one without a name.
absl::StatusOr<SlurmMessage<slurm_conf_t>> LoadSlurmConf();
absl::StatusOr<SlurmMessage<node_info_msg_t>> LoadNodes();
absl::StatusOr<SlurmMessage<partition_info_msg_t>> LoadPartitions();
absl::StatusOr<SlurmMessage<job_info_msg_t>> LoadQueue();
absl::StatusOr<SlurmMessage<reserve_info_msg_t>> LoadReservations();

// Returns the node of this name, or none; the caller must free it. nullptr: slurmctld does not
// answer.
node_info_msg_t* AskForNode(const std::string& name);

// Returns whether a partition changed since `when`, which comes from a message of LoadPartitions().
// Also returns true if slurmctld does not answer.
bool PartitionsChangedSince(time_t when);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_SLURMCTLD_INFO_H_
