// Reads what --constraint asks for. Pure; it uses nothing else of Slurm.
#ifndef CORE_CLUSTER_CONSTRAINT_H_
#define CORE_CLUSTER_CONSTRAINT_H_

#include <string>
#include <vector>

namespace carbon {

// Returns the features that each of the job's nodes must have: "a100&nvlink" or "a100,nvlink".
// Returns an empty list for every other kind of expression (alternatives, counts), and for nullptr.
std::vector<std::string> ReadFeatures(const char* constraint);

}  // namespace carbon

#endif  // CORE_CLUSTER_CONSTRAINT_H_
