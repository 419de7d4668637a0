#include "plugin/host_lists.h"

#include <slurm/slurm.h>
#include <stdlib.h>

namespace carbon {

std::vector<std::string> ExpandHosts(const std::string& expression) {
  std::vector<std::string> hosts;
  auto* list = slurm_hostlist_create(expression.c_str());
  if (list == nullptr) return hosts;
  while (char* host = slurm_hostlist_shift(list)) {
    hosts.emplace_back(host);
    free(host);
  }
  slurm_hostlist_destroy(list);
  return hosts;
}

}  // namespace carbon
