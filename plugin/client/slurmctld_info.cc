#include "plugin/client/slurmctld_info.h"

#include <errno.h>
#include <slurm/slurm_errno.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "plugin/words/slurm_release.h"

namespace carbon {
namespace {

constexpr uint16_t kShow = SHOW_ALL | SHOW_LOCAL;
constexpr uint16_t kShowNodes = kShow | SHOW_FUTURE;

template <class Message, class Load>
absl::StatusOr<SlurmMessage<Message>> Loaded(absl::string_view what, Load load,
                                             void (*free)(Message*)) {
  Message* message = nullptr;
  errno = 0;
  if (load(&message) == SLURM_SUCCESS && message != nullptr) {
    return SlurmMessage<Message>(message, free);
  }
  const int error = errno;
  return absl::UnavailableError(
      absl::StrCat("slurmctld: cannot read the ", what, ": ", slurm_strerror(error)));
}

}  // namespace

absl::StatusOr<SlurmMessage<slurm_conf_t>> LoadSlurmConf() {
  return Loaded<slurm_conf_t>(
      "configuration", [](slurm_conf_t** reply) { return slurm_load_ctl_conf(0, reply); },
      FreeConf);
}

absl::StatusOr<SlurmMessage<node_info_msg_t>> LoadNodes() {
  return Loaded<node_info_msg_t>(
      "nodes", [](node_info_msg_t** reply) { return slurm_load_node(0, reply, kShowNodes); },
      slurm_free_node_info_msg);
}

node_info_msg_t* AskForNode(const std::string& name) {
  node_info_msg_t* message = nullptr;
  std::string writable = name;
  const int result = slurm_load_node_single(&message, writable.data(), kShowNodes);
  return result == SLURM_SUCCESS ? message : nullptr;
}

absl::StatusOr<SlurmMessage<partition_info_msg_t>> LoadPartitions() {
  return Loaded<partition_info_msg_t>(
      "partitions",
      [](partition_info_msg_t** reply) { return slurm_load_partitions(0, reply, kShow); },
      slurm_free_partition_info_msg);
}

absl::StatusOr<SlurmMessage<job_info_msg_t>> LoadQueue() {
  return Loaded<job_info_msg_t>(
      "queue", [](job_info_msg_t** reply) { return slurm_load_jobs(0, reply, kShow); },
      slurm_free_job_info_msg);
}

absl::StatusOr<SlurmMessage<reserve_info_msg_t>> LoadReservations() {
  return Loaded<reserve_info_msg_t>(
      "reservations", [](reserve_info_msg_t** reply) { return slurm_load_reservations(0, reply); },
      slurm_free_reservation_info_msg);
}

bool PartitionsChangedSince(time_t when) {
  partition_info_msg_t* message = nullptr;
  errno = 0;
  const int result = slurm_load_partitions(when, &message, kShow);
  const bool unchanged = result != SLURM_SUCCESS && errno == SLURM_NO_CHANGE_IN_DATA;
  if (message != nullptr) slurm_free_partition_info_msg(message);
  return !unchanged;
}

}  // namespace carbon
