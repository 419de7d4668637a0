// Reads job_submit_carbon.so as a file, and says whether slurmctld would load it. Slurm's rule (in
// its plugin.c, 22.05 to 26.05) is: it goes through the folders in PluginDir, in order, and loads
// the first file of that name whose plugin_version equals slurmctld's own in major, minor and
// micro. It passes over other files with a line in the log. If no file is left, slurmctld does not
// start. Nothing here loads or runs a plugin. Blocks on the disk.
#ifndef PLUGIN_INSTALLATION_PLUGIN_FILE_H_
#define PLUGIN_INSTALLATION_PLUGIN_FILE_H_

#include <compare>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace carbon {

struct SlurmVersion {
  int major = 0;
  int minor = 0;
  int micro = 0;

  auto operator<=>(const SlurmVersion&) const = default;
};

// "22.05.8", as Slurm writes it.
std::string FormatSlurmVersion(const SlurmVersion& version);

// Returns the first version in `text`, for example in "slurm-wlm 22.05.8" or "slurm 23.11.0-0rc1".
// InvalidArgument if there is none.
absl::StatusOr<SlurmVersion> FindSlurmVersion(absl::string_view text);

struct PluginFile {
  SlurmVersion version;
  std::string type;                  // "job_submit/carbon"
  std::vector<std::string> missing;  // symbols that slurmctld calls and the file does not export
};

inline constexpr char kPluginFileName[] = "job_submit_carbon.so";

// Returns NotFound, PermissionDenied and the like if the file cannot be read; DataLoss, "path:
// fact", for a file that is not a Slurm plugin.
absl::StatusOr<PluginFile> ReadPluginFile(const std::string& path);

// Returns the public library that was installed with the slurmctld at this path: libslurm.so.N of
// the highest N near the library to which slurmctld itself is linked. (Another program cannot load
// the latter: it defines names that the C library has too.) Empty if there is none.
std::string LibraryBesideSlurmctld(const std::string& slurmctld);

}  // namespace carbon

#endif  // PLUGIN_INSTALLATION_PLUGIN_FILE_H_
