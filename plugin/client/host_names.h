// Expands Slurm's expressions of several hosts. For the sources of this folder.
#ifndef PLUGIN_CLIENT_HOST_NAMES_H_
#define PLUGIN_CLIENT_HOST_NAMES_H_

#include <string>
#include <vector>

namespace carbon {

// Returns a1, a2, a3, b for "a[1-3],b". Empty for nullptr and for an expression that libslurm
// refuses.
std::vector<std::string> ExpandHostNames(const char* expression);

}  // namespace carbon

#endif  // PLUGIN_CLIENT_HOST_NAMES_H_
