// Slurm's hostlist expressions. For the sources of this folder.
#ifndef PLUGIN_HOST_LISTS_H_
#define PLUGIN_HOST_LISTS_H_

#include <string>
#include <vector>

namespace carbon {

// "gpu[01-03],big" as the names that it stands for; empty for what is no such expression.
std::vector<std::string> ExpandHosts(const std::string& expression);

}  // namespace carbon

#endif  // PLUGIN_HOST_LISTS_H_
