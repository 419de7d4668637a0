// The file of a cluster's seal (core/decision/seal.h), in Slurm's StateSaveLocation: all
// controllers of the cluster share it, and only Slurm's user and root may read it. Blocks on the
// disk.
#ifndef STORE_SEAL_FILE_H_
#define STORE_SEAL_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/decision/seal.h"

namespace carbon {

// "slurm_carbon.seal" in the folder.
std::string SealPath(absl::string_view state_folder);

// Blocks on the disk. NotFound where there is none; PermissionDenied for one that belongs to none
// of root, this process's user and `owners`, or that anybody else may read or write; DataLoss for
// what is no key.
absl::StatusOr<Seal> ReadSeal(const std::string& state_folder, const std::string& cluster,
                              const std::vector<uint32_t>& owners = {});

// The same, and makes one of mode 0600 where there is none. Of several that make one at once, on
// several hosts, all get the same.
absl::StatusOr<Seal> ReadOrMakeSeal(const std::string& state_folder, const std::string& cluster,
                                    absl::Time now);

}  // namespace carbon

#endif  // STORE_SEAL_FILE_H_
