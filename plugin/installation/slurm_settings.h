// Returns Slurm's settings: as its own library reads them from slurm.conf, whether a slurmctld runs
// or not, and as a running slurmctld has them. The library is loaded when it is asked, and is not
// linked to. The reason is that the library of another release may be installed just when the
// question is whether Slurm will start. Settings are names and values, whose layout is the same in
// every release.
//
// If slurm.conf cannot be used, both functions end the process, with Slurm's own words on standard
// error. Both leave the library loaded. So call them in a child process.
#ifndef PLUGIN_INSTALLATION_SLURM_SETTINGS_H_
#define PLUGIN_INSTALLATION_SLURM_SETTINGS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace carbon {

// Settings by the names that `scontrol show config` has: "PluginDir", "SLURM_CONF", "SlurmUser"
// ("slurm(64030)"). Unset ones are left out.
using SlurmSettings = std::map<std::string, std::string>;

// Returns the settings of the file `slurm_conf`; empty: of the file that Slurm itself would use.
// `library` is a path or a soname. NotFound if that cannot be loaded, Unimplemented if it is not
// Slurm's.
absl::StatusOr<SlurmSettings> ReadSlurmConf(const std::string& library,
                                            const std::string& slurm_conf);

// Returns the settings of the slurmctld that `slurm_conf` names; "SLURM_VERSION" is its release.
// Waits for as long as MessageTimeout and the number of controllers require. Unavailable, with
// Slurm's own words, if none answers.
absl::StatusOr<SlurmSettings> AskSlurmctld(const std::string& library,
                                           const std::string& slurm_conf);

}  // namespace carbon

#endif  // PLUGIN_INSTALLATION_SLURM_SETTINGS_H_
