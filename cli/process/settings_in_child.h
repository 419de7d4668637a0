// Reads Slurm's settings in a child process, as plugin/installation/slurm_settings.h requires.
#ifndef CLI_PROCESS_SETTINGS_IN_CHILD_H_
#define CLI_PROCESS_SETTINGS_IN_CHILD_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugin/installation/slurm_settings.h"

namespace carbon {

// Calls `read` in a child process, and returns its result or an error of InChild().
using SettingsReader = absl::StatusOr<SlurmSettings> (*)(const std::string& library,
                                                         const std::string& slurm_conf);
absl::StatusOr<SlurmSettings> SettingsInChild(SettingsReader read, const std::string& library,
                                              const std::string& slurm_conf);

// Returns 64030 of "slurm(64030)", as the setting SlurmUser has it.
std::optional<uid_t> UidIn(absl::string_view user);

}  // namespace carbon

#endif  // CLI_PROCESS_SETTINGS_IN_CHILD_H_
