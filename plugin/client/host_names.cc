#include "plugin/client/host_names.h"

#include <slurm/slurm.h>
#include <stdlib.h>

namespace carbon {

std::vector<std::string> ExpandHostNames(const char* expression) {
  std::vector<std::string> hosts;
  auto* list = expression == nullptr ? nullptr : slurm_hostlist_create(expression);
  if (list == nullptr) return hosts;
  while (char* host = slurm_hostlist_shift(list)) {
    hosts.emplace_back(host);
    free(host);
  }
  slurm_hostlist_destroy(list);
  return hosts;
}

}  // namespace carbon
