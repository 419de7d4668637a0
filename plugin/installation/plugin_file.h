// job_submit_carbon.so as a file: whether slurmctld would load it. Slurm's rule (in its plugin.c,
// 22.05 to 26.05): of the folders in PluginDir, in order, the first file of that name whose
// plugin_version equals slurmctld's own in major, minor and micro is loaded; others are passed over
// with a line in the log; where none is left, slurmctld does not start. Nothing here loads or runs
// a plugin. Blocks on the disk.
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

// The first version in `text`: of "slurm-wlm 22.05.8", "slurm 23.11.0-0rc1". InvalidArgument where
// there is none.
absl::StatusOr<SlurmVersion> FindSlurmVersion(absl::string_view text);

struct PluginFile {
  SlurmVersion version;
  std::string type;                  // "job_submit/carbon"
  std::vector<std::string> missing;  // what slurmctld calls and the file does not export
};

inline constexpr char kPluginFileName[] = "job_submit_carbon.so";

// NotFound, PermissionDenied and the like where the file cannot be read; DataLoss, "path: fact",
// for what is no Slurm plugin.
absl::StatusOr<PluginFile> ReadPluginFile(const std::string& path);

// The public library that was installed with the slurmctld at this path: libslurm.so.N of the
// highest N near the library that it is itself linked to. (That one cannot be loaded by another
// program: it defines names that the C library has too.) Empty where there is none.
std::string LibraryBesideSlurmctld(const std::string& slurmctld);

}  // namespace carbon

#endif  // PLUGIN_INSTALLATION_PLUGIN_FILE_H_
