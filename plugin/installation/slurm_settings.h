// Slurm's settings as its own library reads them from slurm.conf, with or without a slurmctld that
// runs, and as a running slurmctld has them. The library is loaded when it is asked and not linked
// to, because that of another release may be installed just when the question is whether Slurm will
// start; settings are names and values, which no release lays out differently.
//
// Both functions end the process, with Slurm's own words on standard error, where slurm.conf cannot
// be used, and both leave the library loaded: call them in a child process.
#ifndef PLUGIN_INSTALLATION_SLURM_SETTINGS_H_
#define PLUGIN_INSTALLATION_SLURM_SETTINGS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace carbon {

// By the names that `scontrol show config` has: "PluginDir", "SLURM_CONF", "SlurmUser"
// ("slurm(64030)"). What is not set is left out.
using SlurmSettings = std::map<std::string, std::string>;

// Of the file `slurm_conf`; empty: of the one that Slurm itself would take. `library` is a path or
// a soname. NotFound where that cannot be loaded, Unimplemented where it is not Slurm's.
absl::StatusOr<SlurmSettings> ReadSlurmConf(const std::string& library,
                                            const std::string& slurm_conf);

// Of the slurmctld that `slurm_conf` names; "SLURM_VERSION" is its release. Waits for as long as
// MessageTimeout and the number of controllers have it. Unavailable, with Slurm's own words, where
// none answers.
absl::StatusOr<SlurmSettings> AskSlurmctld(const std::string& library,
                                           const std::string& slurm_conf);

}  // namespace carbon

#endif  // PLUGIN_INSTALLATION_SLURM_SETTINGS_H_
