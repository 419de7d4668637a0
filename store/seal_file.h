// The file of a cluster's seal (core/decision/seal.h), in Slurm's StateSaveLocation: all
// controllers of the cluster share it. Only Slurm's user and root may read it, and the group of the
// publisher where one is configured. Blocks on the disk.
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

// "slurm_carbon.seal" in the folder.
std::string SealPath(absl::string_view state_folder);

// A group that may read the key: its members may make promises of their own.
using SealGroup = std::optional<uint32_t>;
inline constexpr uint32_t kAnyGroup = UINT32_MAX;

// Blocks on the disk. NotFound where there is none; PermissionDenied for one that belongs to none
// of root, this process's user and `owners`, or that anybody else may read or write, except that
// `group` may read it; DataLoss for what is not a key.
absl::StatusOr<Seal> ReadSeal(const std::string& state_folder, const std::string& cluster,
                              const std::vector<uint32_t>& owners = {}, SealGroup group = {});

// The same, and makes one of mode 0600 where there is none. Of several that make one at once, on
// several hosts, all get the same. Where there is a `group`, lets it read the file:
// PermissionDenied where this process's user is not in that group.
absl::StatusOr<Seal> ReadOrMakeSeal(const std::string& state_folder, const std::string& cluster,
                                    absl::Time now, SealGroup group = {});

}  // namespace carbon

#endif  // STORE_SEAL_FILE_H_
