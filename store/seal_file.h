// The file of a cluster's seal (core/decision/seal.h), in Slurm's StateSaveLocation, which all
// controllers of the cluster share. Only Slurm's user and root may read it, and also the
// publisher's group if a publisher is configured. Blocks on the disk.
#ifndef STORE_SEAL_FILE_H_
#define STORE_SEAL_FILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/decision/seal.h"

namespace carbon {

// Returns the path of "slurm_carbon.seal" in the folder.
std::string SealPath(absl::string_view state_folder);

// A group that may read the key. Its members can therefore seal promises.
using SealGroup = std::optional<uint32_t>;
inline constexpr uint32_t kAnyGroup = UINT32_MAX;

// Blocks on the disk. Returns NotFound if there is no key. Returns PermissionDenied for a file
// whose owner is neither root, this process's user nor one of `owners`, or that anybody else may
// read or write; only `group` may read it. Returns DataLoss for a file that is not a key.
absl::StatusOr<Seal> ReadSeal(const std::string& state_folder, const std::string& cluster,
                              const std::vector<uint32_t>& owners = {}, SealGroup group = {});

// Does the same, and makes a key of mode 0600 if there is none. If several hosts make one at once,
// all get the same key. If there is a `group`, the group may read the file. Returns
// PermissionDenied if this process's user is not in that group.
absl::StatusOr<Seal> ReadOrMakeSeal(const std::string& state_folder, const std::string& cluster,
                                    absl::Time now, SealGroup group = {});

}  // namespace carbon

#endif  // STORE_SEAL_FILE_H_
