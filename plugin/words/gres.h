// Reads GPUs from Slurm's strings of trackable resources, in the spellings of all its releases:
//
//   gres:gpu:h100:2,gres:gpu:1     up to 23.02
//   gres/gpu:h100:2                from 23.11
//   cpu=4,gres/gpu:h100=2          --tres-per-task
//
// Pure; knows nothing else about Slurm.
#ifndef PLUGIN_WORDS_GRES_H_
#define PLUGIN_WORDS_GRES_H_

#include <cstdint>
#include <string>

namespace carbon {

// The strings of a job descriptor; nullptr if unset.
struct TresStrings {
  const char* per_job = nullptr;
  const char* per_node = nullptr;
  const char* per_task = nullptr;
};

struct DeviceRequest {
  int64_t per_job = 0;
  int64_t per_node = 0;
  int64_t per_task = 0;
  std::string type;         // "h100"; empty: any
  std::string other;        // the first GRES that is not a GPU ("fpga"); empty: none
  std::string uncountable;  // why the GPUs cannot be counted ("--gres=shard"); empty: they can
};

// Reads the request. Text that does not parse counts as nothing: Slurm refuses such a job itself.
DeviceRequest ReadDevices(const TresStrings& strings);

}  // namespace carbon

#endif  // PLUGIN_WORDS_GRES_H_
