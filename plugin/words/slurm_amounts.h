// Reads what nodes have and what jobs use, in the forms of slurmctld's replies: GRES and TRES
// strings and array expressions. (plugin/words/gres.h reads what a submission asks for.) Text that
// does not parse counts as nothing. Pure; knows nothing else about Slurm.
#ifndef PLUGIN_WORDS_SLURM_AMOUNTS_H_
#define PLUGIN_WORDS_SLURM_AMOUNTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/cluster/capacity.h"
#include "core/cluster/cluster_view.h"

namespace carbon {

// The GPUs in a GRES string, "gpu:h100:8(S:0-1),gpu:2,fpga:1,shard:h100:32": how many there are,
// how many of each named type, in the order of the text, and the shares (shards, MPS) likewise.
// Shares without a type are under "".
struct GresDevices {
  int64_t count = 0;
  std::vector<DeviceCount> by_type;
  std::vector<DeviceCount> shares;
};
GresDevices ReadGres(absl::string_view gres);

// A job's TRES string, "cpu=8,mem=32G,node=1,billing=8,gres/gpu=8,gres/gpu:h100=8". It has GPUs
// only if AccountingStorageTRES tracks them: `counts_devices` says so.
struct TresAmount {
  Resources amount;
  std::vector<DeviceCount> devices;  // by type, as far as types are tracked
  int64_t device_shares = 0;
  bool counts_devices = false;
};
TresAmount ReadTres(absl::string_view tres);

// Returns the number of tasks in an array expression: "0-99:2%5" is 50. At least 1. If Slurm has
// cut the expression short ("1,3,..."), only the tasks that it shows count.
int64_t CountArrayTasks(absl::string_view expression);

}  // namespace carbon

#endif  // PLUGIN_WORDS_SLURM_AMOUNTS_H_
