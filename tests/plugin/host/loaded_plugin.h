// The plugin under test.
#ifndef TESTS_PLUGIN_HOST_LOADED_PLUGIN_H_
#define TESTS_PLUGIN_HOST_LOADED_PLUGIN_H_

#include <slurm/slurm.h>

#include <cstdint>
#include <string>

namespace carbon {

// job_submit_carbon.so, loaded as slurmctld loads it. Its functions are called from any thread.
struct LoadedPlugin {
  explicit LoadedPlugin(const std::string& path);

  int (*init)();
  void (*fini)();
  int (*job_submit)(job_desc_msg_t*, uint32_t, char**);
};

// Submits an ordinary job for eight GPUs at any site, and returns its decision's id; empty: none
// was made.
std::string DecisionOfAnOrdinaryJob(const LoadedPlugin& plugin);

}  // namespace carbon

#endif  // TESTS_PLUGIN_HOST_LOADED_PLUGIN_H_
